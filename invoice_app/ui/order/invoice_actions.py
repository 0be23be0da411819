"""The actions menu of an invoice: what can be done to it, and why the rest cannot."""

from typing import Any

import reflex as rx

from invoice_app.domain.stages import Action
from invoice_app.services.listing_actions import ActionView
from invoice_app.ui.components.button import button
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import menu_item
from invoice_app.ui.history.state import HistoryState
from invoice_app.ui.order.actions_state import ActionsState
from invoice_app.ui.order.comparing_state import ComparingState
from invoice_app.ui.order.crediting_state import CreditingState
from invoice_app.ui.order.invoices_state import InvoicesCardState

_WORDS: dict[Action, tuple[str, str]] = {
    Action.FINALIZE: ("Finalise…", "lock"),
    Action.EDIT_TERMS: ("Due date, terms and note…", "calendar"),
    Action.CREDIT: ("Credit note…", "undo"),
    Action.FREEZE: ("Make standalone…", "workflow"),
    Action.CONNECT: ("Connect to the booking…", "workflow"),
    Action.VOID: ("Void…", "ban"),
    Action.UNVOID: ("Bring back…", "refresh"),
    Action.DELETE: ("Delete…", "trash"),
}


def invoice_actions(invoice_id: int, where: str) -> rx.Component:
    """The button and its menu; `where` (panel or drawer) keeps the two apart.

    The dialogs they open stand on the page: the one opened last is the topmost, so they come over an open drawer too.
    """
    name, anchor = f"invoice-actions-{where}", f"invoice-actions-{where}-button"
    trigger = button(
        rx.el.span("Actions", class_name="button__word"),
        icon_name="more",
        variant="quiet",
        wide=where == "panel",
        id=anchor,
        on_click=ActionsState.open_menu(invoice_id, name, anchor),
        custom_attrs={"aria-haspopup": "menu", "aria-controls": name},
    )
    view = ActionsState.view
    panel = rx.el.div(
        rx.foreach(view.actions, _action),
        menu_item("What changed…", "clock", on_click=ComparingState.start(view.invoice_id)),
        menu_item("History…", "clock", on_click=HistoryState.start(f"invoice:{view.invoice_id}")),
        id=name,
        class_name="menu menu--reasons",
        role="menu",
        aria_label="Actions for this invoice",
        custom_attrs={"popover": "auto", "data-arrows": "true"},
    )
    return rx.fragment(trigger, panel)


def _action(action: ActionView) -> rx.Component:
    words = tuple((one.value, _item(action, *said)) for one, said in _WORDS.items())
    return rx.match(action.name, *words, rx.fragment())


def _item(action: ActionView, text: str, icon_name: str) -> rx.Component:
    possible = rx.el.button(
        icon(icon_name),
        text,
        type="button",
        role="menuitem",
        class_name="menu__item",
        on_click=_handler(action, text),
    )
    refused = rx.el.div(
        icon(icon_name),
        rx.el.span(
            rx.el.span(text.removesuffix("…")),
            rx.el.span(action.reason, class_name="menu__reason small"),
            class_name="stack-tight",
        ),
        role="menuitem",
        tab_index=-1,
        aria_disabled="true",
        class_name="menu__item menu__item--refused",
    )
    return rx.cond(action.possible, possible, refused)


def _handler(action: ActionView, text: str) -> Any:
    invoice_id = ActionsState.view.invoice_id
    if text == _WORDS[Action.CREDIT][0]:
        return CreditingState.start(invoice_id)
    if text in (_WORDS[Action.FREEZE][0], _WORDS[Action.CONNECT][0]):
        return InvoicesCardState.ask_conversion(invoice_id)
    return ActionsState.ask(action.name)
