"""Taxes staff can choose on an item, and which of them new items start with."""

import reflex as rx

from invoice_app.services.views import Badge, TaxView
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import empty_state
from invoice_app.ui.components.field import field, select, switch, text_input
from invoice_app.ui.components.overlay import cancel_button, form_dialog, menu, menu_item, opens_menu
from invoice_app.ui.settings.choices import TAX_CATEGORIES
from invoice_app.ui.settings.state import SettingsState
from invoice_app.ui.settings.tax_state import DIALOG, TaxState

DEFAULT = Badge("Default", "info", "check")


def taxes_section() -> rx.Component:
    """Every tax, the default one marked."""
    settings = SettingsState.settings
    add = button("Add a tax", icon_name="plus", small=True, id="add-tax", on_click=TaxState.start)
    nothing = empty_state("percent", "No taxes yet", "Add the rates you charge, and one of 0% for what is exempt.")
    return card(
        "Taxes",
        rx.el.ul(rx.foreach(settings.taxes, _tax), class_name="settings__rows", aria_label="Taxes"),
        rx.cond(settings.taxes, rx.fragment(), nothing),
        rx.cond(TaxState.is_open, _form()),
        beside=rx.cond(settings.can_edit, add),
        name="taxes",
    )


def _tax(tax: TaxView) -> rx.Component:
    can_edit = SettingsState.settings.can_edit
    name = rx.el.div(
        rx.el.div(
            rx.el.span(tax.name, class_name="strong truncate"), rx.cond(tax.is_default, badge(DEFAULT)), class_name="row"
        ),
        rx.el.span(f"{tax.rate}% · ", _name_category(tax.category), class_name="faint small"),
        class_name="settings__name",
    )
    offered = switch(
        f"tax-active-{tax.id}",
        rx.fragment("Offered", rx.el.span(f" for new items: {tax.name}", class_name="visually-hidden")),
        checked=tax.active,
        # What new items start with must be on offer.
        disabled=~can_edit | (tax.is_default & tax.active),
        on_change=lambda on: SettingsState.switch_tax(tax.id, on),
    )
    actions = rx.el.div(offered, rx.cond(can_edit, _actions(tax)), class_name="settings__switches")
    return rx.el.li(name, actions, class_name="settings__row", key=tax.id)


def _actions(tax: TaxView) -> rx.Component:
    name = f"tax-menu-{tax.id}"
    edit = TaxState.edit(tax.id, tax.name, tax.rate, tax.category, tax.is_default, tax.active)
    make_default = menu_item("Make default", "check", on_click=SettingsState.make_tax_default(tax.id))
    return rx.el.span(
        menu(
            name,
            icon_button(f"Actions for {tax.name}", "more", small=True, id=f"{name}-button", custom_attrs=opens_menu(name)),
            menu_item("Edit", "pencil", on_click=edit),
            rx.cond(tax.is_default, rx.fragment(), make_default),
        )
    )


def _name_category(category: str) -> rx.Component:
    return rx.match(category, *((choice.value, choice.label) for choice in TAX_CATEGORIES), category)


def _form() -> rx.Component:
    def said(name: str) -> str:
        return rx.cond(TaxState.error_field == name, TaxState.error, "")

    tax = TaxState.tax
    rate = field(
        "Rate",
        text_input("rate", id="tax-rate", amount=True, unit="%", default_value=tax.rate, error=said("rate")),
        name="tax-rate",
        error=said("rate"),
    )
    body = rx.el.div(
        rx.el.div(
            field(
                "Name",
                text_input(
                    "name",
                    id="tax-name",
                    default_value=tax.name,
                    placeholder="VAT 20%",
                    error=said("name"),
                    auto_focus=True,
                ),
                name="tax-name",
                error=said("name"),
                hint="As customers read it on the invoice.",
            ),
            class_name="span",
        ),
        field(
            "Category",
            select(
                "category",
                TAX_CATEGORIES,
                id="tax-category",
                value=TaxState.category,
                on_change=TaxState.choose_category,
                error=said("category"),
            ),
            name="tax-category",
            error=said("category"),
        ),
        rx.cond(TaxState.category == "S", rate),
        class_name="field-grid",
    )
    hint = rx.el.p("Invoices keep the rate they were saved with.", class_name="field__hint")
    return form_dialog(
        DIALOG,
        rx.cond(tax.id == 0, "Add a tax", "Edit tax"),
        rx.el.div(body, hint, class_name="stack"),
        cancel_button(DIALOG),
        button(rx.cond(tax.id == 0, "Add tax", "Save tax"), variant="primary", type="submit", busy=TaxState.submitting),
        on_submit=TaxState.save,
        on_close=TaxState.closed,
    )
