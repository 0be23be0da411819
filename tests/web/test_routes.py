"""Webhooks, health, downloads and uploads over HTTP: what they take, what they refuse, and from whom."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import stripe
from httpx import Client
from sqlmodel import select

from invoice_app.config import settings
from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.models import Deliverable, ReceivedEvent
from invoice_app.services import delivering
from invoice_app.web import documents, webhooks
from tests.environment import read_settings_again
from tests.factories import PASSWORD, make_actor
from tests.services.collecting_steps import Ready, share_order

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
EVENT = {"id": "evt_1", "object": "event", "type": "customer.created", "created": 1, "data": {"object": {"id": "cus_1"}}}


def sign_in(visitor: Client, role: Role = Role.STAFF) -> None:
    actor = make_actor(role=role, name=f"{role.value.capitalize()} Person")
    answer = visitor.post("/session", data={"email": actor.email, "password": PASSWORD})
    assert answer.headers["location"] == "/orders"


def deliver(visitor: Client, body: str, *, secret: str | None = None) -> tuple[int, dict[str, object]]:
    key = secret or settings().stripe_webhook_secret.get_secret_value()
    header = stripe.WebhookSignature.generate_signature_header(body, key, int(time.time()))
    answer = visitor.post("/webhooks/stripe", content=body.encode(), headers={"stripe-signature": header})
    return answer.status_code, answer.json()


def count_events() -> int:
    with reading() as session:
        return len(session.exec(select(ReceivedEvent)).all())


def list_file_names() -> list[str]:
    with reading() as session:
        return [file.name for file in session.exec(select(Deliverable))]


def test_a_webhook_is_answered_at_once_and_stored_once(visitor: Client) -> None:
    assert deliver(visitor, json.dumps(EVENT)) == (200, {"received": True, "new": True})
    assert deliver(visitor, json.dumps(EVENT)) == (200, {"received": True, "new": False})
    assert count_events() == 1


def test_a_webhook_of_somebody_else_is_refused(visitor: Client) -> None:
    status, body = deliver(visitor, json.dumps(EVENT), secret="whsec_somebody_else")
    assert (status, body["error"]) == (400, "signature_refused")
    assert visitor.post("/webhooks/stripe", content=b"{}").status_code == 400
    assert count_events() == 0


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({key: value for key, value in EVENT.items() if key != "created"}),
        json.dumps({key: value for key, value in EVENT.items() if key != "type"}),
        json.dumps(EVENT | {"id": 7}),
        json.dumps(EVENT | {"created": "soon"}),
        json.dumps(EVENT | {"created": 10**30}),
        json.dumps(EVENT | {"object": "charge"}),
        "[" * 100_000,
        '{"object": "event", "data": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "[]",
        "not json",
    ],
    ids=["no created", "no type", "id", "no instant", "past all time", "object", "open", "deep", "list", "text"],
)
def test_a_signed_body_that_is_no_event_is_refused(visitor: Client, body: str) -> None:
    status, answer = deliver(visitor, body)
    assert (status, answer["error"]) == (400, "event_refused")
    assert count_events() == 0


@pytest.mark.parametrize("data", [None, 7, [], {}, {"object": None}, {"object": 7}, {"object": {"id": 7}}])
def test_an_event_about_nothing_we_know_is_stored(visitor: Client, data: object) -> None:
    assert deliver(visitor, json.dumps(EVENT | {"data": data})) == (200, {"received": True, "new": True})


@pytest.mark.parametrize("chunked", [False, True])
def test_a_webhook_larger_than_a_megabyte_is_refused(visitor: Client, chunked: bool) -> None:
    size = webhooks.LARGEST_BODY + 1
    content = (b"x" * 100_000 for _ in range(size // 100_000 + 1)) if chunked else b"x" * size
    assert visitor.post("/webhooks/stripe", content=content).status_code == 413
    assert count_events() == 0


def test_health_is_ok_while_the_database_answers(visitor: Client) -> None:
    answer = visitor.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health_says_so_when_the_database_is_gone(visitor: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # A folder where the file should be: it cannot be opened.
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}")
    read_settings_again()
    answer = visitor.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "database_unreachable"})


def upload(visitor: Client, ready: Ready, *files: tuple[str, bytes]) -> tuple[int, dict[str, Any]]:
    parts = [("file", (name, content, "application/octet-stream")) for name, content in files]
    answer = visitor.post(f"/documents/orders/{ready.order.id}/files", files=parts)
    return answer.status_code, answer.json()


def test_staff_upload_files_and_download_them_as_attachments(visitor: Client) -> None:
    ready = share_order()
    sign_in(visitor)
    status, body = upload(visitor, ready, ("loft-01.png", PNG), ("loft-02.png", PNG))
    assert status == 201
    assert [file["name"] for file in body["kept"]] == ["loft-01.png", "loft-02.png"]
    answer = visitor.get(f"/documents/files/{body['kept'][0]['id']}")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_picture_named_as_a_program_is_offered_as_a_picture(visitor: Client) -> None:
    ready = share_order()
    sign_in(visitor)
    _, body = upload(visitor, ready, ("loft.exe", PNG))
    answer = visitor.get(f"/documents/files/{body['kept'][0]['id']}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == 'attachment; filename="loft.exe.png"'


def test_a_file_that_is_not_what_it_says_is_refused_and_the_others_are_kept(visitor: Client) -> None:
    ready = share_order()
    sign_in(visitor)
    status, body = upload(visitor, ready, ("good.png", PNG), ("page.png", b"<html><script>alert(1)</script></html>"))
    assert status == 207
    assert [file["name"] for file in body["refused"]] == ["page.png"]
    assert list_file_names() == ["good.png"]


def test_an_upload_larger_than_allowed_is_refused_before_it_is_read(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = share_order()
    sign_in(visitor)
    monkeypatch.setattr(documents, "LARGEST_UPLOAD", 1_000)
    parts = [("file", ("large.png", PNG + b"\0" * 2_000, "image/png"))]
    answer = visitor.post(f"/documents/orders/{ready.order.id}/files", files=parts)
    assert (answer.status_code, answer.json()["error"]) == (413, "body_too_large")
    assert list_file_names() == []


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.READ_ONLY, 403)])
def test_only_those_who_may_upload_do(visitor: Client, role: Role | None, status: int) -> None:
    ready = share_order()
    if role:
        sign_in(visitor, role)
    answered, body = upload(visitor, ready, ("loft-01.png", PNG))
    assert answered == status
    assert body["error"] in ("not_signed_in", "permission_denied")
    assert list_file_names() == []


def test_a_form_of_another_site_cannot_upload(visitor: Client) -> None:
    ready = share_order()
    sign_in(visitor)
    parts = [("file", ("loft.png", PNG, "image/png"))]
    answer = visitor.post(f"/documents/orders/{ready.order.id}/files", files=parts, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert list_file_names() == []


def test_nobody_but_staff_downloads_documents(visitor: Client) -> None:
    ready = share_order()
    file = delivering.add_file(ready.actor, ready.order.id or 0, "loft.png", PNG)
    for path in (f"/documents/files/{file.id}", f"/documents/invoices/{ready.invoice_id}.pdf"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.json()["error"]) == (401, "not_signed_in")


@pytest.mark.parametrize("digits", [23, 26, 5_000])
def test_an_id_longer_than_any_answers_that_nothing_is_there(visitor: Client, digits: int) -> None:
    ready = share_order()
    sign_in(visitor)
    past = "9" * digits
    for path in (f"/documents/invoices/{past}.pdf", f"/documents/files/{past}"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    answer = visitor.post(f"/documents/orders/{past}/files", files=[("file", ("loft.png", PNG, "image/png"))])
    assert (answer.status_code, answer.json()["refused"][0]["error"]) == (422, "not_found")
    assert visitor.get(f"/i/{ready.token}/files/{past}").status_code == 404


def test_the_pdf_comes_as_an_attachment_named_after_the_invoice(visitor: Client) -> None:
    ready = share_order()
    sign_in(visitor, Role.READ_ONLY)
    answer = visitor.get(f"/documents/invoices/{ready.invoice_id}.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
    assert f"revision%20{ready.invoice().revision}.pdf" in answer.headers["content-disposition"]
    shared = visitor.get(f"/i/{ready.token}/pdf")
    assert shared.content == answer.content
