"""The routes of the hosted pages."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..addresses import origin_of, write_ascii
from ..amounts import format_amount
from ..cards import Decline
from ..errors import JsonObject, StripeError
from ..selling import pay_session
from ..webhooks import Deliverer
from ..world import World
from .form import FieldProblem, read_method

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters["money"] = format_amount
# The API's own message speaks to developers; Checkout says this to the customer.
AUTHENTICATION_CODES = ("payment_intent_authentication_failure", "setup_intent_authentication_failure")
NOT_AUTHENTICATED = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
BANK_LABELS = {"us_bank_account": "US bank account", "sepa_debit": "SEPA Direct Debit", "card": "Card"}


def render(template: str, *, status: int = 200, form_targets: tuple[str, ...] = (), **values: object) -> Response:
    """A page that loads nothing from anywhere else and may post to itself and be sent on to `form_targets` only."""
    targets = " ".join(("'self'", *form_targets))
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return HTMLResponse(TEMPLATES.get_template(template).render(**values), status, headers)


def add_query(url: str, **values: str) -> str:
    """The address with these values added to its query."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *values.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def fill_in(session: JsonObject) -> str:
    """The merchant's address after a session, with the session's id in it."""
    return write_ascii(str(session["success_url"])).replace("{CHECKOUT_SESSION_ID}", session["id"])


class CheckoutPages:
    """One session's page: shown, submitted, and shown again after a decline."""

    def __init__(self, world: World, deliverer: Deliverer) -> None:
        self.world = world
        self.deliverer = deliverer

    def find(self, request: Request) -> JsonObject | None:
        """The session the address names."""
        return self.world.store.get(request.path_params["session"], "checkout.session")

    async def show(self, request: Request) -> Response:
        """The form, or what became of the session."""
        session = self.find(request)
        if session is None:
            return render(
                "message.html",
                status=404,
                title="Page not found",
                text="There is no such checkout page.",
                link=None,
            )
        if session["status"] != "open":
            return self.closed(session)
        return self.page(session, {}, None, self.last_refusal(session))

    async def submit(self, request: Request) -> Response:
        """One attempt to pay or to save a card."""
        # The form first: while it is awaited another submission may pay, or the page expire. From `find` on nothing waits.
        typed = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
        session = self.find(request)
        if session is None:
            return await self.show(request)
        if session["status"] == "complete":
            return RedirectResponse(self.success_url(session), 303)
        if session["status"] != "open":
            return self.closed(session)
        store = self.world.store
        try:
            with store.transaction():
                method = read_method(self.world, session, typed, self.known_email(session))
                agreed = {"promotions": None, "terms_of_service": "accepted"} if typed.get("terms") else None
                refusal = pay_session(self.world, session, method, keep=typed.get("keep") == "on", consent=agreed)
        except FieldProblem as problem:
            return self.page(session, typed, problem, None)
        self.deliverer.wake()
        if refusal:
            return self.page(session, typed, None, describe(refusal))
        return RedirectResponse(self.next_step(session), 303)

    def next_step(self, session: JsonObject) -> str:
        """The bank's challenge where one is asked for, else back to the merchant."""
        intent_id = session["payment_intent"] or session["setup_intent"]
        intent = self.world.store.get(intent_id)
        if intent and intent["status"] == "requires_action":
            return f"/authenticate/{intent_id}?" + urlencode({"secret": intent["client_secret"]})
        return self.success_url(session)

    def success_url(self, session: JsonObject) -> str:
        """The merchant's address with the session's id filled in."""
        return fill_in(session)

    def known_email(self, session: JsonObject) -> str | None:
        """The e-mail the page need not ask for."""
        customer = self.world.store.get(session["customer"], "customer") if session["customer"] else None
        return session["customer_email"] or (customer or {}).get("email")

    def last_refusal(self, session: JsonObject) -> str | None:
        """Why the attempt before failed, after a challenge led back here."""
        intent = self.world.store.get(session["payment_intent"] or session["setup_intent"] or "")
        error = (intent or {}).get("last_payment_error") or (intent or {}).get("last_setup_error")
        if not error:
            return None
        return NOT_AUTHENTICATED if error.get("code") in AUTHENTICATION_CODES else str(error["message"])

    async def receipt(self, request: Request) -> Response:
        """What `receipt_url` of a charge leads to."""
        charge = self.world.store.get(request.path_params["charge"], "charge")
        if charge is None or not charge["paid"]:
            return render("message.html", status=404, title="Page not found", text="There is no such receipt.", link=None)
        amount = format_amount(charge["amount_captured"], charge["currency"])
        refunded = format_amount(charge["amount_refunded"], charge["currency"])
        text = f"{self.world.settings.merchant} received {amount}, of which {refunded} was given back. Receipt {charge['id']}."
        return render("message.html", title="Receipt", text=text, link=None)

    def closed(self, session: JsonObject) -> Response:
        """A session that takes no payment any more."""
        if session["status"] == "complete":
            text = "This payment is complete. You can close this page."
            return render("message.html", title="All done", text=text, link=self.success_url(session), session=session)
        merchant = session["branding_settings"]["display_name"]
        text = f"Nothing was charged. Go back to {merchant} to see what is due now and to start again."
        return render(
            "message.html",
            title="This page has expired",
            text=text,
            link=session["cancel_url"],
            session=session,
        )

    def page(
        self, session: JsonObject, typed: Mapping[str, str], problem: FieldProblem | None, refusal: str | None
    ) -> Response:
        """The form with what was typed, except the CVC, and what is wrong with it."""
        private = self.world.store.get_private(session["id"])
        save = private.get("save_offered")
        return render(
            "checkout.html",
            form_targets=tuple(filter(None, (origin_of(session["success_url"]),))),
            session=session,
            lines=private["lines"],
            told=private.get("told", {}),
            typed=typed,
            problem=problem,
            refusal=refusal,
            email=self.known_email(session),
            types=[(kind, BANK_LABELS[kind]) for kind in session["payment_method_types"]],
            chosen=typed.get("type", session["payment_method_types"][0]),
            save_offered=save,
            kept=bool(private["payment_intent_data"].get("setup_future_usage")),
            terms=(session["consent_collection"] or {}).get("terms_of_service") == "required",
        )


def describe(refusal: Decline | StripeError) -> str:
    """The refusal in words for the customer."""
    return refusal.message if isinstance(refusal, Decline) else str(refusal)
