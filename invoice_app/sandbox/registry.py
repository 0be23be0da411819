"""Which function serves which operation."""

from collections.abc import Callable

from .errors import JsonObject
from .world import Call

Handler = Callable[[Call], JsonObject]
HANDLERS: dict[str, Handler] = {}


def serves(key: str) -> Callable[[Handler], Handler]:
    """`@serves("POST /v1/refunds")`: the function answers that operation, inside one transaction."""

    def register(handler: Handler) -> Handler:
        HANDLERS[key] = handler
        return handler

    return register
