"""A program of its own: it imports nothing from the rest, listens on loopback only, and stays small."""

import ast
import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.environment import ROOT
from tests.sandbox.acts import pay
from tests.sandbox.conftest import connect
from tests.sandbox.process import SandboxProcess

PACKAGE = ROOT / "invoice_app" / "sandbox"
ALLOWED_PACKAGES = {"granian", "starlette", "jinja2"}


def test_it_imports_the_standard_library_and_three_packages_only() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names | ALLOWED_PACKAGES, f"{path.name} imports {name}"


def test_it_answers_on_loopback_only(shared_sandbox: SandboxProcess) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    port = f"{shared_sandbox.port:04X}"
    addresses = {
        line.split()[1].split(":")[0] for line in listening if line.split()[1].endswith(f":{port}") and line.split()[3] == "0A"
    }
    assert addresses == {"0100007F"}
    with socket.socket(socket.AF_INET6) as six:
        assert six.connect_ex(("::1", shared_sandbox.port)) != 0


def test_it_stays_under_60_megabytes(shared_sandbox: SandboxProcess) -> None:
    pay(connect(shared_sandbox.url))
    status = Path(f"/proc/{shared_sandbox.process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident < 60_000


def test_help_names_every_option() -> None:
    command = [sys.executable, "-m", "invoice_app.sandbox", "--help"]
    text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for option in ("--port", "--database", "--webhook-url", "--webhook-secret", "--merchant", "--origin", "--return-origin"):
        assert option in text


def test_webhook_address_without_its_secret_stops_the_start() -> None:
    command = [sys.executable, "-m", "invoice_app.sandbox", "--webhook-url", "http://127.0.0.1:1/hook"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--webhook-secret whsec_" in done.stderr


def test_used_port_stops_the_start(shared_sandbox: SandboxProcess, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "invoice_app.sandbox",
        "--port",
        str(shared_sandbox.port),
        "--database",
        str(tmp_path / "x.db"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Port {shared_sandbox.port}" in done.stderr


def test_unknown_address_answers_as_stripe_does(shared_sandbox: SandboxProcess) -> None:
    answer = httpx.get(f"{shared_sandbox.url}/v1/subscriptions", headers={"Authorization": "Bearer sk_test_x"})
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("Unrecognized request URL (GET: /v1/subscriptions).")


@pytest.mark.parametrize("body", ["amount[=1", "amount=1&amount[x]=2", "a" * 100 + "[b]" * 40 + "=1"])
def test_broken_bodies_are_refused_in_stripes_form(shared_sandbox: SandboxProcess, body: str) -> None:
    headers = {"Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(f"{shared_sandbox.url}/v1/payment_intents", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_return_origin_limits_where_checkout_may_lead(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.db", "--return-origin", "http://127.0.0.1:8000")
    try:
        price = "line_items[0][price_data]"
        line = {"line_items[0][quantity]": "1", f"{price}[currency]": "usd", f"{price}[unit_amount]": "1200"}
        line[f"{price}[product_data][name]"] = "Portrait session"
        answers = [
            httpx.post(
                f"{sandbox.url}/v1/checkout/sessions",
                data={"mode": "payment", "success_url": f"{origin}/done", **line},
                headers={"Authorization": "Bearer sk_test_x"},
            )
            for origin in ("http://127.0.0.1:8000", "https://evil.example")
        ]
        assert [answer.status_code for answer in answers] == [200, 400]
        assert answers[1].json()["error"]["param"] == "success_url"
    finally:
        sandbox.stop()


def test_description_names_its_source_and_licence() -> None:
    provenance = json.loads((PACKAGE / "stripe_api.json").read_text("utf-8"))["provenance"]
    assert provenance["source"].startswith("github.com/stripe/openapi")
    assert "MIT License" in (PACKAGE / "stripe_api.LICENSE.txt").read_text("utf-8")
