"""What every call has in common: keys, parameters, metadata, pages, expansion, idempotency."""

import uuid
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.acts import make_customer, open_checkout, pay, save_card
from tests.sandbox.process import SandboxProcess

# --- parameters


@pytest.mark.cites("docs.stripe.com/error-codes#parameter-unknown")
@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("customers", {}),
        ("payment_intents", {"amount": 1200, "currency": "usd"}),
        ("setup_intents", {}),
        ("refunds", {}),
        ("payment_methods", {"type": "card"}),
        ("checkout.sessions", {"mode": "payment"}),
        ("webhook_endpoints", {"url": "https://example.com", "enabled_events": ["*"]}),
    ],
)
def test_unknown_parameter_is_refused_by_name(api: Any, path: str, params: dict[str, Any]) -> None:
    resource = api
    for part in path.split("."):
        resource = getattr(resource, part)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        resource.create({**params, "colour": "green"})
    assert (caught.value.code, caught.value.param, caught.value.http_status) == ("parameter_unknown", "colour", 400)
    assert caught.value.user_message == "Received unknown parameter: colour"


@pytest.mark.cites("docs.stripe.com/error-codes#parameter-unknown")
def test_unknown_nested_parameter_is_named_with_its_brackets(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        make_customer(api, address={"planet": "Mars"})
    assert caught.value.param == "address[planet]"


@pytest.mark.cites("docs.stripe.com/error-codes#parameter-missing")
@pytest.mark.parametrize(
    ("path", "params", "missing"),
    [
        ("payment_intents", {"currency": "usd"}, "amount"),
        ("payment_intents", {"amount": 1200}, "currency"),
        ("webhook_endpoints", {"url": "https://example.com"}, "enabled_events"),
        ("webhook_endpoints", {"enabled_events": ["*"]}, "url"),
        ("test_helpers.test_clocks", {}, "frozen_time"),
    ],
)
def test_missing_parameter_is_named(api: Any, path: str, params: dict[str, Any], missing: str) -> None:
    resource = api
    for part in path.split("."):
        resource = getattr(resource, part)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        resource.create(params)
    assert (caught.value.code, caught.value.param) == ("parameter_missing", missing)
    assert caught.value.user_message == f"Missing required param: {missing}."


@pytest.mark.cites("docs.stripe.com/api/errors")
@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"capture_method": "sometimes"}, "capture_method"),
        ({"setup_future_usage": "maybe"}, "setup_future_usage"),
        ({"confirmation_method": "later"}, "confirmation_method"),
    ],
)
def test_value_outside_its_list_is_refused(api: Any, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="must be one of") as caught:
        api.payment_intents.create({"amount": 1200, "currency": "usd", **params})
    assert caught.value.param == param


@pytest.mark.cites("docs.stripe.com/error-codes#parameter-invalid-empty")
def test_empty_required_value_is_refused(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.create({"amount": "", "currency": "usd"})
    assert (caught.value.code, caught.value.param) == ("parameter_invalid_empty", "amount")


@pytest.mark.cites("docs.stripe.com/error-codes#email-invalid")
def test_bad_email_is_refused(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        make_customer(api, email="not-an-address")
    assert (caught.value.code, caught.value.param) == ("email_invalid", "email")


@pytest.mark.cites("docs.stripe.com/api/errors")
def test_too_long_string_is_refused(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        make_customer(api, name="n" * 257)
    assert caught.value.param == "name"


# --- not found and not allowed


@pytest.mark.cites("docs.stripe.com/error-codes#resource-missing")
@pytest.mark.parametrize(
    "path",
    [
        "balance_transactions", "charges", "checkout.sessions", "customers", "disputes", "events", "payment_intents",
        "payment_methods", "refunds", "setup_intents", "test_helpers.test_clocks", "webhook_endpoints",
    ],
)  # fmt: skip
def test_unknown_object_is_404(api: Any, path: str) -> None:
    resource = api
    for part in path.split("."):
        resource = getattr(resource, part)
    with pytest.raises(stripe.InvalidRequestError, match="No such") as caught:
        resource.retrieve("xx_doesnotexist")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


@pytest.mark.cites("docs.stripe.com/error-codes#resource-missing")
def test_unknown_object_in_a_parameter_is_400(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.create({"amount": 1200, "currency": "usd", "customer": "cus_doesnotexist"})
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, "resource_missing", "customer")


@pytest.mark.cites("docs.stripe.com/api/authentication")
def test_live_and_foreign_keys_are_refused(shared_sandbox: Any) -> None:
    for key in ("sk_live_abc", "sk_test_", "nonsense"):
        client = stripe.StripeClient(key, base_addresses={"api": shared_sandbox.url})
        with pytest.raises(stripe.AuthenticationError) as caught:
            client.v1.customers.list()
        assert caught.value.http_status == 401


@pytest.mark.cites("docs.stripe.com/keys")
def test_publishable_key_cannot_call_the_api(shared_sandbox: Any) -> None:
    client = stripe.StripeClient("pk_test_abc", base_addresses={"api": shared_sandbox.url})
    with pytest.raises(stripe.AuthenticationError) as caught:
        client.v1.customers.list()
    assert caught.value.json_body["error"]["code"] == "secret_key_required"


@pytest.mark.cites("docs.stripe.com/api/request_ids")
def test_every_answer_has_a_request_id_and_the_version(api: Any) -> None:
    response = make_customer(api).last_response
    assert response.headers["request-id"].startswith("req_")
    assert response.headers["stripe-version"] == "2026-10-28.endive"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.customers.retrieve("cus_doesnotexist")
    assert caught.value.request_id.startswith("req_")


# --- metadata


@pytest.mark.cites("docs.stripe.com/api/metadata")
def test_metadata_is_merged_key_by_key(api: Any) -> None:
    customer = make_customer(api, metadata={"order": "7", "note": "first"})
    updated = api.customers.update(customer.id, {"metadata": {"note": "second", "extra": "x"}})
    assert updated.metadata.to_dict() == {"order": "7", "note": "second", "extra": "x"}


@pytest.mark.cites("docs.stripe.com/api/metadata")
def test_empty_metadata_value_removes_its_key(api: Any) -> None:
    customer = make_customer(api, metadata={"order": "7", "note": "first"})
    assert api.customers.update(customer.id, {"metadata": {"note": ""}}).metadata.to_dict() == {"order": "7"}


@pytest.mark.cites("docs.stripe.com/api/metadata")
def test_empty_metadata_removes_all(api: Any) -> None:
    customer = make_customer(api, metadata={"order": "7"})
    assert api.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}


@pytest.mark.cites("docs.stripe.com/api/metadata")
@pytest.mark.parametrize(
    "metadata",
    [{"k" * 41: "v"}, {"k": "v" * 501}, {f"k{index}": "v" for index in range(51)}, {"k": {"nested": "v"}}],
    ids=["key of 41", "value of 501", "51 keys", "nested"],
)
def test_metadata_limits(api: Any, metadata: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        make_customer(api, metadata=metadata)
    assert (caught.value.param or "").startswith("metadata")


@pytest.mark.cites("docs.stripe.com/api/metadata")
def test_metadata_at_its_limits_is_kept(api: Any) -> None:
    metadata = {"k" * 40: "v" * 500, **{f"key{index}": "v" for index in range(49)}}
    assert make_customer(api, metadata=metadata).metadata.to_dict() == metadata


# --- pages


@pytest.mark.cites("docs.stripe.com/api/pagination")
def test_pages_go_on_after_the_last_and_back_before_the_first(api: Any) -> None:
    customer, method = save_card(api)
    ids = [pay(api, method, customer=customer, off_session=True).id for _ in range(5)][::-1]
    first = api.payment_intents.list({"customer": customer, "limit": 2})
    assert [i.id for i in first.data] == ids[:2] and first.has_more is True
    second = api.payment_intents.list({"customer": customer, "limit": 2, "starting_after": ids[1]})
    assert [i.id for i in second.data] == ids[2:4] and second.has_more is True
    third = api.payment_intents.list({"customer": customer, "limit": 2, "starting_after": ids[3]})
    assert [i.id for i in third.data] == ids[4:] and third.has_more is False
    back = api.payment_intents.list({"customer": customer, "limit": 2, "ending_before": ids[3]})
    assert [i.id for i in back.data] == ids[1:3] and back.has_more is True


@pytest.mark.cites("docs.stripe.com/api/pagination/auto")
def test_auto_paging_walks_every_page(api: Any) -> None:
    customer, method = save_card(api)
    ids = [pay(api, method, customer=customer, off_session=True).id for _ in range(3)]
    pages = api.payment_intents.list({"customer": customer, "limit": 1})
    assert [intent.id for intent in pages.auto_paging_iter()] == ids[::-1]


@pytest.mark.cites("docs.stripe.com/api/pagination")
def test_ten_are_listed_unless_asked_otherwise(api: Any) -> None:
    for _ in range(11):
        make_customer(api)
    page = api.customers.list()
    assert len(page.data) == 10 and page.has_more is True
    assert page.object == "list" and page.url == "/v1/customers"


@pytest.mark.cites("docs.stripe.com/api/pagination")
@pytest.mark.parametrize("limit", [0, 101])
def test_limit_is_1_to_100(api: Any, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.customers.list({"limit": limit})
    assert caught.value.param == "limit"


@pytest.mark.cites("docs.stripe.com/api/pagination")
def test_cursor_must_name_an_object(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.customers.list({"starting_after": "cus_doesnotexist"})
    assert caught.value.param == "starting_after"


@pytest.mark.cites("docs.stripe.com/api/customers/list#list_customers-created")
def test_lists_are_bounded_by_creation(api: Any) -> None:
    customer = make_customer(api, email="bounded@example.com")
    found = api.customers.list({"email": "bounded@example.com", "created": {"gte": customer.created, "lte": customer.created}})
    assert customer.id in [item.id for item in found.data]
    assert api.customers.list({"email": "bounded@example.com", "created": {"gt": customer.created + 3600}}).data == []


# --- expansion


@pytest.mark.cites("docs.stripe.com/expand")
def test_expanded_id_becomes_its_object(api: Any) -> None:
    customer, method = save_card(api)
    intent = pay(api, method, customer=customer, off_session=True, expand=["customer", "latest_charge", "payment_method"])
    assert (intent.customer.id, intent.payment_method.id) == (customer, method)
    assert intent.latest_charge.object == "charge"


@pytest.mark.cites("docs.stripe.com/expand#expanding-list")
def test_each_object_of_a_list_is_expanded(api: Any) -> None:
    customer, method = save_card(api)
    pay(api, method, customer=customer, off_session=True)
    page = api.payment_intents.list({"customer": customer, "expand": ["data.latest_charge.customer"]})
    assert page.data[0].latest_charge.customer.id == customer


@pytest.mark.cites("docs.stripe.com/expand")
@pytest.mark.parametrize("path", ["amount", "latest_charge.payment_method", "nothing", "metadata"])
def test_what_is_no_reference_cannot_be_expanded(api: Any, path: str) -> None:
    intent = pay(api)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        api.payment_intents.retrieve(intent.id, {"expand": [path]})


@pytest.mark.cites("docs.stripe.com/expand#how-it-works")
def test_four_levels_are_the_deepest(api: Any) -> None:
    intent = pay(api)
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge.customer.default_source.customer.default_source"]})


@pytest.mark.cites("docs.stripe.com/api/charges/object#charge_object-refunds")
def test_refunds_of_a_charge_are_included_on_request(api: Any) -> None:
    intent = pay(api)
    refund = api.refunds.create({"payment_intent": intent.id, "amount": 200})
    assert not hasattr(api.charges.retrieve(intent.latest_charge), "refunds")
    charge = api.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert [item.id for item in charge.refunds.data] == [refund.id]


# --- idempotency


def create_once(api: Any, key: str, amount: int = 1200) -> Any:
    return api.payment_intents.create({"amount": amount, "currency": "usd"}, {"idempotency_key": key})


@pytest.mark.cites("docs.stripe.com/api/idempotent_requests")
def test_same_key_answers_the_same_object(api: Any) -> None:
    key = str(uuid.uuid4())
    first, second = create_once(api, key), create_once(api, key)
    assert first.id == second.id
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert second.last_response.headers["original-request"] == first.last_response.headers["request-id"]


@pytest.mark.cites("docs.stripe.com/api/idempotent_requests")
def test_same_key_with_other_parameters_is_refused(api: Any) -> None:
    key = str(uuid.uuid4())
    create_once(api, key)
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as caught:
        create_once(api, key, amount=1300)
    assert caught.value.http_status == 400


@pytest.mark.cites("docs.stripe.com/api/idempotent_requests")
def test_same_key_on_another_endpoint_is_refused(api: Any) -> None:
    key = str(uuid.uuid4())
    create_once(api, key)
    with pytest.raises(stripe.IdempotencyError):
        api.customers.create({"name": "Jenny"}, {"idempotency_key": key})


@pytest.mark.cites("docs.stripe.com/error-low-level#idempotency")
def test_decline_is_replayed_with_its_key(api: Any) -> None:
    card = {"payment_method": "pm_card_visa_chargeDeclined", "confirm": True, "return_url": "https://example.com"}
    key, params = str(uuid.uuid4()), {"amount": 1200, "currency": "usd", **card}
    ids = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            api.payment_intents.create(params, {"idempotency_key": key})
        ids.append(caught.value.error.payment_intent.id)
    assert ids[0] == ids[1]


@pytest.mark.cites("docs.stripe.com/api/idempotent_requests")
def test_refused_parameters_do_not_use_up_the_key(api: Any) -> None:
    key = str(uuid.uuid4())
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create({"amount": 1200, "currency": "usd", "colour": "green"}, {"idempotency_key": key})
    assert create_once(api, key).amount == 1200


@pytest.mark.cites("docs.stripe.com/api/idempotent_requests")
def test_key_of_more_than_255_characters_is_refused(api: Any) -> None:
    with pytest.raises(stripe.StripeError) as caught:
        create_once(api, "k" * 256)
    assert caught.value.http_status == 400


@pytest.mark.cites("docs.stripe.com/api/customers/object")
def test_addresses_have_every_field(api: Any) -> None:
    given = {"line1": "1 Main St", "country": "US"}
    customer = api.customers.create({"address": given, "shipping": {"name": "Jenny Rosen", "address": given}})
    every = {"city": None, "country": "US", "line1": "1 Main St", "line2": None, "postal_code": None, "state": None}
    assert customer.address.to_dict() == every
    assert customer.shipping.address.to_dict() == every
    assert (customer.shipping.name, customer.shipping.phone) == ("Jenny Rosen", None)


def test_restricted_key_is_refused_by_name(shared_sandbox: SandboxProcess) -> None:
    answer = httpx.get(f"{shared_sandbox.url}/v1/balance", headers={"Authorization": "Bearer rk_test_x"})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == (
        "This local Stripe knows no restricted keys. Use a secret test key, sk_test_…."
    )


@pytest.mark.cites("docs.stripe.com/error-codes#email-invalid")
def test_mail_addresses_are_addresses_wherever_they_stand(api: Any) -> None:
    acts = {
        "receipt_email": lambda: api.payment_intents.create({"amount": 1200, "currency": "usd", "receipt_email": "nonsense"}),
        "customer_email": lambda: open_checkout(api, customer_email="nonsense"),
    }
    for param, act in acts.items():
        with pytest.raises(stripe.InvalidRequestError) as caught:
            act()
        assert (caught.value.code, caught.value.param) == ("email_invalid", param)
