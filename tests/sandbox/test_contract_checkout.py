"""Checkout sessions as Stripe documents them."""

import time
from typing import Any

import pytest
import stripe

from tests.sandbox.acts import SUCCESS, make_customer, open_checkout


def price(amount: int = 1200, currency: str = "usd", name: str = "Portrait session") -> dict[str, Any]:
    return {"price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}, "quantity": 1}


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/object")
def test_new_session_is_open_unpaid_and_has_a_page(api: Any) -> None:
    session = open_checkout(api, client_reference_id="INV-0042", metadata={"invoice": "42"})
    assert (session.status, session.payment_status, session.mode) == ("open", "unpaid", "payment")
    assert (session.amount_total, session.amount_subtotal, session.currency) == (1200, 1200, "usd")
    assert session.url.startswith("http")
    assert session.id.startswith("cs_test_")
    assert session.payment_intent is None
    assert (session.client_reference_id, session.metadata.to_dict()) == ("INV-0042", {"invoice": "42"})
    assert session.ui_mode == "hosted_page"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-line_items")
def test_total_is_the_sum_of_the_lines(api: Any) -> None:
    lines = [{**price(1999), "quantity": 3}, price(500)]
    session = open_checkout(api, line_items=lines, expand=["line_items"])
    assert session.amount_total == 6497
    assert [(line.description, line.quantity, line.amount_total) for line in session.line_items.data] == [
        ("Portrait session", 3, 5997),
        ("Portrait session", 1, 500),
    ]


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/line_items")
def test_lines_are_listed(api: Any) -> None:
    session = open_checkout(api)
    lines = api.checkout.sessions.line_items.list(session.id).data
    assert [line.price.unit_amount for line in lines] == [1200]


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-line_items")
@pytest.mark.parametrize(
    ("lines", "param"),
    [
        ([{"price_data": {"currency": "usd", "unit_amount": 1200, "product_data": {"name": "X"}}}], "line_items[0][quantity]"),
        ([{"price": "price_doesnotexist", "quantity": 1}], "line_items[0][price]"),
        ([{"quantity": 1}], "line_items[0][price_data]"),
        ([price(), price(currency="eur")], "line_items"),
        ([{**price(), "quantity": 0}], "line_items[0][quantity]"),
        (
            [{"price_data": {"unit_amount": 1, "product_data": {"name": "X"}}, "quantity": 1}],
            "line_items[0][price_data][currency]",
        ),
    ],
    ids=["no quantity", "unknown price", "no price", "two currencies", "quantity 0", "no currency"],
)
def test_bad_line_is_refused(api: Any, lines: list[dict[str, Any]], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_checkout(api, line_items=lines)
    assert (caught.value.param or "").startswith(param.split("[")[0])


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-line_items")
def test_payment_needs_lines(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.checkout.sessions.create({"mode": "payment", "success_url": SUCCESS})
    assert caught.value.param == "line_items"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-success_url")
@pytest.mark.parametrize("url", [None, "not a url", "ftp://example.com"])
def test_success_url_is_a_web_address(api: Any, url: str | None) -> None:
    params = {"mode": "payment", "line_items": [price()], **({"success_url": url} if url else {})}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.checkout.sessions.create(params)
    assert caught.value.param == "success_url"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-ui_mode")
def test_old_name_of_the_hosted_page_is_refused(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_checkout(api, ui_mode="hosted")
    assert caught.value.param == "ui_mode"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-mode")
@pytest.mark.parametrize("mode", ["donation", ""])
def test_unknown_mode_is_refused(api: Any, mode: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_checkout(api, mode=mode)
    assert caught.value.param == "mode"


@pytest.mark.cites("docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions")
def test_payment_method_types_is_no_longer_taken(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_checkout(api, payment_method_types=["card"])
    assert caught.value.http_status == 400
    assert caught.value.param == "payment_method_types"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-excluded_payment_method_types")
def test_excluded_type_is_not_offered(api: Any) -> None:
    session = open_checkout(api, excluded_payment_method_types=["us_bank_account"])
    assert "us_bank_account" not in session.payment_method_types and "card" in session.payment_method_types


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-customer")
def test_session_belongs_to_its_customer(api: Any) -> None:
    customer = make_customer(api)
    session = open_checkout(api, customer=customer.id)
    assert session.customer == customer.id
    assert [s.id for s in api.checkout.sessions.list({"customer": customer.id}).data] == [session.id]


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-customer")
@pytest.mark.parametrize("other", [{"customer_email": "a@example.com"}, {"customer_creation": "always"}])
def test_customer_excludes_what_would_make_another(api: Any, other: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        open_checkout(api, customer=make_customer(api).id, **other)


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at")
def test_session_lives_a_day_unless_asked_otherwise(api: Any) -> None:
    session = open_checkout(api)
    assert session.expires_at - session.created == 86_400
    later = int(time.time()) + 3600
    assert open_checkout(api, expires_at=later).expires_at == later


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at")
@pytest.mark.parametrize("seconds", [60, 25 * 3600])
def test_session_lives_from_half_an_hour_to_a_day(api: Any, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_checkout(api, expires_at=int(time.time()) + seconds)
    assert caught.value.param == "expires_at"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/expire")
def test_open_session_is_expired_once(api: Any) -> None:
    session = open_checkout(api)
    expired = api.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="Only Checkout Sessions with a status in"):
        api.checkout.sessions.expire(session.id)


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-mode")
def test_setup_session_has_a_setup_intent_and_no_amount(api: Any) -> None:
    customer = make_customer(api)
    session = api.checkout.sessions.create(
        {"mode": "setup", "currency": "usd", "success_url": SUCCESS, "customer": customer.id}
    )
    assert (session.mode, session.amount_total, session.payment_status) == ("setup", None, "no_payment_required")
    assert api.setup_intents.retrieve(session.setup_intent).status == "requires_payment_method"


@pytest.mark.cites("docs.stripe.com/payments/save-and-reuse")
def test_setup_session_needs_its_currency(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.checkout.sessions.create({"mode": "setup", "success_url": SUCCESS})
    assert caught.value.param == "currency"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-line_items")
def test_setup_session_takes_no_lines(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_checkout(api, mode="setup", currency="usd")
    assert caught.value.param == "line_items"


@pytest.mark.cites("docs.stripe.com/api/setup_intents/cancel")
def test_setup_intent_of_a_session_is_canceled_with_it(api: Any) -> None:
    session = api.checkout.sessions.create({"mode": "setup", "currency": "usd", "success_url": SUCCESS})
    with pytest.raises(stripe.InvalidRequestError):
        api.setup_intents.cancel(session.setup_intent)
    api.checkout.sessions.expire(session.id)
    assert api.setup_intents.retrieve(session.setup_intent).status == "canceled"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/update")
def test_session_metadata_is_merged(api: Any) -> None:
    session = open_checkout(api, metadata={"a": "1"})
    assert api.checkout.sessions.update(session.id, {"metadata": {"b": "2"}}).metadata.to_dict() == {"a": "1", "b": "2"}


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/create#create_checkout_session-payment_intent_data")
def test_unknown_intent_data_is_refused(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        open_checkout(api, payment_intent_data={"colour": "green"})
    assert caught.value.param == "payment_intent_data[colour]"


@pytest.mark.cites("docs.stripe.com/api/checkout/sessions/list#list_checkout_sessions-status")
def test_sessions_are_listed_by_status(api: Any) -> None:
    customer = make_customer(api).id
    first, second = open_checkout(api, customer=customer), open_checkout(api, customer=customer)
    api.checkout.sessions.expire(first.id)
    assert [s.id for s in api.checkout.sessions.list({"customer": customer, "status": "open"}).data] == [second.id]
    assert [s.id for s in api.checkout.sessions.list({"customer": customer, "status": "expired"}).data] == [first.id]
