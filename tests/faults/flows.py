"""What people do with money, each as somebody who looks at the page first and repeats what it says is not done.

That is how a person goes on after the application died under their hands. So each may be run again and again, and the money
must still move once. They run in processes of their own: a case is plain values.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import stripe
import time_machine

from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.domain.access import Actor
from invoice_app.domain.errors import AppError
from invoice_app.services import itemising, receiving
from invoice_app.services.charging_cards import charge_saved_card
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.collecting import open_payment_details, record_manual_payment
from invoice_app.services.order_views import ItemForm
from invoice_app.services.payment_views import ManualPaymentForm, RefundForm
from invoice_app.services.placing_holds import finish_hold, place_hold, start_hold
from invoice_app.services.refunding import refund_payment
from invoice_app.services.requesting_cards import finish_card_request, start_card_request
from invoice_app.services.showing_shared import PAYABLE, open_shared_invoice
from invoice_app.services.taking_holds import capture_hold, release_hold
from invoice_app.services.telling_money import open_money
from tests.factories import VAT_20
from tests.local_stripe import WITHOUT_TLS, LocalStripe, session_of
from tests.webhooks import accept_event

Act = Callable[["Case"], None]
AUTHORIZED = {"Authorization": "Bearer sk_test_local"}
EXTRA = ItemForm(description="Extra evening", quantity="1", unit_price="100.00", tax_id=VAT_20)


@dataclass(frozen=True)
class Case:
    """An order over 720.00 that was shared: who sells it, its link, the page the customer has open, where Stripe answers.

    `after` is the id of Stripe's last event before all this, "" when there was none.
    """

    actor: Actor
    order_id: int
    invoice_id: int
    token: str
    local: LocalStripe
    page: str = ""
    after: str = ""


def people(act: Act, case: Case) -> None:
    """Somebody does something; a refusal is an answer they read."""
    with suppress(AppError):
        act(case)


# ── What the customer does ────────────────────────────────────────────────────────────────────────────────────────────────


def customer_pays(case: Case) -> None:
    """Press Pay if the page offers it, pay at Stripe, come back."""
    view = open_shared_invoice(case.token)
    if view.state == PAYABLE and view.offer is not None:
        page = start_checkout(case.token, revision=view.printed.revision, amount=view.offer.amount, keep_card=False)
        case.local.pay(page)
        finish_checkout(case.token, session_of(page))


def open_page(case: Case) -> str:
    """Press Pay; answers the address of Stripe's page."""
    printed = open_shared_invoice(case.token).printed
    return start_checkout(case.token, revision=printed.revision, amount=printed.due_minor, keep_card=False)


def customer_leaves_card(case: Case) -> None:
    """Leave a card if the page asks for one."""
    if open_shared_invoice(case.token).asks_card:
        page = start_card_request(case.token)
        case.local.pay(page)
        finish_card_request(case.token, session_of(page))


def customer_lets_hold(case: Case) -> None:
    """Let the amount be held if the page offers that."""
    view = open_shared_invoice(case.token)
    if view.offers_hold:
        page = start_hold(case.token, revision=view.printed.revision, amount=view.printed.due_minor)
        case.local.pay(page)
        finish_hold(case.token, session_of(page))


# ── What staff do ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def staff_charge(case: Case) -> None:
    """Charge the customer's card if Make Payment offers it."""
    details = open_payment_details(case.actor, case.invoice_id)
    if details.can_take_payment:
        charge_saved_card(case.actor, case.invoice_id, details.cards[0].id, revision=details.revision)


def staff_take_cash(case: Case) -> None:
    """Record cash if anything is due."""
    details = open_payment_details(case.actor, case.invoice_id)
    if details.can_take_payment:
        form = ManualPaymentForm("cash", details.due_plain, received_on=details.today)
        record_manual_payment(case.actor, case.invoice_id, form)


def staff_refund(case: Case) -> None:
    """Give 100.00 back unless something of the payment already went back."""
    (payment,) = open_money(case.actor, case.invoice_id).payments
    if payment.can_refund and payment.left == "72000":
        refund_payment(case.actor, payment.id, RefundForm("100.00", "One shot was dark", payment.left))


def staff_place_hold(case: Case) -> None:
    """Hold what is due on the customer's card unless something is held."""
    money = open_money(case.actor, case.invoice_id)
    if money.can_hold:
        card = open_payment_details(case.actor, case.invoice_id).cards[0]
        place_hold(case.actor, case.invoice_id, card.id, money.hold_plain, revision=money.revision)


def staff_take_hold(case: Case) -> None:
    """Take 300.00 of what is held."""
    for hold in open_money(case.actor, case.invoice_id).holds:
        if hold.can_act:
            capture_hold(case.actor, hold.id, "300.00")


def staff_release_hold(case: Case) -> None:
    """Let what is held go."""
    for hold in open_money(case.actor, case.invoice_id).holds:
        if hold.can_act:
            release_hold(case.actor, hold.id)


def staff_edit_while_paying(case: Case) -> None:
    """Add an item while the customer has a page open, who then pays there if they still can, and anew if they cannot."""
    lines = open_shared_invoice(case.token).printed.lines
    if EXTRA.description not in {line.description for line in lines}:
        itemising.add_item(case.actor, case.order_id, EXTRA)
    case.local.pay(case.page)
    customer_pays(case)


# ── What Stripe and the background work do ────────────────────────────────────────────────────────────────────────────────


def hear_webhooks(case: Case) -> None:
    """Everything Stripe has told of this case so far arrives and is applied."""
    for event in reversed(list_events(case.local, after=case.after)):
        accept_event(*sign(event))
    receiving.apply_pending_events()


def list_events(local: LocalStripe, *, after: str = "") -> list[dict[str, Any]]:
    """Stripe's events since `after`, or its latest; newest first, a hundred at most."""
    params = {"limit": "100"} | ({"ending_before": after} if after else {})
    answer = httpx.get(f"{local.url}/v1/events", params=params, headers=AUTHORIZED, verify=WITHOUT_TLS)
    events: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
    return events


def sign(event: dict[str, Any]) -> tuple[bytes, str]:
    """A webhook's body and signature."""
    body = json.dumps(event)
    key = settings().stripe_webhook_secret.get_secret_value()
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, key, int(utc_now().timestamp()))


def sweep(case: Case) -> None:
    """The look for what no webhook told, a minute after it happened."""
    with time_machine.travel(utc_now() + timedelta(seconds=61)):
        receiving.sweep_gateway()


def sweep_until_given_up(case: Case) -> None:
    """A sweep after a minute, and one so late that what Stripe does not know by then never reached it."""
    for seconds in (61, 240):
        with time_machine.travel(utc_now() + timedelta(seconds=seconds)):
            receiving.sweep_gateway()
