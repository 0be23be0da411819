"""Web addresses: what no browser could be sent back to and no webhook posted to is refused when it is given."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.acts import open_checkout, pay
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess, start_in_vain
from tests.sandbox.receiver import SECRET

UNFIT = [
    "javascript:alert(1)",
    "nonsense",
    "//evil.example",
    "http:///path",
    "http://[/",
    "http://a b/",
    "http://a.example:99999/",
    "http://a.example:abc/",
    "http://x; script-src * 'unsafe-inline'; /",
    "http://x;script-src/",
    "http://a.example/\r\nSet-Cookie: a=b",
]


@pytest.fixture(scope="module")
def v1(shared_sandbox: SandboxProcess) -> Any:
    return connect(shared_sandbox.url)


@pytest.mark.cites("docs.stripe.com/error-codes#url-invalid")
@pytest.mark.parametrize("url", UNFIT)
def test_no_way_back_leads_there(v1: Any, url: str) -> None:
    def challenge() -> Any:
        return pay(v1, "pm_card_authenticationRequired", return_url=url, automatic_payment_methods={"enabled": True})

    def save() -> Any:
        return v1.setup_intents.create({"confirm": True, "payment_method": "pm_card_visa", "return_url": url})

    acts = [lambda: open_checkout(v1, success_url=url), lambda: open_checkout(v1, cancel_url=url), challenge, save]
    for act, param in zip(acts, ("success_url", "cancel_url", "return_url", "return_url"), strict=True):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            act()
        assert (caught.value.code, caught.value.param) == ("url_invalid", param)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("HTTPS://Shop.example/done", "HTTPS://Shop.example/done"),
        ("http://[::1]:8000/done", "http://[::1]:8000/done"),
        ("https://bücher.example/done", "https://xn--bcher-kva.example/done"),
    ],
)
def test_any_other_way_back_is_gone(v1: Any, url: str, location: str) -> None:
    session = open_checkout(v1, success_url=url)
    page = httpx.get(session.url)
    assert page.headers["content-security-policy"].isascii()
    card = {"number": "4242424242424242", "expiry": "12/34", "cvc": "123", "name": "Jenny", "email": "j@example.com"}
    answer = httpx.post(session.url, data={"type": "card", **card})
    assert (answer.status_code, answer.headers["location"]) == (303, location)


def test_return_origin_holds_for_return_url_too(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db", "--return-origin", "http://127.0.0.1:8000")
    try:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            pay(connect(sandbox.url), "pm_card_authenticationRequired", return_url="https://evil.example/")
        assert caught.value.param == "return_url"
    finally:
        sandbox.stop()


@pytest.mark.cites("docs.stripe.com/api/webhook_endpoints/create#create_webhook_endpoint-url")
@pytest.mark.parametrize("url", [*UNFIT, "http://127.0.0.1:1/é", "ftp://a.example/"])
def test_webhook_is_posted_to_no_such_address(v1: Any, url: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    assert caught.value.code == "url_invalid"


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/x", "http://127.0.0.1:abc/", "http://[/", "http://127.0.0.1/é"])
def test_bad_webhook_address_stops_the_start(tmp_path: Path, url: str) -> None:
    done = start_in_vain(tmp_path / "sandbox.db", "--webhook-url", url, "--webhook-secret", SECRET)
    assert done.returncode == 2
    assert "is no address events can be posted to" in done.stderr


def test_endpoint_that_cannot_even_be_looked_up_waits_between_attempts(sandbox: SandboxProcess) -> None:
    v1 = connect(sandbox.url)
    v1.webhook_endpoints.create({"url": "http://a..b/", "enabled_events": ["customer.created"]})
    v1.customers.create({})
    time.sleep(0.5)
    before = used_seconds(sandbox)
    time.sleep(1)
    assert used_seconds(sandbox) - before < 0.2


def used_seconds(sandbox: SandboxProcess) -> float:
    fields = Path(f"/proc/{sandbox.process.pid}/stat").read_text().split()
    return (int(fields[13]) + int(fields[14])) / 100
