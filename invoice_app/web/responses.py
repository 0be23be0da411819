"""Answers with the security headers every HTTP route carries, and errors in plain words."""

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from invoice_app.config import settings
from invoice_app.domain.errors import AppError
from invoice_app.domain.labels import put_in_sentence

TEMPLATES = Path(__file__).parent / "templates"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_environment.filters["in_sentence"] = put_in_sentence


def render_fragment(template: str, **values: Any) -> str:
    """A template's HTML; every value is escaped."""
    return _environment.get_template(template).render(**values)


def answer_page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page, its style and script allowed by a nonce of this one answer."""
    nonce = secrets.token_urlsafe(16)
    html = render_fragment(template, nonce=nonce, style=_inline("customer.css"), script=_inline("customer.js"), **values)
    return HTMLResponse(html, status, headers=private_headers(_page_policy(nonce)))


def answer_fragment(html: str) -> HTMLResponse:
    """A part of a page, for the script that swaps it in."""
    return HTMLResponse(html, headers=private_headers(CLOSED_POLICY))


def answer_notice(title: str, text: str, *, status: int, link: str = "", link_text: str = "") -> HTMLResponse:
    """A page that says one thing."""
    return answer_page("plain.html", status=status, title=title, text=text, link=link, link_text=link_text)


def answer_missing() -> HTMLResponse:
    """The one page for links that are unknown, revoked or expired: it does not say which."""
    text = "Please check the address, or ask whoever sent it to you for a new link."
    return answer_notice("This link does not open anything", text, status=404)


def answer_refusal(request: Request, error: AppError) -> Response:
    """An error as the caller reads it: JSON for programs, a page for people."""
    if "text/html" in request.headers.get("accept", ""):
        return answer_notice("That did not work", error.message, status=error.status)
    body = {"error": error.code, "message": error.message, "field": error.field}
    return JSONResponse(body, error.status, headers=private_headers(CLOSED_POLICY))


def private_headers(policy: str) -> Mapping[str, str]:
    """Headers of an answer that no cache may keep and no other site may frame."""
    return {**SECURITY_HEADERS, "Content-Security-Policy": policy, "Cache-Control": "no-store"}


def _page_policy(nonce: str) -> str:
    # A form's redirect counts as its target: the payment page, which real Stripe serves over https.
    pay_at = settings().stripe_api_base if settings().uses_sandbox else ""
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; font-src 'self'; img-src 'self'; "
        f"connect-src 'self'; form-action 'self' https: {pay_at}; frame-ancestors 'none'; base-uri 'none'"
    )


@lru_cache(maxsize=8)
def _inline(name: str) -> Markup:
    text = (TEMPLATES / name).read_text("utf-8")
    if name.endswith(".css"):
        text = re.sub(r"\s+", " ", text)
        text = re.sub(r"\s*([{};,>])\s*", r"\1", text).replace(": ", ":").replace(";}", "}")
    else:
        text = "\n".join(line.strip() for line in text.splitlines() if not line.strip().startswith("//"))
    # Our own files, not input: only the closing tag could end the element early, and neither has one.
    return Markup(text)
