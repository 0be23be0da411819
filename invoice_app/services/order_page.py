"""The order page as one value: items, files, and the Order Details panel that says what invoicing can do here (A1, A2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

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
from invoice_app.domain.bookings import OrderStatus
from invoice_app.domain.stages import Kind, Stage
from invoice_app.gateways.stripe_values import label_card
from invoice_app.models import BookingFlow, Deliverable, Invoice, Order, Organisation, PaymentAttempt, User
from invoice_app.repositories.credits import read_credit
from invoice_app.repositories.holds import HELD, describe_hold, find_active_hold
from invoice_app.repositories.orders import are_files_unlocked, list_files, list_order_invoices, read_account
from invoice_app.repositories.organisations import read_flow, read_organisation
from invoice_app.repositories.payments import list_cards
from invoice_app.repositories.printing import name_invoice
from invoice_app.repositories.printing_money import describe_due, print_instalments
from invoice_app.repositories.schedules import find_due_now, read_schedule
from invoice_app.services.badges import INSTALMENTS, NO_INVOICE, ORDER_STATUSES, STAGES, describe_billing
from invoice_app.services.booking_views import OrderPage
from invoice_app.services.order_parts import (
    KIND_WORDS,
    build_groups,
    build_invoice_rows,
    list_event_choices,
    list_item_invoices,
)
from invoice_app.services.order_views import FileView, InstalmentView, MissingSwitch, PanelView

FILES_OPEN = "Unlocked: the customer can download these files."
NO_PANEL = PanelView(
    invoice_id=0,
    reference="",
    stage=NO_INVOICE,
    billing=NO_INVOICE,
    revision=0,
    total="",
    paid="",
    due="",
    due_label="",
    paid_percent=0,
    due_text="",
    attempts=0,
    last_viewed="",
    switches=(),
    can_take_payment=False,
    can_edit=False,
    can_send=False,
)


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


def build_order_page(session: Session, viewer: Actor, order: Order, invoice_id: int = 0) -> OrderPage:
    """The page of one order or booking for one member of staff, with this invoice of it in Order Details."""
    assert order.id is not None
    organisation = read_organisation(session)
    account = read_account(session, order.account_id)
    flow = read_flow(session, order.flow_id)
    invoices = list_order_invoices(session, order.id)
    invoice = _select(invoices, invoice_id)
    unlocked = are_files_unlocked(session, order.id)
    can_edit = viewer.may(Permission.EDIT_ORDERS)
    groups, items_total = build_groups(session, order, invoices, organisation, can_edit=can_edit)
    assignee = session.get(User, order.assignee_id) if order.assignee_id else None
    no_panel = replace(NO_PANEL, switches=list_missing_switches(organisation, flow))
    lost = order.status == OrderStatus.LOST
    return OrderPage(
        id=order.id,
        number=order.number,
        title=order.title,
        status=ORDER_STATUSES[OrderStatus(order.status)],
        status_value=order.status,
        location=order.location,
        ordered=format_date(order.ordered_on, organisation.locale),
        ordered_on=order.ordered_on.isoformat(),
        flow_id=str(flow.id),
        flow=flow.name,
        customer_id=str(account.id),
        customer=account.name,
        customer_email=account.email,
        currency=invoice.currency if invoice else organisation.currency,
        items=tuple(item for group in groups for item in group.rows),
        items_total=items_total,
        files=tuple(build_file_view(file) for file in list_files(session, order.id)),
        files_locked=not unlocked,
        files_hint=FILES_OPEN if unlocked else _explain_lock(invoices),
        panel=_build_panel(session, viewer, order, invoice, organisation, flow) if invoice else no_panel,
        can_edit=can_edit,
        can_upload=viewer.may(Permission.UPLOAD_FILES),
        events=list_event_choices(session, order.id, organisation.locale),
        groups=groups,
        has_items=any(group.rows or group.event_id for group in groups),
        invoices=build_invoice_rows(invoices, order, invoice.id or 0 if invoice else 0, organisation),
        item_invoices=list_item_invoices(session, order, invoices),
        dates=describe_dates(order, organisation.locale),
        assignee_id=str(order.assignee_id or ""),
        assignee=assignee.name if assignee else "",
        is_lost=lost,
        can_add_invoice=not lost and not no_panel.switches and viewer.may(Permission.EDIT_INVOICES),
    )


def describe_dates(order: Order, locale: str) -> str:
    """The days of a booking: "Nov 21, 2026 to Nov 23, 2026", "" for an order without events."""
    days = [format_date(day, locale) for day in (order.starts_on, order.ends_on) if day]
    return " to ".join(dict.fromkeys(days))


def _select(invoices: Sequence[Invoice], invoice_id: int) -> Invoice | None:
    wanted = (invoice for invoice in invoices if invoice.id == invoice_id)
    live = (invoice for invoice in invoices if invoice.stage != Stage.VOID)
    return next(wanted, None) or next(live, None) or next(iter(invoices), None)


def _explain_lock(invoices: Sequence[Invoice]) -> str:
    owing = sum(invoice.due > 0 for invoice in invoices)
    if not owing:
        return "Locked for the customer: there is nothing to pay that would unlock them."
    return f"Locked for the customer until {'the invoice' if owing == 1 else 'everything due on this order'} is paid."


def build_file_view(file: Deliverable) -> FileView:
    """A deliverable as staff see it."""
    return FileView(
        id=file.id or 0,
        name=file.name,
        size=format_size(file.size),
        kind=file.media_type.partition("/")[0],
        href=routes.order_file(file.id or 0),
    )


def _build_panel(
    session: Session, viewer: Actor, order: Order, invoice: Invoice, organisation: Organisation, flow: BookingFlow
) -> PanelView:
    today = today_in(organisation.time_zone)
    locale, currency = organisation.locale, invoice.currency
    due = invoice.due
    credit = read_credit(session, invoice.account_id)
    switches = list_missing_switches(organisation, flow)
    can_edit = not switches and viewer.may(Permission.EDIT_INVOICES)
    attempts = session.exec(
        select(func.count()).select_from(PaymentAttempt).where(PaymentAttempt.invoice_id == invoice.id)
    ).one()
    return PanelView(
        invoice_id=invoice.id or 0,
        reference=name_invoice(invoice.number, order.number, invoice.place),
        stage=STAGES[Stage(invoice.stage)],
        billing=describe_billing(invoice, today, organisation.grace_days),
        revision=invoice.revision,
        total=format_amount(invoice.total, currency, locale),
        paid=format_amount(invoice.paid, currency, locale),
        due=format_amount(due, currency, locale),
        due_label=format_amount_label(due, currency, locale),
        paid_percent=max(0, min(100, invoice.paid * 100 // invoice.total)) if invoice.total > 0 else 0,
        due_text="" if invoice.stage == "draft" else _say_when(session, invoice, today, locale),
        attempts=attempts,
        last_viewed=f"Viewed by the customer {format_when(invoice.viewed_at, utc_now(), locale, organisation.time_zone)}"
        if invoice.viewed_at
        else "",
        switches=switches,
        can_take_payment=not switches and viewer.may(Permission.TAKE_PAYMENTS) and due > 0,
        can_edit=can_edit,
        can_send=not switches and viewer.may(Permission.SEND),
        credit=format_amount_label(credit, currency, locale) if credit > 0 else "",
        credited=format_amount(invoice.credited, currency, locale) if invoice.credited else "",
        kind=KIND_WORDS[Kind(invoice.kind)],
        label=invoice.label,
        pay_online=invoice.pay_online,
        can_switch_online=can_edit and invoice.stage != "void" and (due > 0 or not invoice.total),
        held=_say_held(session, invoice, locale),
        card=_say_card(session, invoice) if flow.hold_card and due > 0 else "",
        schedule=_list_instalments(session, invoice, today, locale) if invoice.stage != "void" else (),
    )


def _say_when(session: Session, invoice: Invoice, today: date, locale: str) -> str:
    """When money is due next; with a schedule, how much of it: "$200.00 USD due in 3 days"."""
    words = describe_due(invoice.due_on, invoice.due, today, locale)
    following = find_due_now(read_schedule(session, invoice), today)
    if not words or not 0 < following < invoice.due:
        return words
    return f"{format_amount_label(following, invoice.currency, locale)} {words[0].lower()}{words[1:]}"


def _say_held(session: Session, invoice: Invoice, locale: str) -> str:
    hold = find_active_hold(session, invoice.id or 0)
    return describe_hold(hold, locale) if hold is not None and hold.status == HELD else ""


def _say_card(session: Session, invoice: Invoice) -> str:
    card = next(iter(list_cards(session, invoice.account_id)), None)
    return f"{label_card(card.brand, card.last4)} was left by the customer" if card else ""


def _list_instalments(session: Session, invoice: Invoice, today: date, locale: str) -> tuple[InstalmentView, ...]:
    return tuple(
        InstalmentView(one.label, one.due, one.amount, INSTALMENTS[one.state])
        for one in print_instalments(session, invoice, today, locale)
    )
