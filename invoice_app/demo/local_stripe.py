"""The local Stripe while the sample is loaded: started, its clock moved, its card page filled in as a customer would."""

import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta
from typing import Self

from invoice_app.config import settings
from invoice_app.running.programs import serve_local_stripe

UP_WITHIN_S = 30.0
SESSION_PARAMETERS = ("session_id", "card_session_id")


class LocalStripe:
    """The local Stripe as a process of its own, for as long as the block lasts; its clock starts `behind` the present."""

    def __init__(self, behind: timedelta) -> None:
        self._behind = behind

    def __enter__(self) -> Self:
        program = serve_local_stripe(settings(), with_webhooks=False)
        argv = (*program.argv, "--behind-seconds", str(self._behind.total_seconds()))
        self._process = subprocess.Popen(argv, env=dict(program.environment), stdout=subprocess.DEVNULL)
        self._opener = urllib.request.build_opener(_StayHere)
        deadline = time.monotonic() + UP_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The local Stripe did not start, see above.")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def set_time(self, instant: datetime) -> None:
        """Let it be `instant` at the local Stripe, unless it is later there already."""
        clock = f"{settings().stripe_api_base}/_control/clock"
        with urllib.request.urlopen(clock) as answer:
            ahead = instant.timestamp() - json.load(answer)["now"]
        if ahead > 0:
            urllib.request.urlopen(clock, json.dumps({"advance_seconds": ahead}).encode()).close()

    def fill_in_card(self, url: str, number: str, *, name: str) -> str:
        """Submit the hosted page with this card; answers the session's id, or "" when the card was declined."""
        code = "1234" if number.startswith("3") else "123"
        typed = {"type": "card", "number": number, "expiry": "12 / 31", "cvc": code, "name": name}
        try:
            self._opener.open(url, urllib.parse.urlencode(typed).encode())
        except urllib.error.HTTPError as answer:
            back = urllib.parse.urlsplit(answer.headers["Location"])
            values = dict(urllib.parse.parse_qsl(back.query))
            return next(values[name] for name in SESSION_PARAMETERS if name in values)
        return ""

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{settings().stripe_api_base}/_health", timeout=2):
                return True
        except OSError:
            return False


class _StayHere(urllib.request.HTTPRedirectHandler):
    """The way back leads to our own page, which is not being served yet."""

    def redirect_request(self, *_: object) -> None:
        return None
