"""`/_control`: what `control` asks for. On loopback like everything else; nothing at Stripe corresponds to it."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .events import list_listeners
from .faults import add_fault, clear_faults, list_faults, read_fault
from .refunding import set_refund_status
from .schedule import run_due
from .webhooks import Deliverer
from .world import World

SOON_SECONDS = 2.0
LONGEST_ADVANCE = 400 * 86_400


class ControlRoutes:
    """Each answers JSON, 400 with a sentence when the request makes no sense."""

    def __init__(self, world: World, deliverer: Deliverer) -> None:
        self.world = world
        self.deliverer = deliverer

    def routes(self) -> list[Route]:
        """Where each is found."""
        return [
            Route("/_control/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_control/clock", self.clock, methods=["GET", "POST"]),
            Route("/_control/state", self.state, methods=["GET"]),
            Route("/_control/events/{event}/redeliver", self.redeliver, methods=["POST"]),
            Route("/_control/refunds/{refund}", self.refund, methods=["POST"]),
        ]

    async def faults(self, request: Request) -> JSONResponse:
        """List, add or clear."""
        store = self.world.store
        if request.method == "DELETE":
            clear_faults(store)
        if request.method == "POST":
            try:
                add_fault(store, read_fault(await read_json(request)))
            except ValueError as error:
                return refuse(str(error))
        waiting = [{"id": f.id, "on": f.on, "do": f.do, "times": f.times, "seconds": f.seconds} for f in list_faults(store)]
        return JSONResponse({"faults": waiting})

    async def clock(self, request: Request) -> JSONResponse:
        """Read it, or advance it and carry out what falls due."""
        if request.method == "POST":
            try:
                seconds = read_advance(await read_json(request))
            except ValueError as error:
                return refuse(str(error))
            self.world.clock.advance(seconds)
            run_due(self.world)
            self.deliverer.wake()
        clock = self.world.clock
        return JSONResponse({"now": clock.now(), "offset_seconds": clock.offset})

    async def state(self, _: Request) -> JSONResponse:
        """Counts of what waits and what there is."""
        db, now = self.world.store.db, self.world.clock.exact()
        soon = db.execute("SELECT count(*) FROM tasks WHERE due_at <= ?", (now + SOON_SECONDS,)).fetchone()[0]
        due = db.execute("SELECT count(*) FROM deliveries WHERE state = 'pending' AND due_at <= ?", (now,)).fetchone()[0]
        pending = db.execute("SELECT count(*) FROM deliveries WHERE state = 'pending'").fetchone()[0]
        kinds = {row[0]: row[1] for row in db.execute("SELECT kind, count(*) FROM objects GROUP BY kind")}
        return JSONResponse({"tasks_soon": soon, "deliveries_due": due, "deliveries_pending": pending, "objects": kinds})

    async def redeliver(self, request: Request) -> JSONResponse:
        """Queue the event again."""
        event = self.world.store.get(request.path_params["event"], "event")
        if event is None:
            return refuse("no such event", 404)
        endpoints = [name for name, wanted in list_listeners(self.world) if wanted & {"*", event["type"]}]
        for endpoint in endpoints:
            self.world.store.db.execute(
                "INSERT INTO deliveries (event, endpoint, due_at, note) VALUES (?,?,?,?)",
                (event["id"], endpoint, self.world.clock.exact(), "sent again on demand"),
            )
        self.deliverer.wake()
        return JSONResponse({"deliveries": len(endpoints)})

    async def refund(self, request: Request) -> JSONResponse:
        """Bring a refund to a state."""
        refund = self.world.store.get(request.path_params["refund"], "refund")
        if refund is None:
            return refuse("no such refund", 404)
        try:
            status = str((await read_json(request)).get("status"))
            with self.world.store.transaction():
                set_refund_status(self.world, refund, status)
        except ValueError as error:
            return refuse(str(error))
        self.deliverer.wake()
        return JSONResponse(refund)


async def read_json(request: Request) -> dict[str, Any]:
    """The body.

    Raises:
        ValueError: it is no JSON object.
    """
    try:
        given = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        raise ValueError("the body is not JSON") from None
    if not isinstance(given, dict):
        raise ValueError("the body is not a JSON object")
    return given


def read_advance(given: dict[str, Any]) -> float:
    """By how many seconds the clock is to move; ValueError when that makes no sense."""
    seconds = given.get("advance_seconds")
    if given.keys() != {"advance_seconds"} or isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError('the clock takes {"advance_seconds": a number} and nothing else')
    if not 0 <= seconds <= LONGEST_ADVANCE:
        raise ValueError("the clock moves forward only, and 400 days at most")
    return float(seconds)


def refuse(message: str, status: int = 400) -> JSONResponse:
    """One sentence."""
    return JSONResponse({"error": message}, status)
