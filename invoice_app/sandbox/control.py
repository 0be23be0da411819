"""The tests' hand on a running sandbox: faults, time, waiting. Standard library only.

sandbox = Control("http://127.0.0.1:12111")
sandbox.fail("POST /v1/payment_intents", "timeout_after", seconds=2)
sandbox.webhooks("payment_intent.succeeded", "duplicate")
sandbox.advance(days=8)
sandbox.settle()
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any


class ControlError(ValueError):
    """What was asked for makes no sense; the message says why."""


class Control:
    """Each method is one request; what it answers is plain JSON."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def fail(self, on: str, do: str, *, times: int = 1, seconds: float = 30.0) -> None:
        """Trouble for the next `times` matching API calls.

        `on` is "METHOD /path", in which `*` stands for anything. `do` is one of
        error_before, error_after, lost_after,
        timeout_before, timeout_after, reset_before, reset_after, rate_limit, slow, webhooks_first.
        """
        self._send("POST", "/_control/faults", {"on": on, "do": do, "times": times, "seconds": seconds})

    def webhooks(self, on: str, do: str, *, times: int = 1, seconds: float = 30.0) -> None:
        """Mischief for the next `times` deliveries of an event type (`*` as above).

        `do` is one of delay, duplicate, drop, reorder, bad_signature, old.
        """
        self._send("POST", "/_control/faults", {"on": on, "do": do, "times": times, "seconds": seconds})

    def clear(self) -> None:
        """Forget every fault that still waits."""
        self._send("DELETE", "/_control/faults")

    def faults(self) -> list[dict[str, Any]]:
        """What still waits."""
        found: list[dict[str, Any]] = self._send("GET", "/_control/faults")["faults"]
        return found

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> int:
        """Move the clock forward and carry out everything that falls due on the way; the new time in seconds since 1970."""
        total = seconds + 60 * minutes + 3600 * hours + 86_400 * days
        return int(self._send("POST", "/_control/clock", {"advance_seconds": total})["now"])

    def now(self) -> int:
        """The sandbox's time in seconds since 1970."""
        return int(self._send("GET", "/_control/clock")["now"])

    def settle(self, *, timeout: float = 10.0) -> None:
        """Wait until fees are known and every delivery that is due has been answered.

        Raises:
            TimeoutError: it took longer.
        """
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            state = self._send("GET", "/_control/state")
            if not state["tasks_soon"] and not state["deliveries_due"]:
                return
            time.sleep(0.02)
        raise TimeoutError("the sandbox is still busy")

    def redeliver(self, event: str) -> None:
        """Send an event once more to every endpoint that wants its type, delivered or not."""
        self._send("POST", f"/_control/events/{event}/redeliver")

    def set_refund(self, refund: str, status: str) -> dict[str, Any]:
        """Bring a refund to `requires_action`, `pending`, `succeeded`, `failed` or `canceled`, with the
        events that go with it.
        """
        answer: dict[str, Any] = self._send("POST", f"/_control/refunds/{refund}", {"status": status})
        return answer

    def state(self) -> dict[str, Any]:
        """How much is waiting: tasks, deliveries, objects by kind."""
        answer: dict[str, Any] = self._send("GET", "/_control/state")
        return answer

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else b"{}" if method == "POST" else None
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                told = error.read().decode()
            raise ControlError(json.loads(told)["error"] if error.code in (400, 404) else told) from None
