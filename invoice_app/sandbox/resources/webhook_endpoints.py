"""Webhook endpoints. Source: docs.stripe.com/api/webhook_endpoints."""

from ..addresses import check_webhook
from ..description import API_VERSION
from ..errors import JsonObject, invalid
from ..events import forget_listeners
from ..identifiers import new_id, random_text
from ..paging import list_objects, merge_metadata
from ..registry import PAGED, serves
from ..world import Call, World

COMMAND_LINE = "command line"
"""Description of the endpoint that `--webhook-url` keeps."""


@serves("POST /v1/webhook_endpoints", "api_version description enabled_events metadata url")
def create_endpoint(call: Call) -> JsonObject:
    """An endpoint with a secret of its own."""
    params = call.params
    check_webhook(params["url"])
    version = params.get("api_version")
    if version and version != API_VERSION:
        raise invalid(f"This local Stripe sends events of {API_VERSION} only.", "api_version")
    return make_endpoint(
        call.world,
        params["url"],
        params["enabled_events"],
        secret="whsec_" + random_text(32),
        api_version=version,
        description=params.get("description"),
        metadata=merge_metadata({}, params.get("metadata")),
    )


def make_endpoint(world: World, url: str, enabled: list[str], *, secret: str, **values: object) -> JsonObject:
    """Store an endpoint; its secret is in this answer and never again."""
    endpoint: JsonObject = {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": world.clock.now(),
        "description": None,
        "enabled_events": enabled,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
        **values,
    }
    world.store.put(endpoint, {"secret": secret})
    forget_listeners(world)
    return endpoint | {"secret": secret}


def keep_command_line_endpoint(world: World) -> None:
    """The endpoint of `--webhook-url` exists once, under its own id, whatever earlier starts left."""
    url, secret = world.settings.webhook_url, world.settings.webhook_secret
    known = [e for e in world.store.list("webhook_endpoint") if e["metadata"].get("kept_by") == COMMAND_LINE]
    for endpoint in known:
        endpoint |= {"url": url or endpoint["url"], "status": "enabled" if url else "disabled"}
        world.store.put(endpoint, {"secret": secret} if url else None)
        forget_listeners(world)
    if url and not known:
        make_endpoint(
            world,
            url,
            ["*"],
            secret=secret or "",
            metadata={"kept_by": COMMAND_LINE},
            api_version=API_VERSION,
        )


@serves("GET /v1/webhook_endpoints/{webhook_endpoint}")
def retrieve_endpoint(call: Call) -> JsonObject:
    """One endpoint, without its secret."""
    return call.world.need(
        call.path["webhook_endpoint"], "webhook_endpoint", "webhook endpoint", "webhook_endpoint", status=404
    )


@serves("POST /v1/webhook_endpoints/{webhook_endpoint}", "description disabled enabled_events metadata url")
def update_endpoint(call: Call) -> JsonObject:
    """Address, events, and whether it is sent to."""
    endpoint, params = retrieve_endpoint(call), call.params
    if "url" in params:
        check_webhook(params["url"])
        endpoint["url"] = params["url"]
    for name in ("enabled_events", "description"):
        if name in params:
            endpoint[name] = params[name]
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    if "metadata" in params:
        endpoint["metadata"] = merge_metadata(endpoint["metadata"], params["metadata"])
    call.world.store.put(endpoint)
    forget_listeners(call.world)
    return endpoint


@serves("DELETE /v1/webhook_endpoints/{webhook_endpoint}")
def delete_endpoint(call: Call) -> JsonObject:
    """For good; what waited for it is given up."""
    endpoint = retrieve_endpoint(call)
    call.world.store.delete(endpoint["id"])
    forget_listeners(call.world)
    call.world.store.db.execute(
        "UPDATE deliveries SET state = 'given_up' WHERE endpoint = ? AND state = 'pending'", (endpoint["id"],)
    )
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


@serves("GET /v1/webhook_endpoints", PAGED)
def list_endpoints(call: Call) -> JsonObject:
    """All of them."""
    return list_objects(call, "webhook_endpoint", "/v1/webhook_endpoints")
