"""The payment switches (A1): account-wide, and for each booking flow with Hold Credit Card beside it."""

import reflex as rx

from invoice_app.services.views import FlowView
from invoice_app.ui.components.button import button, icon_button
from invoice_app.ui.components.card import card, card_body
from invoice_app.ui.components.feedback import empty_state, notice
from invoice_app.ui.components.field import field_error, switch, text_input
from invoice_app.ui.settings.flow_state import NEW, FlowState
from invoice_app.ui.settings.state import SettingsState


def payments_section() -> rx.Component:
    """The account-wide switch."""
    settings = SettingsState.settings
    off = notice("warn", "Payments are off: no invoice can be changed, sent or paid until they are on again.")
    return card(
        "Payments",
        card_body(
            rx.el.div(
                switch(
                    "payments-enabled",
                    "Take payments",
                    hint="For the whole account. Each booking flow has a switch of its own below.",
                    checked=settings.payments_enabled,
                    disabled=~settings.can_edit,
                    on_change=SettingsState.switch_payments,
                ),
                rx.cond(settings.payments_enabled, rx.fragment(), off),
                switch(
                    "relock-files",
                    "Lock files again after a refund",
                    hint="Otherwise files that were unlocked once stay so.",
                    checked=settings.relock_files,
                    disabled=~settings.can_edit,
                    on_change=SettingsState.switch_relock,
                ),
                class_name="stack",
            )
        ),
        name="payments",
    )


def flows_section() -> rx.Component:
    """Booking flows with their switches, named in place."""
    settings = SettingsState.settings
    add = button("Add a flow", icon_name="plus", small=True, id="add-flow", on_click=FlowState.start)
    nothing = empty_state("workflow", "No booking flows yet", "Every order comes in through one. Add the first.")
    return card(
        "Booking flows",
        rx.el.ul(rx.foreach(settings.flows, _flow), class_name="settings__rows", aria_label="Booking flows"),
        rx.cond(FlowState.naming == NEW, rx.el.div(_naming("Name of the new flow", "Add flow"), class_name="settings__row")),
        rx.cond(settings.flows, rx.fragment(), rx.cond(FlowState.naming != NEW, nothing)),
        beside=rx.cond(settings.can_edit, add),
        name="flows",
    )


def _flow(flow: FlowView) -> rx.Component:
    locked = ~SettingsState.settings.can_edit
    orders = rx.cond(flow.orders == 1, "1 order", f"{flow.orders} orders")
    rename = icon_button(
        f"Rename {flow.name}",
        "pencil",
        small=True,
        id=f"rename-flow-{flow.id}",
        on_click=FlowState.rename(flow.id, flow.name, flow.payments_enabled, flow.hold_card),
    )
    name = rx.el.div(
        rx.el.div(
            rx.el.span(flow.name, class_name="strong truncate"),
            rx.cond(SettingsState.settings.can_edit, rename),
            class_name="row",
        ),
        rx.el.span(orders, class_name="faint small"),
        class_name="settings__name",
    )
    switches = rx.el.div(
        switch(
            f"flow-payments-{flow.id}",
            rx.fragment("Payment", rx.el.span(f" for {flow.name}", class_name="visually-hidden")),
            checked=flow.payments_enabled,
            disabled=locked,
            on_change=lambda on: SettingsState.switch_flow_payments(flow.id, on),
        ),
        switch(
            f"flow-hold-{flow.id}",
            rx.fragment("Hold Credit Card", rx.el.span(f" for {flow.name}", class_name="visually-hidden")),
            checked=flow.hold_card,
            disabled=locked,
            on_change=lambda on: SettingsState.switch_flow_hold(flow.id, on),
        ),
        class_name="settings__switches",
    )
    shown = rx.fragment(name, switches)
    return rx.el.li(
        rx.cond(FlowState.naming == flow.id, _naming(f"Name of {flow.name}", "Save"), shown),
        class_name="settings__row",
        key=flow.id,
    )


def _naming(label: str, verb: str) -> rx.Component:
    """The name as a field in its row; Enter saves."""
    return rx.el.form(
        rx.el.div(
            text_input(
                "name",
                id="flow-name",
                aria_label=label,
                default_value=FlowState.name,
                error=FlowState.error,
                auto_focus=True,
                placeholder="Real estate listing",
            ),
            field_error(FlowState.error, name="flow-name"),
            class_name="field grow",
        ),
        button(verb, variant="primary", type="submit"),
        button("Cancel", variant="quiet", on_click=FlowState.cancel),
        on_submit=FlowState.save,
        no_validate=True,
        class_name="settings__naming",
    )
