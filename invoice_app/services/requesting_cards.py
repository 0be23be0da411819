"""The customer leaves a card for a booking flow that holds one (A6): Checkout in setup mode, nothing is charged."""

import secrets
from functools import partial

from invoice_app import routes
from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading, transaction
from invoice_app.domain.errors import ActionRefused, InvoiceIsVoid
from invoice_app.gateways import stripe
from invoice_app.gateways.stripe_values import CardFacts, CheckoutPage, CheckoutRequest
from invoice_app.models import CardRequest
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.invoices import lock_invoice, read_invoice
from invoice_app.repositories.payments import (
    EXPIRED,
    HELD,
    OPEN,
    SUCCEEDED,
    find_card,
    find_card_request,
    find_card_request_by_key,
    find_open_card_request,
)
from invoice_app.repositories.sharing import find_live_link
from invoice_app.services.checking_out import UNKNOWN, ensure_customer, repeat_while_busy
from invoice_app.services.posting import keep_card_facts


def start_card_request(token: str) -> str:
    """Open the hosted page on which the customer leaves a card; answers its address.

    Raises NotFound, InvoiceIsVoid, ActionRefused (the flow holds no card), GatewayUnavailable.
    """
    ensure_customer(token)
    row, request = _prepare(token)
    if row.checkout_session_id:
        page = stripe.read_checkout(row.checkout_session_id)
        if page.status == "open":
            return page.url
        _settle(row.id or 0, page)
        row, request = _prepare(token)
    page = _open_page(row, request)
    with transaction() as session:
        stored = session.get(CardRequest, row.id)
        assert stored is not None
        stored.checkout_session_id, stored.checkout_url = page.id, page.url
        session.add(stored)
    return page.url


def finish_card_request(token: str, session_id: str) -> str:
    """The customer came back: keep the card if they left one.

    Answers the request's status; UNKNOWN when Stripe does not answer, "" when the page was one of another invoice.
    """
    with reading() as session:
        invoice_id = find_live_link(session, token, now=utc_now()).invoice_id
        row = find_card_request(session, session_id)
    if row is None or row.invoice_id != invoice_id:
        return ""
    try:
        return settle_card_request(session_id)
    except stripe.GatewayUnavailable:
        return UNKNOWN


def settle_card_request(session_id: str, *, key: str = "") -> str:
    """Bring a card request to what Stripe says now; answers its status, "" for one that is not ours.

    `key` recognises a page that we opened but did not live to record.
    """
    with reading() as session:
        row = find_card_request(session, session_id) or find_card_request_by_key(session, key)
    if row is None or row.status != OPEN:
        return row.status if row else ""
    return _settle(row.id or 0, stripe.read_checkout(session_id))


def refresh_card(payment_method_id: str) -> None:
    """A card kept here changed at Stripe or was detached there: follow."""
    with reading() as session:
        if find_card(session, payment_method_id) is None:
            return
    facts = stripe.read_payment_method(payment_method_id)
    with transaction() as session:
        card = find_card(session, payment_method_id)
        if card is None or facts is None:
            return
        card.brand, card.last4, card.exp_month, card.exp_year = facts.brand, facts.last4, facts.exp_month, facts.exp_year
        session.add(card)


def cancel_card_request(request_id: int) -> None:
    """Nobody can leave a card on this request's page any more."""
    _close(request_id, EXPIRED, None)


def _prepare(token: str) -> tuple[CardRequest, CheckoutRequest]:
    with transaction() as session:
        link = find_live_link(session, token, now=utc_now())
        invoice = lock_invoice(session, link.invoice_id)
        context = read_context(session, invoice)
        if invoice.stage == "void":
            raise InvoiceIsVoid(context.reference)
        if not context.flow.hold_card:
            raise ActionRefused("No card needs to be left for this invoice.")
        assert invoice.id is not None and link.id is not None
        row = find_open_card_request(session, invoice.id, link.id)
        if row is None:
            key = f"card:{invoice.id}:{secrets.token_hex(8)}"
            row = CardRequest(invoice_id=invoice.id, share_link_id=link.id, idempotency_key=key, created_at=utc_now())
            session.add(row)
            session.flush()
        return row, _describe(context, row, token)


def _open_page(row: CardRequest, request: CheckoutRequest) -> CheckoutPage:
    try:
        open_once = partial(stripe.open_card_request, request, key=row.idempotency_key)
        return repeat_while_busy(partial(stripe.ask_twice, open_once))
    except stripe.GatewayBusy:
        raise
    except (stripe.GatewayRefused, stripe.GatewayUnavailable):
        # As for a payment: another press of the button asks with another key.
        _close(row.id or 0, EXPIRED, None)
        raise


def _describe(context: InvoiceContext, row: CardRequest, token: str) -> CheckoutRequest:
    assert context.account.stripe_customer_id is not None
    back = settings().base_url + routes.shared_invoice_part(token, "return")
    return CheckoutRequest(
        customer_id=context.account.stripe_customer_id,
        currency=context.invoice.currency,
        success_url=f"{back}?card_session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{back}?back=card",
        metadata={"invoice": str(context.invoice.id), "card_request": str(row.id), "key": row.idempotency_key},
    )


def _settle(request_id: int, page: CheckoutPage) -> str:
    if page.status == "expired":
        return _close(request_id, EXPIRED, None)
    if page.status == "complete" and page.setup_intent_id:
        setup = stripe.read_setup(page.setup_intent_id)
        if setup.status == "succeeded" and setup.card is not None:
            return _close(request_id, SUCCEEDED, setup.card)
    return OPEN


def _close(request_id: int, status: str, card: CardFacts | None) -> str:
    with transaction() as session:
        row = session.get(CardRequest, request_id, with_for_update=True)
        assert row is not None
        if row.status == OPEN:
            row.status = status
            session.add(row)
            if card is not None:
                context = read_context(session, read_invoice(session, row.invoice_id))
                keep_card_facts(session, context, card, source=HELD)
        return row.status
