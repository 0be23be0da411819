"""The card form submitted while something else happens to the same page: one page takes one payment, an expired one none."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.sandbox.acts import make_customer, open_checkout
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess

CARD = {"number": "4242424242424242", "expiry": "12/34", "cvc": "123", "name": "Jenny Rosen"}
CHALLENGED = CARD | {"number": "4000002760003184"}
BEGUN_SECONDS = 0.3


class Submission:
    """A form whose head and first letters have arrived; the rest is sent by `finish`."""

    def __init__(self, url: str, fields: dict[str, str]) -> None:
        address, body = urlsplit(url), urlencode(fields)
        self.connection = HTTPConnection(address.netloc, timeout=20)
        self.connection.putrequest("POST", f"{address.path}?{address.query}")
        self.connection.putheader("content-type", "application/x-www-form-urlencoded")
        self.connection.putheader("content-length", str(len(body)))
        self.connection.endheaders(body[:5].encode())
        self.rest = body[5:].encode()

    def send_rest(self) -> None:
        self.connection.send(self.rest)

    def answer(self) -> HTTPResponse:
        answer = self.connection.getresponse()
        answer.read()
        return answer


@contextmanager
def begin_submission(url: str, fields: dict[str, str]) -> Iterator[Submission]:
    submission = Submission(url, fields)
    with closing(submission.connection):
        yield submission


@pytest.fixture(scope="module")
def v1(shared_sandbox: SandboxProcess) -> Any:
    return connect(shared_sandbox.url)


def test_page_submitted_twice_at_once_is_charged_once(v1: Any) -> None:
    customer = make_customer(v1).id
    session = open_checkout(v1, customer=customer)
    with begin_submission(session.url, CARD) as first, begin_submission(session.url, CARD) as second:
        time.sleep(BEGUN_SECONDS)
        first.send_rest()
        second.send_rest()
        answers = [first.answer(), second.answer()]
    led_to = f"https://example.com/done?session={session.id}"
    assert [(answer.status, answer.getheader("location")) for answer in answers] == [(303, led_to)] * 2
    intents = v1.payment_intents.list({"customer": customer}).data
    assert [(intent.status, intent.amount_received) for intent in intents] == [("succeeded", 1200)]
    assert v1.checkout.sessions.retrieve(session.id).payment_intent == intents[0].id


def test_page_that_expires_while_it_is_submitted_charges_nothing(v1: Any) -> None:
    customer = make_customer(v1).id
    session = open_checkout(v1, customer=customer)
    with begin_submission(session.url, CARD) as late:
        time.sleep(BEGUN_SECONDS)
        v1.checkout.sessions.expire(session.id)
        late.send_rest()
        assert late.answer().status == 200
    assert v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert v1.payment_intents.list({"customer": customer}).data == []


def test_challenge_answered_twice_at_once_is_charged_once(v1: Any) -> None:
    customer = make_customer(v1).id
    session = open_checkout(v1, customer=customer)
    with begin_submission(session.url, CHALLENGED) as asked:
        asked.send_rest()
        path = asked.answer().getheader("location") or ""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(session.url))
    challenge, passed = origin + path, {"outcome": "complete"}
    with begin_submission(challenge, passed) as first, begin_submission(challenge, passed) as second:
        time.sleep(BEGUN_SECONDS)
        first.send_rest()
        second.send_rest()
        assert [first.answer().status, second.answer().status] == [303, 303]
    (intent,) = v1.payment_intents.list({"customer": customer}).data
    assert [charge.amount for charge in v1.charges.list({"payment_intent": intent.id}).data] == [1200]
