"""Who may talk to it: nobody by another name, and no page of another site."""

from typing import Any

import httpx
import pytest

from tests.sandbox.acts import open_checkout
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess

KEY = {"Authorization": "Bearer sk_test_x"}
FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
]


@pytest.mark.parametrize("path", ["/v1/balance", "/_console", "/_control/state", "/_health"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:12111", "127.0.0.1.evil.example", "["])
def test_request_under_another_name_is_refused(shared_sandbox: SandboxProcess, path: str, host: str) -> None:
    assert httpx.get(shared_sandbox.url + path, headers={**KEY, "Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "[::1]:8000"])
def test_request_under_its_own_name_is_answered(shared_sandbox: SandboxProcess, host: str) -> None:
    assert httpx.get(f"{shared_sandbox.url}/v1/balance", headers={**KEY, "Host": host}).status_code == 200


@pytest.mark.parametrize("headers", FOREIGN)
def test_other_sites_cannot_use_the_control(shared_sandbox: SandboxProcess, headers: dict[str, str]) -> None:
    before = shared_sandbox.control.state()
    for method, path in (("POST", "clock"), ("POST", "faults"), ("DELETE", "faults")):
        answer = httpx.request(method, f"{shared_sandbox.url}/_control/{path}", headers=headers, content="{}")
        assert answer.status_code == 403
    assert shared_sandbox.control.state() == before


@pytest.mark.parametrize("headers", FOREIGN)
def test_other_sites_cannot_submit_a_card_page(shared_sandbox: SandboxProcess, headers: dict[str, str]) -> None:
    session = open_checkout(connect(shared_sandbox.url))
    assert httpx.post(session.url, data={"number": "4242424242424242"}, headers=headers).status_code == 403


def test_browser_comes_from_the_merchant_and_submits_the_page_itself(shared_sandbox: SandboxProcess) -> None:
    session = open_checkout(connect(shared_sandbox.url))
    arriving = {"Sec-Fetch-Site": "cross-site", "Referer": "http://127.0.0.1:8000/"}
    assert httpx.get(session.url, headers=arriving).status_code == 200
    own = {"Sec-Fetch-Site": "same-origin", "Origin": shared_sandbox.url}
    assert httpx.post(session.url, data={}, headers=own).status_code == 200
    assert httpx.post(session.url, data={}, headers={"Origin": shared_sandbox.url}).status_code == 200


def test_origin_given_at_the_start_is_its_own_name(tmp_path: Any) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db", "--origin", "https://pay.example")
    try:
        named = {"Host": "pay.example", "Origin": "https://pay.example"}
        assert httpx.post(f"{sandbox.url}/_control/faults", headers=named, content="[]").status_code == 400
        assert httpx.get(f"{sandbox.url}/_health", headers={"Host": "other.example"}).status_code == 403
    finally:
        sandbox.stop()


def test_body_of_many_megabytes_is_refused_unread(shared_sandbox: SandboxProcess) -> None:
    answer = httpx.post(f"{shared_sandbox.url}/v1/customers", headers=KEY, content=b"name=" + b"x" * 5_000_000)
    assert answer.status_code == 413
