"""The balance and its movements. Source: docs.stripe.com/api/balance_transactions."""

from ..errors import JsonObject
from ..paging import filters, list_objects
from ..registry import LISTING, serves
from ..world import Call


@serves("GET /v1/balance")
def retrieve_balance(call: Call) -> JsonObject:
    """Sums of the movements by currency and state."""
    rows = call.world.store.db.execute(
        "SELECT json_extract(body, '$.currency') AS currency, json_extract(body, '$.status') AS status, "
        "sum(json_extract(body, '$.net')) AS net FROM objects WHERE kind = 'balance_transaction' GROUP BY 1, 2"
    ).fetchall()
    currencies = sorted({row["currency"] for row in rows} | {"usd"})
    sums = {(row["status"], row["currency"]): row["net"] for row in rows}

    def list_funds(status: str) -> list[JsonObject]:
        return [
            {
                "amount": sums.get((status, c), 0),
                "currency": c,
                "source_types": {"card": sums.get((status, c), 0)},
            }
            for c in currencies
        ]

    return {
        "object": "balance",
        "available": list_funds("available"),
        "livemode": False,
        "pending": list_funds("pending"),
    }


@serves("GET /v1/balance_transactions/{id}")
def retrieve_balance_transaction(call: Call) -> JsonObject:
    """One movement."""
    return call.world.need(call.path["id"], "balance_transaction", "balance transaction", "id", status=404)


@serves("GET /v1/balance_transactions", LISTING, "type currency source")
def list_balance_transactions(call: Call) -> JsonObject:
    """By type, currency or source."""
    where = filters(call, "type", "currency", "source")
    return list_objects(call, "balance_transaction", "/v1/balance_transactions", where)
