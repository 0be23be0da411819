"""The live line of a customer's page: server-sent events that bring what it shows anew whenever that has changed.

The body comes with the event: fifty open pages that each asked for it would wait for one another.
"""

import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from invoice_app.domain.errors import NotFound
from invoice_app.gateways import signals
from invoice_app.services.offering import PaymentChoice
from invoice_app.services.showing_shared import SharedGlance
from invoice_app.web.customer_body import read_choice, read_number, render_body, tell_time
from invoice_app.web.glancing import glance_together
from invoice_app.web.responses import CLOSED_POLICY, private_headers

HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2_000
# The link opens nothing any more: the page asks, and shows what it is told.
GONE = "event: gone\ndata: 1\n\n"


async def follow_invoice(request: Request) -> Response:
    """GET /i/<token>/live?seen=<revision>: `version` first, then `changed` with the body, marked as of `seen`.

    Where nothing changed `version` again, or `away` while signals of other workers are not heard. Raises NotFound; once the
    link is revoked or has expired the line says `gone`.
    """
    token, query = request.path_params["token"], request.query_params
    invoice_id = (await glance_together(token)).invoice_id
    line = _tell(token, invoice_id, read_number(query.get("seen")), read_choice(query))
    headers = {**private_headers(CLOSED_POLICY), "X-Accel-Buffering": "no"}
    return StreamingResponse(line, media_type="text/event-stream", headers=headers)


async def _tell(token: str, invoice_id: int, seen: int, choice: PaymentChoice) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    told = ""
    with signals.hear(signals.invoice_topic(invoice_id)) as ear:
        while True:
            try:
                glance = await glance_together(token)
                # The first word is the version: a page that missed something while it was away learns it now.
                if told in ("", glance.version):
                    yield _tell_version(glance)
                else:
                    yield _tell_change(glance, await render_body(glance, token, seen, choice))
                told = glance.version
            except NotFound:
                yield GONE
            # In silence too: nobody signals that a day began, a link expired, a setting is another or a signal was lost.
            await ear.wait(HEARTBEAT_SECONDS)


def _tell_version(glance: SharedGlance) -> str:
    event = "version" if signals.is_connected() else "away"
    return f"event: {event}\ndata: {glance.version}\n\n"


def _tell_change(glance: SharedGlance, body: str) -> str:
    told = {"version": glance.version, "shown": tell_time(glance.time_zone), "body": body}
    return f"event: changed\ndata: {json.dumps(told)}\n\n"
