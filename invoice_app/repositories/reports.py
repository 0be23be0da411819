"""The sums behind the reports: made by the database, in minor units, currency by currency, without void invoices."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlmodel import Session

from invoice_app.domain.periods import Period

_STAGES = """
    SELECT currency, stage, count(*) AS documents, sum(total) AS total, sum(paid) AS paid, sum(credited) AS credited,
           sum(total - paid - credited) AS due
      FROM invoice
     WHERE stage <> 'void' AND issued_on BETWEEN :starts_on AND :ends_on
     GROUP BY currency, stage
"""
_AGEING = """
    SELECT currency, bucket, count(*) AS documents, sum(due) AS due
      FROM (SELECT currency, total - paid - credited AS due,
                   CASE WHEN due_on >= :today THEN 0 WHEN due_on >= :day_30 THEN 1 WHEN due_on >= :day_60 THEN 2
                        WHEN due_on >= :day_90 THEN 3 ELSE 4 END AS bucket
              FROM invoice
             WHERE stage IN ('sent', 'finalized') AND total - paid - credited > 0) AS owed
     GROUP BY currency, bucket
"""
_ITEMS = """
    SELECT currency, kind, name, sum(quantity) AS quantity, sum(draft) AS draft, sum(sent) AS sent,
           sum(finalized) AS finalized, sum(credited) AS credited
      FROM (SELECT invoice.currency, salesrow.kind, salesrow.name,
                   CASE WHEN invoice.stage <> 'draft' THEN salesrow.quantity ELSE 0 END AS quantity,
                   CASE WHEN invoice.stage = 'draft' THEN salesrow.amount ELSE 0 END AS draft,
                   CASE WHEN invoice.stage = 'sent' THEN salesrow.amount ELSE 0 END AS sent,
                   CASE WHEN invoice.stage = 'finalized' THEN salesrow.amount ELSE 0 END AS finalized,
                   0 AS credited
              FROM salesrow JOIN invoice ON invoice.id = salesrow.invoice_id
             WHERE invoice.stage <> 'void' AND invoice.issued_on BETWEEN :starts_on AND :ends_on
            UNION ALL
            SELECT creditnote.currency, coalesce(salesrow.kind, ''), coalesce(salesrow.name, ''), 0, 0, 0, 0,
                   creditnoteline.amount
              FROM creditnoteline
              JOIN creditnote ON creditnote.id = creditnoteline.credit_note_id
              JOIN invoice ON invoice.id = creditnote.invoice_id
              LEFT JOIN salesrow ON salesrow.invoice_id = creditnote.invoice_id
                   AND salesrow.key = creditnoteline.line_key AND salesrow.place = creditnoteline.place
             WHERE invoice.stage <> 'void' AND creditnote.issued_on BETWEEN :starts_on AND :ends_on) AS sold
     GROUP BY currency, kind, name
"""
_TAXES = """
    SELECT currency, name, category, rate, sum(draft) AS draft, sum(sent) AS sent, sum(finalized) AS finalized,
           sum(credited) AS credited, sum(taxable) AS taxable
      FROM (SELECT invoice.currency, salestax.name, salestax.category, salestax.rate,
                   CASE WHEN invoice.stage = 'draft' THEN salestax.tax ELSE 0 END AS draft,
                   CASE WHEN invoice.stage = 'sent' THEN salestax.tax ELSE 0 END AS sent,
                   CASE WHEN invoice.stage = 'finalized' THEN salestax.tax ELSE 0 END AS finalized,
                   0 AS credited,
                   CASE WHEN invoice.stage <> 'draft' THEN salestax.taxable ELSE 0 END AS taxable
              FROM salestax JOIN invoice ON invoice.id = salestax.invoice_id
             WHERE invoice.stage <> 'void' AND invoice.issued_on BETWEEN :starts_on AND :ends_on
            UNION ALL
            SELECT creditnote.currency, coalesce(salestax.name, ''), creditnotetax.category, creditnotetax.rate, 0, 0, 0,
                   creditnotetax.tax, -creditnotetax.taxable
              FROM creditnotetax
              JOIN creditnote ON creditnote.id = creditnotetax.credit_note_id
              JOIN invoice ON invoice.id = creditnote.invoice_id
              LEFT JOIN salestax ON salestax.invoice_id = creditnote.invoice_id AND salestax.place = creditnotetax.place
             WHERE invoice.stage <> 'void' AND creditnote.issued_on BETWEEN :starts_on AND :ends_on) AS taxed
     GROUP BY currency, name, category, rate
"""
_ROUNDING = """
    SELECT currency, sum(rounding) AS rounding
      FROM (SELECT invoice.currency, invoice.total - coalesce((SELECT sum(salestax.taxable + salestax.tax) FROM salestax
                    WHERE salestax.invoice_id = invoice.id), 0) AS rounding
              FROM invoice
             WHERE invoice.stage IN ('sent', 'finalized') AND invoice.issued_on BETWEEN :starts_on AND :ends_on
            UNION ALL
            SELECT creditnote.currency, -creditnote.rounding
              FROM creditnote JOIN invoice ON invoice.id = creditnote.invoice_id
             WHERE invoice.stage <> 'void' AND creditnote.issued_on BETWEEN :starts_on AND :ends_on) AS rounded
     GROUP BY currency
    HAVING sum(rounding) <> 0
"""


def sum_stages(session: Session, period: Period) -> Sequence[Any]:
    """Invoices issued in the period by currency and stage: documents, total, paid, credited, due."""
    return _run(session, _STAGES, starts_on=period.starts_on, ends_on=period.ends_on)


def sum_ageing(session: Session, today: date) -> Sequence[Any]:
    """What is owed on shared invoices by currency and bucket: 0 not overdue, then up to 30, 60 and 90 days, and more."""
    days = {f"day_{days}": today - timedelta(days=days) for days in (30, 60, 90)}
    return _run(session, _AGEING, today=today, **days)


def sum_items(session: Session, period: Period) -> Sequence[Any]:
    """Sales without tax by currency, kind and name: draft, sent, finalized, and credited in the period.

    `quantity` (millionths) is what was sold, drafts left out. A credit that names no line has neither kind nor name.
    """
    return _run(session, _ITEMS, starts_on=period.starts_on, ends_on=period.ends_on)


def sum_taxes(session: Session, period: Period) -> Sequence[Any]:
    """Tax by currency, category and rate: draft, sent, finalized and credited; `taxable` is of what was sold less credits."""
    return _run(session, _TAXES, starts_on=period.starts_on, ends_on=period.ends_on)


def sum_rounding(session: Session, period: Period) -> Sequence[Any]:
    """The cents by currency that no pair of net and tax could reach (BT-114) on what was sold, less those of credit notes."""
    return _run(session, _ROUNDING, starts_on=period.starts_on, ends_on=period.ends_on)


def _run(session: Session, statement: str, **days: date) -> Sequence[Any]:
    typed = [bindparam(name, type_=Date) for name in days]
    return session.connection().execute(text(statement).bindparams(*typed), days).all()
