"""Voiding an invoice, and taking that back where the organisation allows it (D12–D17, E20, product.md invariant 8)."""

from typing import Any

from sqlmodel import Session, func, select

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookkeeping import book_charge
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.entry import parse_text
from invoice_app.domain.errors import AttemptInProgress, ValidationFailed
from invoice_app.domain.stages import Action, Stage, require_allowed
from invoice_app.gateways import stripe
from invoice_app.models import Invoice, LedgerTransaction
from invoice_app.repositories.bookkeeping import book
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.coupons import release_redemptions, settle_redemptions
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.holds import HELD, find_active_hold
from invoice_app.repositories.invoices import lock_invoice, read_content, read_invoice
from invoice_app.repositories.payments import find_unfinished
from invoice_app.repositories.situations import read_situation
from invoice_app.services.carrying_fees import follow_money
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.settling_holds import settle_page
from invoice_app.services.signalling import signal_invoice
from invoice_app.services.taking_holds import release_hold

LONGEST_REASON = 500
TRIES = 3


class PageStillOpen(AttemptInProgress):
    """The customer has a payment page open, or an amount held: `clear_the_way` first, outside any transaction."""


def void_invoice(actor: Actor | None, invoice_id: int, reason: str) -> None:
    """Make an invoice void: the customer sees it as void and nothing is owed on it; its number stays on record.

    An open payment page is closed and a held amount is let go first. Raises ValidationFailed ("reason"), InvoiceIsVoid,
    AttemptInProgress, ActionRefused (connected, paid or credited), NotFound, PermissionDenied, GatewayUnavailable.
    """
    editor = require(actor, Permission.VOID)
    told = parse_reason(reason)
    with reading() as session:
        _require(session, read_invoice(session, invoice_id), Action.VOID)
    for _ in range(TRIES):
        clear_the_way(editor, invoice_id)
        try:
            with transaction() as session:
                void_in(session, lock_invoice(session, invoice_id), editor, told)
        except PageStillOpen:
            continue
        return
    raise AttemptInProgress(message="The customer is paying this moment. Nothing was changed; please try again shortly.")


def clear_the_way(editor: Actor, invoice_id: int) -> None:
    """Close the customer's open payment page and let a held amount go, before a transaction that voids the invoice.

    Raises AttemptInProgress when money is moving or has just moved, GatewayUnavailable.
    """
    close_open_checkout(invoice_id)
    with reading() as session:
        hold = find_active_hold(session, invoice_id)
    if hold is not None and hold.status == HELD:
        release_hold(editor, hold.id or 0)
    elif hold is not None and hold.checkout_session_id:
        settle_page(hold.id or 0, stripe.expire_checkout(hold.checkout_session_id))


def void_in(session: Session, invoice: Invoice, editor: Actor, reason: str) -> None:
    """Make a locked invoice void in the caller's transaction; `clear_the_way` went before.

    The ledger's charge is reversed and coupons are free again. Raises PageStillOpen when a customer was quicker, InvoiceIsVoid,
    AttemptInProgress, ActionRefused.
    """
    _require(session, invoice, Action.VOID)
    assert invoice.id is not None
    if find_unfinished(session, invoice.id) is not None or find_active_hold(session, invoice.id) is not None:
        raise PageStillOpen(read_context(session, invoice).reference)
    before = {"stage": invoice.stage, "number": invoice.number, "total": invoice.total}
    _book(session, invoice, -invoice.total, kind="void", who=editor.name, note=reason)
    release_redemptions(session, invoice.id)
    invoice.stage_before_void, invoice.stage = invoice.stage, Stage.VOID
    invoice.void_reason, invoice.voided_at = reason, utc_now()
    _finish(session, invoice, editor, "voided the invoice", before, {"stage": invoice.stage, "reason": reason})


def unvoid_invoice(actor: Actor | None, invoice_id: int) -> None:
    """Bring a void invoice back to the stage it had, with the number it had (E20).

    Raises ActionRefused (not void, or not allowed here), CouponRefused when a coupon on it was used up meanwhile, NotFound,
    PermissionDenied.
    """
    editor = require(actor, Permission.VOID)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        _require(session, invoice, Action.UNVOID)
        before = {"stage": invoice.stage, "reason": invoice.void_reason}
        content = read_content(session, invoice)
        nothing = InvoiceContent(content.currency, content.prices_include_tax, content.tax_rounding, (), ())
        settle_redemptions(session, invoice, nothing, content, content.price())
        _book(session, invoice, invoice.total, kind="unvoid", who=editor.name)
        invoice.stage, invoice.stage_before_void = invoice.stage_before_void, ""
        invoice.void_reason, invoice.voided_at = "", None
        # Money may have gone back while nobody could change the invoice.
        follow_money(session, {invoice_id: invoice}, who=editor.name, open_before=frozenset())
        after = {"stage": invoice.stage, "number": invoice.number, "total": invoice.total}
        _finish(session, invoice, editor, "un-voided the invoice", before, after)


def parse_reason(typed: str) -> str:
    """Why something is corrected, for the record. Raises ValidationFailed ("reason") for none, or too long a one."""
    reason = parse_text(typed, "reason", most=LONGEST_REASON)
    if not reason:
        raise ValidationFailed("Say why. Your colleagues and the event log keep it; the customer does not see it.", "reason")
    return reason


def _require(session: Session, invoice: Invoice, action: Action) -> None:
    require_allowed(action, reference=invoice.number or "", **read_situation(session, invoice))


def _book(session: Session, invoice: Invoice, amount: int, *, kind: str, who: str, note: str = "") -> None:
    # An invoice may become void, come back and become void again: each is booked once.
    times = select(func.count()).where(LedgerTransaction.invoice_id == invoice.id, LedgerTransaction.kind == kind)
    source = f"{kind}:{invoice.id}:{session.exec(times).one() + 1}"
    book(session, invoice, book_charge(amount), kind=kind, source=source, who=who, note=note)


def _finish(
    session: Session, invoice: Invoice, editor: Actor, action: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    invoice.updated_at = utc_now()
    session.add(invoice)
    session.flush()
    record_event(session, editor, subject=f"invoice:{invoice.id}", action=action, before=before, after=after)
    signal_invoice(session, invoice)
