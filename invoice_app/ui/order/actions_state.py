"""What can be done to one invoice: the menu, and the dialogs that ask before it is done."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.domain.stages import Action
from invoice_app.gateways.signals import invoice_topic
from invoice_app.services.changing_terms import TermsForm, TermsView, change_terms, open_terms
from invoice_app.services.deleting import DeletionView, delete_invoice, preview_deletion
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.listing_actions import ActionsView, list_actions
from invoice_app.services.voiding import unvoid_invoice, void_invoice
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.order.drawer_state import FORGET
from invoice_app.ui.session import FormState, call, door, form_door, read_form

DIALOGS = {
    Action.FINALIZE.value: "finalise",
    Action.VOID.value: "void",
    Action.UNVOID.value: "unvoid",
    Action.DELETE.value: "delete",
    Action.EDIT_TERMS.value: "terms",
}


class ActionsState(LiveState, FormState, rx.State):
    """The actions of one invoice at a time; a dialog acts on the invoice it was opened for."""

    view: ActionsView = ActionsView()
    dialog: str = ""
    deletion: DeletionView = DeletionView()
    terms: TermsView = TermsView()

    @door
    async def open_menu(self, invoice_id: int, menu: str, anchor: str) -> EventSpec:
        """Show what can be done to an invoice, under the button that was pressed."""
        self.view = await call(self, list_actions, invoice_id)
        watch(self, invoice_topic(invoice_id))
        names = ["".join(letter for letter in name if letter.isalnum() or letter in "-_") for name in (menu, anchor)]
        return rx.call_script(f"ui.popover('{names[0]}', '{names[1]}')")

    async def _reload(self) -> None:
        if self.view.invoice_id:
            self.view = await call(self, list_actions, self.view.invoice_id)

    @door
    async def ask(self, action: str) -> None:
        """Open the dialog that asks before an action."""
        await self._reload()
        if action not in DIALOGS or action not in {one.name for one in self.view.actions if one.possible}:
            return
        if action == Action.DELETE:
            self.deletion = await call(self, preview_deletion, self.view.invoice_id)
        if action == Action.EDIT_TERMS:
            self.terms = await call(self, open_terms, self.view.invoice_id)
        self.dialog = DIALOGS[action]
        self._await_submit()

    @door
    async def closed(self) -> None:
        """The dialog was closed."""
        self.dialog = ""

    @form_door
    async def finalise(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Finalise the invoice."""
        try:
            number = await call(self, finalise_invoice, self.view.invoice_id, number=str(form.get("number") or ""))
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return self._done("finalise", f"Finalised as {number}")

    @form_door
    async def void(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Make the invoice void."""
        try:
            await call(self, void_invoice, self.view.invoice_id, str(form.get("reason") or ""))
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return self._done("void", f"{self.view.reference} is void")

    @form_door
    async def unvoid(self) -> list[EventSpec] | None:
        """Bring the invoice back."""
        try:
            await call(self, unvoid_invoice, self.view.invoice_id)
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return self._done("unvoid", f"{self.view.reference} is back")

    @form_door
    async def delete(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Delete the invoice; its items stay or leave as chosen."""
        keep = form.get("items") != "remove"
        try:
            await call(self, delete_invoice, self.view.invoice_id, keep_items=keep)
        except AppError as refusal:
            self._refuse(refusal)
            return None
        self.view, self.dialog = ActionsView(), ""
        # The drawer it may have been open in goes with it, and before anything is told: what leaves the page shows no toast.
        return [close_overlay("invoice-drawer"), FORGET, *self._done("delete", "Invoice deleted")]

    @form_door
    async def save_terms(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Keep due date, terms and note."""
        typed = read_form(TermsForm, {"due_on": self.terms.form.due_on, **form})
        try:
            await call(self, change_terms, self.view.invoice_id, typed)
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return self._done("terms", "Due date, terms and note saved")

    def _done(self, dialog: str, told: str) -> list[EventSpec]:
        return [close_overlay(f"{dialog}-invoice"), show_toast(told)]
