"""Giving money back: whole, in part, several times; by card through Stripe, or by hand for cash and checks.

The refund is written first with its idempotency key, then Stripe is asked outside any transaction, then its answer is
recorded. Whoever learns of a refund (the answer, a webhook, the sweep, a refund made in Stripe's dashboard) ends in
`settle_refund`, which lets late news change nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.documents.formatting import format_amount_label
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookkeeping import BOOKS
from invoice_app.domain.errors import ActionRefused, Conflict, ValidationFailed
from invoice_app.domain.money import parse_amount
from invoice_app.domain.returning import DISPUTE_INQUIRY, DISPUTE_OPEN, GONE, REFUND_RANKS, STARTED, is_live, may_follow
from invoice_app.gateways import stripe_returns
from invoice_app.gateways.stripe_client import GatewayRefused, GatewayUnavailable, ask_twice
from invoice_app.gateways.stripe_returns import RefundFacts
from invoice_app.models import Invoice, Payment, Refund
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.event_log import SYSTEM, record_event
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.payments import find_payment_of_intent
from invoice_app.repositories.returning import (
    find_invoice_of,
    find_refund,
    give_back,
    list_disputes,
    list_refunds,
    list_started_refunds,
    lock_invoices_of,
    read_payment,
    sum_left,
    take_back,
)
from invoice_app.services.carrying_fees import follow_money, list_open
from invoice_app.services.payment_views import RefundForm, RefundResult
from invoice_app.services.signalling import signal_invoice
from invoice_app.services.writing_emails import queue_refund_notice, queue_returned_refund, queue_staff_notice

GATEWAY, MANUAL = "gateway", "manual"
OUTSIDE = "Stripe dashboard"
LONGEST_REASON = 200
# Between the two lies more than a call to Stripe may take, so that what is given up is asked for by nobody any more.
ASK_AGAIN_FOR, GIVE_UP_AFTER = timedelta(minutes=3), timedelta(minutes=5)

log = structlog.get_logger()


class LeftChanged(Conflict):
    """What is left of the payment is no longer what the dialog showed: somebody else gave money back meanwhile."""

    code = "left_changed"


@dataclass(frozen=True, slots=True)
class _Request:
    """What to ask Stripe for; amounts in minor units."""

    refund_id: int
    key: str
    intent_id: str
    amount: int
    currency: str

    @property
    def metadata(self) -> dict[str, str]:
        """By which a refund that was made but never answered is recognised."""
        return {"refund": str(self.refund_id), "key": self.key}


def refund_payment(actor: Actor | None, payment_id: int, form: RefundForm) -> RefundResult:
    """Give back a payment or a part of it. What Stripe refuses is a result, not an error: it leaves a failed refund.

    Raises ValidationFailed ("amount", "reason"), LeftChanged, ActionRefused (being refunded, disputed), NotFound,
    PermissionDenied.
    """
    person = require(actor, Permission.REFUND)
    with transaction() as session:
        row, request = _begin(session, person, payment_id, form)
        locale = read_organisation(session).locale
    told = format_amount_label(row.amount, row.currency, locale)
    if request is None:
        return RefundResult("succeeded", "Refund recorded", f"Hand {told} back to the customer if you have not yet.")
    try:
        facts = ask_gateway(request)
    except GatewayUnavailable:
        return RefundResult(
            "started",
            "We do not know yet",
            "The card service did not answer. We keep asking and show the result here; the money goes back at most once.",
        )
    except GatewayRefused as refused:
        _give_up(request.refund_id, refused.gateway_code or refused.code)
        return RefundResult("failed", "Not refunded", explain_refusal(refused.gateway_code))
    status = settle_refund(facts)
    if status in GONE:
        return RefundResult("failed", "Not refunded", "The card service could not send the money back.")
    return RefundResult(status, "Refund is on its way", f"{told} goes back to the card. Banks take 5 to 10 days to show it.")


def _begin(session: Session, person: Actor, payment_id: int, form: RefundForm) -> tuple[Refund, _Request | None]:
    payment = read_payment(session, payment_id)
    invoices = lock_invoices_of(session, payment_id)
    session.refresh(payment)
    amount = _check(session, payment, form)
    reason = form.reason.strip()
    if len(reason) > LONGEST_REASON:
        raise ValidationFailed(f"Keep the reason under {LONGEST_REASON} characters.", "reason")
    by_gateway = payment.payment_intent_id is not None
    row = Refund(
        payment_id=payment_id,
        invoice_id=find_invoice_of(session, payment_id),
        amount=amount,
        currency=payment.currency,
        reason=reason,
        status=STARTED,
        channel=GATEWAY if by_gateway else MANUAL,
        idempotency_key=secrets.token_hex(8),
        requested_by=person.name,
        created_at=utc_now(),
    )
    session.add(row)
    session.flush()
    # The random part keeps two deployments on one Stripe account apart.
    row.idempotency_key = f"refund:{payment_id}:{row.id}:{row.idempotency_key}"
    after = {"refund": row.id, "amount": amount, "reason": reason}
    record_event(session, person, subject=f"invoice:{row.invoice_id}", action="started a refund", after=after)
    if not by_gateway:
        _advance(session, payment, invoices, row, "succeeded", "")
        return row, None
    _signal(session, invoices)
    return row, _describe(row, payment)


def _check(session: Session, payment: Payment, form: RefundForm) -> int:
    if any(refund.status == STARTED for refund in list_refunds(session, payment.id or 0)):
        raise ActionRefused("A refund of this payment is still being made. Wait for its result.")
    for dispute in list_disputes(session, payment.id or 0):
        if dispute.status in DISPUTE_OPEN and dispute.status not in DISPUTE_INQUIRY:
            raise ActionRefused("The customer's bank is deciding on this payment. It cannot be refunded until then.")
    left = sum_left(session, payment)
    amount = parse_amount(form.amount, payment.currency, "amount")
    if amount <= 0:
        raise ValidationFailed("Enter an amount above 0.", "amount", form.amount)
    if form.left != str(left):
        raise LeftChanged("Money of this payment went back in the meantime. Look at it again before you refund.")
    if amount > left:
        most = format_amount_label(left, payment.currency, read_organisation(session).locale)
        raise ValidationFailed(f"This is more than is left of the payment: {most}.", "amount", form.amount)
    return amount


def _describe(row: Refund, payment: Payment) -> _Request:
    assert row.id is not None and payment.payment_intent_id is not None
    return _Request(row.id, row.idempotency_key, payment.payment_intent_id, row.amount, row.currency)


def ask_gateway(request: _Request) -> RefundFacts:
    """Ask Stripe, a second time with the same key if it does not answer."""
    return ask_twice(
        partial(
            stripe_returns.refund_intent,
            request.intent_id,
            amount=request.amount,
            currency=request.currency,
            metadata=request.metadata,
            key=request.key,
        )
    )


def settle_refund(facts: RefundFacts) -> str:
    """Bring our records to what Stripe says of a refund; answers its status, "" for a payment that is not here.

    A refund made outside appears; one that fails after it had succeeded is undone and staff are told.
    """
    with transaction() as session:
        payment = find_payment_of_intent(session, facts.payment_intent_id) if facts.payment_intent_id else None
        if payment is None or payment.id is None:
            return ""
        invoices = lock_invoices_of(session, payment.id)
        row = find_refund(session, facts.id, facts.metadata.get("key", "")) or _add_outside(session, payment, facts)
        session.refresh(row)
        if row.refund_id is None and row.status in GONE:
            row.status = STARTED  # it was given up while nothing was known of it; now it is
        row.refund_id = facts.id
        session.add(row)
        _advance(session, payment, invoices, row, facts.status, facts.failure_reason)
        return row.status


def _add_outside(session: Session, payment: Payment, facts: RefundFacts) -> Refund:
    row = Refund(
        payment_id=payment.id or 0,
        invoice_id=find_invoice_of(session, payment.id or 0),
        amount=facts.amount,
        currency=facts.currency,
        status=STARTED,
        channel=GATEWAY,
        refund_id=facts.id,
        idempotency_key=f"outside:{facts.id}",
        requested_by=OUTSIDE,
        created_at=facts.created_at,
    )
    session.add(row)
    session.flush()
    return row


def _advance(
    session: Session, payment: Payment, invoices: dict[int, Invoice], row: Refund, status: str, failure_reason: str
) -> None:
    if not may_follow(REFUND_RANKS, row.status, status):
        return
    before, row.status = row.status, status
    row.failure_reason = failure_reason
    row.settled_at = None if status in ("pending", "requires_action") else utc_now()
    session.add(row)
    session.flush()
    source, label, open_before = f"refund:{row.id}", payment.method_label, list_open(session, invoices)
    if is_live(status):
        take_back(
            session,
            payment,
            invoices,
            row.amount,
            out_of=BOOKS[payment.method],
            kind="refund",
            source=source,
            who=row.requested_by,
            refund_id=row.id,
            note=label,
        )
        follow_money(session, invoices, who=row.requested_by, open_before=open_before)
        if not is_live(before):
            queue_refund_notice(session, _read_context(session, row, invoices), payment, row)
    elif give_back(session, payment, invoices, kind="refund_failed", source=source, who=SYSTEM, refund_id=row.id, note=label):
        follow_money(session, invoices, who=SYSTEM, open_before=open_before)
        queue_returned_refund(session, _read_context(session, row, invoices), payment, row)
        _alert(session, row, invoices)
    after = {"refund": row.id, "status": status, "amount": row.amount}
    record_event(
        session,
        row.requested_by,
        subject=f"invoice:{row.invoice_id}",
        action="refund",
        before={"status": before},
        after=after,
    )
    _signal(session, invoices)


def _alert(session: Session, row: Refund, invoices: dict[int, Invoice]) -> None:
    context = _read_context(session, row, invoices)
    amount = format_amount_label(row.amount, row.currency, context.organisation.locale)
    facts = (("What happened", "The bank sent the money back to us"), ("Next step", "Agree another way with the customer"))
    queue_staff_notice(session, context, f"A refund of {amount} did not arrive", facts, amount=amount)


def _read_context(session: Session, row: Refund, invoices: dict[int, Invoice]) -> InvoiceContext:
    return read_context(session, invoices[row.invoice_id or next(iter(invoices))])


def _signal(session: Session, invoices: dict[int, Invoice]) -> None:
    for invoice in invoices.values():
        invoice.updated_at = utc_now()
        session.add(invoice)
        signal_invoice(session, invoice)


def _give_up(refund_id: int, code: str) -> None:
    with transaction() as session:
        row = session.get(Refund, refund_id)
        assert row is not None
        payment = read_payment(session, row.payment_id)
        invoices = lock_invoices_of(session, row.payment_id)
        session.refresh(row)
        # A call whose answer was lost may have worked: what Stripe has told of it since outweighs a later refusal.
        if row.status == STARTED and row.refund_id is None:
            _advance(session, payment, invoices, row, "failed", code)


def explain_refusal(code: str) -> str:
    """Why Stripe gave nothing back, in plain words."""
    if code == "charge_already_refunded":
        return "All of this payment has already gone back. Its refunds appear here in a moment."
    if code == "charge_disputed":
        return "The customer's bank is deciding on this payment. It cannot be refunded until then."
    return "The card service refused the refund. Nothing went back."


def settle_started_refunds() -> None:
    """Finish refunds whose answer never came: found by their key, else asked for again with the same key, for some minutes.

    One that Stripe does not list after that never reached it, or was answered with an error that its key repeats for a day.
    """
    with reading() as session:
        waiting = [
            (row, _describe(row, read_payment(session, row.payment_id)))
            for row in list_started_refunds(session)
            if row.channel == GATEWAY
        ]
    for row, request in waiting:
        try:
            _settle_started(row, request)
        except GatewayRefused as refused:
            _give_up(request.refund_id, refused.gateway_code or refused.code)
        except GatewayUnavailable as error:
            log.warning("refund_not_settled", refund=row.id, error=error.message)


def _settle_started(row: Refund, request: _Request) -> None:
    age = abs(utc_now() - row.created_at)
    found = stripe_returns.list_intent_refunds(request.intent_id)
    facts = next((one for one in found if one.metadata.get("key") == request.key), None)
    if facts is None and age > GIVE_UP_AFTER:
        _give_up(request.refund_id, "gateway_unavailable")
    elif facts is not None or age < ASK_AGAIN_FOR:
        settle_refund(facts or ask_gateway(request))
