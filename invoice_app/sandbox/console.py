"""`/_console`: what a person wants to see when a payment did not do what was expected."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .amounts import format_amount
from .checkout.pages import TEMPLATES, render
from .errors import JsonObject
from .faults import list_faults
from .world import World

ROWS = 100


def show_instant(seconds: float) -> str:
    """`2026-11-21 21:30:05`, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


TEMPLATES.filters["instant"] = show_instant
TEMPLATES.filters["pretty"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False)


def summarise(obj: JsonObject) -> str:
    """The few words that tell one object from the next."""
    words = [str(obj[name]) for name in ("status", "type", "email", "name", "url") if isinstance(obj.get(name), str)]
    amount = obj.get("amount", obj.get("amount_total"))
    if isinstance(amount, int) and obj.get("currency"):
        words.insert(0, format_amount(amount, obj["currency"]))
    return " · ".join(words)[:120]


class Console:
    """Read only, rendered on the server."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[Route]:
        """Where each page is found."""
        return [
            Route("/_console", self.overview),
            Route("/_console/objects", self.objects),
            Route("/_console/objects/{id}", self.object),
            Route("/_console/requests", self.requests),
            Route("/_console/requests/{id}", self.request),
            Route("/_console/events", self.events),
        ]

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A console page; what waits in the request log is written first so that nothing is missing."""
        with self.world.store.transaction():
            self.world.store.flush_log()
        clock = {"now": self.world.clock.now(), "offset": self.world.clock.offset}
        return render(template, status=status, clock=clock, summarise=summarise, **values)

    async def overview(self, _: Request) -> Response:
        """Latest requests and events, and what waits."""
        db = self.world.store.db
        kinds = db.execute("SELECT kind, count(*) AS n FROM objects GROUP BY kind ORDER BY kind").fetchall()
        tasks = db.execute("SELECT * FROM tasks ORDER BY due_at LIMIT 20").fetchall()
        endpoints = self.world.store.list("webhook_endpoint")
        return self.page(
            "console_overview.html", kinds=kinds, tasks=tasks, endpoints=endpoints, faults=list_faults(self.world.store)
        )

    async def objects(self, request: Request) -> Response:
        """Newest objects of a kind."""
        kind = request.query_params.get("kind", "payment_intent")
        kinds = [row[0] for row in self.world.store.db.execute("SELECT DISTINCT kind FROM objects ORDER BY kind")]
        return self.page("console_objects.html", kind=kind, kinds=kinds, found=self.world.store.list(kind, limit=ROWS))

    async def object(self, request: Request) -> Response:
        """One object, its events and, for an event, its deliveries."""
        object_id = request.path_params["id"]
        found = self.world.store.get(object_id)
        if found is None:
            return self.page("console_missing.html", status=404, what=object_id)
        where = "json_extract(body, '$.data.object.id') = ?"
        events = self.world.store.list("event", where, (object_id,))
        deliveries = self.world.store.db.execute(
            "SELECT * FROM deliveries WHERE event = ? ORDER BY id", (object_id,)
        ).fetchall()
        return self.page("console_object.html", object=found, events=events, deliveries=deliveries)

    async def requests(self, _: Request) -> Response:
        """Newest API requests."""
        with self.world.store.transaction():
            self.world.store.flush_log()
        rows = self.world.store.db.execute("SELECT * FROM requests ORDER BY at DESC LIMIT ?", (ROWS,)).fetchall()
        return self.page("console_requests.html", rows=rows)

    async def request(self, request: Request) -> Response:
        """One API request with its parameters and, when it failed, its answer."""
        with self.world.store.transaction():
            self.world.store.flush_log()
        request_id = request.path_params["id"]
        row = self.world.store.db.execute("SELECT * FROM requests WHERE id = ?", (request_id,)).fetchone()
        if row is None:
            return self.page("console_missing.html", status=404, what=request_id)
        where = "json_extract(body, '$.request.id') = ?"
        events = self.world.store.list("event", where, (request_id,))
        return self.page(
            "console_request.html", row=row, params=parse_qsl(row["params"], keep_blank_values=True), events=events
        )

    async def events(self, _: Request) -> Response:
        """Newest events, each with how far its delivery got."""
        events = self.world.store.list("event", limit=ROWS)
        rows = self.world.store.db.execute(
            "SELECT event, group_concat(state || coalesce(' ' || status, '')) AS words FROM deliveries GROUP BY event"
        ).fetchall()
        return self.page("console_events.html", events=events, words={row["event"]: row["words"] for row in rows})
