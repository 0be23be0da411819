"""Web addresses given to us: where a browser is sent back to, where webhooks go. Source: RFC 3986; names: RFC 3492."""

import re
from urllib.parse import SplitResult, urlsplit

from .errors import StripeError, invalid

HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
UNFIT = re.compile(r"[\x00-\x20\x7f\\\"<>]|\s")


def read_address(url: str) -> SplitResult:
    """The parts of an absolute http or https address.

    Raises:
        ValueError: it is none, or no browser and no socket could be sent there.
    """
    if UNFIT.search(url):
        raise ValueError("it has a character no address has")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("it does not begin with http:// or https:// and a host")
    if not HOST.fullmatch(name_host(parts)):
        raise ValueError("it names no host")
    return parts


def name_host(parts: SplitResult) -> str:
    """The host in ASCII, as DNS is asked for it; UnicodeError, a ValueError, where there is no such name."""
    host = parts.hostname or ""
    return host if host.isascii() else host.encode("idna").decode("ascii")


def origin_of(url: str | None) -> str:
    """Scheme, host and port of a checked address in ASCII, without who logs in; empty for none."""
    if not url:
        return ""
    parts = read_address(url)
    host = name_host(parts)
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{parts.port}" if parts.port is not None else "")


def write_ascii(url: str) -> str:
    """A checked address with its host in ASCII, fit for a `Location` header."""
    parts = read_address(url)
    return url if parts.netloc.isascii() else url.replace(f"//{parts.netloc}", f"//{name_netloc(parts)}", 1)


def name_netloc(parts: SplitResult) -> str:
    """Host and port in ASCII."""
    return name_host(parts) + (f":{parts.port}" if parts.port is not None else "")


def check_return(url: str, param: str, allowed: tuple[str, ...]) -> None:
    """Where the customer's browser goes afterwards; with `allowed` to one of these origins only.

    Raises:
        StripeError: 400 `url_invalid`.
    """
    try:
        origin = origin_of(url)
    except ValueError:
        raise not_an_address(param) from None
    if allowed and origin not in {origin_of(one) for one in allowed}:
        raise invalid(f"This local Stripe was started to return to {', '.join(allowed)} only.", param, "url_invalid")


def check_webhook(url: str) -> None:
    """Where events are posted: test mode takes plain HTTP, nothing takes another scheme.

    Raises:
        StripeError: 400 `url_invalid`.
    """
    try:
        parts = read_address(url)
    except ValueError:
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid") from None
    if not url.isascii() or parts.fragment:
        raise not_an_address("url")


def not_an_address(param: str) -> StripeError:
    """400 `url_invalid` (docs.stripe.com/error-codes#url-invalid)."""
    return invalid("Not a valid URL", param, "url_invalid")
