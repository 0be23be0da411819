"""The live line of a customer's page: server-sent events that say "changed"; the page then fetches what it shows."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from invoice_app.domain.errors import NotFound
from invoice_app.gateways import signals
from invoice_app.web.glancing import glance_together
from invoice_app.web.responses import CLOSED_POLICY, private_headers

HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2_000


async def follow_invoice(request: Request) -> Response:
    """GET /i/<token>/live. Raises NotFound; a line whose link is revoked says "changed" and ends."""
    token = request.path_params["token"]
    invoice_id = (await glance_together(token)).invoice_id
    headers = {**private_headers(CLOSED_POLICY), "X-Accel-Buffering": "no"}
    return StreamingResponse(_tell(token, invoice_id), media_type="text/event-stream", headers=headers)


async def _tell(token: str, invoice_id: int) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    with signals.hear(signals.invoice_topic(invoice_id)) as ear:
        # The first word is the version: a page that missed something while it was away learns it now.
        yield await _tell_version(token, "version")
        while True:
            if await ear.wait(HEARTBEAT_SECONDS):
                yield "event: changed\ndata: 1\n\n"
            elif signals.is_connected():
                yield ": still here\n\n"
            else:
                # Signals of other workers are not heard: the page says so, and keeps up at the pace of this line.
                yield await _tell_version(token, "away")


async def _tell_version(token: str, event: str) -> str:
    try:
        glance = await glance_together(token)
    except NotFound:
        return "event: changed\ndata: 1\n\n"
    return f"event: {event}\ndata: {glance.version}\n\n"
