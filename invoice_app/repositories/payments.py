"""Payments, attempts, allocations and kept cards."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, literal, union_all
from sqlmodel import Session, col, func, not_, or_, select

from invoice_app.clock import utc_now
from invoice_app.domain.errors import NotFound
from invoice_app.models import CardRequest, Hold, Invoice, Payment, PaymentAttempt, SavedCard

OPEN, PROCESSING, SUCCEEDED, FAILED, EXPIRED = "open", "processing", "succeeded", "failed", "expired"
CONFIRM = "authentication_required"
"""The code of a charge that the bank wants to hear about from the customer."""
CARD = "card"
HELD, KEPT = "held", "kept"


def add_attempt(
    session: Session,
    invoice: Invoice,
    *,
    amount: int,
    method: str,
    who: str,
    status: str = OPEN,
    method_label: str = "",
    link_id: int | None = None,
    card_id: int | None = None,
    keep_card: bool = False,
    fee: int = 0,
    limits_method: bool = False,
    once: str = "",
) -> PaymentAttempt:
    """A new attempt, pinned to the invoice's present revision and currency (invariant 13).

    `amount` in minor units, with the `fee` of the chosen method in it. `once`: the key of the form it was typed into, by
    which find_attempt_of_form finds it again.
    """
    assert invoice.id is not None
    attempt = PaymentAttempt(
        invoice_id=invoice.id,
        revision=invoice.revision,
        amount=amount,
        fee=fee,
        limits_method=limits_method,
        currency=invoice.currency,
        method=method,
        method_label=method_label,
        status=status,
        who=who,
        idempotency_key=secrets.token_hex(8),
        share_link_id=link_id,
        saved_card_id=card_id,
        keep_card=keep_card,
        started_at=utc_now(),
    )
    session.add(attempt)
    session.flush()
    # The random part keeps two deployments on one Stripe account apart.
    attempt.idempotency_key = (
        _name_form(invoice.id, once) if once else f"pay:{invoice.id}:{attempt.id}:{attempt.idempotency_key}"
    )
    session.add(attempt)
    return attempt


# Asked for every event that comes in, so put together once.
_PAYMENT_OF_INTENT = select(Payment).where(Payment.payment_intent_id == bindparam("intent_id"))
_POSTED = select(Payment.processing_fee).where(Payment.payment_intent_id == bindparam("intent_id"))
# A decline on a hosted page is an attempt of its own with the same PaymentIntent: the oldest row opened it.
_ATTEMPTS_OF_INTENT = (
    select(PaymentAttempt)
    .where(PaymentAttempt.payment_intent_id == bindparam("intent_id"))
    .order_by(col(PaymentAttempt.id))
    .limit(1)
)
_ATTEMPT_BY_KEY = select(PaymentAttempt).where(PaymentAttempt.idempotency_key == bindparam("key"))
# Whatever we open at Stripe is known by the id Stripe gave it, or by the key in its metadata.
_OURS = union_all(
    *(
        select(literal(1)).where(or_(*(column == bindparam("object_id") for column in ids), col(key) == bindparam("key")))
        for key, *ids in (
            (PaymentAttempt.idempotency_key, PaymentAttempt.payment_intent_id, PaymentAttempt.checkout_session_id),
            (Hold.idempotency_key, Hold.payment_intent_id, Hold.checkout_session_id),
            (CardRequest.idempotency_key, CardRequest.checkout_session_id),
        )
    )
).limit(1)


def read_attempt(session: Session, attempt_id: int) -> PaymentAttempt:
    """An attempt as it stands in the database now. Raises NotFound."""
    attempt = session.get(PaymentAttempt, attempt_id, populate_existing=True)
    if attempt is None:
        raise NotFound("payment attempt", attempt_id)
    return attempt


def find_attempt_of_intent(session: Session, payment_intent_id: str, key: str) -> PaymentAttempt | None:
    """The attempt a PaymentIntent was made for: by its id, else by the key we put into its metadata."""
    found = None
    if payment_intent_id:
        found = session.exec(_ATTEMPTS_OF_INTENT, params={"intent_id": payment_intent_id}).first()
    if found is None and key:
        found = find_attempt_by_key(session, key)
    return found


def find_capture(session: Session, payment_intent_id: str) -> PaymentAttempt | None:
    """The latest attempt to take the hold behind a PaymentIntent: those before it were given up and took nothing."""
    query = select(PaymentAttempt).where(PaymentAttempt.payment_intent_id == payment_intent_id)
    return session.exec(query.order_by(col(PaymentAttempt.id).desc())).first()


def find_attempt_of_payment(session: Session, payment_id: int) -> PaymentAttempt | None:
    """The attempt that brought a payment; None for one that none of ours did."""
    query = select(PaymentAttempt).where(PaymentAttempt.payment_id == payment_id)
    return session.exec(query.order_by(col(PaymentAttempt.id))).first()


def list_attempts_with_fee(session: Session, invoice_id: int) -> Sequence[PaymentAttempt]:
    """The attempts of an invoice that brought a payment and its method's fee."""
    query = select(PaymentAttempt).where(
        PaymentAttempt.invoice_id == invoice_id, PaymentAttempt.fee > 0, col(PaymentAttempt.payment_id).is_not(None)
    )
    return session.exec(query.order_by(col(PaymentAttempt.id))).all()


def find_attempt_by_session(session: Session, session_id: str) -> PaymentAttempt | None:
    """The attempt a Checkout Session was opened for."""
    return session.exec(select(PaymentAttempt).where(PaymentAttempt.checkout_session_id == session_id)).first()


def find_attempt_by_key(session: Session, key: str) -> PaymentAttempt | None:
    """The attempt with this idempotency key."""
    return session.exec(_ATTEMPT_BY_KEY, params={"key": key}).first()


def find_attempt_of_form(session: Session, invoice_id: int, once: str) -> PaymentAttempt | None:
    """What was already recorded from the form with this key; None without a key."""
    return find_attempt_by_key(session, _name_form(invoice_id, once)) if once else None


def _name_form(invoice_id: int, once: str) -> str:
    return f"form:{invoice_id}:{once}"


def find_unfinished(session: Session, invoice_id: int) -> PaymentAttempt | None:
    """The attempt of an invoice that is open or processing; there is at most one."""
    query = select(PaymentAttempt).where(
        PaymentAttempt.invoice_id == invoice_id, col(PaymentAttempt.status).in_((OPEN, PROCESSING))
    )
    return session.exec(query.order_by(col(PaymentAttempt.id).desc())).first()


def find_confirmation(session: Session, invoice: Invoice) -> PaymentAttempt | None:
    """The charge by staff that the customer's bank wants to hear about from them, while it is still just what is due.

    Over once anybody has paid since.
    """
    query = select(PaymentAttempt).where(PaymentAttempt.invoice_id == invoice.id, col(PaymentAttempt.share_link_id).is_(None))
    last = session.exec(query.order_by(col(PaymentAttempt.id).desc()).limit(1)).first()
    if (
        last is None
        or last.status != FAILED
        or last.amount != invoice.due
        or CONFIRM not in (last.decline_code, last.error_code)
    ):
        return None
    paid = select(PaymentAttempt.id).where(
        PaymentAttempt.invoice_id == invoice.id, col(PaymentAttempt.id) > last.id, PaymentAttempt.status == SUCCEEDED
    )
    return None if session.exec(paid).first() else last


def list_attempts(session: Session, invoice_id: int) -> Sequence[PaymentAttempt]:
    """Every attempt of an invoice, the one that ended last first (A3): a page may decline cards before it succeeds."""
    query = select(PaymentAttempt).where(PaymentAttempt.invoice_id == invoice_id)
    ended = func.coalesce(PaymentAttempt.closed_at, PaymentAttempt.started_at)
    return session.exec(query.order_by(ended.desc(), col(PaymentAttempt.id).desc())).all()


def list_unfinished(session: Session, *, older_than: timedelta) -> Sequence[PaymentAttempt]:
    """Attempts still open or processing that did not begin just now, oldest first."""
    now = utc_now()
    just_now = col(PaymentAttempt.started_at).between(now - older_than, now + older_than)
    query = select(PaymentAttempt).where(col(PaymentAttempt.status).in_((OPEN, PROCESSING)), not_(just_now))
    return session.exec(query.order_by(col(PaymentAttempt.id)).limit(200)).all()


def find_payment_of_intent(session: Session, payment_intent_id: str) -> Payment | None:
    """The payment posted for a PaymentIntent, if it was."""
    return session.exec(_PAYMENT_OF_INTENT, params={"intent_id": payment_intent_id}).first()


class Posted(NamedTuple):
    """What the books hold of a PaymentIntent; both only ever turn from false to true."""

    payment: bool
    fee: bool


def find_posted(session: Session, payment_intent_id: str) -> Posted:
    """Whether the payment of a PaymentIntent, and what the processor kept of it, are in the books."""
    row = session.connection().execute(_POSTED, {"intent_id": payment_intent_id}).first()
    return Posted(row is not None, row is not None and row[0] is not None)


def list_cards(session: Session, account_id: int) -> Sequence[SavedCard]:
    """The account's cards that were not removed, newest first."""
    query = select(SavedCard).where(SavedCard.account_id == account_id, col(SavedCard.removed_at).is_(None))
    return session.exec(query.order_by(col(SavedCard.id).desc())).all()


def find_card(session: Session, payment_method_id: str) -> SavedCard | None:
    """The card with Stripe's payment method id."""
    return session.exec(select(SavedCard).where(SavedCard.payment_method_id == payment_method_id)).first()


def keep_card(
    session: Session,
    account_id: int,
    *,
    payment_method_id: str,
    brand: str,
    last4: str,
    exp_month: int,
    exp_year: int,
    source: str,
) -> SavedCard:
    """Keep a card the customer agreed to; the same card left before is replaced, so that each is offered once."""
    known = find_card(session, payment_method_id)
    if known is not None:
        return known
    now = utc_now()
    for card in list_cards(session, account_id):
        if (card.brand, card.last4, card.exp_month, card.exp_year) == (brand, last4, exp_month, exp_year):
            card.removed_at = now
            session.add(card)
    card = SavedCard(
        account_id=account_id,
        payment_method_id=payment_method_id,
        brand=brand,
        last4=last4,
        exp_month=exp_month,
        exp_year=exp_year,
        source=source,
        consented_at=now,
    )
    session.add(card)
    session.flush()
    return card


def is_ours(session: Session, object_id: str, key: str) -> bool:
    """Whether a PaymentIntent or Checkout Session was made by us, for a payment, a hold or a card."""
    return session.connection().execute(_OURS, {"object_id": object_id, "key": key}).first() is not None


def find_card_request(session: Session, session_id: str) -> CardRequest | None:
    """The card request a Checkout Session was opened for."""
    return session.exec(select(CardRequest).where(CardRequest.checkout_session_id == session_id)).first()


def find_card_request_by_key(session: Session, key: str) -> CardRequest | None:
    """The card request with this idempotency key."""
    return session.exec(select(CardRequest).where(CardRequest.idempotency_key == key)).first()


def find_open_card_request(session: Session, invoice_id: int, link_id: int) -> CardRequest | None:
    """The card request of one link that the customer has not finished."""
    query = select(CardRequest).where(
        CardRequest.invoice_id == invoice_id, CardRequest.share_link_id == link_id, CardRequest.status == OPEN
    )
    return session.exec(query.order_by(col(CardRequest.id).desc())).first()
