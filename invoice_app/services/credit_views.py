"""The credit note dialog: what is left of each line and tax rate, and what a credit would do before it is issued."""

from dataclasses import dataclass

from invoice_app.db import reading
from invoice_app.documents.formatting import format_amount, format_amount_label
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import AppError
from invoice_app.domain.money import format_plain
from invoice_app.domain.stages import Action, allowed
from invoice_app.repositories.contexts import read_context
from invoice_app.repositories.credit_notes import read_left
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import describe_line, name_tax
from invoice_app.repositories.situations import read_situation
from invoice_app.services.crediting_invoices import CreditForm, plan_credit


@dataclass(frozen=True)
class CreditRowView:
    """A line or fee that can be credited: `id` names it in the form, `left` and `left_plain` are without tax."""

    id: str
    description: str
    tax: str
    left: str
    left_plain: str


@dataclass(frozen=True)
class CreditView:
    """What can be credited. `left_label` and `left_plain` with tax."""

    invoice_id: int = 0
    reference: str = ""
    currency: str = ""
    left_label: str = ""
    left_plain: str = ""
    rows: tuple[CreditRowView, ...] = ()
    refusal: str = ""


@dataclass(frozen=True)
class CreditPreview:
    """What a credit would do: its total, its tax, what is due before and after, and what goes to the customer's credit."""

    total: str = ""
    tax: str = ""
    due: str = ""
    due_after: str = ""
    to_account: str = ""
    error: str = ""
    field: str = ""


def name_row(key: str, place: int) -> str:
    """How the form names a row: the key of its line and its tax group."""
    return f"{place}.{key}"


def open_credit(actor: Actor | None, invoice_id: int) -> CreditView:
    """What is left to credit of an invoice. Raises NotFound."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        context = read_context(session, invoice)
        refusal = allowed(Action.CREDIT, **read_situation(session, invoice))
        told = refusal.reason if refusal else ""
        if not told and not viewer.may(Permission.CREDIT):
            told = "Your role does not allow issuing credit notes."
        left = read_left(session, invoice)
        locale, currency = context.organisation.locale, invoice.currency
        names = {line.key: describe_line(line, locale) for line in left.content.lines}
        names |= {adjustment.key: adjustment.label for adjustment in left.content.adjustments}
        taxes = left.content.tax_names()
        groups = left.remaining.groups
        rows = tuple(
            CreditRowView(
                id=name_row(row.key, row.place),
                description=names[row.key],
                tax=name_tax(
                    taxes.get((groups[row.place].category, groups[row.place].rate), ""),
                    groups[row.place].category,
                    groups[row.place].rate,
                    locale,
                ),
                left=format_amount(row.taxable, currency, locale),
                left_plain=format_plain(row.taxable, currency),
            )
            for row in left.rows
            if row.taxable > 0
        )
        return CreditView(
            invoice_id=invoice_id,
            reference=context.reference,
            currency=currency,
            left_label=format_amount_label(left.remaining.total, currency, locale),
            left_plain=format_plain(max(left.remaining.total, 0), currency),
            rows=rows,
            refusal=told or ("" if left.remaining.total > 0 else "All of this invoice was credited."),
        )


def preview_credit(actor: Actor | None, invoice_id: int, form: CreditForm) -> CreditPreview:
    """What a form would do; what is wrong with it is told, not raised. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        locale, currency = read_context(session, invoice).organisation.locale, invoice.currency
        try:
            credit = plan_credit(session, invoice, form).credit
        except AppError as refusal:
            return CreditPreview(error=refusal.message, field=refusal.field)
        due_after = invoice.due - credit.total
        return CreditPreview(
            total=format_amount_label(credit.total, currency, locale),
            tax=format_amount(sum(group.tax for group in credit.groups), currency, locale),
            due=format_amount(invoice.due, currency, locale),
            due_after=format_amount(max(due_after, 0), currency, locale),
            to_account=format_amount_label(-due_after, currency, locale) if due_after < 0 else "",
        )
