"""What surrounds the whole application: security headers on every answer, and redirects that repeat no caller's host."""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invoice_app.web.responses import SECURITY_HEADERS

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def guard_answers(app: ASGIApp, pages: Path) -> ASGIApp:
    """The application with security headers on each answer that has none of its own; `pages`: the built staff pages."""
    policy = write_page_policy(path.read_text("utf-8") for path in sorted(pages.rglob("*.html")))

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(raw=message.setdefault("headers", [])), Headers(scope=scope).get("host", ""), policy)
            await send(message)

        await app(scope, receive, send_guarded if scope["type"] == "http" else send)

    return guarded


def write_page_policy(pages: Iterable[str]) -> str:
    """The content security policy of the staff pages: their own scripts by file, those in the page by their hash.

    'unsafe-eval', because the framework runs what a handler answers (close this dialog, show that toast) by eval; styles
    inline, because React writes style attributes. Neither lets markup smuggled into a page run a script.
    """
    scripts = {script for page in pages for script in _INLINE_SCRIPT.findall(page)}
    hashes = sorted(base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(("'self'", "'unsafe-eval'", *(f"'sha256-{value}'" for value in hashes)))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; object-src 'none'"
    )


def _guard(headers: MutableHeaders, host: str, policy: str) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    is_page = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", policy if is_page else "default-src 'none'; frame-ancestors 'none'")
    if is_page:
        headers["Cache-Control"] = "no-store"
    if "location" in headers:
        headers["Location"] = make_relative(headers["location"], host)


def make_relative(location: str, host: str) -> str:
    """A redirect to the host the caller named, as a path: a forged Host header leads nowhere else.

    >>> make_relative("http://evil.example/orders/?page=2", "evil.example")
    '/orders/?page=2'
    """
    target = urlsplit(location)
    if not target.netloc or target.netloc != host:
        return location
    # Two slashes in front would name a host again.
    path = "/" + target.path.lstrip("/")
    return f"{path}?{target.query}" if target.query else path
