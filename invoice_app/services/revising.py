"""Revising an invoice: the one way its content changes, from the order's items as from the drawer.

Closing an open Checkout comes first (it talks to Stripe, outside any transaction); then one transaction checks the stage,
the base revision and the coupons under lock, writes rows, revision, redemptions and event, and signals every open page.
"""

from collections.abc import Callable

from sqlmodel import Session

from invoice_app.db import transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import ItemKind
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.errors import AttemptInProgress, ValidationFailed
from invoice_app.domain.method_fees import keep_method_fees
from invoice_app.domain.stages import Action, Kind, LockPolicy, Stage, require_allowed
from invoice_app.models import Invoice
from invoice_app.repositories.coupons import settle_redemptions
from invoice_app.repositories.credits import release_excess
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import (
    InvoiceRows,
    lock_invoice,
    read_rows,
    read_unfinished,
    store_revision,
    write_content,
)
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.schedules import follow_schedule
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.issuing import issue_document
from invoice_app.services.signalling import signal_invoice

Change = Callable[[Session, Invoice, InvoiceContent], InvoiceContent]
Afterwards = Callable[[Session, Invoice], object]

# A customer may open a new Checkout between our closing the last one and taking the lock.
CLOSING_TRIES = 3


def revise_invoice(
    actor: Actor | None,
    invoice_id: int,
    change: Change,
    *,
    permission: Permission,
    action: str,
    afterwards: Afterwards | None = None,
) -> bool:
    """Apply `change` and save it as the next revision (unchanged content saves nothing).

    Answers whether the customer had the payment page open, which was closed for it.

    Raises AttemptInProgress while a payment is being processed or has just won the race, InvoiceAlreadyFinalized and
    InvoiceIsVoid by stage, ValidationFailed ("lines") for a finalised invoice left without a line, CouponRefused when a coupon
    no longer fits, and what `change` raises.
    """
    editor = require(actor, permission)
    closed = False
    for _ in range(CLOSING_TRIES):
        try:
            _revise(editor, invoice_id, change, action, afterwards)
        except _CheckoutOpen:
            closed = close_open_checkout(invoice_id) or closed
        else:
            return closed
    raise AttemptInProgress(message="The customer is paying this moment. Nothing was saved; please try again shortly.")


class _CheckoutOpen(Exception):
    """The total would change while the customer has a page open that charges the old one."""


def _revise(actor: Actor, invoice_id: int, change: Change, action: str, afterwards: Afterwards | None) -> None:
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        unfinished = read_unfinished(session, invoice_id)
        check_editable(session, invoice, unfinished)
        rows = read_rows(session, invoice)
        content = keep_method_fees(change(session, invoice, rows.content), rows.content)
        _refuse_guestrooms(invoice, content)
        if invoice.stage == Stage.FINALIZED and not content.lines:
            raise ValidationFailed("A finalised invoice keeps at least one item. To take it back, void it.", field="lines")
        if content != rows.content:
            _store(session, actor, invoice, rows, content, action, unfinished)
        if afterwards:
            afterwards(session, invoice)


def _refuse_guestrooms(invoice: Invoice, content: InvoiceContent) -> None:
    """Whoever changes it and how: a connected invoice never holds a guestroom (product.md invariant 6)."""
    if any(line.kind == ItemKind.GUESTROOM for line in content.lines):
        require_allowed(Action.ADD_GUESTROOM, stage=Stage(invoice.stage), kind=Kind(invoice.kind))


def check_editable(session: Session, invoice: Invoice, unfinished: frozenset[str]) -> None:
    """Raise unless the invoice's lines may be changed at its stage.

    `unfinished`: the statuses of its unfinished payment attempts; one being processed blocks too (product.md, the race).
    """
    require_allowed(
        Action.SAVE,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        has_payments=invoice.paid != 0,
        credited=invoice.credited != 0,
        in_flight="processing" in unfinished,
        lock_policy=LockPolicy(read_organisation(session).lock_policy),
        reference=invoice.number or "",
    )


def _store(
    session: Session,
    actor: Actor,
    invoice: Invoice,
    rows: InvoiceRows,
    content: InvoiceContent,
    action: str,
    unfinished: frozenset[str],
) -> None:
    revision, total_before = invoice.revision, invoice.total
    totals = content.price()
    if totals.total != total_before and "open" in unfinished:
        raise _CheckoutOpen
    settle_redemptions(session, invoice, rows.content, content, totals)
    write_content(session, invoice, rows, content)
    store_revision(session, invoice, content, revision=revision + 1, saved_by=actor.name, totals=totals)
    released = release_excess(session, invoice, who=actor.name)
    follow_schedule(session, invoice)
    # What each revision said in full stands in its row; the event says which two it lies between.
    record_event(
        session,
        actor,
        subject=f"invoice:{invoice.id}",
        action=action,
        before={"revision": revision, "total": total_before},
        after={"revision": invoice.revision, "total": invoice.total, **({"credited": released} if released else {})},
    )
    signal_invoice(session, invoice)
    if invoice.stage == Stage.FINALIZED:
        issue_document(session, invoice)
