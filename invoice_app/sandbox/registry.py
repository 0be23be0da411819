"""Which function serves which operation, and which of its parameters."""

from collections.abc import Callable
from typing import Any

from .errors import JsonObject, invalid
from .world import Call

Handler = Callable[[Call], JsonObject]
Served = dict[str, Any]
HANDLERS: dict[str, Handler] = {}
SERVED: dict[str, Served] = {}
PAGED = "ending_before limit starting_after"
LISTING = f"created {PAGED}"
"""What lists take; some are not by time of creation."""


def serves(key: str, *names: str) -> Callable[[Handler], Handler]:
    """`@serves("POST /v1/refunds", "amount metadata")`: the function answers that operation, inside one transaction, and heeds
    these parameters. `card.token` names one inside another, which then takes no others; `metadata` takes whatever is in it.
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[key] = handler
        SERVED[key] = build_tree("expand", *names)
        return handler

    return register


def within(name: str, members: str) -> str:
    """`"card", "number cvc"` → `"card.number card.cvc"`."""
    return " ".join(f"{name}.{member}" for member in members.split())


def build_tree(*names: str) -> Served:
    """Names parted by spaces, as a tree."""
    tree: Served = {}
    for path in " ".join(names).split():
        place = tree
        for part in path.split("."):
            place = place.setdefault(part, {})
    return tree


def refuse_unserved(key: str, params: JsonObject) -> None:
    """A parameter Stripe knows and nothing here heeds is refused: ignored, it would promise what does not happen.

    Raises:
        StripeError: 400 in plain words. Parameters that switch something off pass.
    """
    for name, value in params.items():
        check_served(SERVED[key], name, value, name)


def check_served(served: Served, name: str, value: Any, param: str) -> None:
    """One parameter and what is inside it."""
    if name not in served:
        if not says_nothing(value):
            raise invalid(f"This local Stripe does not have `{param}`.", param)
    elif inside := served[name]:
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            check_inside(inside, item, param if index is None else f"{param}[{index}]")


def check_inside(served: Served, value: Any, param: str) -> None:
    """The members of one object."""
    if isinstance(value, dict):
        for name, member in value.items():
            check_served(served, name, member, f"{param}[{name}]")


def says_nothing(value: Any) -> bool:
    """Whether a value asks for nothing: unset, off, empty, or the documented default."""
    if isinstance(value, dict):
        return all(says_nothing(member) for member in value.values())
    if isinstance(value, list):
        return all(says_nothing(member) for member in value)
    return value in (None, False, "", "auto", "none", "never")
