"""Who else is in the invoice drawer: this tab says every few seconds that it is there, and hears of the others at once."""

import reflex as rx

from invoice_app.services.attending import Attendee, attend_invoice, attendance_topic, leave_invoice, list_attendees
from invoice_app.ui.live import LiveState, unwatch, watch
from invoice_app.ui.session import call, door


class AttendanceState(LiveState, rx.State):
    """The others in this drawer. `name_at` and `colour_at` are by the id of the field somebody is in."""

    attendees: tuple[Attendee, ...] = ()
    name_at: dict[str, str] = {}
    colour_at: dict[str, str] = {}
    told: str = ""
    _invoice_id: int = 0
    _field: str = ""

    @property
    def _tab(self) -> str:
        return self.router.session.client_token

    @door
    async def stay(self, invoice_id: int) -> None:
        """The drawer was opened, or still is: said again every few seconds."""
        if invoice_id != self._invoice_id:
            self._invoice_id, self._field = invoice_id, ""
        watch(self, attendance_topic(invoice_id))
        self._show(await call(self, attend_invoice, invoice_id, self._tab, self._field))

    @door
    async def look_at(self, field: str) -> None:
        """The focus has moved to the element with this id."""
        if self._invoice_id and field != self._field:
            self._field = field
            self._show(await call(self, attend_invoice, self._invoice_id, self._tab, field))

    @door
    async def leave(self) -> None:
        """The drawer was closed."""
        unwatch((self._tab, type(self)))
        if self._invoice_id:
            left, self._invoice_id = self._invoice_id, 0
            self.attendees, self.name_at, self.colour_at, self.told = (), {}, {}, ""
            await call(self, leave_invoice, left, self._tab)

    async def _reload(self) -> None:
        if self._invoice_id:
            self._show(await call(self, list_attendees, self._invoice_id))

    def _show(self, attendees: tuple[Attendee, ...]) -> None:
        if attendees == self.attendees:
            return
        before, now = {one.name for one in self.attendees}, {one.name for one in attendees}
        come, gone = sorted(now - before), sorted(before - now)
        told = [f"{name} has this invoice open too." for name in come] + [f"{name} has left." for name in gone]
        self.told = " ".join(told) or self.told
        self.attendees = attendees
        self.name_at = {one.field: one.name for one in attendees if one.field}
        self.colour_at = {one.field: one.colour for one in attendees if one.field}
