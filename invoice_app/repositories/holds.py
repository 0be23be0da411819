"""Amounts blocked on a card."""

import secrets
from collections.abc import Sequence

from sqlalchemy import bindparam
from sqlmodel import Session, col, or_, select

from invoice_app.clock import utc_now
from invoice_app.documents.formatting import format_amount_label, format_date
from invoice_app.domain.errors import NotFound
from invoice_app.models import Hold, Invoice

OPEN, HELD, CAPTURED, RELEASED, EXPIRED, FAILED = "open", "held", "captured", "released", "expired", "failed"
ACTIVE = (OPEN, HELD)


# Asked for every event that comes in, so put together once.
_HOLD_OF_INTENT, _HOLD_OF_PAGE = (
    select(Hold).where(or_(column == bindparam("object_id"), Hold.idempotency_key == bindparam("key")))
    for column in (Hold.payment_intent_id, Hold.checkout_session_id)
)


def add_hold(
    session: Session,
    invoice: Invoice,
    *,
    amount: int,
    who: str,
    method_label: str = "",
    card_id: int | None = None,
    link_id: int | None = None,
) -> Hold:
    """A new hold, before the gateway is asked. `amount` in minor units."""
    hold = Hold(
        invoice_id=invoice.id or 0,
        saved_card_id=card_id,
        share_link_id=link_id,
        amount=amount,
        currency=invoice.currency,
        method_label=method_label,
        who=who,
        idempotency_key=secrets.token_hex(8),
        created_at=utc_now(),
    )
    session.add(hold)
    session.flush()
    hold.idempotency_key = f"hold:{invoice.id}:{hold.id}:{hold.idempotency_key}"
    session.add(hold)
    return hold


def read_hold(session: Session, hold_id: int) -> Hold:
    """A hold as it stands in the database now. Raises NotFound."""
    hold = session.get(Hold, hold_id, populate_existing=True)
    if hold is None:
        raise NotFound("hold", hold_id)
    return hold


def find_hold_of_intent(session: Session, payment_intent_id: str, key: str) -> Hold | None:
    """The hold a PaymentIntent was made for: by its id, else by the key we put into its metadata."""
    return session.exec(_HOLD_OF_INTENT, params={"object_id": payment_intent_id, "key": key}).first()


def find_hold_of_page(session: Session, session_id: str, key: str = "") -> Hold | None:
    """The hold a Checkout Session was opened for: by its id, else by the key in its metadata."""
    return session.exec(_HOLD_OF_PAGE, params={"object_id": session_id, "key": key}).first()


def find_active_hold(session: Session, invoice_id: int) -> Hold | None:
    """The hold of an invoice that is being placed or stands; there is at most one."""
    query = select(Hold).where(Hold.invoice_id == invoice_id, col(Hold.status).in_(ACTIVE))
    return session.exec(query.order_by(col(Hold.id).desc())).first()


def list_holds(session: Session, invoice_id: int) -> Sequence[Hold]:
    """Every hold of an invoice, newest first."""
    return session.exec(select(Hold).where(Hold.invoice_id == invoice_id).order_by(col(Hold.id).desc())).all()


def list_active_holds(session: Session) -> Sequence[Hold]:
    """Holds being placed or standing, oldest first."""
    return session.exec(select(Hold).where(col(Hold.status).in_(ACTIVE)).order_by(col(Hold.id)).limit(200)).all()


def describe_hold(hold: Hold, locale: str, *, whose: str = "") -> str:
    """What is held, on what and until when: "$720.00 USD is held on your Visa ··4242 until Nov 28, 2026"."""
    until = f" until {format_date(hold.capture_before.date(), locale)}" if hold.capture_before else ""
    return f"{format_amount_label(hold.amount, hold.currency, locale)} is held on {whose}{hold.method_label}{until}"
