"""Lists as Stripe pages them. Source: docs.stripe.com/api/pagination."""

from typing import Any

from .errors import JsonObject, invalid
from .world import Call

LIMIT_DEFAULT, LIMIT_MAX = 10, 100
RANGES = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def list_objects(
    call: Call, kind: str, url: str, where: list[tuple[str, Any]] | None = None, *, label: str | None = None
) -> JsonObject:
    """One page, newest first. `where` are SQL conditions with their value; `created` ranges come from the parameters.

    Raises:
        StripeError: a limit out of 1..100, both cursors, or a cursor that names nothing.
    """
    params = call.params
    limit = params.get("limit", LIMIT_DEFAULT)
    if limit < 1:
        raise invalid("This value must be greater than or equal to 1.", "limit", "parameter_invalid_integer")
    if limit > LIMIT_MAX:
        raise invalid(
            "This value must be less than or equal to 100 (it currently is '" + str(limit) + "').",
            "limit",
            "parameter_invalid_integer",
        )
    if params.get("starting_after") and params.get("ending_before"):
        raise invalid(
            "Received both starting_after and ending_before parameters. Please pass in only one.",
            "starting_after",
            "parameters_exclusive",
        )
    conditions = [*(where or []), *created_conditions(params.get("created"))]
    older, newer = (
        find_cursor(call, kind, "starting_after", label),
        find_cursor(call, kind, "ending_before", label),
    )
    rows = call.world.store.list(
        kind,
        " AND ".join(condition for condition, _ in conditions),
        tuple(value for _, value in conditions),
        limit=limit + 1,
        older_than=older,
        newer_than=newer,
    )
    has_more = len(rows) > limit
    if has_more:
        rows = rows[1:] if newer is not None else rows[:limit]
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}


def find_cursor(call: Call, kind: str, name: str, label: str | None) -> int | None:
    """The position of the object a cursor names."""
    object_id = call.params.get(name)
    if not object_id:
        return None
    call.world.need(object_id, kind, label or kind, name)
    return call.world.store.position(object_id)


def created_conditions(created: Any) -> list[tuple[str, Any]]:
    """`created` as an instant or as bounds."""
    if created is None:
        return []
    if isinstance(created, dict):
        return [(f"created {RANGES[name]} ?", int(value)) for name, value in created.items()]
    return [("created = ?", created)]


def field_equals(name: str, value: Any) -> tuple[str, Any]:
    """A condition on a field of the object's body."""
    return f"json_extract(body, '$.{name}') = ?", value


def filters(call: Call, *names: str) -> list[tuple[str, Any]]:
    """Conditions for those of `names` that were passed; links have columns of their own."""
    conditions = []
    for name in names:
        value = call.params.get(name)
        if value is None:
            continue
        linked = name in ("customer", "payment_intent", "charge")
        conditions.append((f"{name} = ?", value) if linked else field_equals(name, value))
    return conditions


def merge_metadata(current: JsonObject, given: JsonObject | None) -> JsonObject:
    """Keys are added or replaced; an empty string removes its key; unsetting `metadata` removes all."""
    if given is None:
        return {}
    merged = {**current, **given}
    return {key: value for key, value in merged.items() if value not in ("", None)}
