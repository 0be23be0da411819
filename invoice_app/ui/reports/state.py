"""The reports of the period and currency that stand in the address."""

from dataclasses import replace
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app import routes
from invoice_app.domain.errors import ValidationFailed
from invoice_app.services.reporting import ReportQuery, ReportView, read_reports
from invoice_app.ui.listing.address import read_query, write_address
from invoice_app.ui.session import call, door

NOTHING = ReportView((), "", (), "", "", "", "", "")


class ReportsState(rx.State):
    """The reports page."""

    loaded: bool = False
    query: ReportQuery = ReportQuery()
    report: ReportView = NOTHING
    refusal: str = ""

    @door
    async def load(self) -> None:
        """Show what the address asks for; a period that cannot be read is said, and the figures stay."""
        self.query = read_query(ReportQuery, dict(self.router.url.query_parameters))
        self.refusal = ""
        try:
            self.report = await call(self, read_reports, self.query)
        except ValidationFailed as refusal:
            self.refusal = refusal.message
            if not self.loaded:
                self.report = await call(self, read_reports, ReportQuery())
        self.loaded = True

    @door
    async def choose_period(self, name: str) -> EventSpec:
        """Show another period; one to choose starts with the days shown."""
        days = (self.report.starts_on, self.report.ends_on) if name == "custom" else ("", "")
        return self._go(period=name, starts_on=days[0], ends_on=days[1])

    @door
    async def choose_start(self, day: str) -> EventSpec:
        """Another first day."""
        return self._go(starts_on=day)

    @door
    async def choose_end(self, day: str) -> EventSpec:
        """Another last day."""
        return self._go(ends_on=day)

    @door
    async def choose_currency(self, code: str) -> EventSpec:
        """Show the figures in another currency."""
        return self._go(currency=code)

    def _go(self, **changes: Any) -> EventSpec:
        return rx.redirect(write_address(routes.REPORTS, replace(self.query, **changes)))
