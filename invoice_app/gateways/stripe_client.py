"""The one client to Stripe and its errors in our words; every gateway module to Stripe calls through here.

Retries are ours: each call that moves money carries a key stored beforehand, so after GatewayUnavailable the same
call is simply made again (payments.md, Idempotency). The SDK's own retries are off.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote

import stripe

from invoice_app.config import settings
from invoice_app.domain.errors import AppError

Answer = TypeVar("Answer")

CONNECT_SECONDS, READ_SECONDS = 4, 25


class GatewayUnavailable(AppError):
    """Stripe did not answer, or answered that it failed: what became of the call is unknown. Repeat it with the same key."""

    code = "gateway_unavailable"
    status = 503


class GatewayBusy(GatewayUnavailable):
    """Another call with the same key is still under way; its result will be this one's too."""

    code = "gateway_busy"


class GatewayRefused(AppError):
    """Stripe refused the request; nothing happened. `reason` is Stripe's own message, for the log."""

    code = "gateway_refused"
    status = 502

    def __init__(self, message: str, *, reason: str = "", gateway_code: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.gateway_code = gateway_code


class GatewayMissing(GatewayRefused):
    """Stripe knows nothing by that id."""

    code = "gateway_missing"


@contextmanager
def translated() -> Iterator[None]:
    """Turn the SDK's errors into ours. A CardError passes: it is an outcome that the caller reads."""
    try:
        yield
    except stripe.CardError:
        raise
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise GatewayUnavailable("The card service does not answer. Please try again in a moment.") from error
    except stripe.StripeError as error:
        if error.http_status == 409:
            raise GatewayBusy("The card service is still working on this. Please try again in a moment.") from error
        if error.http_status is None or error.http_status >= 500:
            raise GatewayUnavailable("The card service does not answer. Please try again in a moment.") from error
        message = "The card service refused the request. Nothing was charged."
        refusal = GatewayMissing if error.http_status == 404 else GatewayRefused
        raise refusal(message, reason=str(error), gateway_code=error.code or "") from error


def ask_twice(call: Callable[[], Answer]) -> Answer:
    """Make a call that carries a key, and make it again when nothing was answered: what the first one did is answered then.

    Raises GatewayBusy at once: somebody else is making the same call.
    """
    try:
        return call()
    except GatewayBusy:
        raise
    except GatewayUnavailable:
        return call()


def fetch(collection: str, object_id: str, *, expand: Sequence[str] = ()) -> Mapping[str, Any]:
    """An object of a collection ("payment_intents") as it stands now, in Stripe's wire format.

    The SDK makes the call and reads its errors; only its own objects, which cost more than the call, are left out.
    Raises GatewayUnavailable and GatewayRefused.
    """
    with translated():
        path = f"/v1/{collection}/{quote(object_id, safe='')}"
        answer: Mapping[str, Any] = client().raw_request("get", path, expand=list(expand)).data
        return answer


def client() -> stripe.StripeClient:
    """The client for the configured key; the local Stripe differs only by its address."""
    configured = settings()
    return _make_client(configured.stripe_secret_key.get_secret_value(), configured.stripe_api_base)


@lru_cache(maxsize=4)
def _make_client(key: str, api_base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": api_base},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
    )
