"""Kept cards: what was agreed, which is the default, letting one go, and what happens to them at Stripe (A23)."""

import pytest

from invoice_app.domain.access import Role
from invoice_app.domain.errors import NotFound, PermissionDenied
from invoice_app.sandbox.control import Control
from invoice_app.services import collecting, requesting_cards
from invoice_app.services.keeping_cards import list_kept_cards, make_default, remove_card
from tests.factories import make_actor
from tests.local_stripe import DECLINED, MASTERCARD, LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, leave_card, share_order
from tests.services.returning_steps import ask, hear, tell

pytestmark = pytest.mark.usefixtures("local_stripe")


def two_cards(local: LocalStripe) -> Ready:
    """A customer who left a Visa for an order and kept a Mastercard when paying."""
    ready = share_order(hold_card=True)
    leave_card(ready, local)
    page = ready.start(keep_card=True)
    local.pay(page, number=MASTERCARD)
    hear(local)
    assert [card.last4 for card in ready.cards()] == ["4242", "4444"]
    return ready


def labels(ready: Ready) -> list[tuple[str, bool]]:
    kept = list_kept_cards(ready.actor, ready.account().id or 0)
    return [(card.label, card.is_default) for card in kept.cards]


def default_at_stripe(local: LocalStripe, ready: Ready) -> str | None:
    customer = ask(local, f"customers/{ready.account().stripe_customer_id}")
    found: str | None = customer["invoice_settings"]["default_payment_method"]
    return found


def test_each_card_says_what_it_is_and_when_the_customer_agreed(local_stripe: LocalStripe) -> None:
    ready = two_cards(local_stripe)
    kept = list_kept_cards(ready.actor, ready.account().id or 0)
    assert (kept.customer, kept.can_edit) == ("Vera Lindt", True)
    assert [(card.label, card.expires, card.expired) for card in kept.cards] == [
        ("Mastercard ··4444", "12/2034", False),
        ("Visa ··4242", "12/2034", False),
    ]
    assert kept.cards[0].agreed.startswith("Agreed when paying on ")
    assert kept.cards[1].agreed.startswith("Agreed for an order on ")


def test_the_default_is_one_card_here_and_at_stripe(local_stripe: LocalStripe) -> None:
    ready = two_cards(local_stripe)
    visa, mastercard = ready.cards()
    make_default(ready.actor, visa.id or 0)
    make_default(ready.actor, mastercard.id or 0)
    assert labels(ready) == [("Mastercard ··4444", True), ("Visa ··4242", False)]
    assert default_at_stripe(local_stripe, ready) == mastercard.payment_method_id


def test_a_default_chosen_at_stripe_is_followed(local_stripe: LocalStripe) -> None:
    ready = two_cards(local_stripe)
    visa = ready.cards()[0].payment_method_id
    customer = f"customers/{ready.account().stripe_customer_id}"
    tell(local_stripe, customer, **{"invoice_settings[default_payment_method]": visa})
    hear(local_stripe)
    assert labels(ready) == [("Mastercard ··4444", False), ("Visa ··4242", True)]


def test_a_removed_card_is_gone_at_stripe_too_and_cannot_be_charged(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    make_default(ready.actor, card_id)
    assert remove_card(ready.actor, card_id).cards == ()
    assert ask(local_stripe, f"payment_methods/{ready.cards()[0].payment_method_id}")["customer"] is None
    with pytest.raises(NotFound):
        collecting.charge_saved_card(ready.actor, ready.invoice_id, card_id, revision=ready.invoice().revision)
    with pytest.raises(NotFound):
        remove_card(ready.actor, card_id)
    assert ready.cards()[0].is_default is False


def test_a_card_detached_at_stripe_is_no_longer_offered_and_can_still_be_removed_once(local_stripe: LocalStripe) -> None:
    ready = two_cards(local_stripe)
    visa, mastercard = ready.cards()
    tell(local_stripe, f"payment_methods/{visa.payment_method_id}/detach")
    assert remove_card(ready.actor, visa.id or 0).cards[0].label == "Mastercard ··4444"
    tell(local_stripe, f"payment_methods/{mastercard.payment_method_id}/detach")
    hear(local_stripe)
    assert labels(ready) == []


def test_a_card_the_bank_renewed_shows_its_new_expiry(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    leave_card(ready, local_stripe)
    changed = {"card[exp_month]": "4", "card[exp_year]": "2039"}
    tell(local_stripe, f"payment_methods/{ready.cards()[0].payment_method_id}", **changed)
    hear(local_stripe)
    (card,) = list_kept_cards(ready.actor, ready.account().id or 0).cards
    assert card.expires == "04/2039"


def test_a_customer_deleted_at_stripe_has_no_cards_left_and_can_pay_again(local_stripe: LocalStripe) -> None:
    import httpx

    ready = share_order(hold_card=True)
    leave_card(ready, local_stripe)
    before = ready.account().stripe_customer_id
    headers = {"Authorization": "Bearer sk_test_local"}
    httpx.delete(f"{local_stripe.url}/v1/customers/{before}", headers=headers).raise_for_status()
    hear(local_stripe)
    assert (labels(ready), ready.account().stripe_customer_id) == ([], None)
    page = ready.start(amount=TOTAL)
    assert ready.account().stripe_customer_id not in (None, before)
    assert page


def test_a_setup_that_is_told_before_the_customer_comes_back_keeps_the_card_once(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    page = requesting_cards.start_card_request(ready.token)
    local_stripe.pay(page)
    hear(local_stripe)
    assert [card.last4 for card in ready.cards()] == ["4242"]
    assert requesting_cards.finish_card_request(ready.token, session_of(page)) == "succeeded"
    assert len(ready.cards()) == 1


def test_a_card_that_could_not_be_left_is_on_record(local_stripe: LocalStripe) -> None:
    from sqlmodel import select

    from invoice_app.db import reading
    from invoice_app.models import EventLog

    ready = share_order(hold_card=True)
    page = requesting_cards.start_card_request(ready.token)
    local_stripe.pay(page, number=DECLINED)
    Control(local_stripe.url).settle()
    hear(local_stripe)
    assert ready.cards() == []
    with reading() as session:
        told = session.exec(select(EventLog).where(EventLog.action == "could not leave a card")).all()
    assert [row.after for row in told] == [{"reason": "Declined"}]


def test_read_only_staff_see_cards_and_change_none(local_stripe: LocalStripe) -> None:
    ready = share_order(hold_card=True)
    card_id = leave_card(ready, local_stripe)
    reader = make_actor(role=Role.READ_ONLY, name="Rea Only")
    assert list_kept_cards(reader, ready.account().id or 0).can_edit is False
    for change in (make_default, remove_card):
        with pytest.raises(PermissionDenied):
            change(reader, card_id)
