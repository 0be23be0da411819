"""Settings: what they are now, the organisation's form, and the payment switches (A1)."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.access import Permission
from invoice_app.domain.errors import NotFound, ValidationFailed
from invoice_app.gateways.signals import SETTINGS
from invoice_app.services.configuring import (
    change_password,
    open_settings,
    save_flow,
    save_organisation,
    save_tax,
    set_account_payments,
    set_relock_files,
)
from invoice_app.services.views import Choice, FlowView, OrganisationForm, SettingsView, TaxView
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door, read_form, whoami
from invoice_app.ui.settings.choices import list_locales
from invoice_app.ui.settings.collection_state import CollectionState
from invoice_app.ui.settings.invoicing_state import InvoicingState

BLANK = SettingsView(OrganisationForm(), payments_enabled=False, flows=(), taxes=(), users=(), can_edit=False)

# The page's content comes after the address is read, too late for the browser to find the section by itself.
_GO_TO_SECTION = "setTimeout(() => document.getElementById(location.hash.slice(1))?.scrollIntoView(), 50)"
_GO_TO_ERROR = "setTimeout(() => document.querySelector('#organisation [aria-invalid=true]')?.focus(), 50)"


class SettingsState(LiveState, rx.State):
    """The settings page. Its dialogs have States of their own and are seen here through the signal of the change."""

    loaded: bool = False
    settings: SettingsView = BLANK
    can_manage_owners: bool = False
    locales: tuple[Choice, ...] = ()
    form_version: int = 0
    error: str = ""
    error_field: str = ""
    password_changed: bool = False
    password_error: str = ""
    password_error_field: str = ""

    @door
    async def load(self) -> Any:
        """Show the settings, at the section the address names."""
        self.can_manage_owners = (await whoami(self)).may(Permission.MANAGE_OWNERS)
        if not self.loaded:
            self.form_version += 1
        self.error = self.error_field = self.password_error = self.password_error_field = ""
        self.password_changed = False
        await self._reload()
        watch(self, SETTINGS)
        return [CollectionState.load, InvoicingState.load, rx.call_script(_GO_TO_SECTION)]

    async def _reload(self) -> None:
        self.settings = await call(self, open_settings)
        self.locales = list_locales(self.settings.organisation.locale)
        self.loaded = True

    @door
    async def save_organisation(self, form: dict[str, Any]) -> list[EventSpec]:
        """Keep the organisation; what is wrong is said at its field and nothing typed is lost."""
        typed = read_form(OrganisationForm, {"currency": self.settings.organisation.currency, **form})
        try:
            await call(self, save_organisation, typed)
        except ValidationFailed as refusal:
            self.error, self.error_field = refusal.message, refusal.field
            return [rx.call_script(_GO_TO_ERROR)]
        await self._reload()
        self.error = self.error_field = ""
        self.form_version += 1
        return [show_toast("Organisation saved"), rx.call_script("ui.keepFocus()")]

    @door
    async def switch_payments(self, on: bool) -> EventSpec:
        """The account-wide payment switch."""
        await call(self, set_account_payments, on)
        await self._reload()
        return show_toast(f"Payments are {_word(on)} for the whole account")

    @door
    async def switch_relock(self, on: bool) -> EventSpec:
        """Whether a refund locks the customer's files again."""
        await call(self, set_relock_files, on)
        await self._reload()
        return show_toast("A refund locks the files again" if on else "Files stay unlocked after a refund")

    @door
    async def switch_flow_payments(self, flow_id: int, on: bool) -> EventSpec:
        """A booking flow's Payment switch."""
        flow = self._flow(flow_id)
        await call(self, save_flow, flow_id, name=flow.name, payments_enabled=on, hold_card=flow.hold_card)
        await self._reload()
        return show_toast(f"Payments are {_word(on)} for {flow.name}")

    @door
    async def switch_flow_hold(self, flow_id: int, on: bool) -> EventSpec:
        """A booking flow's Hold Credit Card switch."""
        flow = self._flow(flow_id)
        await call(self, save_flow, flow_id, name=flow.name, payments_enabled=flow.payments_enabled, hold_card=on)
        await self._reload()
        return show_toast(f"Hold Credit Card is {_word(on)} for {flow.name}")

    @door
    async def switch_tax(self, tax_id: int, on: bool) -> EventSpec:
        """Offer a tax for new items, or no longer."""
        tax = self._tax(tax_id)
        await self._save_tax(tax, is_default=tax.is_default, active=on)
        return show_toast(f"{tax.name} is {_word(on)}")

    @door
    async def make_tax_default(self, tax_id: int) -> EventSpec:
        """Let new items start with this tax."""
        tax = self._tax(tax_id)
        await self._save_tax(tax, is_default=True, active=True)
        return show_toast(f"New items start with {tax.name}")

    @door
    async def change_password(self, form: dict[str, Any]) -> None:
        """Change one's own password, which ends every session, this one too."""
        try:
            await call(self, change_password, str(form.get("old", "")), str(form.get("password", "")))
        except ValidationFailed as refusal:
            self.password_error, self.password_error_field = refusal.message, refusal.field
            return
        self.password_changed, self.password_error, self.password_error_field = True, "", ""

    async def _save_tax(self, tax: TaxView, *, is_default: bool, active: bool) -> None:
        facts = {"name": tax.name, "rate": tax.rate, "category": tax.category}
        await call(self, save_tax, tax.id, **facts, is_default=is_default, active=active)
        await self._reload()

    def _flow(self, flow_id: int) -> FlowView:
        for flow in self.settings.flows:
            if flow.id == flow_id:
                return flow
        raise NotFound("booking flow", flow_id)

    def _tax(self, tax_id: int) -> TaxView:
        for tax in self.settings.taxes:
            if tax.id == tax_id:
                return tax
        raise NotFound("tax", tax_id)


def _word(on: bool) -> str:
    return "on" if on else "off"
