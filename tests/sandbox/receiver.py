"""A webhook endpoint that remembers what it was sent, and answers as it is told."""

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

SECRET = "whsec_receiver0000000000000000000000"


@dataclass(frozen=True)
class Received:
    event: dict[str, Any]
    payload: bytes
    signature: str
    at: float


@dataclass
class Receiver:
    """`statuses` are answered one after the other, then 200."""

    statuses: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                signature = self.headers["Stripe-Signature"]
                # Verified by the real SDK; the tolerance is wide because some tests sign in the past on purpose.
                try:
                    event = stripe.Webhook.construct_event(payload, signature, SECRET, tolerance=10**9).to_dict()
                    receiver.received.append(Received(event, payload, signature, time.monotonic()))
                    status = receiver.statuses.pop(0) if receiver.statuses else 200
                except stripe.SignatureVerificationError:
                    status = 400
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def types(self) -> list[str]:
        return [item.event["type"] for item in self.received]

    def count(self, name: str, object_id: str | None = None) -> int:
        return sum(
            1
            for item in self.received
            if item.event["type"] == name and object_id in (None, item.event["data"]["object"]["id"])
        )

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
