"""Revising an invoice: the one way its content changes, from the order's items as from the drawer.

Closing an open Checkout comes first (it talks to Stripe, outside any transaction); then one transaction checks
the stage, the base
revision and the coupons under lock, writes rows, revision, redemptions and event, and signals every open page.
"""

from collections.abc import Callable

from sqlmodel import Session

from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.errors import AttemptInProgress, StaleRevision
from invoice_app.domain.stages import Action, Kind, LockPolicy, Stage, require_allowed
from invoice_app.models import Invoice
from invoice_app.repositories.coupons import settle_redemptions
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import (
    has_attempt_in,
    lock_invoice,
    read_content,
    read_invoice,
    store_revision,
    write_content,
)
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.signalling import signal_invoice

Change = Callable[[Session, Invoice, InvoiceContent], InvoiceContent]
Afterwards = Callable[[Session, Invoice], None]

# A customer may open a new Checkout between our closing the last one and taking the lock.
CLOSING_TRIES = 3


def revise_invoice(
    actor: Actor | None,
    invoice_id: int,
    change: Change,
    *,
    permission: Permission,
    action: str,
    base_revision: int | None = None,
    afterwards: Afterwards | None = None,
) -> int:
    """Apply `change` and save it as the next revision; answers the revision now current (unchanged content saves nothing).

    Raises StaleRevision when `base_revision` is no longer current, AttemptInProgress while a payment is being
    processed or won the
    race, InvoiceAlreadyFinalized / InvoiceIsVoid by stage, CouponRefused when a coupon no longer fits.
    """
    editor = require(actor, permission)
    for _ in range(CLOSING_TRIES):
        if _would_change_total(invoice_id, change):
            close_open_checkout(invoice_id)
        try:
            return _revise(editor, invoice_id, change, action, base_revision, afterwards)
        except _CheckoutOpened:
            continue
    raise AttemptInProgress(message="The customer is paying this moment. Nothing was saved; please try again shortly.")


class _CheckoutOpened(Exception):
    """A Checkout opened before the lock was taken."""


def _would_change_total(invoice_id: int, change: Change) -> bool:
    with reading() as session:
        if not has_attempt_in(session, invoice_id, "open"):
            return False
        invoice = read_invoice(session, invoice_id)
        content = read_content(session, invoice)
        changed = change(session, invoice, content)
        session.rollback()
    return changed.price().total != content.price().total


def _revise(
    actor: Actor, invoice_id: int, change: Change, action: str, base_revision: int | None, afterwards: Afterwards | None
) -> int:
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        check_editable(session, invoice)
        if base_revision is not None and invoice.revision != base_revision:
            raise StaleRevision(expected=base_revision, actual=invoice.revision)
        before = read_content(session, invoice)
        content = change(session, invoice, before)
        if content != before:
            _store(session, actor, invoice, before, content, action)
        if afterwards:
            afterwards(session, invoice)
        return invoice.revision


def check_editable(session: Session, invoice: Invoice) -> None:
    """Raise unless the invoice's lines may be changed at its stage; a payment being processed blocks too
    (product.md, the race)."""
    assert invoice.id is not None
    require_allowed(
        Action.SAVE,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        has_payments=invoice.paid != 0,
        in_flight=has_attempt_in(session, invoice.id, "processing"),
        lock_policy=LockPolicy(read_organisation(session).lock_policy),
        reference=invoice.number or "",
    )


def _store(
    session: Session, actor: Actor, invoice: Invoice, before: InvoiceContent, content: InvoiceContent, action: str
) -> None:
    assert invoice.id is not None
    total_before = invoice.total
    totals = content.price()
    if totals.total != total_before and has_attempt_in(session, invoice.id, "open"):
        raise _CheckoutOpened
    settle_redemptions(session, invoice, content, totals)
    write_content(session, invoice, content)
    store_revision(session, invoice, content, saved_by=actor.name)
    record_event(
        session,
        actor,
        subject=f"invoice:{invoice.id}",
        action=action,
        before={"revision": invoice.revision - 1, "total": total_before, **before.to_json()},
        after={"revision": invoice.revision, "total": invoice.total, **content.to_json()},
    )
    signal_invoice(session, invoice)
