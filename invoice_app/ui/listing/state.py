"""What every list shares: its search, its filters and its page stand in the address."""

from dataclasses import fields, replace
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec

from invoice_app.gateways.signals import ORDERS
from invoice_app.services.views import ListQuery
from invoice_app.ui.listing.address import LONGEST_TEXT, Choices, read_query, write_address
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import door


class ListState(LiveState, mixin=True):
    """A list whose filters stand in the address. A page says its path, what can be asked for, and how to find its rows.

    `choices` are the values a filter can have; `narrowing` the filters that hide rows, which Clear undoes.
    """

    path: ClassVar[str]
    kind: ClassVar[type[ListQuery]] = ListQuery
    choices: ClassVar[Choices] = {"status": ()}
    narrowing: ClassVar[tuple[str, ...]] = ("search", "status")

    loaded: bool = False
    query: ListQuery = ListQuery()
    field_version: int = 0
    _typed: tuple[str, ...] = ("",)

    async def _find(self) -> int:
        """Load the rows `query` asks for; answers how many pages there are."""
        raise NotImplementedError

    @door
    async def load(self) -> None:
        """Show what the address asks for."""
        self.query = read_query(self.kind, dict(self.router.url.query_parameters), self.choices)
        self._settle_search(self.query.search)
        await self._reload()
        watch(self, ORDERS)

    def _settle_search(self, search: str) -> None:
        """Keep what is being typed; after Back, Clear or by a shared address the field must say what is searched for."""
        if search == self._typed[-1]:
            self._typed = (search,)
        elif search not in self._typed:
            self._typed = (search,)
            self.field_version += 1

    async def _reload(self) -> None:
        pages = await self._find()
        if self.query.page > pages:
            self.query = replace(self.query, page=pages)
            await self._find()
        self.loaded = True

    @door
    async def search(self, text: str) -> EventSpec | None:
        """Search while typing; the history keeps one entry, not one a letter."""
        search = text.strip()[:LONGEST_TEXT]
        if search == self._typed[-1]:
            return None
        # An earlier search may load while the next is typed: what is in the field then stays in it.
        self._typed = (*self._typed, search)
        return self._turn(replace(self.query, page=1, search=search), keep_history=False)

    @door
    async def choose(self, name: str, value: str) -> EventSpec | None:
        """Change one filter, the sort or the view: the list loads from its new address."""
        if name not in {field.name for field in fields(self.kind)} - {"page"} or getattr(self.query, name) == value:
            return None
        changed: dict[str, Any] = {name: value}
        return self._turn(replace(self.query, page=1, **changed))

    @door
    async def go_to(self, page: int) -> EventSpec:
        """Show another page of the list."""
        return self._turn(replace(self.query, page=max(1, page)))

    def _turn(self, query: ListQuery, *, keep_history: bool = True) -> EventSpec:
        # Kept at once: the next filter may be chosen before the page has loaded from its new address.
        self.query = query
        return rx.redirect(write_address(self.path, query), replace=not keep_history)
