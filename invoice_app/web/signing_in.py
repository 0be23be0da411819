"""The sign-in form's target and the way out: the only places that set and clear the session cookie."""

import asyncio
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from invoice_app import routes
from invoice_app.config import settings
from invoice_app.domain.errors import AppError
from invoice_app.domain.plain_text import is_plain_text
from invoice_app.services.signing_in import SESSION_COOKIE, SESSION_SECONDS, sign_in, sign_out
from invoice_app.web.callers import check_own_form, client_address, find_actor
from invoice_app.web.responses import SECURITY_HEADERS

LONGEST_FIELD = 1_000


async def open_session(request: Request) -> Response:
    """POST /session: e-mail and password; to ?next with a cookie, or back to the form with what went wrong."""
    form = await request.form(max_files=0, max_fields=10)
    email, password = (_text(form.get(name)) for name in ("email", "password"))
    target = safe_target(_text(form.get("next")) or request.query_params.get("next", ""))
    try:
        check_own_form(request)
        cookie = await asyncio.to_thread(sign_in, email, password, address=client_address(request))
    except AppError as error:
        query = urlencode({"error": error.code, "email": email, "next": target})
        return _redirect(f"{routes.SIGN_IN}?{query}")
    response = _redirect(target)
    response.set_cookie(
        SESSION_COOKIE,
        cookie,
        max_age=SESSION_SECONDS,
        path="/",
        secure=settings().secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response


async def close_session(request: Request) -> Response:
    """POST /sign-out: ends every session of this user and forgets the cookie."""
    check_own_form(request)
    await asyncio.to_thread(sign_out, await find_actor(request))
    response = _redirect(routes.SIGN_IN)
    response.delete_cookie(SESSION_COOKIE, path="/", secure=settings().secure_cookies, httponly=True, samesite="lax")
    return response


def safe_target(wanted: str) -> str:
    """Where to go after signing in: a path of our own, else the orders. Never another site."""
    is_own_path = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_own_path and "\\" not in wanted else routes.ORDERS


def _text(value: UploadFile | str | None) -> str:
    return value[:LONGEST_FIELD] if isinstance(value, str) and is_plain_text(value) else ""


def _redirect(target: str) -> RedirectResponse:
    return RedirectResponse(target, 303, headers={**SECURITY_HEADERS, "Cache-Control": "no-store"})
