"""The dialogs that move money from Payment details: refund a payment; hold, take or release an amount."""

import reflex as rx

from invoice_app.services.payment_views import CardView
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, text_input
from invoice_app.ui.components.overlay import cancel_button, dialog, form_dialog
from invoice_app.ui.order.money_state import MoneyState
from invoice_app.ui.order.payments_state import PaymentsState


def money_dialogs() -> rx.Component:
    """Whichever dialog is open."""
    return rx.match(
        MoneyState.dialog,
        ("refund", _refund()),
        ("capture", _capture()),
        ("release", _release()),
        ("hold", _hold()),
        rx.fragment(),
    )


def _said(*names: str) -> str:
    return rx.cond(rx.Var.create(list(names)).contains(MoneyState.error_field), MoneyState.error, "")


def _other(*names: str) -> rx.Component:
    elsewhere = (MoneyState.error != "") & ~rx.Var.create(list(names)).contains(MoneyState.error_field)
    return rx.cond(elsewhere, notice("bad", MoneyState.error, role="alert"))


def _amount(name: str, default: str, hint: str) -> rx.Component:
    return field(
        "Amount",
        text_input(
            name, amount=True, unit=MoneyState.money.currency, default_value=default, error=_said("amount"), auto_focus=True
        ),
        name=name,
        error=_said("amount"),
        hint=hint,
    )


def _refund() -> rx.Component:
    payment = MoneyState.payment
    by_card = f"The money goes back to {payment.method}; banks take 5 to 10 days to show it. Stripe keeps its own fee."
    by_hand = "Recorded here only: hand the money back yourself."
    body = rx.el.div(
        _amount("refund_amount", payment.left_plain, f"At most {payment.left_label}, what is left of this payment."),
        field(
            "Reason",
            text_input("refund_reason", error=_said("reason")),
            name="refund_reason",
            error=_said("reason"),
            hint="For your colleagues; the customer does not see it.",
            optional=True,
        ),
        notice(
            "info",
            rx.cond(payment.by_hand, by_hand, by_card),
            " The invoice is owed again. ",
            payment.fee,
        ),
        _other("amount", "reason"),
        class_name="stack",
    )
    return form_dialog(
        "refund",
        "Refund a payment",
        body,
        cancel_button("refund"),
        button(
            "Refund",
            variant="primary",
            type="submit",
            id="refund-payment",
            busy=MoneyState.submitting,
            disabled=MoneyState.submitting,
        ),
        on_submit=MoneyState.refund,
        on_close=MoneyState.closed,
    )


def _capture() -> rx.Component:
    hold = MoneyState.hold
    body = rx.el.div(
        _amount("capture_amount", hold.most_plain, f"At most {hold.most_label}."),
        notice(
            "info", f"Taken from {hold.method}. What you do not take of {hold.amount} is released and cannot be taken later."
        ),
        _other("amount"),
        class_name="stack",
    )
    return form_dialog(
        "capture",
        "Take a held amount",
        body,
        cancel_button("capture"),
        button(
            "Take",
            variant="primary",
            type="submit",
            id="capture-hold",
            busy=MoneyState.submitting,
            disabled=MoneyState.submitting,
        ),
        on_submit=MoneyState.capture,
        on_close=MoneyState.closed,
    )


def _release() -> rx.Component:
    hold = MoneyState.hold
    body = rx.el.div(
        rx.el.p(f"Release {hold.amount} on {hold.method}? Nothing is taken, and it cannot be taken later."),
        _other(),
        class_name="stack",
    )
    return dialog(
        "release",
        "Release a hold",
        body,
        cancel_button("release", "Keep it"),
        button(
            "Release",
            variant="danger",
            id="release-hold",
            busy=MoneyState.submitting,
            disabled=MoneyState.submitting,
            on_click=MoneyState.release,
        ),
        on_close=MoneyState.closed,
    )


def _hold() -> rx.Component:
    cards = rx.el.fieldset(
        rx.el.legend("Card", class_name="visually-hidden"),
        rx.foreach(PaymentsState.details.cards, _card_choice),
        class_name="cards",
    )
    body = rx.el.div(
        cards,
        _amount("hold_amount", MoneyState.money.hold_plain, "At most what is due."),
        notice(
            "info",
            "The amount is blocked on the card and nothing is taken. A hold stands for a few days; then it ends by itself.",
        ),
        _other("amount"),
        class_name="stack",
    )
    return form_dialog(
        "hold",
        "Hold an amount",
        body,
        cancel_button("hold"),
        button(
            "Hold",
            variant="primary",
            type="submit",
            id="place-hold",
            busy=MoneyState.submitting,
            disabled=MoneyState.submitting,
        ),
        on_submit=MoneyState.place,
        on_close=MoneyState.closed,
    )


def _card_choice(card: CardView, index: int) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="radio", name="hold_card", value=f"{card.id}", default_checked=index == 0, disabled=card.expired),
        rx.el.span(card.label, class_name="strong grow"),
        rx.el.span(rx.cond(card.expired, "expired", card.expires), class_name="faint small tabular"),
        key=card.id,
        class_name="card-choice",
    )
