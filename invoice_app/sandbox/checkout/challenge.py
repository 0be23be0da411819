"""The page that stands for the cardholder's bank: 3-D Secure, completed or failed by hand."""

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ..addresses import origin_of, write_ascii
from ..charging import confirm_intent, fail_authentication
from ..errors import JsonObject
from ..saving import confirm_setup, fail_setup_authentication
from ..selling import complete_session, find_session_of
from ..webhooks import Deliverer
from ..world import World
from .pages import add_query, fill_in, render


class ChallengePages:
    """Shown to whoever has the intent's client secret."""

    def __init__(self, world: World, deliverer: Deliverer) -> None:
        self.world = world
        self.deliverer = deliverer

    def find(self, request: Request) -> JsonObject | None:
        """The intent, if the address carries its client secret."""
        intent = self.world.store.get(request.path_params["intent"])
        given = request.query_params.get("secret", "")
        if intent is None or not secrets.compare_digest(given.encode(), (intent.get("client_secret") or "").encode()):
            return None
        return intent

    async def show(self, request: Request) -> Response:
        """The challenge, or the way back once it is answered."""
        intent = self.find(request)
        if intent is None:
            return render(
                "message.html",
                status=404,
                title="Page not found",
                text="There is no such challenge.",
                link=None,
            )
        if intent["status"] != "requires_action":
            return RedirectResponse(self.way_back(intent), 303)
        return_url = self.world.store.get_private(intent["id"]).get("return_url")
        targets = {origin_of(url) for url in (return_url, *self.session_urls(intent))}
        return render(
            "challenge.html",
            form_targets=tuple(sorted(filter(None, targets))),
            intent=intent,
            merchant=self.world.settings.merchant,
        )

    async def submit(self, request: Request) -> Response:
        """The cardholder's answer."""
        # The form first: while it is awaited another submission may end the challenge. From `find` on nothing waits.
        passed = (await request.form()).get("outcome") == "complete"
        intent = self.find(request)
        if intent is None or intent["status"] != "requires_action":
            return await self.show(request)
        with self.world.store.transaction():
            self.finish(intent, passed)
        self.deliverer.wake()
        return RedirectResponse(self.way_back(intent), 303)

    def finish(self, intent: JsonObject, passed: bool) -> None:
        """Go on with the payment or the saving, or end it; inside the caller's transaction."""
        world = self.world
        if not passed:
            fail = fail_setup_authentication if intent["object"] == "setup_intent" else fail_authentication
            fail(world, intent)
            return
        method = world.need(intent["payment_method"], "payment_method", "PaymentMethod", "payment_method")
        if intent["object"] == "setup_intent":
            refused = confirm_setup(world, intent, method, authenticated=True) is not None
        else:
            refused = confirm_intent(world, intent, method, off_session=False, authenticated=True) is not None
        session = find_session_of(world, intent)
        if session and session["status"] == "open" and not refused:
            complete_session(world, session)

    def session_urls(self, intent: JsonObject) -> list[str]:
        """Where a session behind the intent may lead, for the content security policy."""
        session = find_session_of(self.world, intent)
        return [session["success_url"]] if session else []

    def way_back(self, intent: JsonObject) -> str:
        """Checkout's own page or the merchant's; `redirect_status` as on docs.stripe.com/payments/accept-a-payment."""
        session = find_session_of(self.world, intent)
        if session and session["status"] == "complete":
            return fill_in(session)
        if session:
            return f"/c/pay/{session['id']}"
        return_url = self.world.store.get_private(intent["id"]).get("return_url")
        if not return_url:
            return "/authenticated"
        succeeded = intent["status"] in ("succeeded", "requires_capture", "processing")
        return add_query(
            write_ascii(return_url),
            **{
                intent["object"]: intent["id"],
                f"{intent['object']}_client_secret": intent["client_secret"],
                "redirect_status": "succeeded" if succeeded else "failed",
            },
        )

    async def done(self, request: Request) -> Response:
        """Shown when no return address was given."""
        text = "The bank has answered. You can close this page and go back to where you came from."
        return render("message.html", title="Authentication finished", text=text, link=None)
