"""Sending the customer a link, copying one, and ending one (A12)."""

import json
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.services.drafting import save_invoice
from invoice_app.services.sharing import create_link, list_links, revoke_link, send_link
from invoice_app.services.views import LinkView
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.session import DialogState, call, door, form_door


class SendingState(DialogState, rx.State):
    """The links of one invoice."""

    invoice_id: int = 0
    recipient: str = ""
    save_first: bool = True
    links: tuple[LinkView, ...] = ()

    @door
    async def start(self, invoice_id: int, recipient: str) -> None:
        """Open the dialog, the customer's address filled in."""
        self.links = await call(self, list_links, invoice_id)
        self.invoice_id, self.recipient, self.save_first = invoice_id, recipient, True
        self._open_dialog()

    @form_door
    async def send(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """E-mail the link; what is wrong is said at its field."""
        recipient, message = str(form.get("recipient") or ""), str(form.get("message") or "")
        try:
            if form.get("save_first"):
                await self._save_changes()
            link = await call(self, send_link, self.invoice_id, recipient=recipient, message=message)
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return [close_overlay("send-link-dialog"), show_toast(f"Link sent to {link.recipient}")]

    @door
    async def choose_save_first(self, save_first: bool) -> None:
        """Follow the switch, so that the button says what it will do."""
        self.save_first = save_first

    async def _save_changes(self) -> None:
        drawer = await self.get_state(DrawerState)
        if drawer.is_open and drawer.draft.unsaved:
            drawer.draft = await call(self, save_invoice, self.invoice_id)

    @door
    async def copy_new(self) -> EventSpec:
        """A link to pass on by other means, into the clipboard."""
        link = await call(self, create_link, self.invoice_id)
        self.links = await call(self, list_links, self.invoice_id)
        return rx.call_script(f"ui.copy({json.dumps(link.url)})")

    @door
    async def revoke(self, link_id: int) -> EventSpec:
        """End a link at once."""
        await call(self, revoke_link, link_id)
        self.links = await call(self, list_links, self.invoice_id)
        return show_toast("Link revoked: it opens nothing any more")
