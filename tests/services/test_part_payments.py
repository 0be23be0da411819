"""A part the customer chooses: from the organisation's minimum to what is due, checked again when they pay."""

import re
from dataclasses import replace

import pytest

from invoice_app.db import reading, transaction
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.charging import AmountNotChargeable
from invoice_app.domain.errors import StaleRevision, ValidationFailed
from invoice_app.repositories.bookkeeping import sum_of_invoice
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.offering import PaymentChoice, PaymentOffer
from invoice_app.services.setting_collection import CollectionForm, save_collection
from invoice_app.services.showing_shared import open_shared_invoice
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, share_order

pytestmark = pytest.mark.usefixtures("local_stripe")


def share_with_parts(minimum: str = "50.00") -> Ready:
    ready = share_order()
    save_collection(ready.actor, CollectionForm(part_payments=True, part_minimum=minimum))
    return ready


def offer_of(ready: Ready, **choice: str) -> PaymentOffer:
    offer = open_shared_invoice(ready.token, PaymentChoice(**choice)).offer
    assert offer is not None
    return offer


def pay(ready: Ready, stripe: LocalStripe, amount: int) -> None:
    page = ready.start(amount=amount)
    stripe.pay(page)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"


def test_a_part_is_charged_exactly_and_the_rest_stays_due(local_stripe: LocalStripe) -> None:
    ready = share_with_parts()
    pay(ready, local_stripe, 20_000)
    assert [payment.amount for payment in ready.payments()] == [20_000]
    assert (ready.invoice().paid, ready.invoice().total) == (20_000, TOTAL)
    with reading() as session:
        assert sum_of_invoice(session, ready.invoice_id, Book.RECEIVABLE) == 52_000
    assert open_shared_invoice(ready.token).printed.due_label == "$520.00 USD"
    pay(ready, local_stripe, 52_000)
    assert ready.invoice().paid == TOTAL


def test_the_page_offers_all_first_and_a_part_within_the_rules() -> None:
    ready = share_with_parts()
    offer = offer_of(ready)
    assert [(option.value, option.chosen) for option in offer.amounts] == [("all", True), ("part", False)]
    assert (offer.amount, offer.charge, offer.charge_label, offer.part_hint) == (
        TOTAL,
        TOTAL,
        "$720.00 USD",
        "From $50.00 USD to $720.00 USD.",
    )
    part = offer_of(ready, what="part", part="123.45")
    assert (part.amount, part.charge_label, part.error) == (12_345, "$123.45 USD", "")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("49.99", r"The smallest part is \$50.00 USD\."),
        ("720.01", r"This is more than is due: \$720.00 USD\."),
        ("lots", "Enter a number"),
        ("719.80", "What would be left is too small"),
    ],
)
def test_a_part_against_the_rules_is_told_on_the_page_and_refused_when_paying(part: str, message: str) -> None:
    ready = share_with_parts()
    offer = offer_of(ready, what="part", part=part)
    assert re.match(message, offer.error) and offer.amount == TOTAL
    with pytest.raises((ValidationFailed, StaleRevision, AmountNotChargeable)):
        ready.start(amount=int(part.replace(".", "")) if part != "lots" else -1)
    assert ready.attempts() == []


def test_where_parts_are_off_only_all_can_be_paid() -> None:
    ready = share_order()
    assert offer_of(ready, what="part", part="100.00").amounts == ()
    with pytest.raises(StaleRevision):
        ready.start(amount=10_000)


def test_switching_parts_off_after_the_page_was_shown_refuses_the_part() -> None:
    ready = share_with_parts()
    offer = offer_of(ready, what="part", part="100.00")
    save_collection(ready.actor, CollectionForm(part_payments=False))
    with pytest.raises(StaleRevision):
        start_checkout(ready.token, revision=ready.invoice().revision, amount=offer.amount, keep_card=False)


def test_another_part_closes_the_page_opened_for_the_first(local_stripe: LocalStripe) -> None:
    ready = share_with_parts()
    first = ready.start(amount=10_000)
    second = ready.start(amount=20_000)
    assert [attempt.status for attempt in ready.attempts()] == ["expired", "open"]
    assert local_stripe.pay(first).status_code != 303
    local_stripe.pay(second)
    finish_checkout(ready.token, session_of(second))
    assert ready.invoice().paid == 20_000


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("part_minimum", "-1", "cannot be below 0"),
        ("part_minimum", "x", "Enter a number"),
        ("card_rate", "26", "at most 25 %"),
        ("bank_fixed", "-0.10", "cannot be below 0"),
    ],
)
def test_a_wrong_setting_is_told_at_its_field(field: str, value: str, message: str) -> None:
    ready = share_order()
    form = replace(CollectionForm(part_payments=True, method_fees=True), **{field: value})  # type: ignore[arg-type]
    with pytest.raises(ValidationFailed, match=message) as refused:
        save_collection(ready.actor, form)
    assert refused.value.field == field


def test_without_a_minimum_the_smallest_a_card_can_be_charged_counts() -> None:
    ready = share_with_parts(minimum="")
    with transaction() as session:
        assert read_organisation(session).part_payment_minimum == 0
    with pytest.raises(AmountNotChargeable, match=r"0\.50 USD"):
        ready.start(amount=49)
