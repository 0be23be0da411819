"""The organisation's section: who sends the invoices, how they read, and how tax is worked out."""

from typing import Any

import reflex as rx

from invoice_app.ui.components.button import button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, select, switch, text_area, text_input
from invoice_app.ui.settings.choices import CURRENCIES, TAX_ROUNDINGS, TIME_ZONES
from invoice_app.ui.settings.state import SettingsState


def organisation_section() -> rx.Component:
    """One form with one button; the fields start with what is saved and keep what is typed."""
    settings = SettingsState.settings
    save = rx.el.footer(
        button("Save organisation", variant="primary", type="submit", id="save-organisation"), class_name="card__foot row"
    )
    form = rx.el.form(
        rx.el.fieldset(
            _elsewhere(),
            rx.el.div(*_sender(), *_reading(), *_tax(), class_name="field-grid"),
            disabled=~settings.can_edit,
            class_name="card__body stack",
        ),
        rx.cond(settings.can_edit, save),
        on_submit=SettingsState.save_organisation,
        no_validate=True,
        key=f"organisation-{SettingsState.form_version}",
    )
    return card("Organisation", form, name="organisation")


def _sender() -> tuple[rx.Component, ...]:
    return (
        _text("Name", "name", auto_complete="organization"),
        _text("E-mail", "email", type="email", hint="Customers reply here, and notices to you go here."),
        _area("Address", "address", hint="As it stands on invoices, one line each."),
        _area("Tax numbers", "tax_ids", hint="One a line: “VAT: GB123456789”.", optional=True),
    )


def _reading() -> tuple[rx.Component, ...]:
    fixed: Any = SettingsState.settings.locked
    locked = fixed.contains("currency")
    currency_hint = rx.cond(locked, "Fixed, because invoices exist in it.", "Cannot be changed once there is an invoice.")
    return (
        _select("Currency", "currency", CURRENCIES, hint=currency_hint, disabled=locked),
        _select("Language and number format", "locale", SettingsState.locales, hint="How amounts and dates are written."),
        _select("Time zone", "time_zone", TIME_ZONES, hint="Due dates begin and end here at midnight."),
    )


def _tax() -> tuple[rx.Component, ...]:
    form = SettingsState.settings.organisation
    return (
        _select("Tax is rounded", "tax_rounding", TAX_ROUNDINGS),
        rx.el.div(
            switch(
                "prices_include_tax",
                "Prices include tax",
                hint="Unit prices are typed with tax in them.",
                default_checked=form.prices_include_tax,
            ),
            class_name="settings__switch",
        ),
    )


def _elsewhere() -> rx.Component:
    """A refusal that belongs to none of the fields."""
    return rx.cond(
        (SettingsState.error != "") & (SettingsState.error_field == ""),
        notice("bad", SettingsState.error, role="alert"),
    )


def _said(name: str) -> str:
    return rx.cond(SettingsState.error_field == name, SettingsState.error, "")


def _saved(name: str) -> Any:
    return getattr(SettingsState.settings.organisation, name)


def _text(label: str, name: str, *, hint: str = "", optional: bool = False, **props: Any) -> rx.Component:
    control = text_input(name, id=f"organisation-{name}", default_value=_saved(name), error=_said(name), **props)
    return field(label, control, name=f"organisation-{name}", error=_said(name), hint=hint, optional=optional)


def _area(label: str, name: str, *, hint: str = "", optional: bool = False) -> rx.Component:
    control = text_area(name, id=f"organisation-{name}", rows="4", default_value=_saved(name), error=_said(name))
    return field(label, control, name=f"organisation-{name}", error=_said(name), hint=hint, optional=optional)


def _select(label: str, name: str, choices: Any, *, hint: Any = "", **props: Any) -> rx.Component:
    control = select(name, choices, id=f"organisation-{name}", default_value=_saved(name), error=_said(name), **props)
    return field(label, control, name=f"organisation-{name}", error=_said(name), hint=hint)
