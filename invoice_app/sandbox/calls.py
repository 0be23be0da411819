"""One API call, from the authorization header to the answer."""

import asyncio
import base64
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from .description import API_VERSION, Operation, find_operation
from .errors import JsonObject, StripeError
from .expansion import expand
from .faults import Fault, Trouble, rate_limit_error, server_error, take_fault
from .idempotency import KeptAnswer, find_answer, in_use_error, keep_answer, make_fingerprint
from .identifiers import new_id
from .registry import HANDLERS, refuse_unserved
from .validation import read_params
from .wire import parse_form
from .world import Call, World

TEST_KEY = "sk_test_"
SECRET = re.compile(r"((?:^|&)[^=&]*(?:\[|%5B)(?:number|account_number|iban|cvc)(?:\]|%5D)=)([^&]*)", re.IGNORECASE)


@dataclass(slots=True)
class Arrival:
    """What came in: `text` is the form body, or the query of a GET."""

    method: str
    path: str
    text: str
    headers: dict[str, str]
    request_id: str = field(default_factory=lambda: new_id("req", 14))


@dataclass(slots=True)
class Answer:
    """`drop`: close the connection instead, after `wait` seconds."""

    status: int
    body: str
    headers: dict[str, str]
    drop: bool = False
    wait: float = 0.0


class Desk:
    """Takes calls one after the other; only faults make one wait, and then its key is in flight."""

    def __init__(self, world: World, deliver_now: Callable[[list[str]], Awaitable[None]]) -> None:
        self.world = world
        self.deliver_now = deliver_now
        self.in_flight: set[str] = set()

    async def answer(self, arrival: Arrival) -> Answer:
        """Never raises: every failure is an answer in Stripe's form."""
        started = time.perf_counter()
        try:
            answer = await self._answer(arrival)
        except Exception:
            logging.getLogger(__name__).exception("%s %s failed", arrival.method, arrival.path)
            self.world.store.commit_shared()
            answer = self._render(arrival, 500, render_error(self.world, arrival, server_error()))
        self._log(arrival, answer, (time.perf_counter() - started) * 1000)
        return answer

    async def _answer(self, arrival: Arrival) -> Answer:
        try:
            check_key(arrival.headers)
            operation, path, raw = read_call(arrival)
            check_version(arrival.headers)
            params = read_params(operation, raw)
            refuse_unserved(operation.key, params)
            key = arrival.headers.get("idempotency-key") if arrival.method == "POST" else None
            fingerprint = make_fingerprint(arrival.path, raw) if key else ""
            if key:
                if key in self.in_flight:
                    raise in_use_error(key)
                kept = find_answer(self.world, key, arrival.path, fingerprint)
                if kept:
                    return replay(arrival, kept)
        except StripeError as error:
            return self._render(arrival, error.status, render_error(self.world, arrival, error))
        fault = take_fault(self.world.store, f"{arrival.method} {arrival.path}", webhook=False)
        if key:
            self.in_flight.add(key)
        try:
            if fault and (early := await self._suffer_before(arrival, fault)):
                return early
            call = Call(self.world, params, path)
            status, body, events = self._work(arrival, operation, call, key, fingerprint, fault)
            await self.world.store.durable()
        finally:
            if key:
                self.in_flight.discard(key)
        return await self._suffer_after(self._render(arrival, status, body), events, fault)

    def _work(
        self,
        arrival: Arrival,
        operation: Operation,
        call: Call,
        key: str | None,
        fingerprint: str,
        fault: Fault | None,
    ) -> tuple[int, str, list[str]]:
        world = self.world
        world.request_id, world.idempotency_key, world.emitted = arrival.request_id, key, []
        try:
            with world.store.shared_transaction():
                status, body = self._handle(arrival, operation, call)
                if fault and fault.do == Trouble.ERROR_AFTER:
                    status, body = 500, render_error(world, arrival, server_error())
                if key:
                    keep_answer(world, key, arrival.path, fingerprint, KeptAnswer(status, body, arrival.request_id))
        finally:
            world.request_id = world.idempotency_key = None
        return status, body, world.emitted

    def _handle(self, arrival: Arrival, operation: Operation, call: Call) -> tuple[int, str]:
        """Do the work and render its answer; a refusal undoes the work unless it says otherwise."""
        world = self.world
        try:
            with world.store.shared_transaction():
                try:
                    result = HANDLERS[operation.key](call)
                except StripeError as error:
                    if not error.keeps_work:
                        raise
                    return error.status, render_error(world, arrival, error)
                return 200, json.dumps(expand(world, result, call.params.get("expand") or []))
        except StripeError as error:
            world.emitted, world.listeners = [], None
            return error.status, render_error(world, arrival, error)

    async def _suffer_before(self, arrival: Arrival, fault: Fault) -> Answer | None:
        match fault.do:
            case Trouble.ERROR_BEFORE:
                return self._render(arrival, 500, render_error(self.world, arrival, server_error()))
            case Trouble.RATE_LIMIT:
                return self._render(arrival, 429, render_error(self.world, arrival, rate_limit_error()))
            case Trouble.RESET_BEFORE:
                return Answer(0, "", {}, drop=True)
            case Trouble.TIMEOUT_BEFORE:
                return Answer(0, "", {}, drop=True, wait=fault.seconds)
            case Trouble.SLOW:
                await asyncio.sleep(fault.seconds)
        return None

    async def _suffer_after(self, answer: Answer, events: list[str], fault: Fault | None) -> Answer:
        if fault is None:
            return answer
        match fault.do:
            case Trouble.RESET_AFTER:
                return Answer(0, "", {}, drop=True)
            case Trouble.TIMEOUT_AFTER:
                return Answer(0, "", {}, drop=True, wait=fault.seconds)
            case Trouble.LOST_AFTER:
                return Answer(502, "<html><body>502 Bad Gateway</body></html>", {"content-type": "text/html"})
            case Trouble.WEBHOOKS_FIRST:
                await self.deliver_now(events)
        return answer

    def _render(self, arrival: Arrival, status: int, body: str) -> Answer:
        return Answer(status, body, make_headers(arrival, arrival.request_id))

    def _log(self, arrival: Arrival, answer: Answer, milliseconds: float) -> None:
        """What the console shows. Nobody waits for it."""
        self.world.store.log_request(
            arrival.request_id,
            self.world.clock.exact(),
            arrival.method,
            arrival.path,
            redact(arrival.text),
            answer.status,
            milliseconds,
            arrival.headers.get("idempotency-key"),
            answer.body if answer.status >= 400 else None,
        )


def redact(text: str) -> str:
    """A form body without card numbers, account numbers and security codes; the last four digits of a number stay."""
    return SECRET.sub(lambda found: found[1] + ("" if "cvc" in found[1] else found[2][-4:].rjust(8, "*")), text)


def read_call(arrival: Arrival) -> tuple[Operation, dict[str, str], dict[str, Any]]:
    """The operation, the values in its path and the untyped parameters; 404 for an address Stripe may
    have and the sandbox has not.
    """
    found = find_operation(arrival.method, arrival.path)
    if found is None:
        raise StripeError(
            f"Unrecognized request URL ({arrival.method}: {arrival.path}). Please see https://stripe.com/docs or we "
            f"can help at "
            "https://support.stripe.com/.",
            status=404,
        )
    return found[0], found[1], parse_form(arrival.text)


def check_key(headers: dict[str, str]) -> None:
    """Bearer or basic, and only a test key: a live one must never leave its owner's machine by mistake.

    Raises:
        StripeError: 401 in Stripe's words.
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    key = given.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except ValueError:
            key = ""
    if not key:
        raise StripeError(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. "
            "'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or "
            "we can help at "
            "https://support.stripe.com/.",
            status=401,
        )
    if key.startswith("rk_"):
        raise StripeError("This local Stripe knows no restricted keys. Use a secret test key, sk_test_….", status=401)
    if key.startswith("pk_"):
        raise StripeError(
            "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a "
            "list of your API keys at "
            "https://dashboard.stripe.com/account/apikeys.",
            status=401,
            code="secret_key_required",
        )
    if not key.startswith(TEST_KEY) or len(key) <= len(TEST_KEY):
        hidden = f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}"
        raise StripeError(f"Invalid API Key provided: {hidden}", status=401)


def check_version(headers: dict[str, str]) -> None:
    """Any other version than the pinned one is refused: its answers would look different."""
    version = headers.get("stripe-version")
    if version and version != API_VERSION:
        raise StripeError(
            f"Invalid Stripe API version: {version}. This local Stripe speaks {API_VERSION}, which the `stripe` "
            f"package it serves pins.",
        )


def render_error(world: World, arrival: Arrival, error: StripeError) -> str:
    """Stripe's error envelope, with the console's page of this request as its log."""
    body: JsonObject = {
        **error.body,
        "request_log_url": f"{world.settings.origin}/_console/requests/{arrival.request_id}",
    }
    return json.dumps({"error": body}, indent=2)


def make_headers(arrival: Arrival, request_id: str) -> dict[str, str]:
    """The headers Stripe sends with every answer (docs.stripe.com/api/request_ids)."""
    headers = {
        "content-type": "application/json",
        "request-id": request_id,
        "stripe-version": API_VERSION,
        "cache-control": "no-cache, no-store",
    }
    if key := arrival.headers.get("idempotency-key"):
        headers["idempotency-key"] = key
        headers["original-request"] = request_id
    return headers


def replay(arrival: Arrival, kept: KeptAnswer) -> Answer:
    """The kept answer of a key, marked as such."""
    headers = make_headers(arrival, arrival.request_id)
    headers |= {"original-request": kept.request_id, "idempotent-replayed": "true"}
    return Answer(kept.status, kept.body, headers)
