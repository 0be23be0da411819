"""What can be done to one invoice now: the same table that the services ask, with the reason where something cannot be."""

from dataclasses import dataclass

from invoice_app.clock import today_in
from invoice_app.db import reading
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.stages import Action, Kind, Situation, Stage, allowed
from invoice_app.models import Invoice
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.situations import read_situation
from invoice_app.services.badges import STAGES, describe_billing
from invoice_app.services.booking_views import NO_BADGE
from invoice_app.services.views import Badge

NO_RIGHT = "Your role does not allow this. Ask an administrator of your organisation."


@dataclass(frozen=True)
class ActionView:
    """One action: possible, or not, and then why. `name` is an Action."""

    name: str
    possible: bool
    reason: str


@dataclass(frozen=True)
class ActionsView:
    """The actions of an invoice, those that make sense at its stage, and what the dialogs say about it.

    `number` is what it has; `asks_number`: one may be typed by hand when it is finalised.
    """

    invoice_id: int = 0
    reference: str = ""
    number: str = ""
    stage: Badge = NO_BADGE
    billing: Badge = NO_BADGE
    actions: tuple[ActionView, ...] = ()
    asks_number: bool = False
    was_sent: bool = False
    former_stage: str = ""


_RIGHTS = {
    Action.FINALIZE: Permission.FINALIZE,
    Action.EDIT_TERMS: Permission.EDIT_INVOICES,
    Action.CREDIT: Permission.CREDIT,
    Action.VOID: Permission.VOID,
    Action.UNVOID: Permission.VOID,
    Action.DELETE: Permission.DELETE,
    Action.FREEZE: Permission.EDIT_INVOICES,
    Action.CONNECT: Permission.EDIT_INVOICES,
}


def list_actions(actor: Actor | None, invoice_id: int) -> ActionsView:
    """What the actions menu of an invoice offers. Raises NotFound."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        context = read_context(session, invoice)
        organisation = context.organisation
        situation = read_situation(session, invoice)
        return ActionsView(
            invoice_id=invoice_id,
            reference=context.reference,
            number=invoice.number or "",
            stage=STAGES[Stage(invoice.stage)],
            billing=describe_billing(invoice, today_in(organisation.time_zone), organisation.grace_days),
            actions=tuple(_view(viewer, context, situation, action) for action in _choose(invoice)),
            asks_number=organisation.custom_numbers and invoice.number is None,
            was_sent=invoice.sent_at is not None,
            former_stage=STAGES[Stage(invoice.stage_before_void)].word if invoice.stage_before_void else "",
        )


def _choose(invoice: Invoice) -> tuple[Action, ...]:
    if invoice.stage == Stage.VOID:
        return (Action.UNVOID,)
    other_kind = Action.FREEZE if invoice.kind == Kind.CONNECTED else Action.CONNECT
    if invoice.stage == Stage.FINALIZED:
        return (Action.EDIT_TERMS, Action.CREDIT, Action.VOID, Action.DELETE)
    return (Action.FINALIZE, Action.EDIT_TERMS, other_kind, Action.VOID, Action.DELETE)


def _view(viewer: Actor, context: InvoiceContext, situation: Situation, action: Action) -> ActionView:
    if not viewer.may(_RIGHTS[action]):
        return ActionView(action, False, NO_RIGHT)
    if action is Action.FINALIZE and context.switches_off:
        return ActionView(action, False, f"Payments are off: turn on {' and '.join(context.switches_off)} in Settings.")
    refusal = allowed(action, **situation)
    return ActionView(action, refusal is None, refusal.reason if refusal else "")
