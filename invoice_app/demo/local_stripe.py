"""The local Stripe while the sample is loaded: started, its clock moved, its card page filled in as a customer would."""

from datetime import datetime
from typing import Self


class LocalStripe:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def set_time(self, instant: datetime) -> None: ...

    def fill_in_card(self, url: str, number: str, *, name: str) -> str: ...
