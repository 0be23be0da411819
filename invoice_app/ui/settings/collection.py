"""How customers pay: in parts or all at once, and with which fee for a card or a bank debit."""

from typing import Any

import reflex as rx

from invoice_app.ui.components.button import button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.field import field, switch, text_input
from invoice_app.ui.settings.collection_state import CollectionState
from invoice_app.ui.settings.state import SettingsState


def collection_section() -> rx.Component:
    """One form with one button."""
    settings = SettingsState.settings
    form = CollectionState.form
    currency = settings.organisation.currency
    parts = rx.el.div(
        switch(
            "part_payments",
            "Part payments",
            hint="Customers may pay a part of what is due at their link.",
            default_checked=form.part_payments,
        ),
        class_name="settings__switch",
    )
    fees = rx.el.div(
        switch(
            "method_fees",
            "Fee by payment method",
            hint="Added to the invoice when the payment succeeds. Many countries limit surcharges by law.",
            default_checked=form.method_fees,
        ),
        class_name="settings__switch span",
    )
    covers = rx.el.div(
        switch(
            "fee_covers_itself",
            "The fee covers itself",
            hint="So much that, after the card service's share, the whole invoice amount is left.",
            default_checked=form.fee_covers_itself,
        ),
        class_name="settings__switch span",
    )
    fields = rx.el.fieldset(
        rx.el.div(
            parts,
            _typed("Smallest part", "part_minimum", unit=currency),
            fees,
            _typed("Card fee", "card_rate", unit="%"),
            _typed("and for each payment", "card_fixed", unit=currency),
            _typed("Bank debit fee", "bank_rate", unit="%"),
            _typed("and for each payment", "bank_fixed", unit=currency),
            covers,
            class_name="field-grid",
        ),
        disabled=~settings.can_edit,
        class_name="card__body stack",
    )
    save = rx.el.footer(button("Save", variant="primary", type="submit", id="save-collection"), class_name="card__foot row")
    return card(
        "How customers pay",
        rx.el.form(
            fields,
            rx.cond(settings.can_edit, save),
            on_submit=CollectionState.save,
            no_validate=True,
            key=f"collection-{CollectionState.form_version}",
        ),
        name="collection",
    )


def _typed(label: str, name: str, *, unit: Any) -> rx.Component:
    error = rx.cond(CollectionState.error_field == name, CollectionState.error, "")
    saved = getattr(CollectionState.form, name)
    control = text_input(name, id=f"collection-{name}", amount=True, unit=unit, default_value=saved, error=error)
    return field(label, control, name=f"collection-{name}", error=error)
