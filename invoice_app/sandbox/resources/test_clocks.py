"""Test clocks. Source: docs.stripe.com/billing/testing/test-clocks and docs.stripe.com/api/test_clocks.

A test clock moves the billing of its customers, and there is none here; as at Stripe it does not move payments. To move holds,
sessions, debits and retries, advance the whole sandbox by `control`.
"""

from ..errors import JsonObject, invalid
from ..events import emit
from ..identifiers import new_id
from ..paging import list_objects
from ..registry import PAGED, serves
from ..world import Call

LABEL, PREFIX = "test clock", "/v1/test_helpers/test_clocks"
KIND = "test_helpers.test_clock"
KEPT_SECONDS = 30 * 86_400
FURTHEST_SECONDS = 2 * 365 * 86_400


@serves(f"POST {PREFIX}", "frozen_time name")
def create_clock(call: Call) -> JsonObject:
    """A clock stopped at `frozen_time`."""
    now = call.world.clock.now()
    clock = {
        "id": new_id("clock"), "object": KIND, "created": now, "deletes_after": now + KEPT_SECONDS,
        "frozen_time": call.params["frozen_time"], "livemode": False, "name": call.params.get("name"), "status": "ready",
        "status_details": {},
    }  # fmt: skip
    call.world.store.put(clock)
    emit(call.world, "test_helpers.test_clock.created", clock)
    return clock


@serves(f"GET {PREFIX}/{{test_clock}}")
def retrieve_clock(call: Call) -> JsonObject:
    """One clock."""
    return call.world.need(call.path["test_clock"], KIND, LABEL, "test_clock", status=404)


@serves(f"POST {PREFIX}/{{test_clock}}/advance", "frozen_time")
def advance_clock(call: Call) -> JsonObject:
    """Forward only, and not by more than two years at once here."""
    clock, target = retrieve_clock(call), call.params["frozen_time"]
    if target <= clock["frozen_time"]:
        raise invalid("The new frozen_time must be later than the test clock's current frozen_time.", "frozen_time")
    if target > clock["frozen_time"] + FURTHEST_SECONDS:
        raise invalid("You cannot advance a test clock by more than two years at once.", "frozen_time")
    clock["frozen_time"] = target
    call.world.store.put(clock)
    emit(call.world, "test_helpers.test_clock.advancing", clock | {"status": "advancing"})
    emit(call.world, "test_helpers.test_clock.ready", clock)
    return clock


@serves(f"DELETE {PREFIX}/{{test_clock}}")
def delete_clock(call: Call) -> JsonObject:
    """The clock, and with it its customers."""
    clock = retrieve_clock(call)
    where = "json_extract(body, '$.test_clock') = ?"
    for customer in call.world.store.list("customer", where, (clock["id"],), limit=1000):
        call.world.store.delete(customer["id"])
    call.world.store.delete(clock["id"])
    emit(call.world, "test_helpers.test_clock.deleted", clock)
    return {"id": clock["id"], "object": KIND, "deleted": True}


@serves(f"GET {PREFIX}", PAGED)
def list_clocks(call: Call) -> JsonObject:
    """Newest first."""
    return list_objects(call, KIND, PREFIX, label=LABEL)
