"""The form of a tax."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import ValidationFailed
from invoice_app.services.configuring import save_tax
from invoice_app.services.views import TaxView
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import DialogState, call, door, form_door

DIALOG = "tax-form"
BLANK = TaxView(0, "", "", "S", is_default=False, active=True)


class TaxState(DialogState, rx.State):
    """The dialog that adds or changes a tax."""

    tax: TaxView = BLANK
    category: str = "S"

    @door
    async def start(self) -> None:
        """Open the form of a new tax."""
        self._open(BLANK)

    @door
    async def edit(self, tax_id: int, name: str, rate: str, category: str, is_default: bool, active: bool) -> None:
        """Open the form of a tax with what it says now."""
        self._open(TaxView(tax_id, name, rate, category, is_default, active))

    def _open(self, tax: TaxView) -> None:
        self.tax, self.category = tax, tax.category
        self._open_dialog()

    @door
    async def choose_category(self, category: str) -> None:
        """Only the standard category has a rate to ask for."""
        self.category = category

    @form_door
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Keep the tax; what is wrong is said at its field."""
        name, rate = str(form.get("name", "")), str(form.get("rate", "0"))
        category, tax = self.category, self.tax
        facts = {"name": name, "rate": rate, "category": category}
        try:
            await call(self, save_tax, tax.id or None, **facts, is_default=tax.is_default, active=tax.active)
        except ValidationFailed as refusal:
            self._refuse(refusal)
            return None
        return [close_overlay(DIALOG), show_toast(f"Tax {name.strip()} saved")]
