"""A credit note as it is printed: the parties and words of the invoice it corrects, and what it takes off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlmodel import Session

from invoice_app.documents.formatting import format_amount, format_amount_label, format_date, format_rate
from invoice_app.documents.printed import PrintedInvoice, PrintedLine, PrintedTax
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.credit_lines import CreditableRow
from invoice_app.domain.credits import Creditable
from invoice_app.models import Invoice
from invoice_app.repositories.printing import describe_line, name_tax, print_invoice

TITLE = "Credit note"


class CreditRow(NamedTuple):
    """A row of a credit note: a line or fee of the invoice by its key, or ("") part of a tax group; untaxed minor units."""

    key: str
    place: int
    description: str
    taxable: int


def describe_rows(
    content: InvoiceContent, wanted: Sequence[CreditableRow], credit: Creditable, locale: str
) -> tuple[CreditRow, ...]:
    """The rows of a credit: those that were wanted, else one for each tax group it takes something of."""
    if wanted:
        names = {line.key: describe_line(line, locale) for line in content.lines}
        names |= {adjustment.key: adjustment.label for adjustment in content.adjustments}
        return tuple(CreditRow(row.key, row.place, names[row.key], row.taxable) for row in wanted if row.taxable)
    taxes = _name_taxes(content, credit, locale)
    return tuple(
        CreditRow("", place, f"Credit, {taxes[place]}", group.taxable)
        for place, group in enumerate(credit.groups)
        if group.taxable or group.tax
    )


def print_credit_note(
    session: Session,
    invoice: Invoice,
    content: InvoiceContent,
    credit: Creditable,
    rows: Sequence[CreditRow],
    *,
    number: str,
    issued_on: date,
    reason: str,
) -> PrintedInvoice:
    """The whole document, amounts positive: what it is over is no longer owed."""
    corrected = print_invoice(session, invoice)
    locale, currency = corrected.language.replace("-", "_"), invoice.currency
    taxes = _name_taxes(content, credit, locale)
    total_label = format_amount_label(credit.total, currency, locale)
    return replace(
        corrected,
        revision=1,
        number=number,
        reference=f"For {corrected.labels.invoice.lower()} {corrected.number} of {corrected.issued}",
        issued_on=issued_on,
        issued=format_date(issued_on, locale),
        due="",
        due_date="",
        lines=tuple(
            PrintedLine(
                key=f"{row.key}:{row.place}",
                description=row.description,
                quantity="",
                unit_price="",
                tax=format_rate(credit.groups[row.place].rate, locale) if credit.groups[row.place].rate else "",
                amount=format_amount(row.taxable, currency, locale),
            )
            for row in rows
        ),
        subtotal=format_amount(sum(group.taxable for group in credit.groups), currency, locale),
        adjustments=(),
        taxes=tuple(
            PrintedTax(
                label=taxes[place],
                taxable=format_amount(group.taxable, currency, locale),
                amount=format_amount(group.tax, currency, locale),
            )
            for place, group in enumerate(credit.groups)
            if group.rate and (group.taxable or group.tax)
        ),
        tax_note="",
        total=format_amount(credit.total, currency, locale),
        total_label=total_label,
        payments=(),
        paid="",
        credits=(),
        due_amount=format_amount(credit.total, currency, locale),
        due_label=total_label,
        total_minor=credit.total,
        due_minor=0,
        stamp="",
        terms="",
        note=reason,
        rounding=format_amount(credit.rounding, currency, locale) if credit.rounding else "",
        instalments=(),
        labels=replace(corrected.labels, invoice=TITLE, amount_due="Amount credited", note="Reason"),
    )


def _name_taxes(content: InvoiceContent, credit: Creditable, locale: str) -> list[str]:
    names = content.tax_names()
    return [
        name_tax(names.get((group.category, group.rate), ""), group.category, group.rate, locale) for group in credit.groups
    ]
