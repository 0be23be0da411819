"""The order page as one value: items, files, and the Order Details panel that says what invoicing can do here (A1, A2)."""

from sqlmodel import Session, func, select

from invoice_app import routes
from invoice_app.clock import today_in, utc_now
from invoice_app.documents.formatting import (
    format_amount,
    format_amount_label,
    format_date,
    format_size,
    format_when,
)
from invoice_app.domain.access import Actor, Permission
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.entry import TaxRef, write_discount, write_unit_price
from invoice_app.domain.money import currency_exponent, format_micro
from invoice_app.domain.stages import Action, Kind, LockPolicy, Stage, allowed
from invoice_app.models import BookingFlow, Deliverable, Invoice, Order, Organisation, PaymentAttempt
from invoice_app.repositories.credits import read_credit
from invoice_app.repositories.invoices import read_content, read_order_invoice, read_unfinished
from invoice_app.repositories.orders import are_files_unlocked, list_files, read_account
from invoice_app.repositories.organisations import read_flow, read_organisation
from invoice_app.repositories.printing import describe_due, name_invoice, name_tax
from invoice_app.services.badges import ORDER_STATUSES, STAGES, describe_billing
from invoice_app.services.views import FileView, ItemView, MissingSwitch, OrderView, PanelView

FILES_LOCKED = "Locked for the customer until the invoice is paid."
FILES_OPEN = "Unlocked: the customer can download these files."


def list_missing_switches(organisation: Organisation, flow: BookingFlow) -> tuple[MissingSwitch, ...]:
    """Which payment switches are off (A1): invoicing needs the account-wide one and the booking flow's."""
    missing = []
    if not organisation.payments_enabled:
        missing.append(
            MissingSwitch(
                "Payments are off for the whole account.", routes.settings_section("payments"), "Open payment settings"
            )
        )
    if not flow.payments_enabled:
        missing.append(
            MissingSwitch(
                f"Payments are off for the booking flow “{flow.name}”.",
                routes.settings_section("flows"),
                "Open booking flows",
            )
        )
    return tuple(missing)


def build_order_view(session: Session, viewer: Actor, order: Order) -> OrderView:
    """The page of one order for one member of staff."""
    assert order.id is not None
    organisation = read_organisation(session)
    account = read_account(session, order.account_id)
    flow = read_flow(session, order.flow_id)
    invoice = read_order_invoice(session, order.id)
    content = read_content(session, invoice)
    unlocked = are_files_unlocked(session, order.id)
    items, items_total = _build_items(content, organisation.locale)
    return OrderView(
        id=order.id,
        number=order.number,
        title=order.title,
        status=ORDER_STATUSES[order.status],
        status_value=order.status,
        location=order.location,
        ordered=format_date(order.ordered_on, organisation.locale),
        ordered_on=order.ordered_on.isoformat(),
        flow_id=str(flow.id),
        flow=flow.name,
        customer_id=str(account.id),
        customer=account.name,
        customer_email=account.email,
        currency=invoice.currency,
        items=items,
        items_total=items_total,
        files=tuple(build_file_view(file) for file in list_files(session, order.id)),
        files_locked=not unlocked,
        files_hint=FILES_OPEN if unlocked else FILES_LOCKED,
        panel=_build_panel(session, viewer, order, invoice, organisation, flow),
        can_edit=viewer.may(Permission.EDIT_ORDERS) and _may(session, invoice, organisation, Action.EDIT_LINES),
        can_upload=viewer.may(Permission.UPLOAD_FILES),
    )


def build_file_view(file: Deliverable) -> FileView:
    """A deliverable as staff see it."""
    return FileView(
        id=file.id or 0,
        name=file.name,
        size=format_size(file.size),
        kind=file.media_type.partition("/")[0],
        href=routes.order_file(file.id or 0),
    )


def _build_items(content: InvoiceContent, locale: str) -> tuple[tuple[ItemView, ...], str]:
    totals = content.price()
    views = tuple(
        ItemView(
            key=line.key,
            description=line.description,
            quantity=format_micro(line.quantity),
            unit_price=write_unit_price(line.unit_price, currency_exponent(content.currency)),
            discount=write_discount(line, content.currency),
            tax_id=str(TaxRef(line.tax_category, line.tax_rate, line.tax_name)),
            tax=name_tax(line.tax_name, line.tax_category, line.tax_rate, locale),
            amount=format_amount(priced.net, content.currency, locale),
        )
        for line, priced in zip(content.lines, totals.lines, strict=True)
    )
    return views, format_amount(totals.lines_total, content.currency, locale)


def _build_panel(
    session: Session, viewer: Actor, order: Order, invoice: Invoice, organisation: Organisation, flow: BookingFlow
) -> PanelView:
    today = today_in(organisation.time_zone)
    locale, currency = organisation.locale, invoice.currency
    due = invoice.total - invoice.paid
    credit = read_credit(session, invoice.account_id)
    switches = list_missing_switches(organisation, flow)
    attempts = session.exec(
        select(func.count()).select_from(PaymentAttempt).where(PaymentAttempt.invoice_id == invoice.id)
    ).one()
    return PanelView(
        invoice_id=invoice.id or 0,
        reference=name_invoice(invoice.number, order.number),
        stage=STAGES[Stage(invoice.stage)],
        billing=describe_billing(invoice, today, organisation.grace_days),
        revision=invoice.revision,
        total=format_amount(invoice.total, currency, locale),
        paid=format_amount(invoice.paid, currency, locale),
        due=format_amount(due, currency, locale),
        due_label=format_amount_label(due, currency, locale),
        paid_percent=max(0, min(100, invoice.paid * 100 // invoice.total)) if invoice.total > 0 else 0,
        due_text="" if invoice.stage == "draft" else describe_due(invoice.due_on, due, today, locale),
        attempts=attempts,
        last_viewed=f"Viewed by the customer {format_when(invoice.viewed_at, utc_now(), locale, organisation.time_zone)}"
        if invoice.viewed_at
        else "",
        switches=switches,
        can_take_payment=not switches and viewer.may(Permission.TAKE_PAYMENTS) and due > 0,
        can_edit=not switches and viewer.may(Permission.EDIT_INVOICES),
        can_send=not switches and viewer.may(Permission.SEND),
        credit=format_amount_label(credit, currency, locale) if credit > 0 else "",
    )


def _may(session: Session, invoice: Invoice, organisation: Organisation, action: Action) -> bool:
    assert invoice.id is not None
    refusal = allowed(
        action,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        has_payments=invoice.paid != 0,
        in_flight="processing" in read_unfinished(session, invoice.id),
        lock_policy=LockPolicy(organisation.lock_policy),
    )
    return refusal is None
