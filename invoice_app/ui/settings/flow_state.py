"""Naming a booking flow in place: an old one anew, or a new one."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import ValidationFailed
from invoice_app.services.configuring import save_flow
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.session import call, door

NOTHING = -1
NEW = 0


class FlowState(rx.State):
    """Which flow's name is being typed: an id, NEW or NOTHING; and its switches, which stay as they are."""

    naming: int = NOTHING
    name: str = ""
    error: str = ""
    _payments_enabled: bool = True
    _hold_card: bool = False

    @door
    async def start(self) -> None:
        """Begin a new flow: payments on, no card held."""
        self.naming, self.name, self.error = NEW, "", ""
        self._payments_enabled, self._hold_card = True, False

    @door
    async def rename(self, flow_id: int, name: str, payments_enabled: bool, hold_card: bool) -> None:
        """Begin to rename a flow."""
        self.naming, self.name, self.error = flow_id, name, ""
        self._payments_enabled, self._hold_card = payments_enabled, hold_card

    @door
    async def cancel(self) -> EventSpec:
        """Leave the name as it was."""
        return self._stop_naming()

    def _stop_naming(self) -> EventSpec:
        """Put the name's field away and give the focus back to the button that brought it."""
        button = "add-flow" if self.naming == NEW else f"rename-flow-{self.naming}"
        self.naming = NOTHING
        return rx.call_script(f"setTimeout(() => document.getElementById('{button}')?.focus(), 50)")

    @door
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Keep the name; what is wrong with it is said below it."""
        if self.naming == NOTHING:
            return None
        name = str(form.get("name", ""))
        switches = {"payments_enabled": self._payments_enabled, "hold_card": self._hold_card}
        try:
            await call(self, save_flow, max(self.naming, NEW) or None, name=name, **switches)
        except ValidationFailed as refusal:
            self.error = refusal.message
            return None
        done = show_toast("Booking flow added" if self.naming == NEW else "Booking flow renamed")
        return [done, self._stop_naming()]
