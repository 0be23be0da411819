"""Using a customer's credit: what they paid beyond what was due pays another invoice (E23)."""

from sqlmodel import Session

from invoice_app.clock import today_in, utc_now
from invoice_app.db import transaction
from invoice_app.documents.formatting import format_amount_label
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import AttemptInProgress, NothingToPay, PaymentsSwitchedOff, ValidationFailed
from invoice_app.domain.money import parse_amount
from invoice_app.domain.stages import Action, Kind, Stage, require_allowed
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.coupons import commit_redemptions
from invoice_app.repositories.credits import list_free_money, lock_account, read_credit, use_credit
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.issuing import settle_facts, tell_dates
from invoice_app.repositories.numbering import assign_number
from invoice_app.repositories.payments import SUCCEEDED, add_attempt, find_attempt_of_form, find_unfinished
from invoice_app.repositories.schedules import follow_schedule
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.signalling import signal_invoice

CREDIT = "credit"
LABEL = "Account credit"


def read_usable_credit(session: Session, account_id: int) -> int:
    """What an account can still spend, in minor units: its credit, as far as there is money behind it."""
    return max(0, min(read_credit(session, account_id), sum(free.amount for free in list_free_money(session, account_id))))


def apply_credit(actor: Actor | None, invoice_id: int, amount_text: str = "", *, key: str = "") -> int:
    """Pay an invoice, or a part of it, from its customer's credit; answers how much was applied, in minor units.

    `amount_text` as typed; empty: as much as is due and the credit allows. `key`: what was applied with the same key before
    is answered and not applied again. Raises ValidationFailed ("amount"), NothingToPay,
    InvoiceIsVoid, AttemptInProgress, PaymentsSwitchedOff.
    """
    collector = require(actor, Permission.TAKE_PAYMENTS)
    close_open_checkout(invoice_id)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        if (applied := find_attempt_of_form(session, invoice_id, key)) is not None:
            return applied.amount
        lock_account(session, invoice.account_id)
        context = read_context(session, invoice)
        _check_payable(session, context)
        amount = _read_amount(context, amount_text, read_usable_credit(session, invoice.account_id))
        before = {"paid": invoice.paid, "number": invoice.number, **tell_dates(invoice)}
        use_credit(session, invoice, amount, who=collector.name)
        follow_schedule(session, invoice)
        settle_facts(session, invoice, context.organisation)
        assign_number(session, invoice, context.organisation, today_in(context.organisation.time_zone))
        commit_redemptions(session, invoice_id)
        attempt = add_attempt(
            session, invoice, amount=amount, method=CREDIT, method_label=LABEL, who=collector.name, status=SUCCEEDED, once=key
        )
        attempt.closed_at = invoice.updated_at = utc_now()
        session.add_all((attempt, invoice))
        after = {"paid": invoice.paid, "number": invoice.number, "allocated": amount, "method": LABEL, **tell_dates(invoice)}
        subject = f"invoice:{invoice_id}"
        record_event(session, collector, subject=subject, action="applied credit", before=before, after=after)
        signal_invoice(session, invoice)
        return amount


def _check_payable(session: Session, context: InvoiceContext) -> None:
    invoice = context.invoice
    if context.switches_off:
        raise PaymentsSwitchedOff(context.switches_off)
    require_allowed(
        Action.TAKE_PAYMENT,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        in_flight=invoice.in_flight,
        reference=context.reference,
    )
    if find_unfinished(session, invoice.id or 0) is not None:
        raise AttemptInProgress(context.reference)
    if context.due <= 0:
        raise NothingToPay(context.reference, context.due)


def _read_amount(context: InvoiceContext, text: str, credit: int) -> int:
    currency, locale = context.invoice.currency, context.organisation.locale
    if credit <= 0:
        raise ValidationFailed("The customer has no credit.", "amount")
    if not text.strip():
        return min(credit, context.due)
    amount = parse_amount(text, currency, "amount")
    if amount <= 0:
        raise ValidationFailed("Enter an amount above 0.", "amount", text)
    if amount > context.due:
        due = format_amount_label(context.due, currency, locale)
        raise ValidationFailed(f"This is more than is due: {due}.", "amount", text)
    if amount > credit:
        left = format_amount_label(credit, currency, locale)
        raise ValidationFailed(f"This is more than the customer's credit: {left}.", "amount", text)
    return amount
