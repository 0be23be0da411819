"""The dialogs that ask before an invoice is finalised, voided, brought back, deleted, or gets other terms."""

import reflex as rx

from invoice_app.domain.stages import Stage
from invoice_app.services.badges import STAGES
from invoice_app.ui.components.button import Variant, button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, text_area, text_input
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.order.actions_state import ActionsState
from invoice_app.ui.order.drawer_state import DrawerState


def actions_dialogs() -> rx.Component:
    """Whichever dialog is open."""
    return rx.match(
        ActionsState.dialog,
        ("finalise", _finalise()),
        ("void", _void()),
        ("unvoid", _unvoid()),
        ("delete", _delete()),
        ("terms", _terms()),
        rx.fragment(),
    )


def _said(*names: str) -> str:
    return rx.cond(rx.Var.create(list(names)).contains(ActionsState.error_field), ActionsState.error, "")


def _other(*names: str) -> rx.Component:
    elsewhere = (ActionsState.error != "") & ~rx.Var.create(list(names)).contains(ActionsState.error_field)
    return rx.cond(elsewhere, notice("bad", ActionsState.error, role="alert"))


def _effects(*told: str | rx.Component) -> rx.Component:
    return rx.el.ul(*(rx.el.li(one) if isinstance(one, str) else one for one in told), class_name="consequences")


def _ask(
    name: str, title: str, body: rx.Component, verb: str, on_submit: rx.EventHandler, *, variant: Variant = "primary"
) -> rx.Component:
    return form_dialog(
        f"{name}-invoice",
        title,
        body,
        cancel_button(f"{name}-invoice"),
        button(
            verb,
            variant=variant,
            type="submit",
            id=f"{name}-invoice-now",
            busy=ActionsState.submitting,
            disabled=ActionsState.submitting,
        ),
        on_submit=on_submit,
        on_close=ActionsState.closed,
    )


def _finalise() -> rx.Component:
    view = ActionsState.view
    number = field(
        "Number",
        text_input("number", id="finalise-number", error=_said("number")),
        name="finalise-number",
        error=_said("number"),
        hint="Leave it empty to take the next one of the series.",
        optional=True,
    )
    numbered = rx.cond(
        view.number != "",
        rx.el.li(f"It keeps its number {view.number}."),
        rx.cond(view.asks_number, None, rx.el.li("It takes the next number of its series.")),
    )
    draft = DrawerState.draft
    unsaved = DrawerState.is_open & draft.unsaved & (draft.invoice_id == view.invoice_id)
    never_sent = view.stage.word == STAGES[Stage.DRAFT].word
    body = rx.el.div(
        rx.cond(unsaved, notice("warn", "Your unsaved changes are not part of it. Save them first to include them.")),
        _effects(
            numbered,
            "Lines, amounts and taxes can no longer change. A credit note corrects them.",
            "Its words, parties and PDF are kept as they are now, whatever changes in the settings.",
            rx.cond(never_sent, rx.el.li("Nothing is sent by this. Send the link when you are ready."), None),
        ),
        rx.cond(view.asks_number, number),
        _other("number"),
        class_name="stack",
    )
    return _ask("finalise", f"Finalise {view.reference}?", body, "Finalise", ActionsState.finalise)


def _void() -> rx.Component:
    view = ActionsState.view
    body = rx.el.div(
        _effects(
            rx.cond(
                view.was_sent,
                rx.el.li("The customer will see it as void, also on pages that are open now."),
                rx.el.li("The customer was never sent it."),
            ),
            "Nothing is owed on it any more, and no payment can be made.",
            "A payment page the customer has open is closed, and an amount held on their card is let go.",
            rx.cond(view.number != "", rx.el.li(f"{view.number} stays on record as void."), None),
        ),
        field(
            "Reason",
            text_input("reason", id="void-reason", error=_said("reason")),
            name="void-reason",
            error=_said("reason"),
            hint="For your colleagues and the event log; the customer does not see it.",
        ),
        _other("reason"),
        class_name="stack",
    )
    return _ask("void", f"Void {view.reference}?", body, "Void", ActionsState.void, variant="danger")


def _unvoid() -> rx.Component:
    view = ActionsState.view
    body = rx.el.div(
        _effects(
            rx.el.li("It is ", rx.el.span(view.former_stage, class_name="lower"), " again, as it was before."),
            rx.cond(view.number != "", rx.el.li(f"It keeps its number {view.number}."), None),
            "What it says is owed again, and the customer can pay it.",
        ),
        _other(),
        class_name="stack",
    )
    return _ask("unvoid", f"Bring {view.reference} back?", body, "Bring back", ActionsState.unvoid)


def _delete() -> rx.Component:
    deletion = ActionsState.deletion
    items = rx.el.fieldset(
        rx.el.legend("Its items", class_name="field__label"),
        _choice("keep", "stay on the booking and its events", checked=True),
        _choice("remove", "leave the booking and its events too", checked=False),
        class_name="cards",
    )
    body = rx.el.div(
        rx.el.ul(rx.foreach(deletion.effects, rx.el.li), class_name="consequences"),
        rx.cond(deletion.asks, items),
        _other(),
        class_name="stack",
    )
    return _ask("delete", f"Delete {deletion.reference}?", body, "Delete", ActionsState.delete, variant="danger")


def _choice(value: str, text: str, *, checked: bool) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="radio", name="items", value=value, default_checked=checked),
        rx.el.span(text, class_name="grow"),
        class_name="card-choice",
    )


def _terms() -> rx.Component:
    terms = ActionsState.terms
    due = field(
        "Due date",
        text_input(
            "due_on",
            id="terms-due",
            type="date",
            default_value=terms.form.due_on,
            disabled=terms.has_schedule,
            error=_said("due_on"),
        ),
        name="terms-due",
        error=_said("due_on"),
        hint=rx.cond(terms.has_schedule, "The payment schedule says when it is due.", ""),
    )
    body = rx.el.div(
        rx.cond(
            terms.issues_anew,
            notice("info", "It is issued anew with the same number and the same amounts. The earlier PDF stays as it was."),
        ),
        due,
        field(
            "Terms",
            text_area("terms", id="terms-terms", rows="3", default_value=terms.form.terms, error=_said("terms")),
            name="terms-terms",
            error=_said("terms"),
            optional=True,
        ),
        field(
            "Note",
            text_area("note", id="terms-note", rows="3", default_value=terms.form.note, error=_said("note")),
            name="terms-note",
            error=_said("note"),
            hint="The customer reads it on the invoice.",
            optional=True,
        ),
        _other("due_on", "terms", "note"),
        class_name="stack",
    )
    return _ask("terms", f"Due date, terms and note of {terms.reference}", body, "Save", ActionsState.save_terms)
