"""The e-mails that follow from a change, written in its transaction and delivered afterwards."""

from sqlmodel import Session

from invoice_app import routes
from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.documents.emails import (
    EmailBody,
    render_confirmation_email,
    render_failed_payment_email,
    render_invoice_email,
    render_receipt_email,
    render_refund_email,
    render_returned_refund_email,
    render_staff_notice,
)
from invoice_app.documents.formatting import format_amount, format_amount_label, format_date
from invoice_app.documents.printed import PrintedPayment
from invoice_app.models import Payment, PaymentAttempt, Refund
from invoice_app.repositories.contexts import InvoiceContext, select_invoice
from invoice_app.repositories.outbox import queue_email
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.printing_briefs import print_brief
from invoice_app.repositories.sharing import add_link, build_url, find_recipient_link
from invoice_app.services.signalling import wake_outbox


def queue_link_email(session: Session, context: InvoiceContext, *, url: str, recipient: str, message: str) -> None:
    """The customer's link with the invoice in short (A12)."""
    printed = print_invoice(session, context.invoice)
    body = render_invoice_email(printed, link=url, message=message, language=_language(context))
    _queue(session, context, recipient, body)


def queue_receipt(session: Session, context: InvoiceContext, payment: Payment, *, fee: int = 0, to_credit: int = 0) -> None:
    """The receipt of a payment, of which `fee` is its method's and `to_credit` the customer's credit; minor units.

    To the account's own address; without one nothing is sent.
    """
    if not context.account.email:
        return
    locale, currency = context.organisation.locale, payment.currency
    received = PrintedPayment(
        received=format_date(payment.received_at.date(), locale),
        method=payment.method_label,
        amount=format_amount(payment.amount, currency, locale),
    )
    brief = print_brief(session, context.invoice)
    link = customer_url(session, context)
    amount = format_amount_label(payment.amount, currency, locale)
    within, beyond = (format_amount_label(part, currency, locale) if part else "" for part in (fee, to_credit))
    body = render_receipt_email(
        brief, received, amount=amount, link=link, fee=within, credit=beyond, language=_language(context)
    )
    _queue(session, context, context.account.email, body)


def queue_refund_notice(session: Session, context: InvoiceContext, payment: Payment, refund: Refund) -> None:
    """Tell the account that money of a payment goes back; without an address nothing is sent."""
    if not context.account.email:
        return
    body = render_refund_email(
        print_brief(session, context.invoice),
        amount=format_amount_label(refund.amount, refund.currency, context.organisation.locale),
        method=payment.method_label,
        link=customer_url(session, context),
        by_card=payment.payment_intent_id is not None,
        language=_language(context),
    )
    _queue(session, context, context.account.email, body)


def queue_returned_refund(session: Session, context: InvoiceContext, payment: Payment, refund: Refund) -> None:
    """Tell the account that a refund it was told of came back to us; without an address nothing is sent."""
    if not context.account.email:
        return
    body = render_returned_refund_email(
        print_brief(session, context.invoice),
        amount=format_amount_label(refund.amount, refund.currency, context.organisation.locale),
        method=payment.method_label,
        link=customer_url(session, context),
        language=_language(context),
    )
    _queue(session, context, context.account.email, body)


def queue_failed_payment(session: Session, context: InvoiceContext, attempt: PaymentAttempt, *, reason: str) -> None:
    """Tell both sides that a customer's payment which was being processed failed after all.

    `reason` is for staff. Whoever has no address is told nothing.
    """
    amount = format_amount_label(attempt.amount, attempt.currency, context.organisation.locale)
    details = (("Paid by", attempt.method_label), ("Reason", reason))
    queue_staff_notice(session, context, f"A payment of {amount} failed", details, amount=amount)
    if context.account.email:
        body = render_failed_payment_email(
            print_brief(session, context.invoice),
            amount=amount,
            method=attempt.method_label,
            link=customer_url(session, context),
            language=_language(context),
        )
        _queue(session, context, context.account.email, body)


def queue_confirmation_request(session: Session, context: InvoiceContext) -> bool:
    """Ask the customer to confirm a charge their bank wants to hear about from them; false without an address to write to."""
    if not context.account.email:
        return False
    brief = print_brief(session, context.invoice)
    body = render_confirmation_email(brief, link=customer_url(session, context), language=_language(context))
    _queue(session, context, context.account.email, body)
    return True


def queue_staff_notice(
    session: Session,
    context: InvoiceContext,
    headline: str,
    details: tuple[tuple[str, str], ...],
    *,
    amount: str = "",
    to: str = "",
) -> None:
    """Tell a member of staff, or else the organisation's own address, of something; without an address nothing is sent."""
    organisation = context.organisation
    recipient = to or organisation.email
    if not recipient:
        return
    address = routes.order(context.order.number, invoice=select_invoice(context.invoice), show="payments")
    body = render_staff_notice(
        organisation=organisation.name,
        headline=headline,
        details=(("Invoice", context.reference), ("Customer", context.account.name), *details),
        link=f"{settings().base_url}{address}",
        amount=amount,
        language=_language(context),
    )
    _queue(session, context, recipient, body)


def customer_url(session: Session, context: InvoiceContext) -> str:
    """The address of the customer's own link, made now if there is none."""
    assert context.invoice.id is not None
    email = context.account.email
    link = find_recipient_link(session, context.invoice.id, email, now=utc_now())
    return build_url(link or add_link(session, context.invoice.id, recipient=email, created_by="System"), settings().base_url)


def _queue(session: Session, context: InvoiceContext, recipient: str, body: EmailBody) -> None:
    queue_email(
        session,
        invoice_id=context.invoice.id,
        recipient=recipient,
        subject=body.subject,
        text=body.text,
        html=body.html,
    )
    wake_outbox(session)


def _language(context: InvoiceContext) -> str:
    return context.organisation.locale.split("_")[0]
