"""Events of the last 30 days. Source: docs.stripe.com/api/events."""

from typing import Any

from ..errors import JsonObject, invalid, no_such
from ..paging import list_objects
from ..registry import LISTING, serves
from ..world import Call

KEPT_SECONDS = 30 * 86_400


@serves("GET /v1/events/{id}")
def retrieve_event(call: Call) -> JsonObject:
    """One event."""
    event = call.world.need(call.path["id"], "event", "event", "id", status=404)
    if event["created"] < call.world.clock.now() - KEPT_SECONDS:
        raise no_such("event", event["id"], "id", status=404)
    return with_pending(call, event)


@serves("GET /v1/events", LISTING, "type types delivery_success")
def list_events(call: Call) -> JsonObject:
    """By type (a trailing `*` matches a prefix), types, time or whether it was delivered."""
    params = call.params
    where: list[tuple[str, Any]] = [("created >= ?", call.world.clock.now() - KEPT_SECONDS)]
    if params.get("type") and params.get("types"):
        raise invalid("You may only specify one of these parameters: type, types.", "types", "parameters_exclusive")
    if params.get("type"):
        pattern = params["type"].replace("*", "%")
        where.append(("json_extract(body, '$.type') LIKE ?", pattern))
    if params.get("types"):
        types = params["types"]
        marks = ",".join(f"'{name}'" for name in types if name.replace(".", "").replace("_", "").isalnum())
        where.append((f"json_extract(body, '$.type') IN ({marks}) AND ?", 1))
    if "delivery_success" in params:
        missing = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = objects.id AND d.state <> 'delivered')"
        where.append((f"{missing} = ?", 0 if params["delivery_success"] else 1))
    page = list_objects(call, "event", "/v1/events", where)
    page["data"] = [with_pending(call, event) for event in page["data"]]
    return page


def with_pending(call: Call, event: JsonObject) -> JsonObject:
    """`pending_webhooks` as it is now: endpoints that have not answered 2xx yet."""
    row = call.world.store.db.execute(
        "SELECT count(DISTINCT endpoint) AS n FROM deliveries d WHERE event = ? AND state <> 'delivered' AND NOT EXISTS "
        "(SELECT 1 FROM deliveries o WHERE o.event = d.event AND o.endpoint = d.endpoint AND o.state = 'delivered')",
        (event["id"],),
    ).fetchone()
    return event | {"pending_webhooks": row["n"]}
