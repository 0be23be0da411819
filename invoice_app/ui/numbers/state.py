"""The number-series proof; which series and page stand in the address."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from invoice_app import routes
from invoice_app.domain.errors import NotFound
from invoice_app.gateways.signals import ORDERS
from invoice_app.services.proving_numbers import NumberRow, NumbersView, SeriesView, open_numbers
from invoice_app.ui.listing.address import read_query, write_address
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door


@dataclass(frozen=True)
class NumbersQuery:
    """What the address asks for: a series by its name, and a page of its numbers."""

    series: str = ""
    page: int = 1


class NumbersState(LiveState, rx.State):
    """Every series, and the numbers of one."""

    loaded: bool = False
    view: NumbersView = NumbersView()
    series: tuple[SeriesView, ...] = ()
    rows: tuple[NumberRow, ...] = ()

    @door
    async def load(self) -> None:
        """Prove every series, and show the one that the address names."""
        await self._reload()
        watch(self, ORDERS)

    async def _reload(self) -> None:
        asked = read_query(NumbersQuery, dict(self.router.url.query_parameters))
        try:
            self._show(await call(self, open_numbers, chosen=asked.series, page=asked.page))
        except NotFound:
            self._show(await call(self, open_numbers))

    def _show(self, view: NumbersView) -> None:
        self.view, self.series, self.rows, self.loaded = view, view.series, view.rows, True

    @door
    async def choose(self, series: str) -> Any:
        """Show the numbers of a series."""
        return rx.redirect(write_address(routes.NUMBERS, NumbersQuery(series)))

    @door
    async def turn_page(self, page: int) -> Any:
        """Show another page of the series."""
        return rx.redirect(write_address(routes.NUMBERS, NumbersQuery(self.view.chosen, page)))
