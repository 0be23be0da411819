"""The reports of the period and currency that stand in the address."""

from dataclasses import asdict, fields, replace
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from invoice_app import routes
from invoice_app.domain.errors import ValidationFailed
from invoice_app.services.reporting import ReportQuery, ReportView, read_reports
from invoice_app.ui.session import call, door

NOTHING = ReportView((), "", (), "", "", "", "", "")
LONGEST = 20


class ReportsState(rx.State):
    """The reports page."""

    loaded: bool = False
    query: ReportQuery = ReportQuery()
    report: ReportView = NOTHING
    refusal: str = ""

    @door
    async def load(self) -> None:
        """Show what the address asks for; a period that cannot be read is said, and the figures stay."""
        asked = self.router.url.query_parameters
        self.query = ReportQuery(**{one.name: asked[one.name][:LONGEST] for one in fields(ReportQuery) if one.name in asked})
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
        asked = replace(self.query, **changes)
        usual = asdict(ReportQuery())
        said = {name: value for name, value in asdict(asked).items() if value != usual[name]}
        return rx.redirect(f"{routes.REPORTS}?{urlencode(said)}" if said else routes.REPORTS)
