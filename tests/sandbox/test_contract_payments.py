"""Payment intents as Stripe documents them. Each check runs against the sandbox, and against Stripe's
test mode where a key is set.
"""

from typing import Any

import pytest
import stripe

from tests.sandbox.acts import NO_REDIRECTS, make_customer, pay, save_card

DECLINES = [
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"),
    ("pm_card_radarBlock", "card_declined", "fraudulent"),
]
BRANDS = [
    ("pm_card_visa", "visa", "4242", "credit"),
    ("pm_card_visa_debit", "visa", "5556", "debit"),
    ("pm_card_mastercard", "mastercard", "4444", "credit"),
    ("pm_card_mastercard_debit", "mastercard", "8210", "debit"),
    ("pm_card_mastercard_prepaid", "mastercard", "5100", "prepaid"),
    ("pm_card_amex", "amex", "8431", "credit"),
    ("pm_card_discover", "discover", "9424", "credit"),
    ("pm_card_jcb", "jcb", "0505", "credit"),
    ("pm_card_unionpay", "unionpay", "0005", "credit"),
]


@pytest.mark.cites("docs.stripe.com/payments/paymentintents/lifecycle")
def test_intent_without_method_waits_for_one(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    assert intent.status == "requires_payment_method"
    assert (intent.amount, intent.amount_received, intent.amount_capturable) == (1200, 0, 0)
    assert intent.payment_method is None and intent.latest_charge is None and intent.next_action is None
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert intent.livemode is False


@pytest.mark.cites("docs.stripe.com/payments/paymentintents/lifecycle")
def test_intent_with_method_waits_for_confirmation(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd", "payment_method": "pm_card_visa"})
    assert intent.status == "requires_confirmation"
    assert intent.payment_method.startswith("pm_")


@pytest.mark.cites("docs.stripe.com/api/payment_intents/confirm")
def test_confirmed_card_succeeds_and_receives_the_amount(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd", "automatic_payment_methods": NO_REDIRECTS})
    confirmed = api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (confirmed.status, confirmed.amount_received) == ("succeeded", 1200)
    charge = api.charges.retrieve(confirmed.latest_charge)
    assert (charge.paid, charge.captured, charge.amount_captured, charge.status) == (True, True, 1200, "succeeded")
    assert charge.payment_intent == intent.id
    assert charge.outcome.type == "authorized"


@pytest.mark.cites("docs.stripe.com/payments/payment-intents/asynchronous-capture")
def test_capture_is_asynchronous_unless_asked_otherwise(api: Any) -> None:
    assert api.payment_intents.create({"amount": 1200, "currency": "usd"}).capture_method == "automatic_async"


@pytest.mark.cites("docs.stripe.com/testing#declined-payments")
@pytest.mark.parametrize(("token", "code", "decline_code"), DECLINES)
def test_declining_card_answers_402_with_its_codes(api: Any, token: str, code: str, decline_code: str) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(api, token)
    error = caught.value
    assert error.http_status == 402
    assert (error.code, error.error.decline_code) == (code, decline_code)
    assert error.error.type == "card_error"
    assert error.error.doc_url == f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    intent = api.payment_intents.retrieve(error.error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.decline_code == decline_code
    assert intent.last_payment_error.charge == intent.latest_charge


@pytest.mark.cites("docs.stripe.com/declines/codes")
@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("pm_card_visa_chargeDeclined", "Your card was declined."),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
        ("pm_card_chargeDeclinedExpiredCard", "Your card has expired."),
        ("pm_card_chargeDeclinedIncorrectCvc", "Your card's security code is incorrect."),
    ],
)
def test_decline_has_a_message_for_the_customer(api: Any, token: str, message: str) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(api, token)
    assert caught.value.user_message == message


@pytest.mark.cites("docs.stripe.com/api/charges/object")
def test_declined_attempt_leaves_a_failed_charge(api: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(api, "pm_card_visa_chargeDeclined")
    charge = api.charges.retrieve(caught.value.error.charge)
    assert (charge.status, charge.paid, charge.captured) == ("failed", False, False)
    assert charge.failure_code == "card_declined"
    assert charge.outcome.network_status == "declined_by_network"


@pytest.mark.cites("docs.stripe.com/radar/testing")
def test_blocked_card_never_reaches_the_network(api: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(api, "pm_card_radarBlock")
    outcome = api.charges.retrieve(caught.value.error.charge).outcome
    assert (outcome.type, outcome.network_status) == ("blocked", "not_sent_to_network")


@pytest.mark.cites("docs.stripe.com/payments/paymentintents/lifecycle")
def test_another_card_pays_after_a_decline(api: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(api, "pm_card_visa_chargeDeclined")
    intent = api.payment_intents.confirm(caught.value.error.payment_intent.id, {"payment_method": "pm_card_visa"})
    assert intent.status == "succeeded"
    assert intent.last_payment_error is None


@pytest.mark.cites("docs.stripe.com/testing#cards")
@pytest.mark.parametrize(("token", "brand", "last4", "funding"), BRANDS)
def test_card_is_of_its_brand(api: Any, token: str, brand: str, last4: str, funding: str) -> None:
    card = api.payment_methods.create({"type": "card", "card": {"token": token.replace("pm_card_", "tok_")}}).card
    assert (card.brand, card.funding) == (brand, funding)
    assert len(card.last4) == 4 and (brand in ("amex", "discover") or card.last4 == last4)


@pytest.mark.cites(
    "docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents"
)
@pytest.mark.parametrize("resource", ["payment_intents", "setup_intents"])
def test_payment_method_types_is_no_longer_taken(api: Any, resource: str) -> None:
    params = {"amount": 1200, "currency": "usd"} if resource == "payment_intents" else {}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        getattr(api, resource).create({**params, "payment_method_types": ["card"]})
    assert caught.value.http_status == 400
    assert caught.value.code == "payment_method_types_no_longer_supported"


@pytest.mark.cites("docs.stripe.com/changelog/dahlia/2026-07-29/allowed-payment-method-types-parameter")
def test_allowed_types_narrow_the_offer(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd", "allowed_payment_method_types": ["card"]})
    assert intent.payment_method_types == ["card"]


@pytest.mark.cites("docs.stripe.com/api/payment_intents/create#create_payment_intent-return_url")
def test_confirmation_needs_a_return_address_when_redirects_are_allowed(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        api.payment_intents.create({"amount": 1200, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True})


@pytest.mark.cites("docs.stripe.com/api/payment_intents/create#create_payment_intent-off_session")
def test_off_session_is_only_for_confirmed_intents(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.create({"amount": 1200, "currency": "usd", "off_session": True})
    assert caught.value.param == "off_session"


# --- saved cards and 3-D Secure


@pytest.mark.cites("docs.stripe.com/payments/save-and-reuse")
def test_saved_card_is_charged_off_session(api: Any) -> None:
    customer, method = save_card(api)
    intent = pay(api, method, customer=customer, off_session=True)
    assert (intent.status, intent.customer, intent.payment_method) == ("succeeded", customer, method)


@pytest.mark.cites("docs.stripe.com/testing#authentication-and-setup")
def test_card_that_always_authenticates_is_declined_off_session(api: Any) -> None:
    customer, method = save_card(api, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError) as caught:
        pay(api, method, customer=customer, off_session=True)
    error = caught.value.error
    assert (error.code, error.decline_code) == ("authentication_required", "authentication_required")
    assert error.payment_intent.status == "requires_payment_method"
    assert error.payment_method.id == method


@pytest.mark.cites("docs.stripe.com/testing#authentication-and-setup")
@pytest.mark.parametrize(
    "token", ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required", "pm_card_threeDSecureRequired"]
)
def test_card_that_authenticates_asks_the_customer(api: Any, token: str) -> None:
    intent = api.payment_intents.create(
        {"amount": 1200, "currency": "usd", "payment_method": token, "confirm": True, "return_url": "https://example.com/back"}
    )
    assert intent.status == "requires_action"
    assert intent.next_action.type == "redirect_to_url"
    assert intent.next_action.redirect_to_url.return_url == "https://example.com/back"


@pytest.mark.cites("docs.stripe.com/testing#authentication-and-setup")
@pytest.mark.parametrize("token", ["pm_card_threeDSecureOptional", "pm_card_visa"])
def test_optional_authentication_is_not_asked_for(api: Any, token: str) -> None:
    assert pay(api, token).status == "succeeded"


@pytest.mark.cites("docs.stripe.com/testing#authentication-and-setup")
def test_card_already_set_up_pays_off_session(api: Any) -> None:
    customer, method = save_card(api, "pm_card_authenticationRequiredSetupForOffSession")
    assert pay(api, method, customer=customer, off_session=True).status == "succeeded"


@pytest.mark.cites("docs.stripe.com/testing#declined-payments")
def test_customer_fail_card_attaches_and_declines_when_charged(api: Any) -> None:
    customer, method = save_card(api, "pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError) as caught:
        pay(api, method, customer=customer, off_session=True)
    assert caught.value.code == "card_declined"


@pytest.mark.cites("docs.stripe.com/payments/save-during-payment")
def test_setup_future_usage_attaches_the_card(api: Any) -> None:
    customer = make_customer(api)
    intent = pay(api, customer=customer.id, setup_future_usage="off_session")
    assert intent.status == "succeeded"
    assert [m.id for m in api.payment_methods.list({"customer": customer.id}).data] == [intent.payment_method]


@pytest.mark.cites("docs.stripe.com/api/payment_methods/attach")
def test_another_customers_card_is_refused(api: Any) -> None:
    _, method = save_card(api)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(api, method, customer=make_customer(api).id, off_session=True)
    assert caught.value.param == "payment_method"


@pytest.mark.cites("docs.stripe.com/api/payment_methods/attach")
def test_saved_card_without_its_customer_is_refused(api: Any) -> None:
    _, method = save_card(api)
    with pytest.raises(stripe.InvalidRequestError, match="attached to a customer"):
        pay(api, method)


@pytest.mark.cites("docs.stripe.com/api/payment_methods")
def test_unsaved_card_pays_once(api: Any) -> None:
    method = api.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    assert pay(api, method.id).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="previously used without being attached"):
        pay(api, method.id)


# --- holds


@pytest.mark.cites("docs.stripe.com/payments/place-a-hold-on-a-payment-method")
def test_hold_is_capturable_until_capture_before(api: Any) -> None:
    intent = pay(api, capture_method="manual", expand=["latest_charge"])
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 1200, 0)
    charge = intent.latest_charge
    assert (charge.captured, charge.amount_captured, charge.paid) == (False, 0, True)
    assert charge.payment_method_details.card.capture_before > charge.created + 4 * 86_400


@pytest.mark.cites("docs.stripe.com/api/payment_intents/capture")
def test_hold_is_captured_whole(api: Any) -> None:
    captured = api.payment_intents.capture(pay(api, capture_method="manual").id)
    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", 1200, 0)


@pytest.mark.cites("docs.stripe.com/api/payment_intents/capture#capture_payment_intent-amount_to_capture")
def test_part_of_a_hold_is_captured_and_the_rest_released(api: Any) -> None:
    hold = pay(api, capture_method="manual")
    captured = api.payment_intents.capture(hold.id, {"amount_to_capture": 500, "expand": ["latest_charge"]})
    assert (captured.status, captured.amount, captured.amount_received, captured.amount_capturable) == (
        "succeeded",
        1200,
        500,
        0,
    )
    charge = captured.latest_charge
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (500, 0, False)


@pytest.mark.cites("docs.stripe.com/api/payment_intents/capture#capture_payment_intent-amount_to_capture")
def test_more_than_the_hold_is_not_captured(api: Any) -> None:
    hold = pay(api, capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.capture(hold.id, {"amount_to_capture": 1201})
    assert caught.value.code == "amount_too_large"
    assert api.payment_intents.retrieve(hold.id).status == "requires_capture"


@pytest.mark.cites("docs.stripe.com/error-codes#payment-intent-unexpected-state")
def test_hold_is_captured_once(api: Any) -> None:
    hold = pay(api, capture_method="manual")
    api.payment_intents.capture(hold.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.capture(hold.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert "status of succeeded" in str(caught.value.user_message)


@pytest.mark.cites(
    "docs.stripe.com/changelog/basil/2025-03-31/remove-refund-from-partial-capture-and-payment-cancellation-flow"
)
def test_canceled_hold_is_released(api: Any) -> None:
    hold = pay(api, capture_method="manual")
    canceled = api.payment_intents.cancel(
        hold.id, {"cancellation_reason": "requested_by_customer", "expand": ["latest_charge"]}
    )
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "requested_by_customer")
    assert canceled.canceled_at is not None
    charge = canceled.latest_charge
    assert (charge.refunded, charge.amount_refunded, charge.captured, charge.amount_captured) == (False, 0, False, 0)
    assert api.refunds.list({"payment_intent": hold.id}).data == []


@pytest.mark.cites("docs.stripe.com/api/payment_intents/cancel")
def test_paid_intent_cannot_be_canceled(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.cancel(pay(api).id)
    assert caught.value.code == "payment_intent_unexpected_state"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/cancel#cancel_payment_intent-cancellation_reason")
def test_only_documented_cancellation_reasons_are_taken(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.cancel(intent.id, {"cancellation_reason": "bored"})
    assert caught.value.param == "cancellation_reason"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/confirm")
def test_canceled_intent_cannot_be_confirmed(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    api.payment_intents.cancel(intent.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": "https://example.com"})
    assert caught.value.code == "payment_intent_unexpected_state"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/confirm")
def test_paid_intent_cannot_be_confirmed_again(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.confirm(pay(api).id)
    assert caught.value.code == "payment_intent_unexpected_state"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/confirm")
def test_intent_without_method_cannot_be_confirmed(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.confirm(intent.id, {"return_url": "https://example.com"})
    assert caught.value.code == "payment_intent_unexpected_state"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/update")
def test_amount_changes_until_it_is_paid(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    assert api.payment_intents.update(intent.id, {"amount": 1300}).amount == 1300
    paid = pay(api)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.update(paid.id, {"amount": 1300})
    assert caught.value.code == "payment_intent_unexpected_state"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/list")
def test_intents_are_listed_by_customer(api: Any) -> None:
    customer, method = save_card(api)
    ids = [pay(api, method, customer=customer, off_session=True).id for _ in range(2)]
    assert [intent.id for intent in api.payment_intents.list({"customer": customer}).data] == ids[::-1]


@pytest.mark.cites("docs.stripe.com/get-started/account/statement-descriptors")
@pytest.mark.parametrize("suffix", ["<bad>", "a*b", 'say "hi"', "2026", "A" * 23])
def test_statement_descriptor_suffix_follows_the_rules(api: Any, suffix: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.create({"amount": 1200, "currency": "usd", "statement_descriptor_suffix": suffix})
    assert caught.value.param == "statement_descriptor_suffix"


@pytest.mark.cites("docs.stripe.com/get-started/account/statement-descriptors")
def test_suffix_stands_in_the_statement(api: Any) -> None:
    charge = pay(api, statement_descriptor_suffix="INV 42", expand=["latest_charge"]).latest_charge
    assert charge.statement_descriptor_suffix == "INV 42"
    assert charge.calculated_statement_descriptor.endswith("INV 42")
