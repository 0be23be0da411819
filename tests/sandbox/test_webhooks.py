"""Deliveries: signed, retried, and late, doubled, swapped or lost when told to."""

import time
from typing import Any

import pytest
import stripe

from tests.sandbox.acts import make_customer, pay
from tests.sandbox.process import SandboxProcess
from tests.sandbox.receiver import SECRET, Receiver


def wait_until(holds: Any, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "did not come to pass"
        time.sleep(0.02)


def test_every_event_arrives_signed_and_in_order(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    intent = pay(v1)
    sandbox.control.settle()
    assert receiver.types == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated"]
    assert receiver.received[2].event["data"]["object"]["id"] == intent.id
    assert v1.events.retrieve(receiver.received[2].event["id"]).pending_webhooks == 0


def test_signature_verifies_with_the_sdk_within_its_tolerance(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    make_customer(v1)
    sandbox.control.settle()
    item = receiver.received[0]
    event = stripe.Webhook.construct_event(item.payload, item.signature, SECRET, tolerance=5)
    assert event.type == "customer.created"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(item.payload + b" ", item.signature, SECRET)


def test_refused_delivery_is_sent_again_later(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    receiver.statuses = [500, 503]
    customer = make_customer(v1)
    wait_until(lambda: len(receiver.received) == 1)
    assert sandbox.control.state()["deliveries_pending"] == 1
    sandbox.control.advance(seconds=3)
    wait_until(lambda: len(receiver.received) == 2)
    sandbox.control.advance(seconds=11)
    wait_until(lambda: len(receiver.received) == 3)
    sandbox.control.settle()
    assert sandbox.control.state()["deliveries_pending"] == 0
    assert receiver.count("customer.created", customer.id) == 3


def test_delivery_is_given_up_after_about_three_days(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    receiver.statuses = [500] * 50
    make_customer(v1)
    started = sandbox.control.now()
    while sandbox.control.state()["deliveries_pending"]:
        sandbox.control.advance(hours=2)
        sandbox.control.settle()
    assert 2.5 <= (sandbox.control.now() - started) / 86_400 <= 4.5
    assert len(receiver.received) == 14


def test_events_of_other_types_are_not_sent(sandbox: SandboxProcess, v1: Any) -> None:
    other = Receiver()
    try:
        v1.webhook_endpoints.create({"url": other.url, "enabled_events": ["customer.updated"]})
        customer = make_customer(v1)
        v1.customers.update(customer.id, {"name": "Jenny R."})
        sandbox.control.settle()
        pending = sandbox.control.state()["deliveries_pending"]
    finally:
        other.close()
    assert other.types == [] and pending == 1  # signed with a secret of its own, which this receiver refuses


def test_duplicated_delivery_comes_twice(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    sandbox.control.webhooks("payment_intent.succeeded", "duplicate")
    intent = pay(v1)
    sandbox.control.settle()
    assert receiver.count("payment_intent.succeeded", intent.id) == 2
    assert len({item.event["id"] for item in receiver.received if item.event["type"] == "payment_intent.succeeded"}) == 1


def test_dropped_delivery_never_comes_and_is_listed_as_undelivered(
    sandbox: SandboxProcess, v1: Any, receiver: Receiver
) -> None:
    sandbox.control.webhooks("payment_intent.succeeded", "drop")
    intent = pay(v1)
    sandbox.control.settle()
    assert receiver.count("payment_intent.succeeded") == 0
    missed = v1.events.list({"delivery_success": False}).data
    assert [event.data.object.id for event in missed] == [intent.id]


def test_reordered_delivery_comes_after_later_ones(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    sandbox.control.webhooks("payment_intent.created", "reorder", seconds=0.2)
    pay(v1)
    wait_until(lambda: "payment_intent.created" in receiver.types)
    assert receiver.types.index("payment_intent.created") > receiver.types.index("payment_intent.succeeded")


def test_delayed_delivery_waits_for_its_time(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    sandbox.control.webhooks("payment_intent.succeeded", "delay", seconds=3600)
    intent = pay(v1)
    sandbox.control.settle()
    assert receiver.count("payment_intent.succeeded") == 0
    sandbox.control.advance(hours=1)
    sandbox.control.settle()
    assert receiver.count("payment_intent.succeeded", intent.id) == 1


def test_webhook_comes_before_the_answer(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    sandbox.control.fail("POST /v1/payment_intents", "webhooks_first")
    intent = pay(v1)
    assert receiver.count("payment_intent.succeeded", intent.id) == 1  # at the moment the call returns
    sandbox.control.settle()
    assert receiver.count("payment_intent.succeeded", intent.id) == 1


def test_badly_signed_delivery_is_refused_and_comes_again(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    sandbox.control.webhooks("customer.created", "bad_signature")
    make_customer(v1)
    wait_until(lambda: sandbox.control.state()["deliveries_pending"] == 1 and not sandbox.control.faults())
    assert receiver.types == []
    sandbox.control.advance(seconds=3)
    wait_until(lambda: receiver.types == ["customer.created"])


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_delivery_is_signed_in_the_past_or_the_future(
    sandbox: SandboxProcess, v1: Any, receiver: Receiver, seconds: float
) -> None:
    sandbox.control.webhooks("customer.created", "old", seconds=seconds)
    make_customer(v1)
    wait_until(lambda: len(receiver.received) == 1)
    signed_at = int(receiver.received[0].signature.split(",")[0].removeprefix("t="))
    assert abs(time.time() - seconds - signed_at) < 5


def test_event_is_sent_again_on_demand(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    make_customer(v1)
    sandbox.control.settle()
    sandbox.control.redeliver(receiver.received[0].event["id"])
    sandbox.control.settle()
    assert [item.event["id"] for item in receiver.received] == [receiver.received[0].event["id"]] * 2


def test_event_has_nothing_pending_once_it_is_delivered(sandbox: SandboxProcess, v1: Any) -> None:
    sandbox.control.webhooks("customer.created", "reorder", seconds=0.1)
    v1.customers.create({})
    sandbox.control.settle()
    time.sleep(0.3)
    sandbox.control.settle()
    (event,) = v1.events.list({"type": "customer.created"}).data
    assert event.pending_webhooks == 0


def test_event_is_sent_again_to_who_wants_it_only(sandbox: SandboxProcess, v1: Any, receiver: Receiver) -> None:
    v1.customers.create({})
    sandbox.control.settle()
    (endpoint,) = v1.webhook_endpoints.list().data
    (event,) = v1.events.list({"type": "customer.created"}).data
    v1.webhook_endpoints.update(endpoint.id, {"enabled_events": ["charge.failed"]})
    sandbox.control.redeliver(event.id)
    sandbox.control.settle()
    assert receiver.count("customer.created") == 1
