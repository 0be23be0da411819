"""What a person typed on the checkout page, turned into a payment method."""

import re
from collections.abc import Mapping

from ..enrolling import EMAIL
from ..errors import JsonObject, StripeError
from ..instruments import make_bank_method, make_card_method, read_card_details
from ..world import World

EXPIRY = re.compile(r"\s*([0-9]{1,2})\s*/?\s*([0-9]{2}|[0-9]{4})\s*")
FIELD_OF_PARAM = {"number": "number", "exp_month": "expiry", "exp_year": "expiry", "cvc": "cvc"}


class FieldProblem(Exception):
    """`field` is the input's name, `message` what stands beside it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def read_method(world: World, session: JsonObject, typed: Mapping[str, str], known_email: str | None) -> JsonObject:
    """The payment method, stored.

    Raises:
        FieldProblem: an input is empty or wrong; nothing is stored.
    """
    email = known_email or typed.get("email", "").strip()
    if not EMAIL.fullmatch(email):
        raise FieldProblem("email", "Enter your email address, such as name@example.com.")
    check_consent(session, typed)
    kind = typed.get("type", session["payment_method_types"][0])
    name = typed.get("name", "").strip()
    if kind not in session["payment_method_types"]:
        raise FieldProblem("type", "Choose how to pay.")
    if not name:
        word = "on the card" if kind == "card" else "of the account holder"
        raise FieldProblem("name", f"Enter the name {word}.")
    billing = {"email": email, "name": name}
    if kind == "card":
        return read_card(world, typed, billing)
    try:
        return make_bank_method(world, kind, typed.get("account", ""), billing=billing)
    except StripeError as error:
        raise FieldProblem("account", str(error)) from None


def read_card(world: World, typed: Mapping[str, str], billing: JsonObject) -> JsonObject:
    """A test card with its expiry and CVC."""
    expiry = EXPIRY.fullmatch(typed.get("expiry", ""))
    if not typed.get("number", "").strip():
        raise FieldProblem("number", "Enter your card number.")
    if not expiry:
        raise FieldProblem("expiry", "Enter the expiry date as MM/YY.")
    details = {
        "number": typed["number"],
        "exp_month": int(expiry[1]),
        "exp_year": int(expiry[2]),
        "cvc": typed.get("cvc", "").strip(),
    }
    try:
        card, month, year, _ = read_card_details(world, details)
    except StripeError as error:
        raise FieldProblem(FIELD_OF_PARAM.get(error.body.get("param", ""), "number"), str(error)) from None
    return make_card_method(world, card, exp_month=month, exp_year=year, cvc_given=True, billing=billing)


def check_consent(session: JsonObject, typed: Mapping[str, str]) -> None:
    """The terms must be agreed to where the session asks for it."""
    wanted = (session["consent_collection"] or {}).get("terms_of_service") == "required"
    if wanted and typed.get("terms") != "on":
        raise FieldProblem("terms", "Tick the box to agree before you go on.")
