"""Settings of invoices: their words and rules, and how they are numbered, with the next numbers as they are typed."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import ValidationFailed
from invoice_app.gateways.signals import SETTINGS
from invoice_app.services.setting_invoices import (
    InvoiceSettings,
    NumberingForm,
    NumberPreview,
    WordingForm,
    open_invoice_settings,
    preview_numbering,
    save_numbering,
    save_wording,
)
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door, read_form


class InvoicingState(LiveState, rx.State):
    """Both forms; what is wrong is said at its field and nothing typed is lost."""

    settings: InvoiceSettings = InvoiceSettings()
    preview: NumberPreview = NumberPreview()
    version: int = 0
    error: str = ""
    error_field: str = ""
    _typed: NumberingForm = NumberingForm()

    @door
    async def load(self) -> None:
        """Show what is saved."""
        self.error = self.error_field = ""
        await self._reload()
        watch(self, SETTINGS)

    async def _reload(self) -> None:
        saved = await call(self, open_invoice_settings)
        if saved != self.settings:
            self.settings, self._typed = saved, saved.numbering
            self.version += 1
        self.preview = await call(self, preview_numbering, self._typed)

    @door
    async def type_number(self, name: str, text: str) -> None:
        """Show the next numbers that what is typed would give."""
        self._typed = read_form(NumberingForm, {**vars(self._typed), name: text})
        self.preview = await call(self, preview_numbering, self._typed)
        self.error = self.error_field = ""

    @door
    async def save_wording(self, form: dict[str, Any]) -> list[EventSpec]:
        """Keep words and rules."""
        try:
            await call(self, save_wording, read_form(WordingForm, form))
        except ValidationFailed as refusal:
            return self._refuse(refusal, "invoices")
        return await self._done("Invoice settings saved")

    @door
    async def save_numbering(self, form: dict[str, Any]) -> list[EventSpec]:
        """Keep how documents are numbered."""
        try:
            await call(self, save_numbering, read_form(NumberingForm, form))
        except ValidationFailed as refusal:
            return self._refuse(refusal, "numbering")
        return await self._done("Numbering saved")

    def _refuse(self, refusal: ValidationFailed, section: str) -> list[EventSpec]:
        self.error, self.error_field = refusal.message, refusal.field
        return [rx.call_script(f"setTimeout(() => document.querySelector('#{section} [aria-invalid=true]')?.focus(), 50)")]

    async def _done(self, told: str) -> list[EventSpec]:
        self.error = self.error_field = ""
        await self._reload()
        return [show_toast(told), rx.call_script("ui.keepFocus()")]
