"""Everything money did on an invoice, in plain words for staff: payments, refunds, disputes, holds, and the ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from invoice_app import routes
from invoice_app.clock import today_in, utc_now
from invoice_app.db import reading
from invoice_app.documents.formatting import (
    describe_days,
    format_amount,
    format_amount_label,
    format_instant,
    format_when,
)
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.declines import explain_decline
from invoice_app.domain.money import format_plain
from invoice_app.domain.returning import DISPUTE_INQUIRY, DISPUTE_OPEN
from invoice_app.models import CreditNote, Dispute, Hold, Invoice, LedgerEntry, LedgerTransaction, Payment, Refund
from invoice_app.repositories.contexts import InvoiceContext, read_context, select_invoice
from invoice_app.repositories.credit_notes import list_credit_notes
from invoice_app.repositories.holds import ACTIVE, FAILED, HELD, list_holds
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.payments import list_cards
from invoice_app.repositories.returning import (
    find_invoice_of,
    list_disputes,
    list_payments_of,
    list_refunds,
    sum_allocated,
    sum_left,
)
from invoice_app.services.badges import DISPUTES, HOLDS, REFUNDS, describe_settlement
from invoice_app.services.carrying_fees import describe_fee
from invoice_app.services.disputing import explain_reason
from invoice_app.services.money_views import (
    CreditNoteView,
    DisputeView,
    HoldView,
    LedgerLine,
    MoneyView,
    PaymentView,
    RefundView,
)

SOON = timedelta(hours=48)
FAILURES = {
    "charge_already_refunded": "All of this payment had already gone back.",
    "charge_disputed": "The customer's bank was deciding on this payment.",
    "expired_or_canceled_card": "The card has expired or was cancelled. Agree another way with the customer.",
    "gateway_unavailable": "The card service could not be reached. Nothing went back; try again.",
    "lost_or_stolen_card": "The card was reported lost or stolen. Agree another way with the customer.",
}
WORDS: dict[str, Callable[[str, str], str]] = {
    "payment": lambda amount, note: f"Paid {amount} by {note}",
    "credit_note": lambda amount, note: f"Credit note {note}: {amount} less is owed",
    "void": lambda amount, note: f"Voided, {amount} is no longer owed: {note}",
    "unvoid": lambda amount, _: f"Brought back, {amount} is owed again",
    "refund": lambda amount, note: f"Refunded {amount} to {note}",
    "refund_failed": lambda amount, note: f"The refund of {amount} to {note} came back",
    "processing_fee": lambda amount, _: f"The card service kept a fee of {amount}",
    "dispute_withdrawn": lambda amount, _: f"The bank withdrew {amount} until the dispute ends, fee included",
    "dispute_reinstated": lambda amount, _: f"The bank gave {amount} back",
    "dispute_lost": lambda amount, _: f"Dispute lost: {amount} is owed again",
    "dispute_won": lambda amount, _: f"Dispute won after all: {amount} counts as paid again",
}


def open_money(actor: Actor | None, invoice_id: int) -> MoneyView:
    """What money did on an invoice, newest first, with what can be refunded, taken or released. Raises NotFound."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        context = read_context(session, read_invoice(session, invoice_id))
        invoice = context.invoice
        holds = list_holds(session, invoice_id)
        cards = list_cards(session, invoice.account_id) if context.flow.hold_card else ()
        free = context.due > 0 and not any(hold.status in ACTIVE for hold in holds)
        usable = not context.switches_off and invoice.stage != "void" and not invoice.in_flight
        return MoneyView(
            invoice_id=invoice_id,
            revision=invoice.revision,
            currency=invoice.currency,
            settlement=describe_settlement(invoice),
            payments=tuple(_view_payment(session, one, context, viewer) for one in list_payments_of(session, invoice_id)),
            holds=tuple(_view_hold(hold, context, viewer) for hold in holds),
            credit_notes=tuple(_view_credit_note(note, context) for note in reversed(list_credit_notes(session, invoice_id))),
            ledger=_tell_ledger(session, context),
            can_hold=bool(cards) and free and usable and viewer.may(Permission.TAKE_PAYMENTS),
            hold_plain=format_plain(max(context.due, 0), invoice.currency),
        )


def _view_payment(session: Session, payment: Payment, context: InvoiceContext, viewer: Actor) -> PaymentView:
    label = partial(format_amount_label, currency=payment.currency, locale=context.organisation.locale)
    left, applied = sum_left(session, payment), sum_allocated(session, payment.id or 0)
    home = find_invoice_of(session, payment.id or 0)
    if home != context.invoice.id:
        return _view_applied(session, payment, context, read_invoice(session, home), applied.get(context.invoice.id or 0, 0))
    parts = (
        (left - sum(applied.values()), "is the customer's credit"),
        (sum(part for key, part in applied.items() if key != home), "paid other invoices as credit"),
    )
    credit = " and ".join(f"{label(part)} of it {what}" for part, what in parts if part > 0)
    refunds, disputes = list_refunds(session, payment.id or 0), list_disputes(session, payment.id or 0)
    blocked = any(one.status in DISPUTE_OPEN and one.status not in DISPUTE_INQUIRY for one in disputes)
    blocked = blocked or any(one.status == "started" for one in refunds)
    net = ""
    if payment.processing_fee is not None:
        kept, rest = label(payment.processing_fee), label(payment.amount - payment.processing_fee)
        net = f"{rest} after a processing fee of {kept}"
    return PaymentView(
        id=payment.id or 0,
        amount=label(payment.amount),
        method=payment.method_label,
        when=_when(context, payment.received_at),
        who=payment.recorded_by,
        net=net,
        left=str(left),
        left_plain=format_plain(max(left, 0), payment.currency),
        left_label=label(max(left, 0)),
        by_hand=payment.payment_intent_id is None,
        can_refund=left > 0 and not blocked and viewer.may(Permission.REFUND),
        went_back=bool(refunds or disputes),
        fee=describe_fee(session, context, payment),
        credit=f"{credit}." if credit else "",
        refunds=tuple(_view_refund(one, context) for one in reversed(refunds)),
        disputes=tuple(_view_dispute(one, context) for one in reversed(disputes)),
    )


def _view_applied(session: Session, payment: Payment, context: InvoiceContext, home: Invoice, applied: int) -> PaymentView:
    """Money of another invoice that pays this one as credit: refunded where it was received."""
    there = read_context(session, home)
    return PaymentView(
        id=payment.id or 0,
        amount=format_amount_label(applied, payment.currency, context.organisation.locale),
        method="Account credit",
        when=_when(context, payment.received_at),
        who=payment.method_label,
        net="",
        left="0",
        left_plain="",
        left_label="",
        by_hand=payment.payment_intent_id is None,
        can_refund=False,
        home=there.reference,
        home_href=routes.order(there.order.number, invoice=select_invoice(home), show="payments"),
    )


def _when(context: InvoiceContext, at: datetime) -> str:
    organisation = context.organisation
    return format_when(at, utc_now(), organisation.locale, organisation.time_zone)


def _view_refund(refund: Refund, context: InvoiceContext) -> RefundView:
    explanation = ""
    if refund.status == "failed":
        explanation = FAILURES.get(refund.failure_reason, "The money did not arrive and is with us again.")
    elif refund.status == "started":
        explanation = "The card service has not answered yet. The result appears here by itself."
    elif refund.status == "pending":
        explanation = "The bank is still working on it."
    return RefundView(
        id=refund.id or 0,
        status=REFUNDS[refund.status],
        amount=format_amount_label(-refund.amount, refund.currency, context.organisation.locale),
        when=_when(context, refund.created_at),
        who=refund.requested_by,
        reason=refund.reason,
        explanation=explanation,
    )


def _view_dispute(dispute: Dispute, context: InvoiceContext) -> DisputeView:
    organisation = context.organisation
    due = ""
    if dispute.status in ("needs_response", "warning_needs_response") and dispute.due_by:
        day = dispute.due_by.astimezone(ZoneInfo(organisation.time_zone)).date()
        near = describe_days(day, today_in(organisation.time_zone))
        due = f"Answer by {format_instant(dispute.due_by, organisation.locale, organisation.time_zone)}, {near}."
    funds = "The bank has withdrawn the money." if dispute.funds_withdrawn else ""
    if dispute.status == "won":
        funds = "The bank gave the money back."
    return DisputeView(
        id=dispute.id or 0,
        status=DISPUTES[dispute.status],
        amount=format_amount_label(dispute.amount, dispute.currency, organisation.locale),
        reason=explain_reason(dispute.reason),
        due=due,
        funds=funds,
    )


def _view_credit_note(note: CreditNote, context: InvoiceContext) -> CreditNoteView:
    label = partial(format_amount_label, currency=note.currency, locale=context.organisation.locale)
    return CreditNoteView(
        id=note.id or 0,
        number=note.number,
        amount=label(-note.total),
        when=_when(context, note.created_at),
        who=note.issued_by,
        reason=note.reason,
        to_account=f"{label(note.to_account)} went to the customer's credit." if note.to_account else "",
        pdf_href=routes.credit_note_pdf(note.id or 0),
    )


def _view_hold(hold: Hold, context: InvoiceContext, viewer: Actor) -> HoldView:
    locale, zone = context.organisation.locale, context.organisation.time_zone
    most = min(hold.amount, max(context.due, 0))
    countdown, urgent, reason = "", False, ""
    if hold.status == HELD and hold.capture_before:
        rest = hold.capture_before - utc_now()
        near = f"in {int(rest.total_seconds() // 3600)} hours" if timedelta(0) < rest < SOON else ""
        near = near or describe_days((utc_now() + rest).date(), utc_now().date())
        countdown = f"Stands until {format_instant(hold.capture_before, locale, zone)}, {near}."
        urgent = rest < SOON
    elif hold.status == FAILED:
        explained = explain_decline(hold.decline_code, hold.error_code)
        reason = f"{explained.explanation} {explained.next_step}"
    elif 0 < hold.captured < hold.amount:
        held, freed = (format_amount_label(part, hold.currency, locale) for part in (hold.amount, hold.amount - hold.captured))
        reason = f"{held} was held; {freed} was released."
    return HoldView(
        id=hold.id or 0,
        status=HOLDS[hold.status],
        amount=format_amount_label(hold.captured or hold.amount, hold.currency, locale),
        method=hold.method_label or "Card",
        who=hold.who,
        when=_when(context, hold.created_at),
        countdown=countdown,
        urgent=urgent,
        can_act=hold.status == HELD and viewer.may(Permission.TAKE_PAYMENTS),
        most_plain=format_plain(most, hold.currency),
        most_label=format_amount_label(most, hold.currency, locale),
        reason=reason,
    )


def _tell_ledger(session: Session, context: InvoiceContext) -> tuple[LedgerLine, ...]:
    """The ledger as a timeline, newest first; the balance after each line is the sum of all before it."""
    owed = func.coalesce(func.sum(LedgerEntry.amount).filter(col(LedgerEntry.book) == Book.RECEIVABLE), 0)
    moved = func.coalesce(func.max(func.abs(LedgerEntry.amount)), 0)
    beyond = func.coalesce(func.sum(-LedgerEntry.amount).filter(col(LedgerEntry.book) == Book.CUSTOMER_CREDIT), 0)
    query = (
        select(LedgerTransaction, owed, moved, beyond)
        .join(LedgerEntry, col(LedgerEntry.transaction_id) == LedgerTransaction.id)
        .where(LedgerTransaction.invoice_id == context.invoice.id)
        .group_by(col(LedgerTransaction.id))
        .order_by(col(LedgerTransaction.id))
    )
    locale, currency, balance = context.organisation.locale, context.invoice.currency, 0
    lines = []
    for row, change, amount, credit in session.exec(query).all():
        balance += int(change)
        lines.append(
            LedgerLine(
                id=row.id or 0,
                when=_when(context, row.at),
                words=_say(
                    row, *(format_amount_label(int(part), currency, locale) if part else "" for part in (amount, credit))
                ),
                who=row.who,
                change=format_amount(int(change), currency, locale) if change else "",
                balance=format_amount(balance, currency, locale),
            )
        )
    return tuple(reversed(lines))


def _say(row: LedgerTransaction, amount: str, credit: str) -> str:
    if row.kind == "charge":
        return f"{row.note or 'Invoice saved'}, revision {row.source.rpartition(':')[2]}"
    told = WORDS.get(row.kind)
    if row.kind == "payment" and credit:
        return f"{WORDS[row.kind](amount, row.note)}; {credit} of it is the customer's credit"
    return told(amount, row.note) if told else row.note or row.kind.replace("_", " ").capitalize()
