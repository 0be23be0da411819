"""What each event of Stripe's brings about, as one table (payments.md, "Events and reactions").

An event only names an object; what counts is the object fetched anew. So repeats, delays and any order end in the same
state. Events about payments of others on the same Stripe account are told by ids and metadata alone and cost no call.
"""

from collections.abc import Callable, Mapping
from typing import Any

from invoice_app.db import reading, transaction
from invoice_app.domain.declines import explain_decline
from invoice_app.gateways import stripe, stripe_cards, stripe_returns
from invoice_app.gateways.stripe_values import identify, read_intent_outcome
from invoice_app.models import CardRequest, ReceivedEvent
from invoice_app.repositories.cards import find_account_of_customer
from invoice_app.repositories.event_log import CUSTOMER, record_event
from invoice_app.repositories.payments import Posted, find_card_request_by_key, find_posted, is_ours
from invoice_app.services.closing_checkouts import settle_checkout
from invoice_app.services.disputing import settle_dispute
from invoice_app.services.keeping_cards import follow_customer, forget_card
from invoice_app.services.noting_fees import note_fee
from invoice_app.services.posting import record_decline
from invoice_app.services.refunding import settle_refund
from invoice_app.services.requesting_cards import cancel_card_request, refresh_card, settle_card_request
from invoice_app.services.settling_holds import settle_hold_page, settle_outcome


def react(event: ReceivedEvent) -> None:
    """Let an event have its effect, however often and in whatever order it comes; one not in the table stays stored only.

    Raises GatewayUnavailable and GatewayRefused; the event is then tried again.
    """
    reaction = REACTIONS.get(event.type)
    if reaction is not None:
        reaction(event)


def has_reaction(event_type: str) -> bool:
    """Whether an event of this type has an effect; any other is only kept."""
    return event_type in REACTIONS


def name_subject(event: ReceivedEvent) -> str:
    """What an event is about: the payment it names, else its own object."""
    return _intent_of(event) or event.object_id


def _settle_intent(event: ReceivedEvent) -> None:
    if _may_change(event, event.object_id):
        settle_outcome(stripe.read_intent(event.object_id))


def _settle_decline(event: ReceivedEvent) -> None:
    if _is_ours(event.object_id, _key_of(event)):
        declined = read_intent_outcome(_object_of(event))
        record_decline(declined, key=f"declined:{declined.id}:{declined.charge_id or event.id}")
        settle_outcome(stripe.read_intent(event.object_id))


def _settle_page(event: ReceivedEvent) -> None:
    if _may_change(event, _intent_of(event)):
        page, key = event.object_id, _key_of(event)
        settle_card_request(page, key=key) or settle_hold_page(page, key=key) or settle_checkout(page)


def _settle_completed_page(event: ReceivedEvent) -> None:
    intent_id = _intent_of(event)
    if intent_id:
        if not _may_change(event, intent_id):
            return
        # As a rule the money is there by now: then this one call tells all, and the page is not asked.
        settle_outcome(stripe.read_intent(intent_id))
    _settle_page(event)


def _settle_setup(event: ReceivedEvent) -> None:
    request = _find_request(event)
    if request is not None and request.checkout_session_id:
        settle_card_request(request.checkout_session_id)


def _note_setup_failed(event: ReceivedEvent) -> None:
    request = _find_request(event)
    if request is None:
        return
    error = _object_of(event).get("last_setup_error") or {}
    told = explain_decline(str(error.get("decline_code") or ""), str(error.get("code") or "")).title
    with transaction() as session:
        subject = f"invoice:{request.invoice_id}"
        record_event(session, CUSTOMER, subject=subject, action="could not leave a card", after={"reason": told})


def _cancel_setup(event: ReceivedEvent) -> None:
    request = _find_request(event)
    if request is not None and stripe.read_setup(event.object_id).status == "canceled":
        cancel_card_request(request.id or 0)


def _refresh_card(event: ReceivedEvent) -> None:
    refresh_card(event.object_id)


def _forget_card(event: ReceivedEvent) -> None:
    forget_card(event.object_id)


def _note_fee(event: ReceivedEvent) -> None:
    posted = _post_first(event)
    # Posting notes the fee where Stripe knows it already; then there is nothing left to ask.
    if posted.payment and not posted.fee:
        note_fee(stripe_returns.read_charge(event.object_id))


def _settle_charge(event: ReceivedEvent) -> None:
    if _is_ours(_intent_of(event), _key_of(event)):
        settle_outcome(stripe.read_intent(_intent_of(event)))


def _settle_refund(event: ReceivedEvent) -> None:
    if _post_first(event).payment:
        settle_refund(stripe_returns.read_refund(event.object_id))


def _list_refunds(event: ReceivedEvent) -> None:
    if _post_first(event).payment:
        for facts in stripe_returns.list_intent_refunds(_intent_of(event)):
            settle_refund(facts)


def _settle_dispute(event: ReceivedEvent) -> None:
    if _post_first(event).payment:
        settle_dispute(stripe_returns.read_dispute(event.object_id))


def _follow_customer(event: ReceivedEvent) -> None:
    with reading() as session:
        known = find_account_of_customer(session, event.object_id) is not None
    if known:
        follow_customer(stripe_cards.read_customer(event.object_id))


def _post_first(event: ReceivedEvent) -> Posted:
    """What is here of the payment an event is about; news of a payment not posted yet post it first, whatever the order."""
    intent_id = _intent_of(event)
    # Refunds made outside and disputes carry no key of ours: only their payment tells whether it was made here.
    carries_key = event.type.startswith("charge.") and not event.type.startswith("charge.dispute.")
    with reading() as session:
        posted = find_posted(session, intent_id)
        if posted.payment or not intent_id or (carries_key and not is_ours(session, intent_id, _key_of(event))):
            return posted
    settle_outcome(stripe.read_intent(intent_id))
    with reading() as session:
        return find_posted(session, intent_id)


def _may_change(event: ReceivedEvent, intent_id: str) -> bool:
    """Whether what an event is about is ours and its money not in the books yet: nothing Stripe says can change it there."""
    with reading() as session:
        return not find_posted(session, intent_id).payment and is_ours(session, event.object_id, _key_of(event))


def _is_ours(object_id: str, key: str) -> bool:
    with reading() as session:
        return is_ours(session, object_id, key)


def _find_request(event: ReceivedEvent) -> CardRequest | None:
    with reading() as session:
        return find_card_request_by_key(session, _key_of(event))


def _object_of(event: ReceivedEvent) -> dict[str, Any]:
    # Signed, but of whatever shape: one odd event must not stop the others.
    data = event.payload.get("data")
    subject = data.get("object") if isinstance(data, dict) else None
    return subject if isinstance(subject, dict) else {}


def _key_of(event: ReceivedEvent) -> str:
    return str((_object_of(event).get("metadata") or {}).get("key", ""))


def _intent_of(event: ReceivedEvent) -> str:
    return identify(_object_of(event).get("payment_intent")) or ""


REACTIONS: Mapping[str, Callable[[ReceivedEvent], None]] = {
    "payment_intent.succeeded": _settle_intent,
    "payment_intent.processing": _settle_intent,
    "payment_intent.requires_action": _settle_intent,
    "payment_intent.canceled": _settle_intent,
    "payment_intent.amount_capturable_updated": _settle_intent,
    "payment_intent.payment_failed": _settle_decline,
    "checkout.session.completed": _settle_completed_page,
    "checkout.session.async_payment_succeeded": _settle_completed_page,
    "checkout.session.async_payment_failed": _settle_completed_page,
    "checkout.session.expired": _settle_page,
    "setup_intent.succeeded": _settle_setup,
    "setup_intent.setup_failed": _note_setup_failed,
    "setup_intent.requires_action": _settle_setup,
    "setup_intent.canceled": _cancel_setup,
    "payment_method.attached": _refresh_card,
    "payment_method.updated": _refresh_card,
    "payment_method.automatically_updated": _refresh_card,
    "payment_method.detached": _forget_card,
    "charge.updated": _note_fee,
    "charge.expired": _settle_charge,
    "charge.refunded": _list_refunds,
    "refund.created": _settle_refund,
    "refund.updated": _settle_refund,
    "refund.failed": _settle_refund,
    "charge.dispute.created": _settle_dispute,
    "charge.dispute.updated": _settle_dispute,
    "charge.dispute.funds_withdrawn": _settle_dispute,
    "charge.dispute.funds_reinstated": _settle_dispute,
    "charge.dispute.closed": _settle_dispute,
    "customer.updated": _follow_customer,
    "customer.deleted": _follow_customer,
}
