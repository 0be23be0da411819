"""Who may talk to this program: whoever reaches it under its own name. It listens on loopback, but a web page open in a
browser on the same machine can send requests there too, and by DNS rebinding even read the answers.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
GUARDED = ("/_control", "/c/pay/", "/authenticate/")
"""What a browser can be made to post to from elsewhere. The API needs a header that only a page of our own could send."""
LARGEST_BODY = 4_000_000


class Gate:
    """Refuses foreign hosts, foreign pages and bodies nobody sends by mistake, before anything else looks at a request."""

    def __init__(self, application: ASGIApp, origin: str) -> None:
        self.application = application
        self.origin = origin
        self.hosts = LOOPBACK | {urlsplit(origin).hostname or ""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 or 413."""
        if scope["type"] == "http" and (refusal := self.refuse(scope)):
            await refusal(scope, receive, send)
        else:
            await self.application(scope, receive, send)

    def refuse(self, scope: Scope) -> PlainTextResponse | None:
        """Why the request goes no further, or None."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if name_of(host) not in self.hosts:
            return PlainTextResponse("This program answers under its own address only.", 403)
        if scope["method"] not in ("GET", "HEAD") and scope["path"].startswith(GUARDED) and self.is_foreign(headers, host):
            return PlainTextResponse("Another site sent this request.", 403)
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > LARGEST_BODY:
            return PlainTextResponse("The request is too large.", 413, {"connection": "close"})
        return None

    def is_foreign(self, headers: Headers, host: str) -> bool:
        """Whether a page of another site sent it. A program sends neither header."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site not in ("same-origin", "none")
        return origin is not None and origin not in (self.origin, f"http://{host}", f"https://{host}")


def name_of(host: str) -> str:
    """The name in a `Host` header, without its port; empty where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
