"""Numbers, coupons, events: what is counted once and in order (invariants 5, 12, 15)."""

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import Session, col, or_, select

from invoice_app.clock import utc_now
from invoice_app.models import ReceivedEvent
from invoice_app.repositories.inbox import MOST_TRIES
from invoice_app.repositories.proofs.broken import Broken, name_invoice_row, run

WAITING_TOO_LONG = timedelta(hours=1)


def find_number_gaps(session: Session) -> Iterator[Broken]:
    """Every series runs from 1 to its counter, each number on one invoice or credit note."""
    rows = run(
        session,
        """
        SELECT numberseries.name, numberseries.last, count(document.sequence) AS found,
               count(DISTINCT document.sequence) AS different,
               coalesce(min(document.sequence), 1) AS lowest, coalesce(max(document.sequence), 0) AS highest
          FROM numberseries LEFT JOIN (SELECT series, sequence FROM invoice WHERE series IS NOT NULL
               UNION ALL SELECT series, sequence FROM creditnote) AS document ON document.series = numberseries.name
         GROUP BY numberseries.id, numberseries.name, numberseries.last
        """,
    )
    for row in rows:
        if not (row.found == row.different == row.last == row.highest) or row.lowest != 1:
            how = f"its counter is at {row.last}; {row.different} numbers from {row.lowest} to {row.highest} are on documents"
            yield Broken(f"Number series {row.name}", how)


def find_missing_numbers(session: Session) -> Iterator[Broken]:
    """A paid or finalised invoice has a number, and a number is of a series that counts it."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number, invoice.stage, invoice.paid, invoice.series, numberseries.id
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id
          LEFT JOIN numberseries ON numberseries.name = invoice.series
         WHERE (invoice.number IS NULL AND (invoice.paid > 0 OR invoice.stage = 'finalized'))
            OR (invoice.number IS NOT NULL AND invoice.series IS NOT NULL AND numberseries.id IS NULL)
        """,
    )
    for row in rows:
        how = f"its series {row.series} does not exist" if row.number else "it has no number"
        yield Broken(name_invoice_row(row.number, row.order_number), how, row.order_number)


def find_overdrawn_coupons(session: Session) -> Iterator[Broken]:
    """No coupon is redeemed more often than its limit, in all or by one customer."""
    rows = run(
        session,
        """
        SELECT coupon.code, coupon.total_limit AS most, count(redemption.id) AS times, 'in all' AS whose
          FROM coupon JOIN redemption ON redemption.coupon_id = coupon.id
         WHERE redemption.state IN ('reserved', 'committed') AND coupon.total_limit IS NOT NULL
         GROUP BY coupon.id, coupon.code, coupon.total_limit HAVING count(redemption.id) > coupon.total_limit
        UNION ALL
        SELECT coupon.code, coupon.customer_limit, count(redemption.id), 'by one customer'
          FROM coupon JOIN redemption ON redemption.coupon_id = coupon.id
         WHERE redemption.state IN ('reserved', 'committed') AND coupon.customer_limit IS NOT NULL
         GROUP BY coupon.id, coupon.code, coupon.customer_limit, redemption.account_id
        HAVING count(redemption.id) > coupon.customer_limit
        """,
    )
    for row in rows:
        yield Broken(f"Coupon {row.code}", f"it was redeemed {row.times} times {row.whose}, its limit is {row.most}")


def find_uncounted_coupons(session: Session) -> Iterator[Broken]:
    """A coupon on a paid invoice has its redemption, and no redemption counts without its coupon on the invoice."""
    rows = run(
        session,
        """
        SELECT coupon.code, sales_order.number AS order_number, 'it is on a paid invoice without a redemption' AS how
          FROM adjustment JOIN coupon ON coupon.id = adjustment.coupon_id JOIN invoice ON invoice.id = adjustment.invoice_id
          JOIN sales_order ON sales_order.id = invoice.order_id
         WHERE invoice.paid > 0 AND NOT EXISTS (SELECT 1 FROM redemption WHERE redemption.coupon_id = coupon.id
               AND redemption.invoice_id = invoice.id AND redemption.state IN ('reserved', 'committed'))
        UNION ALL
        SELECT coupon.code, sales_order.number, 'its redemption counts for an invoice that does not use it'
          FROM redemption JOIN coupon ON coupon.id = redemption.coupon_id JOIN invoice ON invoice.id = redemption.invoice_id
          JOIN sales_order ON sales_order.id = invoice.order_id
         WHERE redemption.state = 'reserved' AND NOT EXISTS (SELECT 1 FROM adjustment
               WHERE adjustment.coupon_id = coupon.id AND adjustment.invoice_id = invoice.id)
        """,
    )
    for row in rows:
        yield Broken(f"Coupon {row.code}", row.how, row.order_number)


def find_unapplied_events(session: Session) -> Iterator[Broken]:
    """Every event of the card service was applied, or is being tried again; one set aside is told here."""
    waiting = select(ReceivedEvent).where(
        col(ReceivedEvent.applied_at).is_(None),
        or_(ReceivedEvent.attempts >= MOST_TRIES, ReceivedEvent.received_at < utc_now() - WAITING_TOO_LONG),
    )
    for event in session.exec(waiting.order_by(col(ReceivedEvent.received_at), col(ReceivedEvent.id))).all():
        aside = event.attempts >= MOST_TRIES
        state = f"set aside after {event.attempts} tries" if aside else "not applied for more than an hour"
        yield Broken(f"Event {event.id} ({event.type})", f"{state}: {event.error}" if event.error else state)
