"""The form of a customer."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.services.editing_customers import CustomerForm, open_customer, save_customer
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import DialogState, call, door, form_door, read_form

DIALOG = "edit-customer"


class CustomerState(DialogState, rx.State):
    """The dialog over the customers list."""

    account_id: int = 0
    form: CustomerForm = CustomerForm()

    @door
    async def start(self, account_id: int) -> None:
        """Open the form with what is stored."""
        self.form = await call(self, open_customer, account_id)
        self.account_id = account_id
        self._open_dialog()

    @form_door
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Keep the customer; what is wrong is said at its field."""
        try:
            await call(self, save_customer, self.account_id, read_form(CustomerForm, form))
        except AppError as refusal:
            self._refuse(refusal)
            return None
        return [close_overlay(DIALOG), show_toast("Customer saved")]
