"""What happened, told to whoever listens. Source: docs.stripe.com/api/events/types."""

from .description import API_VERSION
from .errors import JsonObject
from .identifiers import new_id
from .store import encode
from .world import World


def emit(world: World, event_type: str, obj: JsonObject, previous: JsonObject | None = None) -> None:
    """Record an event with a snapshot of its object and queue its deliveries, in the transaction under way."""
    endpoints = [endpoint for endpoint, wanted in list_listeners(world) if "*" in wanted or event_type in wanted]
    data: JsonObject = {"object": obj} | ({"previous_attributes": previous} if previous is not None else {})
    event = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": world.clock.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": len(endpoints),
        "request": {"id": world.request_id, "idempotency_key": world.idempotency_key},
        "type": event_type,
    }
    # Not `put`: an event's body is written once, and its snapshot must not be indexed as the object it shows.
    world.store.db.execute(
        "INSERT INTO objects (id, kind, created, body) VALUES (?, 'event', ?, ?)",
        (event["id"], event["created"], encode(event)),
    )
    due_at = world.clock.exact()
    world.store.db.executemany(
        "INSERT INTO deliveries (event, endpoint, due_at) VALUES (?,?,?)",
        [(event["id"], endpoint, due_at) for endpoint in endpoints],
    )
    world.emitted.append(str(event["id"]))


def list_listeners(world: World) -> list[tuple[str, frozenset[str]]]:
    """Ids of the enabled endpoints with the event types they want; read again after `forget_listeners`."""
    if world.listeners is None:
        enabled = [endpoint for endpoint in world.store.list("webhook_endpoint") if endpoint["status"] == "enabled"]
        world.listeners = [(endpoint["id"], frozenset(endpoint["enabled_events"])) for endpoint in enabled]
    return world.listeners


def forget_listeners(world: World) -> None:
    """An endpoint was made, changed or deleted."""
    world.listeners = None
