"""Stripe's webhooks: verified on the raw body, stored, answered at once; applied by the background work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from invoice_app.domain.errors import AppError
from invoice_app.services.receiving import check_event, store_events
from invoice_app.web.gathering import Gatherer
from invoice_app.web.responses import CLOSED_POLICY, answer_refusal, private_headers

LARGEST_BODY = 1_000_000
_inbox = Gatherer(store_events)


class BodyTooLarge(AppError):
    """A webhook's body is larger than any of Stripe's."""

    code = "body_too_large"
    status = 413


async def receive_stripe_event(request: Request) -> Response:
    """POST /webhooks/stripe. 200 means stored, also for an event that was here before."""
    try:
        body = await read_body(request, LARGEST_BODY)
        is_new = await _inbox.put(check_event(body, request.headers.get("stripe-signature")))
    except AppError as error:
        return answer_refusal(request, error)
    return JSONResponse({"received": True, "new": is_new}, headers=private_headers(CLOSED_POLICY))


async def read_body(request: Request, largest: int) -> bytes:
    """The raw body. Raises BodyTooLarge before more than `largest` bytes are kept."""
    if int(request.headers.get("content-length") or 0) > largest:
        raise BodyTooLarge("The body is too large.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise BodyTooLarge("The body is too large.")
    return bytes(body)
