"""The payment schedule's editor: every change shows at once what remains."""

from dataclasses import replace

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError, NotFound
from invoice_app.services.scheduling_payments import (
    InstalmentForm,
    InstalmentRow,
    ScheduleView,
    open_schedule,
    preview_schedule,
    save_schedule,
)
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import FormState, call, door, form_door

BLANK = ScheduleView(0, (), "", "", "", False, False, False)
FIELDS = ("label", "kind", "value", "due_on")


class SchedulingState(FormState, rx.State):
    """The instalments being typed; nothing is stored before Save."""

    is_open: bool = False
    schedule: ScheduleView = BLANK
    rows: tuple[InstalmentRow, ...] = ()  # apart, because an index into a nested tuple of a Var is lost on the way
    version: int = 0
    refusal: str = ""

    @door
    async def start(self, invoice_id: int) -> None:
        """Open the editor with what is agreed, or with a suggestion."""
        self._show(await call(self, open_schedule, invoice_id))
        self.version += 1
        self.refusal, self.is_open = "", True
        self._await_submit()

    @door
    async def closed(self) -> None:
        """The editor was closed."""
        self.is_open = False

    @door
    async def edit(self, place: int, field: str, text: str) -> None:
        """Something was typed into an instalment."""
        if field not in FIELDS or not 0 <= place < len(self.rows):
            raise NotFound("instalment", place)
        forms = self._forms()
        changed = {field: text}
        forms[place] = replace(forms[place], **changed)
        await self._preview(forms, anew=field == "kind")

    @door
    async def add(self) -> EventSpec:
        """One more instalment, due when the last one is."""
        forms = self._forms()
        due_on = forms[-1].due_on if forms else ""
        await self._preview([*forms, InstalmentForm(due_on=due_on)], anew=True)
        return rx.call_script("ui.focusLast('.instalment__value input')")

    @door
    async def remove(self, place: int) -> None:
        """One instalment less."""
        forms = self._forms()
        await self._preview([*forms[:place], *forms[place + 1 :]], anew=True)

    @form_door
    async def save(self) -> list[EventSpec] | None:
        """Agree on the schedule; without instalments it is taken away."""
        return await self._save(self._forms())

    @form_door
    async def take_away(self) -> list[EventSpec] | None:
        """Let the whole amount be due at once again."""
        return await self._save([])

    async def _save(self, forms: list[InstalmentForm]) -> list[EventSpec] | None:
        try:
            await call(self, save_schedule, self.schedule.invoice_id, tuple(forms))
        except AppError as refusal:
            self.refusal = refusal.message
            return None
        done = "Payment schedule saved" if forms else "Payment schedule removed"
        return [close_overlay("payment-schedule"), show_toast(done)]

    async def _preview(self, forms: list[InstalmentForm], *, anew: bool = False) -> None:
        self._show(await call(self, preview_schedule, self.schedule.invoice_id, tuple(forms)))
        self.refusal = ""
        if anew:
            self.version += 1

    def _show(self, schedule: ScheduleView) -> None:
        self.schedule, self.rows = schedule, schedule.rows

    def _forms(self) -> list[InstalmentForm]:
        return [InstalmentForm(*(getattr(row.form, field) for field in FIELDS)) for row in self.rows]
