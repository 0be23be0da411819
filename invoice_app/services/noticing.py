"""Telling a member of staff what happened on the orders they look after: in the product and by e-mail (D31)."""

from sqlmodel import Session, col, select, update

from invoice_app.clock import utc_now
from invoice_app.db import after_commit, reading, transaction
from invoice_app.documents.formatting import format_amount_label, format_when
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.gateways import signals
from invoice_app.models import Notice, Order, Payment, User
from invoice_app.repositories.contexts import InvoiceContext
from invoice_app.repositories.event_log import CUSTOMER, record_event
from invoice_app.repositories.events import list_events
from invoice_app.repositories.invoices import list_items
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.booking_views import NoticeView
from invoice_app.services.writing_emails import queue_staff_notice

MOST_SHOWN = 20


def notices_topic(user_id: int) -> str:
    """The topic of one member's notices."""
    return f"notices:{user_id}"


def tell_of_payment(session: Session, context: InvoiceContext, payment: Payment) -> None:
    """A customer paid: it is posted to the booking and its events, and whoever looks after the order is told (D31).

    The invoice has its own entry already, from the posting itself.
    """
    amount = format_amount_label(payment.amount, payment.currency, context.organisation.locale)
    after = {"invoice": context.invoice.id, "payment": payment.id, "amount": payment.amount, "method": payment.method_label}
    for subject in (f"order:{context.order.id}", *_name_events(session, context)):
        record_event(session, CUSTOMER, subject=subject, action="payment received", after=after)
    assignee = session.get(User, context.order.assignee_id) if context.order.assignee_id else None
    if assignee is None or not assignee.active:
        return
    text = f"{context.account.name} paid {amount} on {context.reference}"
    _add_notice(session, context, assignee, text)
    details = (("Booking", context.order.title), ("Method", payment.method_label))
    queue_staff_notice(session, context, f"{context.account.name} paid {amount}", details, amount=amount, to=assignee.email)


def list_notices(actor: Actor | None) -> tuple[NoticeView, ...]:
    """This member's notices, newest first, at most twenty."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        query = (
            select(Notice, Order.number)
            .join(Order, col(Order.id) == Notice.order_id)
            .where(Notice.user_id == viewer.user_id)
            .order_by(col(Notice.at).desc(), col(Notice.id).desc())
        )
        return tuple(
            NoticeView(
                id=notice.id or 0,
                text=notice.text,
                when=format_when(notice.at, utc_now(), organisation.locale, organisation.time_zone),
                order_number=number,
                unread=notice.read_at is None,
            )
            for notice, number in session.exec(query.limit(MOST_SHOWN)).all()
        )


def read_notices(actor: Actor | None) -> None:
    """Mark all of this member's notices as read."""
    viewer = require(actor, Permission.VIEW)
    with transaction() as session:
        unread = (col(Notice.user_id) == viewer.user_id, col(Notice.read_at).is_(None))
        session.execute(update(Notice).where(*unread).values(read_at=utc_now()))
        after_commit(session, lambda: signals.publish(notices_topic(viewer.user_id)))


def _name_events(session: Session, context: InvoiceContext) -> list[str]:
    """The events the invoice bills; a standalone one, which knows none, belongs to all of its booking."""
    with session.no_autoflush:  # posting changes neither items nor events
        events = [event.id for event in list_events(session, context.order.id or 0)]
        billed = {item.event_id for item in list_items(session, context.invoice.id or 0)} if events else set()
    return [f"event:{event_id}" for event_id in events if event_id in billed or billed <= {None}]


def _add_notice(session: Session, context: InvoiceContext, assignee: User, text: str) -> None:
    user_id = assignee.id or 0
    session.add(Notice(user_id=user_id, order_id=context.order.id or 0, invoice_id=context.invoice.id, text=text, at=utc_now()))
    after_commit(session, lambda: signals.publish(notices_topic(user_id)))
