"""Payment details and Make Payment, for staff (A3-A9)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session

from invoice_app.clock import today_in, utc_now
from invoice_app.db import reading, transaction
from invoice_app.documents.formatting import format_amount, format_amount_label, format_instant, format_when
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.charging import AmountNotChargeable, check_chargeable
from invoice_app.domain.declines import explain_decline
from invoice_app.domain.errors import AttemptInProgress, NothingToPay, PaymentsSwitchedOff, ValidationFailed
from invoice_app.domain.money import format_plain, parse_amount
from invoice_app.domain.stages import Action, Kind, Stage, allowed, require_allowed
from invoice_app.gateways.stripe_values import label_card
from invoice_app.models import PaymentAttempt, SavedCard
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.invoices import lock_invoice, read_invoice
from invoice_app.repositories.payments import (
    CONFIRM,
    FAILED,
    OPEN,
    PROCESSING,
    SUCCEEDED,
    add_attempt,
    find_attempt_of_form,
    find_unfinished,
    list_attempts,
    list_cards,
)
from invoice_app.services.badges import ATTEMPTS, NOT_CONFIRMED
from invoice_app.services.charging_cards import charge_saved_card
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.crediting import read_usable_credit
from invoice_app.services.payment_views import CONFIRM_MAILED, AttemptView, CardView, ManualPaymentForm, PaymentDetailsView
from invoice_app.services.placing_holds import settle_active_holds
from invoice_app.services.posting import post_payment
from invoice_app.services.views import Choice

__all__ = ["charge_saved_card", "open_payment_details", "record_manual_payment"]

MANUAL_METHODS = {"cash": "Cash", "check": "Check"}
LONGEST_REFERENCE = 120
NO_FEE = "No card fee is added to what you charge here; customers who pay at the link pay theirs."
CARDS_OFF = "Hold Credit Card is off for this booking flow, so no card can be charged here. Cash and check can be recorded."
NO_CARD = "The customer has not left a card yet. The link asks them for one; once they left it, it can be charged here."


def open_payment_details(actor: Actor | None, invoice_id: int) -> PaymentDetailsView:
    """Every attempt in plain words, newest first (A3, A4), and what Make Payment offers (A5-A7)."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        context = read_context(session, read_invoice(session, invoice_id))
        invoice, locale = context.invoice, context.organisation.locale
        cards = list_cards(session, invoice.account_id) if context.flow.hold_card else ()
        today = today_in(context.organisation.time_zone)
        refusal = _explain_refusal(context, viewer)
        credit = read_usable_credit(session, invoice.account_id)
        return PaymentDetailsView(
            invoice_id=invoice_id,
            reference=context.reference,
            revision=invoice.revision,
            attempts=tuple(_view_attempt(attempt, context) for attempt in list_attempts(session, invoice_id)),
            total=format_amount(invoice.total, invoice.currency, locale),
            paid=format_amount(invoice.paid, invoice.currency, locale),
            due=format_amount(context.due, invoice.currency, locale),
            due_label=format_amount_label(context.due, invoice.currency, locale),
            due_plain=format_plain(max(context.due, 0), invoice.currency),
            settled=context.due <= 0,
            can_take_payment=not refusal,
            refusal=refusal,
            holds_cards=context.flow.hold_card,
            cards=tuple(_view_card(card, today) for card in cards),
            card_hint=_explain_cards(context, bool(cards)),
            today=today.isoformat(),
            credit=format_amount_label(credit, invoice.currency, locale) if credit else "",
            credited=format_amount(-invoice.credited, invoice.currency, locale) if invoice.credited else "",
            credit_plain=format_plain(min(credit, max(context.due, 0)), invoice.currency),
        )


def record_manual_payment(actor: Actor | None, invoice_id: int, form: ManualPaymentForm) -> PaymentDetailsView:
    """Record cash or a check, the whole amount due or a part of it; what settles the invoice unlocks the files (A8).

    More than is due is taken only with `form.keep_rest`; the rest becomes the customer's credit (E23). What was recorded
    with the same `form.key` before is not recorded again.

    Raises ValidationFailed ("method", "amount", "received_on", "reference"), NothingToPay, InvoiceIsVoid, AttemptInProgress,
    PaymentsSwitchedOff.
    """
    collector = require(actor, Permission.TAKE_PAYMENTS)
    if form.method not in MANUAL_METHODS:
        raise ValidationFailed("Choose cash or check.", "method", form.method)
    if len(form.reference.strip()) > LONGEST_REFERENCE:
        raise ValidationFailed(f"Keep the reference under {LONGEST_REFERENCE} characters.", "reference")
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        if find_attempt_of_form(session, invoice_id, form.key) is not None:
            return open_payment_details(actor, invoice_id)
        context = read_context(session, invoice)
        _check_takes_money(context)
        _read_amount(context, form)
    close_open_checkout(invoice_id)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        if find_attempt_of_form(session, invoice_id, form.key) is not None:
            return open_payment_details(actor, invoice_id)
        context = read_context(session, invoice)
        _check_takes_money(context)
        amount = _read_amount(context, form)
        received_at = _read_day(form.received_on, context.organisation.time_zone)
        if find_unfinished(session, invoice_id) is not None:
            raise AttemptInProgress(context.reference)
        _post_manual(session, context, collector, form, amount, received_at)
    settle_active_holds(of_invoice=invoice_id)
    return open_payment_details(actor, invoice_id)


def _post_manual(
    session: Session,
    context: InvoiceContext,
    collector: Actor,
    form: ManualPaymentForm,
    amount: int,
    received_at: datetime,
) -> None:
    method, reference = form.method, form.reference.strip()
    label = f"{MANUAL_METHODS[method]} {reference}".strip()
    attempt = add_attempt(
        session,
        context.invoice,
        amount=amount,
        method=method,
        method_label=label,
        who=collector.name,
        status=SUCCEEDED,
        once=form.key,
    )
    payment = post_payment(
        session,
        context,
        amount=amount,
        method=method,
        method_label=label,
        recorded_by=collector.name,
        actor=collector,
        reference=reference,
        received_at=received_at,
    )
    attempt.payment_id, attempt.closed_at = payment.id, utc_now()
    session.add(attempt)


def _check_takes_money(context: InvoiceContext) -> None:
    if context.switches_off:
        raise PaymentsSwitchedOff(context.switches_off)
    invoice = context.invoice
    require_allowed(
        Action.TAKE_PAYMENT,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        in_flight=invoice.in_flight,
        reference=context.reference,
    )
    if context.due <= 0:
        raise NothingToPay(context.reference, context.due)


def _read_amount(context: InvoiceContext, form: ManualPaymentForm) -> int:
    currency, text = context.invoice.currency, form.amount
    amount = parse_amount(text, currency, "amount")
    if amount <= 0:
        raise ValidationFailed("Enter an amount above 0.", "amount", text)
    if amount > max(context.due, 0) and not form.keep_rest:
        due = format_amount_label(max(context.due, 0), currency, context.organisation.locale)
        raise ValidationFailed(f"This is more than is due: {due}.", "amount", text)
    return amount


def _read_day(text: str, time_zone: str) -> datetime:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValidationFailed("Enter the date as YYYY-MM-DD.", "received_on", text) from None
    today = today_in(time_zone)
    if day > today:
        raise ValidationFailed("The date cannot be in the future.", "received_on", text)
    if day.year < today.year - 10:
        raise ValidationFailed("The date is too long ago.", "received_on", text)
    # Noon, so that the day stays the same in every zone that a report may use.
    return utc_now() if day == today else datetime.combine(day, time(12), ZoneInfo(time_zone)).astimezone(UTC)


def _explain_refusal(context: InvoiceContext, viewer: Actor) -> str:
    if not viewer.may(Permission.TAKE_PAYMENTS):
        return "Your role does not allow taking payments."
    if context.switches_off:
        return PaymentsSwitchedOff(context.switches_off).message
    invoice = context.invoice
    refusal = allowed(Action.TAKE_PAYMENT, stage=Stage(invoice.stage), kind=Kind(invoice.kind), in_flight=invoice.in_flight)
    if refusal is not None:
        return refusal.reason
    return "" if context.due > 0 else "Nothing is due on this invoice."


def _explain_cards(context: InvoiceContext, has_cards: bool) -> str:
    if not context.flow.hold_card:
        return CARDS_OFF
    if not has_cards:
        return NO_CARD
    try:
        check_chargeable(max(context.due, 0), context.invoice.currency)
    except AmountNotChargeable as error:
        return error.message if context.due > 0 else ""
    return NO_FEE if context.organisation.method_fees else ""


def _view_card(card: SavedCard, today: date) -> CardView:
    return CardView(
        id=card.id or 0,
        label=label_card(card.brand, card.last4),
        expires=f"expires {card.exp_month:02}/{card.exp_year}",
        expired=(card.exp_year, card.exp_month) < (today.year, today.month),
    )


def _view_attempt(attempt: PaymentAttempt, context: InvoiceContext) -> AttemptView:
    locale, zone = context.organisation.locale, context.organisation.time_zone
    at = attempt.closed_at or attempt.started_at
    reason, next_step = _explain_attempt(attempt)
    waits = attempt.status == FAILED and CONFIRM in (attempt.decline_code, attempt.error_code)
    if waits and attempt.asked_customer:
        next_step = CONFIRM_MAILED
    return AttemptView(
        id=attempt.id or 0,
        outcome=NOT_CONFIRMED if waits else ATTEMPTS[attempt.status],
        amount=format_amount_label(attempt.amount, attempt.currency, locale),
        when=format_when(at, utc_now(), locale, zone),
        when_exact=format_instant(at, locale, zone),
        method=attempt.method_label or "Card",
        who=attempt.who,
        revision=attempt.revision,
        reason=reason,
        next_step=next_step,
        technical=_list_technical(attempt),
    )


def _explain_attempt(attempt: PaymentAttempt) -> tuple[str, str]:
    if attempt.status == FAILED:
        return _explain_failure(attempt)
    if attempt.status == OPEN:
        return "The customer has the payment page open.", "Wait, or change the invoice: that closes the page."
    if attempt.status == PROCESSING:
        return "The payment is being processed.", "Nothing to do: the result appears here by itself."
    if attempt.status == SUCCEEDED:
        return "", ""
    return "The payment page was closed before anything was paid. Nothing was charged.", ""


def _explain_failure(attempt: PaymentAttempt) -> tuple[str, str]:
    if attempt.error_code == "gateway_unavailable":
        return "The card service could not be reached. Nothing was charged.", "Try again."
    explained = explain_decline(attempt.decline_code, attempt.error_code)
    return explained.explanation, explained.next_step


def _list_technical(attempt: PaymentAttempt) -> tuple[Choice, ...]:
    codes = (
        ("Decline code", attempt.decline_code),
        ("Error code", attempt.error_code),
        ("Message", attempt.error_message),
        ("Payment", attempt.payment_intent_id or ""),
        ("Checkout", attempt.checkout_session_id or ""),
        ("Key", attempt.idempotency_key),
    )
    return tuple(Choice(label, text) for label, text in codes if text)
