"""The dialog with a customer's kept cards."""

import reflex as rx

from invoice_app.services.payment_views import KeptCardView
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import empty_state, notice
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import dialog
from invoice_app.ui.customers.cards_state import CardsState


def cards_dialog() -> rx.Component:
    """Each card with brand, expiry and consent; the default, and the way to remove one."""
    kept = CardsState.kept
    none = empty_state("card", "No cards kept", "A customer can leave a card at their link, or keep it when they pay.")
    cards = rx.el.ul(rx.foreach(kept.cards, _card), class_name="money-rows", aria_label="Kept cards")
    body = rx.el.div(
        rx.el.p(kept.customer, class_name="soft"),
        rx.cond(kept.cards, cards, none),
        rx.cond(CardsState.error != "", notice("bad", CardsState.error, role="alert")),
        class_name="stack",
    )
    return dialog("kept-cards", "Kept cards", body, on_close=CardsState.closed)


def _card(card: KeptCardView) -> rx.Component:
    default = rx.el.span(icon("check"), "Default", class_name="badge badge--good")
    actions = rx.el.div(
        rx.cond(
            card.is_default,
            rx.fragment(),
            button("Make default", small=True, on_click=CardsState.choose_default(card.id)),
        ),
        button("Remove…", small=True, variant="quiet", on_click=CardsState.ask_removal(card.id)),
        class_name="row",
    )
    question = rx.el.div(
        rx.el.p(f"Remove {card.label}? It can then no longer be charged."),
        rx.el.div(
            button("Remove", small=True, variant="danger", on_click=CardsState.remove(card.id)),
            button("Keep it", small=True, variant="quiet", on_click=CardsState.ask_removal(0)),
            class_name="row",
        ),
        class_name="stack-tight",
    )
    expiry = rx.cond(card.expired, f"Expired {card.expires}", f"Expires {card.expires}")
    return rx.el.li(
        rx.el.div(rx.el.span(card.label, class_name="strong"), rx.cond(card.is_default, default), class_name="row row--apart"),
        rx.el.p(rx.el.span(expiry), rx.el.span(card.agreed), class_name="attempt__facts small soft"),
        rx.cond(CardsState.kept.can_edit, rx.cond(CardsState.removing == card.id, question, actions)),
        key=card.id,
        class_name="money-row",
    )
