"""Events, webhook endpoints and test clocks as Stripe documents them."""

import time
from typing import Any

import pytest
import stripe

from tests.sandbox.acts import make_customer, open_checkout, pay, save_card


def events_about(api: Any, object_id: str, *, kind: str | None = None) -> list[Any]:
    """The latest events whose object it is, oldest first."""
    page = api.events.list({"limit": 100, **({"type": kind} if kind else {})})
    return [event for event in reversed(page.data) if event.data.object.id == object_id]


@pytest.mark.cites("docs.stripe.com/api/events/types")
def test_payment_tells_how_it_went(api: Any) -> None:
    intent = pay(api)
    assert [event.type for event in events_about(api, intent.id)] == ["payment_intent.created", "payment_intent.succeeded"]
    assert events_about(api, intent.latest_charge)[0].type == "charge.succeeded"


@pytest.mark.cites("docs.stripe.com/api/events/types#event_types-payment_intent.payment_failed")
def test_decline_tells_its_reason(api: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(api, "pm_card_visa_chargeDeclinedInsufficientFunds")
    event = events_about(api, caught.value.error.payment_intent.id, kind="payment_intent.payment_failed")[0]
    assert event.data.object.last_payment_error.decline_code == "insufficient_funds"


@pytest.mark.cites("docs.stripe.com/api/events/object")
def test_event_is_a_snapshot_with_its_request(api: Any) -> None:
    customer = make_customer(api)
    api.customers.update(customer.id, {"name": "Jenny R."})
    created, updated = events_about(api, customer.id)
    assert (created.data.object.name, updated.data.object.name) == ("Jenny Rosen", "Jenny R.")
    assert updated.data.previous_attributes.to_dict() == {"name": "Jenny Rosen"}
    assert created.request.id == customer.last_response.headers["request-id"]
    assert created.api_version == "2026-10-28.endive"


@pytest.mark.cites("docs.stripe.com/api/events/retrieve")
def test_event_is_retrieved_by_id(api: Any) -> None:
    event = events_about(api, make_customer(api).id)[0]
    assert api.events.retrieve(event.id).type == "customer.created"


@pytest.mark.cites("docs.stripe.com/api/events/list#list_events-types")
def test_events_are_listed_by_type(api: Any) -> None:
    session = open_checkout(api)
    api.checkout.sessions.expire(session.id)
    assert events_about(api, session.id, kind="checkout.session.expired")[0].data.object.status == "expired"
    page = api.events.list({"types": ["customer.created", "checkout.session.expired"], "limit": 5})
    assert {event.type for event in page.data} <= {"customer.created", "checkout.session.expired"}
    starred = api.events.list({"type": "checkout.session.*", "limit": 5})
    assert all(event.type.startswith("checkout.session.") for event in starred.data) and starred.data


@pytest.mark.cites("docs.stripe.com/api/events/list#list_events-types")
def test_type_and_types_exclude_each_other(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.events.list({"type": "customer.created", "types": ["customer.updated"]})


@pytest.mark.cites("docs.stripe.com/api/events/types#event_types-payment_method.attached")
def test_saving_and_removing_a_card_is_told(api: Any) -> None:
    _, method = save_card(api)
    api.payment_methods.detach(method)
    assert [event.type for event in events_about(api, method)] == ["payment_method.attached", "payment_method.detached"]


@pytest.mark.cites("docs.stripe.com/api/events/types#event_types-payment_intent.amount_capturable_updated")
def test_hold_and_release_are_told(api: Any) -> None:
    hold = pay(api, capture_method="manual")
    api.payment_intents.cancel(hold.id)
    assert [event.type for event in events_about(api, hold.id)] == [
        "payment_intent.created",
        "payment_intent.amount_capturable_updated",
        "payment_intent.canceled",
    ]


@pytest.mark.cites("docs.stripe.com/api/events/types#event_types-refund.created")
def test_refund_is_told_of_itself_and_of_its_charge(api: Any) -> None:
    intent = pay(api)
    refund = api.refunds.create({"payment_intent": intent.id})
    assert events_about(api, refund.id)[0].type == "refund.created"
    assert "charge.refunded" in [event.type for event in events_about(api, intent.latest_charge)]


@pytest.mark.cites("docs.stripe.com/api/webhook_endpoints/create")
def test_endpoint_shows_its_secret_once(api: Any) -> None:
    endpoint = api.webhook_endpoints.create(
        {"url": "https://example.com/hook", "enabled_events": ["customer.created"], "api_version": "2026-10-28.endive"}
    )
    assert endpoint.secret.startswith("whsec_")
    assert endpoint.api_version == "2026-10-28.endive"
    assert not hasattr(api.webhook_endpoints.retrieve(endpoint.id), "secret")
    assert api.webhook_endpoints.update(endpoint.id, {"disabled": True}).status == "disabled"
    assert api.webhook_endpoints.delete(endpoint.id).deleted is True


@pytest.mark.cites("docs.stripe.com/api/webhook_endpoints/create#create_webhook_endpoint-enabled_events")
def test_endpoint_takes_known_events_only(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.webhook_endpoints.create({"url": "https://example.com/hook", "enabled_events": ["customer.sneezed"]})
    assert (caught.value.param or "").startswith("enabled_events")


@pytest.mark.cites("docs.stripe.com/api/webhook_endpoints/create#create_webhook_endpoint-url")
def test_endpoint_needs_a_web_address(api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.webhook_endpoints.create({"url": "example", "enabled_events": ["*"]})
    assert caught.value.param == "url"


@pytest.mark.cites("docs.stripe.com/api/test_clocks/advance")
def test_clock_goes_forward_only(api: Any) -> None:
    now = int(time.time())
    clock = api.test_helpers.test_clocks.create({"frozen_time": now, "name": "Monthly"})
    api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": now + 86_400})
    until = time.monotonic() + 60
    while (found := api.test_helpers.test_clocks.retrieve(clock.id)).status != "ready" and time.monotonic() < until:
        time.sleep(0.2)
    assert found.frozen_time == now + 86_400
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": now})
    assert caught.value.param == "frozen_time"
    assert api.test_helpers.test_clocks.delete(clock.id).deleted is True
