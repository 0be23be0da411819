"""Customers, payment methods and setup intents as Stripe documents them."""

from typing import Any

import pytest
import stripe

from tests.sandbox.acts import NO_REDIRECTS, make_customer, pay, save_card


@pytest.mark.cites("docs.stripe.com/api/customers/object")
def test_new_customer_has_what_it_was_given(api: Any) -> None:
    customer = make_customer(api, description="Studio guest", phone="+15551234567")
    assert (customer.email, customer.name, customer.phone) == ("jenny@example.com", "Jenny Rosen", "+15551234567")
    assert (customer.balance, customer.delinquent, customer.livemode) == (0, False, False)
    assert customer.invoice_settings.default_payment_method is None


@pytest.mark.cites("docs.stripe.com/api/customers/update")
def test_customer_fields_change_alone(api: Any) -> None:
    customer = make_customer(api)
    updated = api.customers.update(customer.id, {"name": "Jenny R."})
    assert (updated.name, updated.email) == ("Jenny R.", "jenny@example.com")


@pytest.mark.cites("docs.stripe.com/api/customers/delete")
def test_deleted_customer_is_answered_as_deleted(api: Any) -> None:
    customer = make_customer(api)
    assert api.customers.delete(customer.id).deleted is True
    assert api.customers.retrieve(customer.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.create({"amount": 1200, "currency": "usd", "customer": customer.id})
    assert caught.value.code == "resource_missing"


@pytest.mark.cites("docs.stripe.com/api/customers/list#list_customers-email")
def test_customers_are_found_by_email(api: Any) -> None:
    customer = make_customer(api, email="found-by-email@example.com")
    assert customer.id in [c.id for c in api.customers.list({"email": "found-by-email@example.com"}).data]


@pytest.mark.cites("docs.stripe.com/api/customers/create#create_customer-payment_method")
def test_customer_is_created_with_a_card(api: Any) -> None:
    customer = make_customer(api, payment_method="pm_card_visa")
    methods = api.customers.payment_methods.list(customer.id)
    assert [m.card.last4 for m in methods.data] == ["4242"]
    assert api.customers.payment_methods.retrieve(customer.id, methods.data[0].id).customer == customer.id


@pytest.mark.cites("docs.stripe.com/api/customers/update#update_customer-invoice_settings-default_payment_method")
def test_default_method_must_be_the_customers(api: Any) -> None:
    customer, method = save_card(api)
    updated = api.customers.update(customer, {"invoice_settings": {"default_payment_method": method}})
    assert updated.invoice_settings.default_payment_method == method
    with pytest.raises(stripe.InvalidRequestError):
        api.customers.update(make_customer(api).id, {"invoice_settings": {"default_payment_method": method}})


@pytest.mark.cites("docs.stripe.com/api/payment_methods/attach")
def test_attached_card_belongs_to_its_customer(api: Any) -> None:
    customer, method = save_card(api)
    assert api.payment_methods.retrieve(method).customer == customer


@pytest.mark.cites("docs.stripe.com/api/payment_methods/attach")
def test_attached_card_cannot_go_to_another(api: Any) -> None:
    _, method = save_card(api)
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        api.payment_methods.attach(method, {"customer": make_customer(api).id})


@pytest.mark.cites("docs.stripe.com/testing#declined-payments")
@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error"),
    ],
)
def test_declining_card_cannot_be_attached(api: Any, token: str, code: str) -> None:
    customer = make_customer(api)
    with pytest.raises(stripe.CardError) as caught:
        api.payment_methods.attach(token, {"customer": customer.id})
    assert caught.value.code == code
    assert api.payment_methods.list({"customer": customer.id}).data == []


@pytest.mark.cites("docs.stripe.com/api/payment_methods/detach")
def test_detached_card_is_gone_for_good(api: Any) -> None:
    customer, method = save_card(api)
    assert api.payment_methods.detach(method).customer is None
    assert api.payment_methods.list({"customer": customer}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        api.payment_methods.attach(method, {"customer": customer})


@pytest.mark.cites("docs.stripe.com/api/payment_methods/detach")
def test_detaching_twice_is_refused(api: Any) -> None:
    _, method = save_card(api)
    api.payment_methods.detach(method)
    with pytest.raises(stripe.InvalidRequestError, match="not attached"):
        api.payment_methods.detach(method)


@pytest.mark.cites("docs.stripe.com/api/payment_methods/update")
def test_saved_card_gets_a_new_expiry_and_billing_name(api: Any) -> None:
    _, method = save_card(api)
    updated = api.payment_methods.update(
        method, {"card": {"exp_year": 2040, "exp_month": 6}, "billing_details": {"name": "J. Rosen"}}
    )
    assert (updated.card.exp_month, updated.card.exp_year, updated.billing_details.name) == (6, 2040, "J. Rosen")


@pytest.mark.cites("docs.stripe.com/api/payment_methods/list")
def test_methods_are_listed_by_type(api: Any) -> None:
    customer, method = save_card(api)
    assert [m.id for m in api.payment_methods.list({"customer": customer, "type": "card"}).data] == [method]
    assert api.payment_methods.list({"customer": customer, "type": "us_bank_account"}).data == []


# --- setup intents


@pytest.mark.cites("docs.stripe.com/api/setup_intents/create")
def test_new_setup_waits_for_a_method(api: Any) -> None:
    setup = api.setup_intents.create({"customer": make_customer(api).id})
    assert (setup.status, setup.usage) == ("requires_payment_method", "off_session")
    assert setup.client_secret.startswith(f"{setup.id}_secret_")


@pytest.mark.cites("docs.stripe.com/payments/save-and-reuse")
def test_confirmed_setup_saves_the_card(api: Any) -> None:
    customer = make_customer(api)
    setup = api.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True, "automatic_payment_methods": NO_REDIRECTS}
    )
    assert setup.status == "succeeded"
    assert [m.id for m in api.payment_methods.list({"customer": customer.id}).data] == [setup.payment_method]
    assert pay(api, setup.payment_method, customer=customer.id, off_session=True).status == "succeeded"


@pytest.mark.cites("docs.stripe.com/testing#authentication-and-setup")
def test_setup_of_a_3ds_card_asks_the_customer(api: Any) -> None:
    setup = api.setup_intents.create(
        {
            "customer": make_customer(api).id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "confirm": True,
            "return_url": "https://example.com/back",
        }
    )
    assert setup.status == "requires_action"
    assert setup.next_action.redirect_to_url.return_url == "https://example.com/back"


@pytest.mark.cites("docs.stripe.com/api/setup_intents/confirm")
def test_setup_of_a_declining_card_fails(api: Any) -> None:
    setup = api.setup_intents.create({"customer": make_customer(api).id, "automatic_payment_methods": NO_REDIRECTS})
    with pytest.raises(stripe.CardError) as caught:
        api.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa_chargeDeclined"})
    assert caught.value.code == "card_declined"
    after = api.setup_intents.retrieve(setup.id)
    assert (after.status, after.last_setup_error.code) == ("requires_payment_method", "card_declined")


@pytest.mark.cites("docs.stripe.com/api/setup_intents/cancel")
def test_canceled_setup_cannot_be_confirmed(api: Any) -> None:
    setup = api.setup_intents.create({})
    assert api.setup_intents.cancel(setup.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa", "return_url": "https://example.com"})
    assert caught.value.code == "setup_intent_unexpected_state"


@pytest.mark.cites("docs.stripe.com/api/setup_intents/confirm")
def test_setup_without_a_method_cannot_be_confirmed(api: Any) -> None:
    setup = api.setup_intents.create({"automatic_payment_methods": NO_REDIRECTS})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.setup_intents.confirm(setup.id)
    assert caught.value.code == "setup_intent_unexpected_state"


@pytest.mark.cites("docs.stripe.com/api/setup_intents/list")
def test_setups_are_listed_by_customer(api: Any) -> None:
    customer = make_customer(api)
    setup = api.setup_intents.create({"customer": customer.id})
    assert [s.id for s in api.setup_intents.list({"customer": customer.id}).data] == [setup.id]


@pytest.mark.cites("docs.stripe.com/api/customers/delete")
def test_deleted_customer_keeps_no_method_however_many(api: Any) -> None:
    customer = make_customer(api).id
    methods = [api.payment_methods.attach("pm_card_visa", {"customer": customer}).id for _ in range(101)]
    intent = pay(api, methods[0], customer=customer)
    api.customers.delete(customer)
    assert [method for method in methods if api.payment_methods.retrieve(method).customer] == []
    expanded = api.payment_intents.retrieve(intent.id, {"expand": ["customer"]}).customer
    assert expanded.to_dict() == {"id": customer, "object": "customer", "deleted": True}
