"""What Stripe's own description says of the served operations, as cut down by `distil`."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .errors import JsonObject

API_VERSION = "2026-10-28.endive"
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method and path; `names` are the path's placeholders in order."""

    key: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    params: Node


@cache
def load_description() -> dict[str, Any]:
    """The whole file, read once: a tenth of a megabyte."""
    document: dict[str, Any] = json.loads(Path(__file__).with_name("stripe_api.json").read_text("utf-8"))
    return document


def resolve(node: Node) -> Node:
    """The node itself, where it is a reference into the pool."""
    if "ref" in node:
        pooled: Node = load_description()["nodes"][node["ref"]]
        return pooled
    return node


def start_object(name: str, **values: Any) -> JsonObject:
    """An answer's object: every key Stripe would send, null where nothing is said."""
    base = dict.fromkeys(load_description()["skeletons"][name])
    base.update(values)
    return base


def list_expandable(name: str) -> list[str]:
    """The properties of an object that `expand` may name; none for an object the sandbox does not serve."""
    found: list[str] = load_description()["expandable"].get(name, [])
    return found


@cache
def list_operations() -> list[Operation]:
    """Every served operation."""
    found = []
    for key, params in load_description()["operations"].items():
        path = key.split(" ")[1]
        names = tuple(re.findall(r"\{(\w+)\}", path))
        pattern = re.compile("^" + re.sub(r"\{\w+\}", "([^/]+)", path) + "/?$")
        found.append(Operation(key, pattern, names, params))
    return found


@cache
def _operations_by_shape() -> dict[tuple[str, int], list[Operation]]:
    table: dict[tuple[str, int], list[Operation]] = {}
    for operation in list_operations():
        method, path = operation.key.split(" ")
        table.setdefault((method, path.count("/")), []).append(operation)
    return table


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The served operation and its path values, or None for an address the sandbox does not know."""
    path = path.rstrip("/")
    for operation in _operations_by_shape().get((method, path.count("/")), []):
        if match := operation.pattern.match(path):
            return operation, dict(zip(operation.names, match.groups(), strict=True))
    return None
