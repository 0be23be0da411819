"""Who calls: the address behind the proxies, the member of staff, a form of our own pages; and how often."""

import asyncio
from urllib.parse import urlsplit

from limits import RateLimitItem
from starlette.requests import Request

from invoice_app.config import settings
from invoice_app.domain.access import Actor
from invoice_app.domain.errors import AppError, PermissionDenied
from invoice_app.gateways import limiting
from invoice_app.services.signing_in import SESSION_COOKIE, resolve_actor


class TooManyRequests(AppError):
    """This address asked too often."""

    code = "too_many_requests"
    status = 429


def client_address(request: Request) -> str:
    """The caller's address; behind TRUSTED_PROXY_HOPS proxies the one that the outermost of them saw."""
    direct = request.client.host if request.client else ""
    hops = settings().trusted_proxy_hops
    forwarded = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    return forwarded[-hops] if 0 < hops <= len(forwarded) else direct


async def find_actor(request: Request) -> Actor | None:
    """The member of staff signed in with this browser."""
    return await asyncio.to_thread(resolve_actor, request.cookies.get(SESSION_COOKIE))


def check_own_form(request: Request) -> None:
    """Raise PermissionDenied for a form that another site sent (CSRF).

    Browsers say so by Sec-Fetch-Site; older ones by Origin, which is "null" on pages without referrer and then proves nothing.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        own = origin in (None, "null") or urlsplit(origin or "").netloc == urlsplit(settings().base_url).netloc
    if not own:
        raise PermissionDenied(message="This form was sent from another site. Open the page itself and try again.")


def count_request(request: Request, limit: RateLimitItem, purpose: str) -> None:
    """Count a request of this address. Raises TooManyRequests above the limit."""
    if not limiting.count(limit, purpose, client_address(request)):
        raise TooManyRequests("That was too often in a short time. Please wait a few minutes and try again.")
