"""Make Payment: the saved card where the flow holds one, else cash or check (A5–A8)."""

import reflex as rx

from invoice_app.domain.stages import Stage
from invoice_app.services.badges import STAGES
from invoice_app.services.payment_views import CardView
from invoice_app.services.views import Choice
from invoice_app.ui.components.button import Variant, button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, switch, text_input
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import cancel_button, close_overlay, overlay, overlay_body, overlay_foot, overlay_head
from invoice_app.ui.components.segmented import segment_panel, segmented
from invoice_app.ui.order.payments_state import PaymentsState
from invoice_app.ui.order.sending_state import SendingState
from invoice_app.ui.order.state import OrderState

BY_HAND = (Choice("cash", "Cash"), Choice("check", "Check"))
WITH_CARD = (Choice("card", "Saved card"), *BY_HAND)
CREDIT = Choice("credit", "Credit")


def payment_dialog() -> rx.Component:
    """The dialog over Payment details."""
    details = PaymentsState.details
    choose = PaymentsState.choose_method
    has_credit = details.credit != ""
    with_card, by_hand = (
        rx.cond(
            has_credit,
            segmented("pay-by", (*ways, CREDIT), PaymentsState.method, choose, label="Paid by"),
            segmented("pay-by", ways, PaymentsState.method, choose, label="Paid by"),
        )
        for ways in (WITH_CARD, BY_HAND)
    )
    head = rx.el.p("Due ", rx.el.span(details.due_label, class_name="strong tabular"), class_name="soft")
    top = rx.el.div(head, rx.cond(details.holds_cards, with_card, by_hand), class_name="stack")
    return overlay(
        "make-payment",
        overlay_head("make-payment", "Make Payment"),
        rx.match(PaymentsState.method, ("card", _card(top)), ("credit", _credit(top)), _by_hand(top)),
        label="Make Payment",
        on_close=PaymentsState.paid,
    )


def _card(top: rx.Component) -> rx.Component:
    details = PaymentsState.details
    result = PaymentsState.result
    cards = rx.el.fieldset(
        rx.el.legend("Card", class_name="visually-hidden"), rx.foreach(details.cards, _card_choice), class_name="cards"
    )
    told = rx.match(
        result.outcome,
        ("failed", notice("bad", rx.el.p(result.title, class_name="strong"), result.message, role="alert")),
        ("needs_customer", notice("warn", rx.el.p(result.title, class_name="strong"), result.message, role="alert")),
        ("processing", notice("info", rx.el.p(result.title, class_name="strong"), result.message, role="status")),
        rx.fragment(),
    )
    never_sent = notice("warn", "The customer was never sent this invoice. Charge the card all the same?", role="alert")
    return rx.el.div(
        overlay_body(
            top,
            segment_panel(
                "pay-by",
                "card",
                cards,
                rx.cond(details.card_hint != "", notice("info", details.card_hint)),
                told,
                rx.cond(PaymentsState.asking, never_sent),
                rx.cond(PaymentsState.error != "", notice("bad", PaymentsState.error, role="alert")),
                class_name="stack paying__panel",
            ),
        ),
        overlay_foot(
            cancel_button("make-payment"),
            rx.cond((result.outcome == "failed") & OrderState.order.panel.can_send, _after_refusal(), _charge("primary")),
        ),
        class_name="overlay__form",
    )


def _charge(variant: Variant) -> rx.Component:
    details = PaymentsState.details
    never_sent = OrderState.order.panel.stage.word == STAGES[Stage.DRAFT].word
    return button(
        rx.fragment(rx.cond(PaymentsState.result.outcome == "failed", "Try again: ", "Charge "), details.due_label),
        variant=variant,
        busy=PaymentsState.submitting,
        id="charge-card",
        disabled=PaymentsState.submitting | (PaymentsState.card_id == 0) | ~details.can_take_payment,
        on_click=rx.cond(never_sent & ~PaymentsState.asking, PaymentsState.ask, PaymentsState.charge),
    )


def _after_refusal() -> rx.Component:
    # The same card will most likely be refused again; the customer can choose another way at the link.
    invoice_id = PaymentsState.details.invoice_id
    send = SendingState.start(invoice_id, OrderState.order.customer_email)
    return rx.fragment(
        _charge("default"),
        button(
            "Send link", variant="primary", icon_name="send", id="send-instead", on_click=[close_overlay("make-payment"), send]
        ),
    )


def _card_choice(card: CardView) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="card",
            value=f"{card.id}",
            checked=PaymentsState.card_id == card.id,
            disabled=card.expired,
            on_change=PaymentsState.choose_card,
        ),
        icon("card"),
        rx.el.span(card.label, class_name="strong grow"),
        rx.el.span(rx.cond(card.expired, "expired", card.expires), class_name="faint small tabular"),
        key=card.id,
        class_name="card-choice",
    )


def _credit(top: rx.Component) -> rx.Component:
    """The customer's credit pays the whole or a part."""
    details = PaymentsState.details
    said = rx.cond(PaymentsState.error_field == "amount", PaymentsState.error, "")
    amount = field(
        "Amount",
        text_input("amount", amount=True, unit=OrderState.order.currency, default_value=details.credit_plain, error=said),
        name="amount",
        error=said,
        hint=f"The customer has {details.credit} of credit.",
    )
    other = rx.cond(
        (PaymentsState.error != "") & (PaymentsState.error_field != "amount"),
        notice("bad", PaymentsState.error, role="alert"),
    )
    return rx.el.form(
        overlay_body(top, segment_panel("pay-by", "credit", amount, other, class_name="stack paying__panel")),
        overlay_foot(
            cancel_button("make-payment"),
            button("Use credit", variant="primary", type="submit", id="use-credit", busy=PaymentsState.submitting),
        ),
        on_submit=PaymentsState.use_credit,
        class_name="overlay__form",
        no_validate=True,
    )


def _by_hand(top: rx.Component) -> rx.Component:
    details = PaymentsState.details

    def said(name: str) -> str:
        return rx.cond(PaymentsState.error_field == name, PaymentsState.error, "")

    is_check = PaymentsState.method == "check"
    fields = rx.el.div(
        field(
            "Amount",
            text_input(
                "amount", amount=True, unit=OrderState.order.currency, default_value=details.due_plain, error=said("amount")
            ),
            name="amount",
            error=said("amount"),
            hint="All that is due, or a part of it.",
        ),
        field(
            "Received on",
            text_input("received_on", type="date", default_value=details.today, error=said("received_on")),
            name="received_on",
            error=said("received_on"),
        ),
        rx.el.div(
            field(
                rx.cond(is_check, "Check number", "Reference"),
                text_input("reference", error=said("reference")),
                name="reference",
                error=said("reference"),
                optional=True,
            ),
            class_name="span",
        ),
        class_name="field-grid",
    )
    keep_rest = rx.cond(
        PaymentsState.error_field == "amount",
        switch("keep_rest", "Keep the rest as the customer's credit", hint="For a customer who paid more than was due."),
    )
    known = ["amount", "received_on", "reference"]
    other = rx.cond(
        (PaymentsState.error != "") & ~rx.Var.create(known).contains(PaymentsState.error_field),
        notice("bad", PaymentsState.error, role="alert"),
    )
    files = rx.cond(
        OrderState.order.files_locked & OrderState.has_files,
        notice("info", "When nothing is due any more, the customer's files unlock."),
    )
    no_card = rx.cond(~details.holds_cards & (details.card_hint != ""), rx.el.p(details.card_hint, class_name="field__hint"))
    return rx.el.form(
        overlay_body(
            top,
            segment_panel(
                "pay-by", PaymentsState.method, fields, keep_rest, other, files, no_card, class_name="stack paying__panel"
            ),
        ),
        overlay_foot(
            cancel_button("make-payment"),
            button("Record payment", variant="primary", type="submit", id="record-payment", busy=PaymentsState.submitting),
        ),
        on_submit=PaymentsState.record,
        class_name="overlay__form",
        no_validate=True,
    )
