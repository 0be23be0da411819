"""The number-series proof; which series and page stand in the address."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from invoice_app import routes
from invoice_app.domain.errors import NotFound
from invoice_app.gateways.signals import ORDERS
from invoice_app.services.proving_numbers import NumberRow, NumbersView, SeriesView, open_numbers
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door


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
        asked = self.router.url.query_parameters
        page = asked.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
        try:
            self._show(await call(self, open_numbers, chosen=asked.get("series", ""), page=number))
        except NotFound:
            self._show(await call(self, open_numbers))

    def _show(self, view: NumbersView) -> None:
        self.view, self.series, self.rows, self.loaded = view, view.series, view.rows, True

    @door
    async def choose(self, series: str) -> Any:
        """Show the numbers of a series."""
        return rx.redirect(f"{routes.NUMBERS}?{urlencode({'series': series})}")

    @door
    async def turn_page(self, page: int) -> Any:
        """Show another page of the series."""
        return rx.redirect(f"{routes.NUMBERS}?{urlencode({'series': self.view.chosen, 'page': page})}")
