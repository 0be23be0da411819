"""A parameter Stripe knows and this program does not heed is refused in plain words; what it says it does, it does."""

from typing import Any

import pytest
import stripe

from invoice_app.sandbox import application
from invoice_app.sandbox.description import list_operations
from invoice_app.sandbox.registry import HANDLERS, SERVED
from tests.sandbox.acts import make_customer, open_checkout, pay, save_card
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess

UNSERVED_IN_CHECKOUT: list[dict[str, Any]] = [
    {"discounts": [{"coupon": "SPRING"}]},
    {"automatic_tax": {"enabled": True}},
    {"shipping_address_collection": {"allowed_countries": ["US"]}},
    {"custom_fields": [{"key": "a", "type": "text", "label": {"type": "custom", "custom": "L"}}]},
    {"tax_id_collection": {"enabled": True}},
    {"phone_number_collection": {"enabled": True}},
    {"allow_promotion_codes": True},
]


@pytest.fixture(scope="module")
def v1(shared_sandbox: SandboxProcess) -> Any:
    return connect(shared_sandbox.url)


def refuse(act: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        act()
    assert str(caught.value.user_message) == f"This local Stripe does not have `{param}`."
    assert caught.value.param == param


def test_every_operation_says_what_it_heeds_and_only_names_stripe_has() -> None:
    assert callable(application.build_application)
    for operation in list_operations():
        assert operation.key in HANDLERS
        assert SERVED[operation.key].keys() - {"expand"} <= operation.params["properties"].keys(), operation.key


@pytest.mark.parametrize("params", UNSERVED_IN_CHECKOUT, ids=lambda params: next(iter(params)))
def test_checkout_refuses_what_its_page_does_not_do(v1: Any, params: dict[str, Any]) -> None:
    refuse(lambda: open_checkout(v1, **params), next(iter(params)))


def test_line_whose_quantity_the_customer_changes_is_refused(v1: Any) -> None:
    price = {"currency": "usd", "unit_amount": 1200, "product_data": {"name": "Portrait"}}
    line = {"price_data": price, "quantity": 1, "adjustable_quantity": {"enabled": True}}
    refuse(lambda: open_checkout(v1, line_items=[line]), "line_items[0][adjustable_quantity]")


def test_what_is_switched_off_may_be_said(v1: Any) -> None:
    off: dict[str, Any] = {
        "automatic_tax": {"enabled": False},
        "adaptive_pricing": {"enabled": False},
        "billing_address_collection": "auto",
    }
    assert open_checkout(v1, **off).status == "open"


def test_other_objects_refuse_what_they_do_not_heed(v1: Any) -> None:
    refuse(lambda: v1.customers.create({"source": "tok_visa"}), "source")
    refuse(lambda: v1.refunds.create({"payment_intent": pay(v1).id, "currency": "eur"}), "currency")
    refuse(lambda: pay(v1, application_fee_amount=100), "application_fee_amount")
    options = {"card": {"capture_method": "manual"}}
    refuse(lambda: pay(v1, payment_method_options=options), "payment_method_options[card][capture_method]")
    refuse(lambda: v1.payment_intents.list({"customer_account": "acct_1"}), "customer_account")


@pytest.mark.cites("docs.stripe.com/api/customers/create#create_customer-test_clock")
def test_customer_belongs_to_a_clock_there_is(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        make_customer(api, test_clock="clock_none")
    assert caught.value.code == "resource_missing"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/update")
def test_capture_method_and_options_of_an_intent_change(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 1200, "currency": "usd"})
    options = {"card": {"request_three_d_secure": "any"}}
    changed = api.payment_intents.update(intent.id, {"capture_method": "manual", "payment_method_options": options})
    assert changed.capture_method == "manual"
    assert changed.payment_method_options.card.request_three_d_secure == "any"


@pytest.mark.cites("docs.stripe.com/api/payment_intents/capture#capture_payment_intent-final_capture")
def test_hold_is_not_captured_in_several_parts(v1: Any) -> None:
    hold = pay(v1, capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        v1.payment_intents.capture(hold.id, {"amount_to_capture": 500, "final_capture": False})
    assert caught.value.param == "final_capture"


@pytest.mark.cites("docs.stripe.com/api/payment_methods/update")
@pytest.mark.parametrize("card", [{"exp_month": 99}, {"exp_year": 1}, {"exp_year": -5}, {"exp_month": 1, "exp_year": 2020}])
def test_saved_card_takes_no_expiry_that_is_over(api: Any, card: dict[str, int]) -> None:
    _, method = save_card(api)
    with pytest.raises(stripe.CardError) as caught:
        api.payment_methods.update(method, {"card": card})
    assert caught.value.code in ("invalid_expiry_month", "invalid_expiry_year")
