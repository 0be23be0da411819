"""Whether an answer is what Stripe's description says of it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

NEWER_THAN_DESCRIPTION = {
    # docs.stripe.com/changelog/endive/2026-09-30/payment-method-type-payment-failures
    ("api_errors", "payment_method_type"),
}
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


@cache
def load_schemas() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path(__file__).with_name("stripe_objects.json").read_text("utf-8"))
    return document


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "ref" in schema:
        schema = load_schemas()["nodes"][schema["ref"]]
    return schema


def find_problems(value: Any) -> list[str]:
    """Every way in which an answered object, or each object of a list, differs from its schema; empty when it conforms."""
    kind = value.get("object") if isinstance(value, dict) else None
    if kind == "list":
        return [problem for item in value["data"] for problem in find_problems(item)]
    if value.get("deleted"):
        kind = f"deleted_{kind}"
    if kind not in load_schemas()["objects"]:
        return [f"{kind}: not a described object"]
    return check(value, {"$ref": kind}, str(kind), "")


def check(value: Any, schema: dict[str, Any], path: str, name: str) -> list[str]:
    schema = resolve(schema)
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        target = load_schemas()["objects"][name]
        return [] if value is None and schema.get("nullable") else check(value, target, path, name)
    if value is None:
        return [] if schema.get("nullable") or not schema else [f"{path}: null is not allowed"]
    if "anyOf" in schema:
        attempts = [check(value, choice, path, name) for choice in schema["anyOf"]]
        return min(attempts, key=len)
    kind = schema.get("type")
    if kind and (not isinstance(value, PYTHON_TYPES[kind]) or (kind in ("integer", "number") and isinstance(value, bool))):
        return [f"{path}: {value!r} is no {kind}"]
    if schema.get("enum") and value not in schema["enum"]:
        return [f"{path}: {value!r} is none of {schema['enum']}"]
    if kind == "array":
        items = schema.get("items", {})
        return [problem for index, item in enumerate(value) for problem in check(item, items, f"{path}[{index}]", name)]
    if kind == "object":
        return check_object(value, schema, path, name)
    return []


def check_object(value: dict[str, Any], schema: dict[str, Any], path: str, name: str) -> list[str]:
    properties = schema.get("properties")
    if properties is None:
        extra = schema.get("additionalProperties")
        return (
            [p for key, item in value.items() for p in check(item, extra, f"{path}.{key}", name)]
            if isinstance(extra, dict)
            else []
        )
    problems = [f"{path}.{key}: missing" for key in schema.get("required", ()) if key not in value]
    for key, item in value.items():
        if key in properties:
            problems += check(item, properties[key], f"{path}.{key}", name)
        elif (name, key) not in NEWER_THAN_DESCRIPTION and properties:
            problems.append(f"{path}.{key}: Stripe has no such property")
    return problems
