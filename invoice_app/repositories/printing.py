"""An invoice as it is printed: the one place where stored content becomes the strings that page, PDF, e-mail and CSV show."""

from sqlmodel import Session

from invoice_app.documents.formatting import (
    MINUS,
    format_amount,
    format_amount_label,
    format_date,
    format_quantity,
    format_rate,
    format_unit_price,
)
from invoice_app.documents.printed import (
    PrintedAdjustment,
    PrintedInvoice,
    PrintedLine,
    PrintedParty,
    PrintedTax,
    restore_printed,
)
from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent
from invoice_app.domain.labels import read_labels
from invoice_app.domain.totals import Totals
from invoice_app.models import Account, Invoice, InvoiceRevision, Order, Organisation
from invoice_app.repositories.invoices import read_revision
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing_money import add_money


def name_invoice(number: str | None, order_number: int, place: int = 1) -> str:
    """What an invoice is called: its number, or its order's until it has one; from the second of an order with its place."""
    return number or (f"Order #{order_number}" if place == 1 else f"Order #{order_number}-{place}")


def refer_to(order: Order) -> str:
    """What a document without a number of its own is referred to by."""
    return f"Order #{order.number} · {order.title}"


def describe_adjustment(adjustment: ContentAdjustment, currency: str, locale: str) -> str:
    """What an adjustment gives: "10 %", "2.9 % + 0.30" or "" for a plain amount."""
    if adjustment.method == "percent":
        return format_rate(adjustment.rate, locale)
    if adjustment.method == "transaction":
        fixed = f" + {format_amount(adjustment.amount, currency, locale)}" if adjustment.amount else ""
        return f"{format_rate(adjustment.rate, locale)}{fixed}"
    return ""


def describe_days_of(line: ContentLine, locale: str) -> str:
    """The days a line is rendered on: "3 Nov 2026 to 5 Nov 2026", or ""."""
    days = [format_date(day, locale) for day in (line.starts_on, line.ends_on) if day]
    return " to ".join(dict.fromkeys(days))


def describe_line(line: ContentLine, locale: str) -> str:
    """A line's description with the days it is rendered on: "Sea view room · 3 Nov 2026 to 5 Nov 2026"."""
    days = describe_days_of(line, locale)
    return f"{line.description} · {days}" if days else line.description


def describe_line_discount(line: ContentLine, currency: str, locale: str) -> str:
    """A line's discount as printed: "−10 %", "−15.00" or ""."""
    if line.discount_rate:
        return f"{MINUS}{format_rate(line.discount_rate, locale)}"
    return format_amount(-line.discount_amount, currency, locale) if line.discount_amount else ""


def name_tax(name: str, category: str, rate: int, locale: str) -> str:
    """The printed name of a tax group: its own name, else "Tax 20 %" or "No tax"."""
    if name:
        return name
    return f"Tax {format_rate(rate, locale)}" if rate else "No tax"


def print_invoice(session: Session, invoice: Invoice, *, revision: int | None = None) -> PrintedInvoice:
    """The invoice at a revision (the current one by default) with the payments and credits of now. Raises NotFound.

    A finalised revision says for ever what it said when it was issued (invariant 4); the others follow the settings.
    """
    assert invoice.id is not None
    row = read_revision(session, invoice.id, revision or invoice.revision)
    content = InvoiceContent.from_json(row.content)
    printed = restore_printed(row.issued["document"]) if row.issued else _print_said(session, invoice, row, content)
    return add_money(session, invoice, printed, content, is_issued=row.issued is not None)


def _print_said(session: Session, invoice: Invoice, row: InvoiceRevision, content: InvoiceContent) -> PrintedInvoice:
    organisation = read_organisation(session)
    order = session.get(Order, invoice.order_id)
    account = session.get(Account, invoice.account_id)
    assert order is not None and account is not None
    totals = content.price()
    locale, currency = organisation.locale, invoice.currency
    return PrintedInvoice(
        revision=row.revision,
        number=invoice.number or "",
        reference=refer_to(order),
        currency=currency,
        language=locale.replace("_", "-"),
        issued_on=invoice.issued_on,
        issued=format_date(invoice.issued_on, locale),
        due="",
        seller=print_seller(organisation),
        buyer=print_buyer(account, organisation.bill_to),
        lines=_print_lines(content, totals, locale),
        subtotal=format_amount(totals.lines_total, currency, locale),
        adjustments=_print_adjustments(content, totals, locale),
        taxes=_print_taxes(content, totals, locale),
        tax_note="Prices include tax." if content.prices_include_tax else "",
        total=format_amount(totals.total, currency, locale),
        total_label=format_amount_label(totals.total, currency, locale),
        payments=(),
        paid="",
        due_amount="",
        due_label="",
        total_minor=totals.total,
        due_minor=0,
        terms=organisation.terms if invoice.terms is None else invoice.terms,
        note=organisation.note if invoice.note is None else invoice.note,
        labels=read_labels(organisation.labels if invoice.labels is None else invoice.labels),
        rounding=format_amount(totals.rounding, currency, locale) if totals.rounding else "",
    )


def print_seller(organisation: Organisation) -> PrintedParty:
    """Who sends the document."""
    return PrintedParty(
        name=organisation.name,
        address=tuple(organisation.address),
        email=organisation.email,
        tax_ids=tuple((label, value) for label, value in organisation.tax_ids),
    )


def print_buyer(account: Account, bill_to: str) -> PrintedParty:
    """Who is billed: `bill_to` accounts, contacts or both (D27); where there is no contact, the account."""
    address = tuple(line for line in account.address.splitlines() if line.strip())
    contact = account.contact_name if bill_to != "accounts" else ""
    return PrintedParty(
        name=contact if contact and bill_to == "contacts" else account.name,
        address=(contact, *address) if contact and bill_to == "both" else address,
        email=account.email,
        tax_ids=(("Tax ID", account.tax_id),) if account.tax_id else (),
    )


def _print_lines(content: InvoiceContent, totals: Totals, locale: str) -> tuple[PrintedLine, ...]:
    currency = content.currency
    return tuple(
        PrintedLine(
            key=line.key,
            description=describe_line(line, locale),
            quantity=format_quantity(line.quantity, locale),
            unit_price=format_unit_price(line.unit_price, currency, locale),
            tax=format_rate(line.tax_rate, locale) if line.tax_rate else "",
            amount=format_amount(priced.net, currency, locale),
            discount=describe_line_discount(line, currency, locale),
        )
        for line, priced in zip(content.lines, totals.lines, strict=True)
    )


def _print_adjustments(content: InvoiceContent, totals: Totals, locale: str) -> tuple[PrintedAdjustment, ...]:
    printed = []
    names = {line.key: line.description for line in content.lines}
    for adjustment, priced in zip(content.adjustments, totals.adjustments, strict=True):
        if priced.amount == 0:
            continue
        detail = describe_adjustment(adjustment, content.currency, locale)
        on = ", ".join(names[key] for key in adjustment.line_keys if key in names)
        detail = f"{detail} on {on}".strip() if on else detail
        printed.append(
            PrintedAdjustment(
                key=adjustment.key,
                label=f"{adjustment.label} · {detail}" if detail else adjustment.label,
                amount=format_amount(priced.amount, content.currency, locale),
                description=adjustment.description,
            )
        )
    return tuple(printed)


def _print_taxes(content: InvoiceContent, totals: Totals, locale: str) -> tuple[PrintedTax, ...]:
    names = content.tax_names()
    return tuple(
        PrintedTax(
            label=name_tax(names.get((group.category, group.rate), ""), group.category, group.rate, locale),
            taxable=format_amount(group.taxable, content.currency, locale),
            amount=format_amount(group.tax, content.currency, locale),
        )
        for group in totals.taxes
        if group.rate
    )
