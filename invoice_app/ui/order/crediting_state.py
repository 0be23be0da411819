"""Issuing a credit note: whole, by line or by amount, with what it would do before it is done."""

import secrets
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.services.credit_views import CreditPreview, CreditView, open_credit, preview_credit
from invoice_app.services.crediting_invoices import AMOUNT, LINES, WHOLE, CreditForm, CreditLineForm, issue_credit_note
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import DialogState, call, door, form_door

SCOPES = (WHOLE, LINES, AMOUNT)
DIALOG = "credit-invoice"


class CreditingState(DialogState, rx.State):
    """The dialog; ticked rows and typed amounts are kept here for the preview."""

    view: CreditView = CreditView()
    scope: str = WHOLE
    ticked: dict[str, str] = {}
    amount: str = ""
    preview: CreditPreview = CreditPreview()
    _key: str = ""

    @door
    async def start(self, invoice_id: int) -> None:
        """Open the dialog with everything that is left."""
        self.view = await call(self, open_credit, invoice_id)
        self.scope, self.ticked, self.amount = WHOLE, {}, ""
        self._key = secrets.token_hex(16)
        await self._look()
        self._open_dialog()

    @door
    async def choose_scope(self, scope: str) -> None:
        """All that is left, single lines, or an amount."""
        self.scope = scope if scope in SCOPES else WHOLE
        await self._look()

    @door
    async def tick(self, row: str, on: bool) -> None:
        """Choose a line, with all that is left of it, or no longer."""
        left = next((one.left_plain for one in self.view.rows if one.id == row), "")
        ticked = {name: amount for name, amount in self.ticked.items() if name != row}
        self.ticked = {**ticked, row: left} if on and left else ticked
        await self._look()

    @door
    async def type_row(self, row: str, text: str) -> None:
        """How much of a chosen line."""
        if row in self.ticked:
            self.ticked = {**self.ticked, row: text}
            await self._look()

    @door
    async def type_amount(self, text: str) -> None:
        """How much in all."""
        self.amount = text
        await self._look()

    async def _look(self) -> None:
        self.error = self.error_field = ""
        empty = (self.scope == AMOUNT and not self.amount.strip()) or (self.scope == LINES and not self.ticked)
        nothing = empty or self.view.refusal != ""
        self.preview = CreditPreview() if nothing else await call(self, preview_credit, self.view.invoice_id, self._write(""))

    def _write(self, reason: str) -> CreditForm:
        lines = []
        for name, amount in self.ticked.items():
            place, _, key = name.partition(".")
            lines.append(CreditLineForm(key, int(place) if place.isdigit() and len(place) < 6 else 0, amount))
        return CreditForm(self.scope, self.amount, tuple(lines), reason, self._key)

    @form_door
    async def issue(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Issue the credit note; what is wrong is said at its field."""
        try:
            await call(self, issue_credit_note, self.view.invoice_id, self._write(str(form.get("credit_reason") or "")))
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return [close_overlay(DIALOG), show_toast("Credit note issued")]
