"""`expand`: ids become objects in the answer. Source: docs.stripe.com/expand."""

from collections.abc import Callable
from typing import Any

from .description import list_expandable
from .errors import JsonObject, StripeError, invalid
from .world import World

MAX_LEVELS = 4


def expand(world: World, obj: JsonObject, paths: list[str]) -> JsonObject:
    """A copy of `obj` with each dotted path followed and its ids replaced.

    Raises:
        StripeError: 400 for a path of more than four levels, or one that names no expandable field.
    """
    for path in paths:
        parts = path.split(".")
        if len(parts) > MAX_LEVELS + (parts[0] == "data"):
            raise invalid(f"You cannot expand more than {MAX_LEVELS} levels of a property. Property: {path}", "expand")
        obj = follow(world, obj, parts, path)
    return obj


def follow(world: World, obj: JsonObject, parts: list[str], path: str) -> JsonObject:
    """Replace the first part of the path and go on with the rest inside it."""
    name, rest = parts[0], parts[1:]
    if obj.get("object") == "event":
        raise not_expandable(path)
    if obj.get("object") == "list" and name == "data":
        return obj | {"data": [follow(world, item, rest, path) for item in obj["data"]] if rest else obj["data"]}
    value = include(world, obj, name)
    expandable = name in obj and name in list_expandable(obj.get("object", ""))
    if value is None and expandable:
        return obj
    if isinstance(value, str) and expandable:
        found = world.store.get(value)
        value = show_deleted(found) if found is not None else value
    elif not isinstance(value, dict) or (not rest and "object" not in value):
        raise not_expandable(path)
    if rest and isinstance(value, dict):
        value = follow(world, value, rest, path)
    return obj | {name: value}


def show_deleted(obj: JsonObject) -> JsonObject:
    """The object; of a deleted one only that it was."""
    return {name: value for name, value in obj.items() if name != "created"} if obj.get("deleted") else obj


def include(world: World, obj: JsonObject, name: str) -> Any:
    """The field's value, made on demand where Stripe leaves it out unless asked for."""
    maker = INCLUDABLE.get((obj.get("object", ""), name))
    return maker(world, obj) if maker else obj.get(name)


def include_line_items(world: World, session: JsonObject) -> JsonObject:
    """`line_items` of a session."""
    lines = world.store.get_private(session["id"])["lines"]
    return {
        "object": "list",
        "data": lines,
        "has_more": False,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


def include_refunds(world: World, charge: JsonObject) -> JsonObject:
    """`refunds` of a charge, the latest ten."""
    refunds = world.store.list("refund", "charge = ?", (charge["id"],), limit=11)
    return {
        "object": "list",
        "data": refunds[:10],
        "has_more": len(refunds) > 10,
        "url": f"/v1/charges/{charge['id']}/refunds",
    }


INCLUDABLE: dict[tuple[str, str], Callable[[World, JsonObject], Any]] = {
    ("checkout.session", "line_items"): include_line_items,
    ("charge", "refunds"): include_refunds,
}


def not_expandable(path: str) -> StripeError:
    """Stripe's words for a path that leads to no object."""
    return invalid(f"This property cannot be expanded ({path}).", "expand")
