"""The customer pays on Stripe's hosted page: for exactly the revision and the amount they saw, one open page at a time.

Stripe is never called inside a transaction. The attempt is written first, with its idempotency key; the page is opened;
its address is recorded. Whatever breaks in between, the same key opens the same page.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlmodel import Session

from invoice_app import routes
from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading, transaction
from invoice_app.domain.charging import check_chargeable
from invoice_app.domain.errors import ActionRefused, AttemptInProgress, NothingToPay, PaymentsSwitchedOff, StaleRevision
from invoice_app.domain.stages import Action, Kind, Stage, require_allowed
from invoice_app.gateways import stripe
from invoice_app.gateways.stripe_values import CheckoutPage, CheckoutRequest
from invoice_app.models import Account, Invoice, PaymentAttempt, ShareLink
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.coupons import check_coupons, reserve_for_checkout
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.repositories.payments import CARD, EXPIRED, OPEN, PROCESSING, add_attempt, find_unfinished, read_attempt
from invoice_app.repositories.sharing import derive_token, find_live_link
from invoice_app.services.closing_checkouts import close_open_checkout, settle_checkout
from invoice_app.services.offering import check_amount, list_fee_methods, quote_fee
from invoice_app.services.posting import close_attempt
from invoice_app.services.signalling import signal_invoice

Result = TypeVar("Result")

TRIES = 8
PAUSE_SECONDS = 0.25
UNKNOWN = "unknown"
NOT_ONLINE = "Online payment is not available for this invoice."


@dataclass(frozen=True, slots=True)
class _Opening:
    """An attempt to open, or already open, and what its hosted page must say."""

    attempt_id: int
    key: str
    session_id: str | None
    request: CheckoutRequest


class _MustClose(Exception):
    """Another page is open for another amount, revision or choice."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the customer saw and asked for: `amount` pays the invoice, `charge` is what is taken, minor units."""

    revision: int
    amount: int
    charge: int
    method: str
    keep_card: bool


def start_checkout(
    token: str, *, revision: int, amount: int, keep_card: bool, method: str = "", charge: int | None = None
) -> str:
    """Open the hosted page for what the customer saw; answers its address. `amount` in minor units.

    `amount` pays the invoice: all that is due, the next instalment, or a part where parts are allowed. With a `method` (card or
    bank) its fee comes on top and `charge` is what the page showed with it. Raises StaleRevision when revision, amount or fee
    are no longer current (no money moves; show the new amount and ask), ValidationFailed ("amount"), CouponRefused,
    AttemptInProgress, NothingToPay, InvoiceIsVoid, PaymentsSwitchedOff, AmountNotChargeable, NotFound, GatewayUnavailable.
    """
    wish = _Wish(revision, amount, amount if charge is None else charge, method, keep_card)
    ensure_customer(token)
    for _ in range(TRIES):
        try:
            opening = _prepare(token, wish)
        except _MustClose:
            close_open_checkout(_invoice_of(token))
            continue
        try:
            url = _open_page(opening)
        except stripe.GatewayBusy:
            # A double click: the other request is opening the same page. Give it a moment to record it.
            time.sleep(PAUSE_SECONDS)
            continue
        if url:
            return url
    raise AttemptInProgress(message="A payment is being opened in another window. Please try again in a moment.")


def finish_checkout(token: str, session_id: str) -> str:
    """The customer came back: learn from Stripe what happened.

    Answers the attempt's status; UNKNOWN when Stripe does not answer (the webhook or the sweep will tell), "" when the page was
    one of another invoice or of nobody.
    """
    invoice_id = _invoice_of(token)
    try:
        return settle_checkout(session_id, of_invoice=invoice_id)
    except stripe.GatewayUnavailable:
        return UNKNOWN
    except stripe.GatewayMissing:
        return ""


def check_payable(context: InvoiceContext, action: Action) -> None:
    """Raise unless money can be taken by card on this invoice now."""
    invoice = context.invoice
    if context.switches_off:
        raise PaymentsSwitchedOff(context.switches_off)
    require_allowed(
        action,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        in_flight=invoice.in_flight,
        reference=context.reference,
    )
    if action is Action.PAY_ONLINE and not invoice.pay_online:
        raise ActionRefused(NOT_ONLINE, action)
    if context.due <= 0:
        raise NothingToPay(context.reference, context.due)
    check_chargeable(context.due, invoice.currency)


def _invoice_of(token: str) -> int:
    with reading() as session:
        return find_live_link(session, token, now=utc_now()).invoice_id


def ensure_customer(token: str) -> None:
    """Register the account at Stripe the first time; the page then fits the customer and a card can be kept."""
    with reading() as session:
        link = find_live_link(session, token, now=utc_now())
        account = read_context(session, _read(session, link)).account
    register_account(account)


def repeat_while_busy(call: Callable[[], Result]) -> Result:
    """Make a call again while another request is making it with the same key (a double click); its result is ours too."""
    for _ in range(TRIES):
        try:
            return call()
        except stripe.GatewayBusy:
            time.sleep(PAUSE_SECONDS)
    return call()


def register_account(account: Account) -> str:
    """The account's customer id at Stripe, made on first use and stored."""
    if account.stripe_customer_id:
        return account.stripe_customer_id
    assert account.id is not None
    try:
        customer_id = _create_customer(account, account.email)
    except stripe.GatewayRefused:
        if not account.email:
            raise
        # Stripe takes fewer addresses than mail does; one that it refuses must not keep the customer from paying.
        customer_id = _create_customer(account, "")
    with transaction() as session:
        stored = session.get(Account, account.id, with_for_update=True)
        assert stored is not None
        stored.stripe_customer_id = stored.stripe_customer_id or customer_id
        session.add(stored)
        return stored.stripe_customer_id


def _create_customer(account: Account, email: str) -> str:
    assert account.id is not None
    key = stripe.name_customer_key(account.id, account.name, email, account.registrations)
    create = partial(stripe.create_customer, name=account.name, email=email, account_id=account.id, key=key)
    try:
        return repeat_while_busy(partial(stripe.ask_twice, create))
    except stripe.GatewayBusy:
        raise
    except stripe.GatewayUnavailable:
        _take_another_key(account.id, account.registrations)
        raise


def _take_another_key(account_id: int, registrations: int) -> None:
    # A key that was answered with an error is so for a day; a customer registered twice costs nothing.
    with transaction() as session:
        stored = session.get_one(Account, account_id, with_for_update=True)
        stored.registrations = max(stored.registrations, registrations + 1)
        session.add(stored)


def _read(session: Session, link: ShareLink) -> Invoice:
    invoice = session.get(Invoice, link.invoice_id)
    assert invoice is not None
    return invoice


def _prepare(token: str, wish: _Wish) -> _Opening:
    with transaction() as session:
        link = find_live_link(session, token, now=utc_now())
        invoice = lock_invoice(session, link.invoice_id)
        context = read_context(session, invoice)
        check_payable(context, Action.PAY_ONLINE)
        if wish.revision != invoice.revision or not check_amount(session, context, wish.amount):
            raise StaleRevision(expected=wish.revision, actual=invoice.revision)
        fee = _check_fee(session, context, wish)
        missing = check_coupons(session, invoice)
        attempt = find_unfinished(session, invoice.id or 0)
        if attempt is not None and attempt.status == PROCESSING:
            raise AttemptInProgress(context.reference, "Your payment is being processed.")
        if attempt is None:
            attempt = add_attempt(
                session,
                invoice,
                amount=wish.charge,
                fee=fee,
                method=wish.method or CARD,
                limits_method=bool(wish.method),
                who=link.recipient or context.account.name,
                link_id=link.id,
                keep_card=wish.keep_card,
            )
            reserve_for_checkout(session, invoice, missing, attempt.id or 0)
            signal_invoice(session, invoice)
        elif not _fits(attempt, link, wish, fee):
            raise _MustClose
        return _describe_opening(context, attempt, token)


def _check_fee(session: Session, context: InvoiceContext, wish: _Wish) -> int:
    methods = list_fee_methods(session, context, wish.amount)
    if bool(methods) != bool(wish.method) or (methods and wish.method not in methods):
        raise StaleRevision(expected=wish.revision, actual=context.invoice.revision)
    fee = quote_fee(session, context, wish.method, wish.amount)
    if wish.charge != wish.amount + fee:
        raise StaleRevision(expected=wish.revision, actual=context.invoice.revision)
    check_chargeable(wish.charge, context.invoice.currency)
    return fee


def _fits(attempt: PaymentAttempt, link: ShareLink, wish: _Wish, fee: int) -> bool:
    pinned = (attempt.revision, attempt.amount, attempt.fee, _method_of(attempt), attempt.keep_card, attempt.share_link_id)
    return pinned == (wish.revision, wish.charge, fee, wish.method, wish.keep_card, link.id)


def _method_of(attempt: PaymentAttempt) -> str:
    return attempt.method if attempt.limits_method else ""


def _describe_opening(context: InvoiceContext, attempt: PaymentAttempt, token: str) -> _Opening:
    assert attempt.id is not None and context.account.stripe_customer_id is not None
    base = settings().base_url
    request = CheckoutRequest(
        customer_id=context.account.stripe_customer_id,
        amount=attempt.amount,
        currency=attempt.currency,
        # Only what never changes: a repeated call with the same key must say the same.
        description=f"Order #{context.order.number}",
        keep_card=attempt.keep_card,
        method=_method_of(attempt),
        success_url=f"{base}{routes.shared_invoice_part(token, 'return')}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{base}{routes.shared_invoice_part(token, 'return')}?back={attempt.id}&seen={attempt.revision}",
        metadata={"invoice": str(attempt.invoice_id), "attempt": str(attempt.id), "key": attempt.idempotency_key},
    )
    return _Opening(attempt.id, attempt.idempotency_key, attempt.checkout_session_id, request)


def _open_page(opening: _Opening) -> str:
    """The address of the attempt's page; "" when it is gone by now and everything has to be looked at again."""
    if opening.session_id:
        page = stripe.read_checkout(opening.session_id)
        if page.status == "open":
            return page.url
        settle_checkout(page.id)
        return ""
    try:
        page = stripe.ask_twice(partial(stripe.open_checkout, opening.request, key=opening.key))
    except stripe.GatewayBusy:
        raise
    except (stripe.GatewayRefused, stripe.GatewayUnavailable) as error:
        # Nobody knows its address, so nobody can pay on it; and a key that was answered with an error is so for a day.
        _abandon(opening.attempt_id, error.code)
        raise
    return page.url if _record_page(opening.attempt_id, page) else ""


def _record_page(attempt_id: int, page: CheckoutPage) -> bool:
    with transaction() as session:
        attempt = read_attempt(session, attempt_id)
        lock_invoice(session, attempt.invoice_id)
        attempt = read_attempt(session, attempt_id)
        attempt.checkout_session_id, attempt.checkout_url = page.id, page.url
        session.add(attempt)
        still_open = attempt.status == OPEN
    if not still_open:
        # Staff saved or took money while the page was being opened: nobody may pay the old amount on it.
        stripe.expire_checkout(page.id)
    return still_open


def _abandon(attempt_id: int, code: str) -> None:
    with transaction() as session:
        attempt = read_attempt(session, attempt_id)
        invoice = lock_invoice(session, attempt.invoice_id)
        close_attempt(session, invoice, read_attempt(session, attempt_id), EXPIRED, error_code=code)


def reopen_attempt(attempt_id: int) -> None:
    """Heal an attempt whose page was opened but not recorded, with the same key; one that cannot be opened is closed."""
    with reading() as session:
        attempt = read_attempt(session, attempt_id)
        link = session.get(ShareLink, attempt.share_link_id)
        invoice = session.get(Invoice, attempt.invoice_id)
        assert link is not None and invoice is not None
        context = read_context(session, invoice)
        if context.account.stripe_customer_id is None:
            return
        opening = _describe_opening(context, attempt, derive_token(link.nonce))
    try:
        _open_page(opening)
    except stripe.GatewayRefused:
        return
