"""Credit notes of an invoice: what was credited so far, row by row and tax by tax, and what is left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.credit_lines import CreditableRow, list_creditable_rows, offset_rows
from invoice_app.domain.credits import Creditable, creditable_of, left_to_credit
from invoice_app.domain.tax import TaxCategory
from invoice_app.domain.totals import TaxGroup
from invoice_app.models import CreditNote, CreditNoteLine, CreditNoteTax, Invoice
from invoice_app.repositories.invoices import read_content


@dataclass(frozen=True, slots=True)
class LeftToCredit:
    """What of an invoice no credit note has taken yet, untaxed.

    `invoiced_rows` are its lines and fees; `rows` are the same with what is left of each to be credited by itself.
    """

    content: InvoiceContent
    invoiced: Creditable
    remaining: Creditable
    invoiced_rows: tuple[CreditableRow, ...]
    rows: tuple[CreditableRow, ...]

    @property
    def untouched(self) -> bool:
        """Whether nothing was credited so far."""
        return self.remaining == self.invoiced


def read_left(session: Session, invoice: Invoice) -> LeftToCredit:
    """What is left of an invoice after its credit notes, in minor units."""
    content = read_content(session, invoice)
    totals = content.price()
    invoiced_rows = list_creditable_rows(content.to_document(), totals)
    invoiced = creditable_of(totals)
    remaining = left_to_credit(invoiced, _list_credited(session, invoice, invoiced))
    credited = _sum_by_row(session, invoice)
    rows = []
    for row in offset_rows(invoiced_rows):
        most = remaining.groups[row.place].taxable
        rows.append(CreditableRow(row.key, row.place, _limit(row.taxable - credited[row.key, row.place], most)))
    return LeftToCredit(content, invoiced, remaining, invoiced_rows, tuple(rows))


def list_credit_notes(session: Session, invoice_id: int) -> Sequence[CreditNote]:
    """The credit notes of an invoice, oldest first."""
    query = select(CreditNote).where(CreditNote.invoice_id == invoice_id)
    return session.exec(query.order_by(col(CreditNote.id))).all()


def find_credit_of_form(session: Session, key: str) -> CreditNote | None:
    """What was already issued from the form with this key; None without a key."""
    return session.exec(select(CreditNote).where(CreditNote.form_key == key)).first() if key else None


def _limit(taxable: int, most: int) -> int:
    # A credit by amount takes of the whole group: a row can then have less left in its group than of itself.
    return min(taxable, most) if most >= 0 else max(taxable, most)


def _list_credited(session: Session, invoice: Invoice, invoiced: Creditable) -> list[Creditable]:
    found = []
    for note in list_credit_notes(session, invoice.id or 0):
        parts = session.exec(select(CreditNoteTax).where(CreditNoteTax.credit_note_id == note.id)).all()
        amounts = {part.place: (part.taxable, part.tax) for part in parts}
        groups = tuple(
            TaxGroup(TaxCategory(group.category), group.rate, *amounts.get(place, (0, 0)))
            for place, group in enumerate(invoiced.groups)
        )
        found.append(Creditable(groups, note.rounding))
    return found


def _sum_by_row(session: Session, invoice: Invoice) -> Counter[tuple[str, int]]:
    query = (
        select(CreditNoteLine)
        .join(CreditNote, col(CreditNote.id) == CreditNoteLine.credit_note_id)
        .where(CreditNote.invoice_id == invoice.id, CreditNoteLine.line_key != "")
    )
    credited: Counter[tuple[str, int]] = Counter()
    for line in session.exec(query).all():
        credited[line.line_key, line.place] += line.amount
    return credited
