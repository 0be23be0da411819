"""Share links: a nonce and a hash in the database, the token only in the link itself (product.md invariant 22)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from invoice_app import routes
from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.domain.errors import NotFound
from invoice_app.models import ShareLink

LONGEST_TOKEN = 64


def derive_token(nonce: str) -> str:
    """The token of a link: 32 bytes keyed by the deployment's secret, so that the database alone gives none away."""
    secret = settings().secret_key.get_secret_value().encode()
    digest = hmac.new(secret, f"share:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def build_url(link: ShareLink, base_url: str) -> str:
    """The whole address of a link."""
    return base_url + routes.shared_invoice(derive_token(link.nonce))


def add_link(session: Session, invoice_id: int, *, recipient: str, created_by: str) -> ShareLink:
    """A new link that does not expire by itself; it has an id once the session is flushed."""
    nonce = secrets.token_hex(16)
    link = ShareLink(
        invoice_id=invoice_id,
        nonce=nonce,
        token_hash=_hash(derive_token(nonce)),
        recipient=recipient,
        created_by=created_by,
        created_at=utc_now(),
    )
    session.add(link)
    return link


# Asked again and again, so put together once.
_OF_INVOICE = select(ShareLink).where(ShareLink.invoice_id == bindparam("invoice_id")).order_by(col(ShareLink.id).desc())
_LINK = select(ShareLink).where(ShareLink.token_hash == bindparam("token_hash"))


def find_live_link(session: Session, token: str, *, now: datetime) -> ShareLink:
    """The link of a token. Raises the same NotFound for an unknown, a revoked and an expired one."""
    if 0 < len(token) <= LONGEST_TOKEN:
        link = session.exec(_LINK, params={"token_hash": _hash(token)}).first()
        if link is not None and is_live(link, now):
            return link
    raise NotFound("page")


_GLANCE = text(
    """
    SELECT invoice.revision, invoice.updated_at, invoice.paid, invoice.credited, invoice.stage, invoice.in_flight,
           invoice.number, invoice.due_on,
           bookingflow.payments_enabled, bookingflow.hold_card, organisation.payments_enabled AS all_payments_enabled,
           organisation.part_payments, organisation.part_payment_minimum, organisation.method_fees, organisation.card_fee_rate,
           organisation.card_fee_fixed, organisation.bank_fee_rate, organisation.bank_fee_fixed, organisation.fee_covers_itself,
           (SELECT count(*) || '/' || coalesce(max(id), 0) FROM deliverable WHERE order_id = invoice.order_id) AS files,
           (SELECT count(*) || '/' || coalesce(max(id), 0) FROM savedcard
             WHERE account_id = invoice.account_id AND removed_at IS NULL) AS cards,
           (SELECT count(*) FROM invoice AS other WHERE other.order_id = invoice.order_id
             AND other.stage <> 'void' AND other.paid + other.credited < other.total) AS unsettled
      FROM invoice
      JOIN sales_order ON sales_order.id = invoice.order_id
      JOIN bookingflow ON bookingflow.id = sales_order.flow_id
      JOIN organisation ON organisation.id = 1
     WHERE invoice.id = :invoice_id
    """
)


def glance_at(session: Session, invoice_id: int) -> str:
    """All that changes what the customer's page shows, in one cheap query, as text to compare with an earlier glance."""
    return repr(tuple(session.connection().execute(_GLANCE, {"invoice_id": invoice_id}).one()))


def is_live(link: ShareLink, now: datetime) -> bool:
    """Whether the link still opens its invoice."""
    return link.revoked_at is None and (link.expires_at is None or link.expires_at > now)


def find_recipient_link(session: Session, invoice_id: int, recipient: str, *, now: datetime) -> ShareLink | None:
    """The newest live link of one recipient."""
    links = list_links(session, invoice_id)
    return next((link for link in links if link.recipient == recipient and is_live(link, now)), None)


def list_links(session: Session, invoice_id: int) -> Sequence[ShareLink]:
    """The links of an invoice, newest first."""
    return session.exec(_OF_INVOICE, params={"invoice_id": invoice_id}).all()


def read_link(session: Session, link_id: int) -> ShareLink:
    """A link by its id. Raises NotFound."""
    link = session.get(ShareLink, link_id)
    if link is None:
        raise NotFound("link", link_id)
    return link


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
