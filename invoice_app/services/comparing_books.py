"""Our ledger held against Stripe's: every payment and refund of a period stands in both, with the same amount."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.documents.formatting import format_instant
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.gateways.stripe_books import ReturnedFact, TakenFact, list_returned, list_taken
from invoice_app.models import Hold, Invoice, Order, Payment, PaymentAttempt, Refund
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.proofs.broken import Broken
from invoice_app.services.checking_books import BooksView, show_rule

DAYS = 30
# What happened a moment ago may be here or there only.
GRACE = timedelta(minutes=2)
RULES = {
    "taken": "Every payment Stripe took for us is in our books, and every one of ours at Stripe.",
    "returned": "Every refund at Stripe is in our books with its amount and state, and every one of ours at Stripe.",
}


def compare_books(actor: Actor | None, *, days: int = DAYS) -> BooksView:
    """Compare the last `days` days. Raises GatewayUnavailable."""
    require(actor, Permission.VIEW)
    now = utc_now()
    since = now - timedelta(days=days)
    found = find_differences(since, now)
    rules = tuple(show_rule(name, sentence, found[name]) for name, sentence in RULES.items())
    with reading() as session:
        organisation = read_organisation(session)
    checked_at = format_instant(now, organisation.locale, organisation.time_zone)
    return BooksView(rules, sum(rule.count for rule in rules), checked_at)


def find_differences(since: datetime, until: datetime, *, grace: timedelta = GRACE) -> dict[str, list[Broken]]:
    """What stands in one of the two books only, or differently, by rule. Raises GatewayUnavailable."""
    taken, returned = list_taken(since, until), list_returned(since, until)
    with reading() as session:
        return {
            "taken": list(_compare_taken(session, taken, since, until - grace)),
            "returned": list(_compare_returned(session, returned, since, until - grace)),
        }


def _compare_taken(session: Session, taken: list[TakenFact], since: datetime, until: datetime) -> Iterator[Broken]:
    for fact in taken:
        payment = session.exec(select(Payment).where(Payment.payment_intent_id == fact.id)).first()
        if payment is None:
            order_number = _find_order(session, fact)
            if order_number is not None:
                yield Broken(
                    f"Charge {fact.id}", f"Stripe took {fact.amount} {fact.currency}; it is not in our books", order_number
                )
        elif (payment.amount, payment.currency) != (fact.amount, fact.currency):
            how = f"Stripe took {fact.amount} {fact.currency}, our books say {payment.amount} {payment.currency}"
            yield Broken(f"Payment {payment.id}", how)
    known = {fact.id for fact in taken}
    ours = select(Payment).where(
        col(Payment.payment_intent_id).is_not(None), Payment.received_at >= since, Payment.received_at < until
    )
    for payment in session.exec(ours).all():
        # Begun before the period and paid within it: Stripe lists a payment by its beginning.
        if payment.payment_intent_id not in known and _began(session, payment) >= since:
            yield Broken(f"Payment {payment.id}", f"it is in our books, but Stripe has no charge {payment.payment_intent_id}")


def _compare_returned(session: Session, returned: list[ReturnedFact], since: datetime, until: datetime) -> Iterator[Broken]:
    for fact in returned:
        refund = session.exec(select(Refund).where(Refund.refund_id == fact.id)).first()
        if refund is None:
            ours = session.exec(select(Payment.id).where(Payment.payment_intent_id == fact.payment_intent_id)).first()
            if ours is not None:
                yield Broken(f"Refund {fact.id}", f"Stripe gave back {fact.amount} {fact.currency}; it is not in our books")
        elif (refund.amount, refund.currency, refund.status) != (fact.amount, fact.currency, fact.status):
            why = f" ({refund.failure_reason})" if refund.failure_reason else ""
            booked_as = f"{refund.amount} {refund.currency} {refund.status}{why}"
            how = f"Stripe says {fact.amount} {fact.currency} {fact.status}, our books {booked_as}"
            yield Broken(f"Refund {refund.id}", how)
    known = {fact.id for fact in returned}
    booked = select(Refund).where(col(Refund.refund_id).is_not(None), Refund.created_at >= since, Refund.created_at < until)
    for refund in session.exec(booked).all():
        if refund.refund_id not in known:
            yield Broken(f"Refund {refund.id}", f"it is in our books, but Stripe has no refund {refund.refund_id}")


def _find_order(session: Session, fact: TakenFact) -> int | None:
    """The order a charge was made for; None for a payment of others on the same Stripe account."""
    for made in (PaymentAttempt, Hold):
        query = (
            select(Order.number)
            .join(Invoice, col(Invoice.order_id) == Order.id)
            .join(made, col(made.invoice_id) == Invoice.id)
            .where(or_(made.payment_intent_id == fact.id, made.idempotency_key == fact.key))
        )
        found = session.exec(query).first()
        if found is not None:
            return found
    return None


def _began(session: Session, payment: Payment) -> datetime:
    query = select(PaymentAttempt.started_at).where(PaymentAttempt.payment_id == payment.id)
    return session.exec(query.order_by(col(PaymentAttempt.started_at))).first() or payment.received_at
