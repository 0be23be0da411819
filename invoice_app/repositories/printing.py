"""An invoice as it is printed: the one place where stored content becomes the strings that page, PDF, e-mail and CSV show."""

from datetime import date

from sqlmodel import Session, col, func, select

from invoice_app.clock import today_in
from invoice_app.documents.formatting import (
    MINUS,
    describe_days,
    format_amount,
    format_amount_label,
    format_date,
    format_quantity,
    format_rate,
    format_unit_price,
)
from invoice_app.documents.printed import (
    PrintedAdjustment,
    PrintedInstalment,
    PrintedInvoice,
    PrintedLine,
    PrintedParty,
    PrintedPayment,
    PrintedTax,
)
from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent
from invoice_app.domain.totals import Totals
from invoice_app.models import Account, Allocation, Dispute, Invoice, Order, Organisation, Payment, Refund
from invoice_app.repositories.invoices import read_revision
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.schedules import Due, read_schedule


def name_invoice(number: str | None, order_number: int) -> str:
    """What an invoice is called: its number, or its order's until it has one."""
    return number or f"Order #{order_number}"


def describe_due(due_on: date, due_minor: int, today: date, locale: str) -> str:
    """The due date in words: "Due in 3 days", "Overdue since 12 Nov 2026", "" when nothing is due."""
    if due_minor <= 0:
        return ""
    if due_on < today:
        return f"Overdue since {format_date(due_on, locale)}"
    return f"Due {describe_days(due_on, today)}"


def describe_adjustment(adjustment: ContentAdjustment, currency: str, locale: str) -> str:
    """What an adjustment gives: "10 %", "2.9 % + 0.30" or "" for a plain amount."""
    if adjustment.method == "percent":
        return format_rate(adjustment.rate, locale)
    if adjustment.method == "transaction":
        fixed = f" + {format_amount(adjustment.amount, currency, locale)}" if adjustment.amount else ""
        return f"{format_rate(adjustment.rate, locale)}{fixed}"
    return ""


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
    """The invoice at a revision (the current one by default) with the payments of now. Raises NotFound."""
    assert invoice.id is not None
    organisation = read_organisation(session)
    order = session.get(Order, invoice.order_id)
    account = session.get(Account, invoice.account_id)
    assert order is not None and account is not None
    shown = revision or invoice.revision
    content = InvoiceContent.from_json(read_revision(session, invoice.id, shown).content)
    totals = content.price()
    locale, currency = organisation.locale, invoice.currency
    due_minor = totals.total - invoice.paid
    void = invoice.stage == "void"
    return PrintedInvoice(
        revision=shown,
        number=invoice.number or "",
        reference=f"Order #{order.number} · {order.title}",
        currency=currency,
        language=locale.replace("_", "-"),
        issued_on=invoice.issued_on,
        issued=format_date(invoice.issued_on, locale),
        due=_print_due(invoice, due_minor, organisation),
        due_date=format_date(invoice.due_on, locale),
        seller=_print_seller(organisation),
        buyer=_print_buyer(account),
        lines=_print_lines(content, totals, locale),
        subtotal=format_amount(totals.lines_total, currency, locale),
        adjustments=_print_adjustments(content, totals, locale),
        taxes=_print_taxes(content, totals, locale),
        tax_note="Prices include tax." if content.prices_include_tax else "",
        total=format_amount(totals.total, currency, locale),
        total_label=format_amount_label(totals.total, currency, locale),
        payments=_print_payments(session, invoice, organisation),
        paid=format_amount(-invoice.paid, currency, locale) if invoice.paid else "",
        due_amount=format_amount(0 if void else due_minor, currency, locale),
        due_label=format_amount_label(0 if void else due_minor, currency, locale),
        total_minor=totals.total,
        due_minor=0 if void else due_minor,
        stamp="Void" if void else "Paid" if due_minor <= 0 < totals.total else "",
        terms=organisation.terms,
        note=invoice.note,
        rounding=format_amount(totals.rounding, currency, locale) if totals.rounding else "",
        instalments=_print_instalments(session, invoice, content, organisation),
    )


def _print_due(invoice: Invoice, due_minor: int, organisation: Organisation) -> str:
    day = format_date(invoice.due_on, organisation.locale)
    words = describe_due(invoice.due_on, due_minor, today_in(organisation.time_zone), organisation.locale)
    return f"{day} ({words.removeprefix('Due ')})" if words.startswith("Due ") else day


def _print_seller(organisation: Organisation) -> PrintedParty:
    return PrintedParty(
        name=organisation.name,
        address=tuple(organisation.address),
        email=organisation.email,
        tax_ids=tuple((label, value) for label, value in organisation.tax_ids),
    )


def _print_buyer(account: Account) -> PrintedParty:
    return PrintedParty(
        name=account.name,
        address=tuple(line for line in account.address.splitlines() if line.strip()),
        email=account.email,
        tax_ids=(("Tax ID", account.tax_id),) if account.tax_id else (),
    )


def _print_lines(content: InvoiceContent, totals: Totals, locale: str) -> tuple[PrintedLine, ...]:
    currency = content.currency
    return tuple(
        PrintedLine(
            key=line.key,
            description=line.description,
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


def _print_instalments(
    session: Session, invoice: Invoice, content: InvoiceContent, organisation: Organisation
) -> tuple[PrintedInstalment, ...]:
    today = today_in(organisation.time_zone)
    return tuple(
        PrintedInstalment(
            label=due.label or f"Instalment {number}",
            due=format_date(due.due_on, organisation.locale),
            amount=format_amount(due.amount, invoice.currency, organisation.locale),
            state=_name_instalment(due, today),
        )
        for number, due in enumerate(read_schedule(session, invoice, content), start=1)
    )


def _name_instalment(due: Due, today: date) -> str:
    if due.unpaid <= 0:
        return "Paid"
    if due.due_on < today:
        return "Overdue"
    if due.due_on == today:
        return "Due"
    return "Part paid" if due.paid else ""


def _print_payments(session: Session, invoice: Invoice, organisation: Organisation) -> tuple[PrintedPayment, ...]:
    """What came in, and what went back as negative payments (D34); a refund that failed leaves no trace here."""
    query = (
        select(Payment, Allocation.refund_id, Allocation.dispute_id, func.sum(Allocation.amount))
        .join(Allocation, col(Allocation.payment_id) == Payment.id)
        .where(Allocation.invoice_id == invoice.id)
        .group_by(col(Payment.id), col(Allocation.refund_id), col(Allocation.dispute_id))
        .order_by(col(Payment.received_at), col(Payment.id), func.min(Allocation.id))
    )
    return tuple(
        _print_payment(session, payment, refund_id, dispute_id, int(amount), organisation.locale)
        for payment, refund_id, dispute_id, amount in session.exec(query).all()
        if amount
    )


def _print_payment(
    session: Session, payment: Payment, refund_id: int | None, dispute_id: int | None, amount: int, locale: str
) -> PrintedPayment:
    refund = session.get(Refund, refund_id) if refund_id else None
    dispute = session.get(Dispute, dispute_id) if dispute_id else None
    at, method = payment.received_at, payment.method_label
    if refund is not None:
        at, method = refund.created_at, f"Refund to {payment.method_label}"
    elif dispute is not None:
        at, method = dispute.closed_at or dispute.opened_at, f"Taken back by the bank of {payment.method_label}"
    return PrintedPayment(
        received=format_date(at.date(), locale),
        method=method,
        amount=format_amount(amount, payment.currency, locale),
        back=format_amount(-amount, payment.currency, locale) if amount < 0 else "",
    )
