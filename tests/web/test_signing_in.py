"""The sign-in form's target: a cookie nobody can read or forge, and never a way to another site."""

import pytest
from httpx import Client

from invoice_app.services.signing_in import SESSION_COOKIE, resolve_actor
from invoice_app.web.signing_in import safe_target
from tests.factories import PASSWORD, make_actor


def sign_in(visitor: Client, email: str, password: str = PASSWORD, **extra: str) -> tuple[int, str, str]:
    answer = visitor.post("/session", data={"email": email, "password": password, **extra})
    return answer.status_code, answer.headers["location"], answer.headers.get("set-cookie", "")


def test_the_right_password_sets_an_http_only_cookie_and_goes_on(visitor: Client) -> None:
    ada = make_actor()
    status, location, cookie = sign_in(visitor, ada.email)
    assert (status, location) == (303, "/orders")
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert resolve_actor(visitor.cookies[SESSION_COOKIE]) == ada


def test_a_wrong_password_goes_back_to_the_form_without_a_cookie(visitor: Client) -> None:
    ada = make_actor()
    status, location, cookie = sign_in(visitor, ada.email, "wrong")
    assert status == 303
    assert location.startswith("/sign-in?error=sign_in_failed&")
    assert cookie == ""


def test_signing_in_goes_where_one_wanted_to_go(visitor: Client) -> None:
    ada = make_actor()
    assert sign_in(visitor, ada.email, next="/orders/1042?tab=files")[1] == "/orders/1042?tab=files"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/orders\\@evil", "javascript:alert(1)", "", "/a\nb"],
)
def test_no_target_leads_to_another_site(wanted: str) -> None:
    assert safe_target(wanted) == "/orders"


def test_a_form_of_another_site_cannot_sign_anybody_in(visitor: Client) -> None:
    ada = make_actor()
    data = {"email": ada.email, "password": PASSWORD}
    answer = visitor.post("/session", data=data, headers={"sec-fetch-site": "cross-site"})
    assert answer.headers["location"].startswith("/sign-in?error=permission_denied")
    assert "set-cookie" not in answer.headers
    answer = visitor.post("/session", data=data, headers={"origin": "https://evil.example"})
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_session_everywhere(visitor: Client) -> None:
    ada = make_actor()
    sign_in(visitor, ada.email)
    cookie = visitor.cookies[SESSION_COOKIE]
    answer = visitor.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert SESSION_COOKIE not in visitor.cookies
    assert resolve_actor(cookie) is None


def test_a_ninth_try_within_ten_minutes_is_refused(visitor: Client) -> None:
    ada = make_actor(name="Tries Often")
    errors = [sign_in(visitor, ada.email, "wrong")[1].split("&")[0] for _ in range(8)]
    assert errors == ["/sign-in?error=sign_in_failed"] * 8
    assert sign_in(visitor, ada.email)[1].startswith("/sign-in?error=too_many_tries")
