"""What a customer's page says of their money in words: when it is due, held, processed, to be confirmed, left over."""

from sqlmodel import Session

from invoice_app.documents.formatting import format_amount_label
from invoice_app.documents.printed import PrintedInvoice
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.declines import explain_decline
from invoice_app.models import Hold
from invoice_app.repositories.bookkeeping import sum_of_invoice
from invoice_app.repositories.contexts import InvoiceContext
from invoice_app.repositories.credits import list_free_money
from invoice_app.repositories.holds import describe_hold
from invoice_app.repositories.payments import FAILED, find_confirmation, find_unfinished, list_attempts
from invoice_app.repositories.schedules import read_schedule
from invoice_app.services.offering import BANK, find_next


def say_when(session: Session, context: InvoiceContext, printed: PrintedInvoice) -> str:
    """By when what is due is to be paid; with a schedule, how much of it by then."""
    following = find_next(context, read_schedule(session, context.invoice))
    if not 0 < following < context.due:
        return printed.due
    amount = format_amount_label(following, context.invoice.currency, context.organisation.locale)
    return f"{printed.due}: {amount}. The rest follows as scheduled below."


def say_held(context: InvoiceContext, hold: Hold) -> str:
    """What a hold that stands means for the customer."""
    held = f"{describe_hold(hold, context.organisation.locale, whose='your ')}. Nothing is taken yet."
    return f"{held} Once you have paid all of it here instead, it is released." if context.due > 0 else held


def explain_last_attempt(session: Session, invoice_id: int) -> str:
    """Why the customer's last attempt failed, in words for them; "" where it did not."""
    last = next(iter(list_attempts(session, invoice_id)), None)
    if last is None or last.status != FAILED or last.share_link_id is None:
        return ""
    return explain_decline(last.decline_code, last.error_code).customer_text


def describe_failure(session: Session, context: InvoiceContext) -> str:
    """Which payment was being processed and failed after all, while nothing was tried since; "" for none."""
    last = next(iter(list_attempts(session, context.invoice.id or 0)), None)
    # A card refused on Stripe's page is an attempt without that page, which stays open for another card.
    if last is None or last.status != FAILED or last.checkout_session_id is None:
        return ""
    amount = format_amount_label(last.amount, last.currency, context.organisation.locale)
    return f"Your bank did not carry out your payment of {amount} by {last.method_label}. Nothing was taken."


def describe_confirmation(session: Session, context: InvoiceContext) -> str:
    """Which charge of the seller the customer's bank wants them to confirm; "" for none."""
    asked = find_confirmation(session, context.invoice)
    if asked is None:
        return ""
    organisation = context.organisation
    amount = format_amount_label(asked.amount, asked.currency, organisation.locale)
    return (
        f"Your bank asks you to confirm the {amount} that {organisation.name} wanted to charge to your {asked.method_label}. "
        "Nothing has been charged yet: pay here and follow your bank's steps."
    )


def describe_process(session: Session, context: InvoiceContext) -> str:
    """What is being processed, for how long, and what is left after it."""
    attempt = find_unfinished(session, context.invoice.id or 0)
    if attempt is None:
        return "Your payment is being processed; this page shows the result by itself."
    amount, rest = (
        format_amount_label(part, attempt.currency, context.organisation.locale)
        for part in (attempt.amount, context.due - (attempt.amount - attempt.fee))
    )
    days = " A bank debit takes a few days." if attempt.method == BANK else ""
    fee = ", its fee included," if attempt.fee else ""
    left = f" What is left, {rest}, can be paid after that." if context.due > attempt.amount - attempt.fee else ""
    return f"Your payment of {amount}{fee} is being processed; this page shows the result by itself.{days}{left}"


def describe_credit(session: Session, context: InvoiceContext) -> str:
    """What was paid on this invoice beyond its due and is still the customer's credit; "" for nothing."""
    invoice, organisation = context.invoice, context.organisation
    if -sum_of_invoice(session, invoice.id or 0, Book.CUSTOMER_CREDIT) <= 0:
        return ""
    own = {attempt.payment_id for attempt in list_attempts(session, invoice.id or 0)}
    left = sum(free.amount for free in list_free_money(session, invoice.account_id) if free.payment_id in own)
    if left <= 0:
        return ""
    amount = format_amount_label(left, invoice.currency, organisation.locale)
    return f"You paid {amount} more than was due. {organisation.name} keeps it as your credit."
