"""A booking is lost (D16): its unpaid connected invoices are frozen to standalone snapshots, every unpaid invoice is void, and
those with payments stay, all in one transaction (product.md, conflict 5)."""

from collections.abc import Callable
from contextlib import suppress

from sqlmodel import Session

from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import OrderStatus
from invoice_app.domain.errors import AttemptInProgress
from invoice_app.domain.stages import Action, Kind, Refusal, Stage, allowed
from invoice_app.gateways import signals
from invoice_app.models import Invoice
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.orders import list_order_invoices, lock_order, read_order
from invoice_app.repositories.situations import read_situation
from invoice_app.services.booking_views import LossStep, LossView
from invoice_app.services.converting import freeze_in
from invoice_app.services.voiding import PageStillOpen, clear_the_way, void_in

TRIES = 3
REASON = "The booking is lost."


def lose_order(actor: Actor | None, order_id: int) -> LossView:
    """Mark an order or booking as lost and let its unpaid invoices end; answers what became of each.

    An invoice that cannot be voided stays, and the answer says why: it has payments, one is being processed, or it was
    credited. Raises NotFound, and GatewayUnavailable when it is not known whether an open payment page could be closed.
    """
    editor = require(actor, Permission.EDIT_ORDERS)
    found: list[LossStep] = []

    def lose() -> None:
        close_checkouts_of_order(editor, order_id)
        with transaction() as session:
            found[:] = lose_in(session, editor, order_id)

    retry_while_open(lose)
    return LossView(order_id, tuple(found))


def lose_in(session: Session, editor: Actor, order_id: int) -> list[LossStep]:
    """As `lose_order`, in the caller's transaction. A booking that is lost already stays as it is."""
    for invoice in list_order_invoices(session, order_id):
        lock_invoice(session, invoice.id or 0)
    order = lock_order(session, order_id)
    # One more may have been added until then.
    invoices = [lock_invoice(session, invoice.id or 0) for invoice in list_order_invoices(session, order_id)]
    if order.status == OrderStatus.LOST:
        return []
    steps = []
    for invoice in invoices:
        steps.append(_tell_step(session, invoice))
        if not steps[-1].stays:
            _end_invoice(session, editor, invoice)
    before, order.status = order.status, OrderStatus.LOST
    session.add(order)
    record_event(
        session,
        editor,
        subject=f"order:{order_id}",
        action="lost the booking",
        before={"status": before},
        after={"status": order.status, "invoices": [f"{step.reference}: {step.effect}" for step in steps]},
    )
    after_commit(session, lambda: signals.publish_all((signals.order_topic(order_id), signals.ORDERS)))
    return steps


def preview_loss(actor: Actor | None, order_id: int) -> LossView:
    """What losing a booking would do to each invoice, to be confirmed before. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        read_order(session, order_id)
        return LossView(order_id, tuple(_tell_step(session, invoice) for invoice in list_order_invoices(session, order_id)))


def close_checkouts_of_order(editor: Actor, order_id: int) -> None:
    """Close the payment pages customers have open on the invoices that would end, outside any transaction.

    Raises GatewayUnavailable.
    """
    with reading() as session:
        ending = [invoice.id or 0 for invoice in list_order_invoices(session, order_id) if _refuse(session, invoice) is None]
    for invoice_id in ending:
        with suppress(AttemptInProgress):  # paid, or being paid, this moment: then it stays
            clear_the_way(editor, invoice_id)


def retry_while_open(change: Callable[[], None]) -> None:
    """Run `change` again when a customer opened a payment page between closing the last one and taking the lock."""
    for _ in range(TRIES):
        with suppress(PageStillOpen):
            change()
            return
    raise AttemptInProgress(message="The customer is paying this moment. Nothing was changed; please try again shortly.")


def _end_invoice(session: Session, editor: Actor, invoice: Invoice) -> None:
    if invoice.kind == Kind.CONNECTED:
        freeze_in(session, editor, invoice)
        session.flush()
    void_in(session, invoice, editor, REASON)


def _tell_step(session: Session, invoice: Invoice) -> LossStep:
    reference = read_context(session, invoice).reference
    if invoice.stage == Stage.VOID:
        return LossStep(reference, "is void already", stays=True)
    refusal = _refuse(session, invoice)
    if refusal is not None:
        return LossStep(reference, f"stays. {refusal.reason}", stays=True)
    frozen = "frozen as a standalone snapshot, then " if invoice.kind == Kind.CONNECTED else ""
    return LossStep(reference, f"{frozen}void", stays=False)


def _refuse(session: Session, invoice: Invoice) -> Refusal | None:
    # Once frozen a connected invoice is standalone: its kind is then no reason against voiding it.
    situation = read_situation(session, invoice)
    situation["kind"] = Kind.STANDALONE
    return allowed(Action.VOID, **situation)
