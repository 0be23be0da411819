"""What the lists of invoices, payments and customers share: search, one filter and the page stand in the address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from invoice_app.gateways.signals import ORDERS
from invoice_app.services.views import Choice
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import door

_LONGEST_SEARCH = 200


@dataclass(frozen=True)
class ListQuery:
    """What a list is asked for; `status` is one of its choices, empty for all."""

    search: str = ""
    status: str = ""
    page: int = 1


def read_query(parameters: Mapping[str, str], statuses: tuple[Choice, ...]) -> ListQuery:
    """What a page's address asks for; what cannot be read is left out."""
    status, page = parameters.get("status", ""), parameters.get("page", "")
    return ListQuery(
        search=parameters.get("search", "")[:_LONGEST_SEARCH].strip(),
        status=status if status in {choice.value for choice in statuses} else "",
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def write_address(path: str, query: ListQuery) -> str:
    """The address that asks for this, without what goes without saying."""
    usual = asdict(ListQuery())
    said = {name: value for name, value in asdict(query).items() if value != usual[name]}
    return f"{path}?{urlencode(said)}" if said else path


class ListState(LiveState, mixin=True):
    """A list whose filters stand in the address. A page says its path, its statuses, and how to find its rows."""

    path: ClassVar[str]
    statuses: ClassVar[tuple[Choice, ...]] = ()

    loaded: bool = False
    query: ListQuery = ListQuery()
    field_version: int = 0
    _typed: str = ""

    async def _find(self) -> int:
        """Load the rows `query` asks for; answers how many pages there are."""
        raise NotImplementedError

    @door
    async def load(self) -> None:
        """Show what the address asks for."""
        self.query = read_query(dict(self.router.url.query_parameters), self.statuses)
        if self.query.search != self._typed:
            # Back, Clear or a shared address: the search field must say what is searched for.
            self._typed = self.query.search
            self.field_version += 1
        await self._reload()
        watch(self, ORDERS)

    async def _reload(self) -> None:
        pages = await self._find()
        if self.query.page > pages:
            self.query = replace(self.query, page=pages)
            await self._find()
        self.loaded = True

    @door
    async def search(self, text: str) -> EventSpec | None:
        """Search while typing; the history keeps one entry, not one a letter."""
        if text.strip() == self.query.search:
            return None
        self._typed = text.strip()[:_LONGEST_SEARCH]
        return rx.redirect(self._address(search=self._typed, page=1), replace=True)

    @door
    async def choose_status(self, status: str) -> EventSpec:
        """Show one status only, or all."""
        return rx.redirect(self._address(status=status, page=1))

    @door
    async def go_to(self, page: int) -> EventSpec:
        """Show another page of the list."""
        return rx.redirect(self._address(page=max(1, page)))

    def _address(self, **changes: Any) -> str:
        return write_address(self.path, replace(self.query, **changes))
