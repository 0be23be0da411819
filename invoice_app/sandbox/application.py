"""The routes, and what runs beside them."""

import asyncio
import ctypes
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from . import resources
from .access import Gate
from .calls import Answer, Arrival, Desk
from .checkout.challenge import ChallengePages
from .checkout.pages import CheckoutPages
from .clock import Clock
from .console import Console
from .control_routes import ControlRoutes
from .schedule import run_due, run_forever
from .store import Store
from .webhooks import Deliverer
from .world import Settings, World

ASSETS = Path(__file__).parent / "assets"
ADDRESS_BYTES = 16
"""An address of zeros has the family AF_UNSPEC: to connect to it resets a TCP connection (connect(2), Linux)."""


def build_world(settings: Settings) -> World:
    """Open the store and keep the command line's endpoint; what fell due while nobody ran is carried out."""
    if settings.database != ":memory:":
        Path(settings.database).parent.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database)
    world = World(settings, store, Clock(store))
    world.clock.start_behind(settings.behind_seconds)
    with store.transaction():
        resources.webhook_endpoints.keep_command_line_endpoint(world)
    run_due(world)
    return world


class Api:
    """Stripe's API under /v1."""

    def __init__(self, desk: Desk, deliverer: Deliverer) -> None:
        self.desk = desk
        self.deliverer = deliverer

    async def take(self, request: Request) -> Response:
        """One call: the answer, or none where a fault wants the connection dropped."""
        text = request.url.query if request.method == "GET" else (await request.body()).decode("utf-8", "replace")
        if request.method == "DELETE" and not text:
            text = request.url.query
        arrival = Arrival(request.method, request.url.path, text, dict(request.headers))
        answer = await self.desk.answer(arrival)
        self.deliverer.wake()
        if answer.drop:
            return await hang_up(request, answer)
        return Response(answer.body, answer.status, answer.headers)


async def hang_up(request: Request, answer: Answer) -> Response:
    """Wait, then reset the connection: no byte of an answer is sent."""
    await asyncio.sleep(answer.wait)
    if request.client:
        reset_connection((request.client.host, int(request.client.port)))
    await asyncio.sleep(1)
    return PlainTextResponse("", 499)


def reset_connection(peer: tuple[str, int]) -> None:
    """Reset this process's connection with `peer`. The server keeps its sockets to itself, the operating system does not."""
    for name in os.listdir("/dev/fd"):
        try:
            copy = os.dup(int(name))
        except OSError:
            continue
        try:
            connection = socket.socket(fileno=copy)
        except OSError:
            os.close(copy)
            continue
        try:
            if connection.getpeername() == peer:
                # The server's own descriptor stays open, so closing this one sends nothing; dissolving the association does.
                ctypes.CDLL(None).connect(connection.fileno(), bytes(ADDRESS_BYTES), ADDRESS_BYTES)
                connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        finally:
            connection.close()


def build_application(world: World) -> ASGIApp:
    """The routes over an opened world."""
    deliverer = Deliverer(world)
    desk = Desk(world, deliverer.deliver_now)
    api, pages, challenge = (
        Api(desk, deliverer),
        CheckoutPages(world, deliverer),
        ChallengePages(world, deliverer),
    )

    @asynccontextmanager
    async def run_beside(_: Starlette) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(deliverer.run()),
            asyncio.create_task(run_forever(world, deliverer.wake)),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        world.store.close()

    routes = [
        Route("/v1/{rest:path}", api.take, methods=["GET", "POST", "DELETE"]),
        Route("/c/pay/{session}", pages.show, methods=["GET"]),
        Route("/c/pay/{session}", pages.submit, methods=["POST"]),
        Route("/authenticate/{intent}", challenge.show, methods=["GET"]),
        Route("/authenticate/{intent}", challenge.submit, methods=["POST"]),
        Route("/authenticated", challenge.done),
        Route("/receipts/{charge}", pages.receipt),
        *ControlRoutes(world, deliverer).routes(),
        *Console(world).routes(),
        Route("/_assets/{name}", serve_asset),
        Route("/_health", report_health),
        Route("/", open_console),
    ]
    return Gate(Starlette(routes=routes, lifespan=run_beside), world.settings.origin)


async def serve_asset(request: Request) -> Response:
    """The style sheets and the icon; nothing outside that folder."""
    name = request.path_params["name"]
    known = {path.name: path for path in ASSETS.iterdir()}
    if name not in known:
        return PlainTextResponse("Not found", 404)
    return FileResponse(known[name], headers={"cache-control": "public, max-age=300"})


async def report_health(_: Request) -> Response:
    """`ok` once calls are taken."""
    return PlainTextResponse("ok")


async def open_console(_: Request) -> Response:
    """The root shows the console."""
    return RedirectResponse("/_console")
