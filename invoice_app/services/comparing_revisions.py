"""What changed: any two revisions of an invoice side by side, each with its PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from invoice_app import routes
from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.documents.formatting import format_amount_label, format_date, format_when
from invoice_app.documents.printed import PrintedInvoice, PrintedLine
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import NotFound
from invoice_app.models import Invoice, InvoiceRevision
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import print_invoice

SAME, CHANGED, ADDED, REMOVED = "", "Changed", "Added", "Removed"
LINE_FIELDS = (
    ("Description", "description"),
    ("Quantity", "quantity"),
    ("Unit price", "unit_price"),
    ("Discount", "discount"),
    ("Tax", "tax"),
)


@dataclass(frozen=True)
class RevisionView:
    """One revision in the list: who saved it when, what it came to, and its PDF."""

    revision: int
    label: str
    saved: str
    total: str
    issued: bool
    pdf_href: str


@dataclass(frozen=True)
class ComparedRow:
    """One row: what it is, what each revision says of it, and how they differ in a word ("" when they do not).

    `inner`: a field of the row above.
    """

    key: str
    label: str
    left: str
    right: str
    mark: str
    inner: bool = False


@dataclass(frozen=True)
class ComparedSection:
    """Lines, adjustments, totals, or terms."""

    title: str
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True)
class ComparisonView:
    """Two revisions side by side; `differs` when anything does."""

    invoice_id: int = 0
    reference: str = ""
    left: int = 0
    right: int = 0
    differs: bool = False
    revisions: tuple[RevisionView, ...] = ()
    sections: tuple[ComparedSection, ...] = ()


def compare_revisions(actor: Actor | None, invoice_id: int, left: int = 0, right: int = 0) -> ComparisonView:
    """Two revisions of an invoice; 0 stands for the last one and, on the left, the one before it. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        context = read_context(session, invoice)
        rows = {row.revision: row for row in _list_revisions(session, invoice_id)}
        chosen = (left or max(invoice.revision - 1, 1), right or invoice.revision)
        if any(number not in rows for number in chosen):
            raise NotFound("revision", chosen)
        before, after = (print_invoice(session, invoice, revision=number) for number in chosen)
        facts = tuple(
            _tell_facts(rows[number], printed, invoice) for number, printed in zip(chosen, (before, after), strict=True)
        )
        sections = (
            ComparedSection("Lines", _compare_lines(before.lines, after.lines)),
            ComparedSection("Discounts and fees", _compare_pairs(_adjustments(before), _adjustments(after))),
            ComparedSection("Totals", _compare_pairs(_totals(before), _totals(after))),
            ComparedSection("Terms", _compare_pairs(*facts)),
        )
        return ComparisonView(
            invoice_id=invoice_id,
            reference=context.reference,
            left=chosen[0],
            right=chosen[1],
            differs=any(row.mark for section in sections for row in section.rows),
            revisions=tuple(_view(row, context) for row in reversed(rows.values())),
            sections=tuple(section for section in sections if section.rows),
        )


def _list_revisions(session: Session, invoice_id: int) -> Sequence[InvoiceRevision]:
    query = select(InvoiceRevision).where(InvoiceRevision.invoice_id == invoice_id)
    return session.exec(query.order_by(col(InvoiceRevision.revision))).all()


def _view(row: InvoiceRevision, context: InvoiceContext) -> RevisionView:
    organisation = context.organisation
    when = format_when(row.saved_at, utc_now(), organisation.locale, organisation.time_zone)
    total = format_amount_label(row.total, context.invoice.currency, organisation.locale)
    return RevisionView(
        revision=row.revision,
        label=f"Revision {row.revision} · {total}",
        saved=f"{row.saved_by}, {when}",
        total=total,
        issued=row.issued is not None,
        pdf_href=routes.revision_pdf(row.invoice_id, row.revision),
    )


def _compare_lines(before: Sequence[PrintedLine], after: Sequence[PrintedLine]) -> tuple[ComparedRow, ...]:
    left, right = {line.key: line for line in before}, {line.key: line for line in after}
    rows: list[ComparedRow] = []
    for key in dict.fromkeys((*right, *left)):
        was, becomes = left.get(key), right.get(key)
        if was is None or becomes is None:
            rows.append(_tell_one(key, was, becomes))
            continue
        mark = CHANGED if was != becomes else SAME
        rows.append(ComparedRow(key, becomes.description, was.amount, becomes.amount, mark))
        for label, name in LINE_FIELDS:
            texts = getattr(was, name), getattr(becomes, name)
            if texts[0] != texts[1]:
                rows.append(ComparedRow(f"{key}-{name}", label, *texts, CHANGED, inner=True))
    return tuple(rows)


def _tell_one(key: str, was: PrintedLine | None, becomes: PrintedLine | None) -> ComparedRow:
    line = becomes or was
    assert line is not None
    less = f", {line.discount}" if line.discount else ""
    told = f"{line.quantity} × {line.unit_price}{less} = {line.amount}"
    return ComparedRow(key, line.description, told if was else "", told if becomes else "", REMOVED if was else ADDED)


Pairs = dict[str, tuple[str, str]]


def _adjustments(printed: PrintedInvoice) -> Pairs:
    return {row.key: (row.label, row.amount) for row in printed.adjustments}


def _totals(printed: PrintedInvoice) -> Pairs:
    taxes = {f"tax-{tax.label}": (tax.label, tax.amount) for tax in printed.taxes}
    return {"subtotal": ("Subtotal", printed.subtotal), **taxes, "total": ("Total", printed.total_label)}


def _tell_facts(row: InvoiceRevision, printed: PrintedInvoice, invoice: Invoice) -> Pairs:
    locale = printed.language.replace("-", "_")
    due_on = date.fromisoformat(row.facts["due_on"]) if row.facts.get("due_on") else invoice.due_on
    # What followed the settings when it was saved reads as the settings read now, unless it was issued.
    words = {name: row.facts.get(name) if row.issued is None else None for name in ("terms", "note")}
    return {
        "due": (printed.labels.due, format_date(due_on, locale)),
        "terms": (printed.labels.terms, printed.terms if words["terms"] is None else words["terms"]),
        "note": (printed.labels.note, printed.note if words["note"] is None else words["note"]),
    }


def _compare_pairs(left: Pairs, right: Pairs) -> tuple[ComparedRow, ...]:
    rows = []
    for key in dict.fromkeys((*right, *left)):
        (name, before), (label, after) = left.get(key, ("", "")), right.get(key, ("", ""))
        if not (before or after):
            continue
        mark = ADDED if key not in left else REMOVED if key not in right else SAME if before == after else CHANGED
        rows.append(ComparedRow(key, label or name, before, after, mark))
    return tuple(rows)
