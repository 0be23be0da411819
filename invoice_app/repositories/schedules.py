"""Payment schedules: the instalments of one invoice, as they were agreed and as they stand (D32)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select

from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.instalments import cover_instalments, refit_instalments
from invoice_app.domain.method_fees import sum_method_fees
from invoice_app.models import Instalment, Invoice
from invoice_app.repositories.invoices import read_content
from invoice_app.repositories.organisations import read_organisation

_INSTALMENTS = (
    select(Instalment)
    .where(Instalment.invoice_id == bindparam("invoice_id"))
    .order_by(col(Instalment.position), col(Instalment.id))
)


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment as it stands: `amount` and `paid` in minor units. `rate` and `fixed` are how it was agreed."""

    label: str
    due_on: date
    amount: int
    paid: int
    rate: int
    fixed: int

    @property
    def unpaid(self) -> int:
        """What is still to be paid, in minor units."""
        return self.amount - self.paid


def list_instalments(session: Session, invoice_id: int) -> Sequence[Instalment]:
    """The rows of a schedule in order; none without one."""
    with session.no_autoflush:  # `replace_schedule` flushes what it writes; a save need not be written twice for this look
        return session.exec(_INSTALMENTS, params={"invoice_id": invoice_id}).all()


def read_schedule(session: Session, invoice: Invoice, content: InvoiceContent | None = None) -> tuple[Due, ...]:
    """The schedule for the total of now: fees of payments are left out, for they were paid with them."""
    rows = list_instalments(session, invoice.id or 0)
    if not rows:
        return ()
    said = content or read_content(session, invoice)
    fees = sum_method_fees(said)
    fixed = [row.fixed for row in rows if not row.rate]
    rates = [row.rate for row in rows if row.rate]
    amounts = refit_instalments(said.price().total - fees - invoice.credited, fixed, rates)
    paid = cover_instalments(amounts, invoice.paid - fees)
    return tuple(
        Due(row.label, row.due_on, amount, covered, row.rate, row.fixed)
        for row, amount, covered in zip(rows, amounts, paid, strict=True)
    )


def find_due_now(schedule: Sequence[Due], today: date) -> int:
    """What Pay takes by default, in minor units: every instalment due by today, else the next one."""
    unpaid = [due for due in schedule if due.unpaid > 0]
    arrived = [due.unpaid for due in unpaid if due.due_on <= today]
    return sum(arrived) if arrived else next((due.unpaid for due in unpaid), 0)


def replace_schedule(session: Session, invoice: Invoice, rows: Sequence[Instalment]) -> None:
    """Make these the invoice's instalments, fixed ones first; none takes the schedule away."""
    session.exec(delete(Instalment).where(col(Instalment.invoice_id) == invoice.id))
    for position, row in enumerate(sorted(rows, key=lambda row: row.rate > 0)):
        row.position, row.invoice_id = position, invoice.id or 0
        session.add(row)
    session.flush()
    if not rows:
        terms = read_organisation(session).payment_terms_days
        invoice.due_on = invoice.issued_on + timedelta(days=terms)
        session.add(invoice)
    follow_schedule(session, invoice)


def follow_schedule(session: Session, invoice: Invoice) -> None:
    """Let the invoice be due when its first unpaid instalment is; without a schedule nothing changes."""
    schedule = read_schedule(session, invoice)
    if not schedule:
        return
    due_on = next((due.due_on for due in schedule if due.unpaid > 0), schedule[-1].due_on)
    if invoice.due_on != due_on:
        invoice.due_on = due_on
        session.add(invoice)
