"""Parameters against Stripe's description: types, enums, lengths, required and unknown names, metadata.

The wire carries strings only; what comes out is typed (int, bool, float, str, list, dict), and `None` where an empty
string unsets a field.
"""

import re
from typing import Any

from .description import Node, Operation, resolve
from .errors import StripeError, invalid, missing_param, unknown_param

INTEGER = re.compile(r"-?[0-9]{1,18}")
DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
UNSETTABLE = {
    "description",
    "email",
    "name",
    "phone",
    "receipt_email",
    "line1",
    "line2",
    "city",
    "state",
    "postal_code",
}
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


def read_params(operation: Operation, raw: dict[str, Any]) -> dict[str, Any]:
    """Typed parameters of one call.

    Raises:
        StripeError: 400 in Stripe's words, naming the parameter.
    """
    return read_object(operation.params, raw, "")


def read_value(node: Node, raw: Any, param: str) -> Any:
    """One value by its node."""
    node = resolve(node)
    if "removed" in node:
        raise removed_param(param, node["removed"])
    if "anyOf" in node:
        return read_any(node["anyOf"], raw, param)
    if node.get("type") == "object":
        if not isinstance(raw, dict):
            raise invalid("Invalid object", param)
        return read_object(node, raw, param)
    if node.get("type") == "array":
        return read_array(node, raw, param)
    if not isinstance(raw, str):
        raise invalid(f"Invalid {node.get('type', 'string')}", param)
    return read_scalar(node, raw, param)


def read_object(node: Node, raw: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Known names only, required ones present; a node without names takes any."""
    properties = node.get("properties")
    if properties is None:
        return dict(raw)
    for name in raw:
        if name not in properties:
            raise unknown_param(join(prefix, name))
    for name in node.get("required", ()):
        if name not in raw:
            raise missing_param(join(prefix, name))
    read = {name: read_value(properties[name], value, join(prefix, name)) for name, value in raw.items()}
    if isinstance(read.get("metadata"), dict):
        check_metadata(read["metadata"], join(prefix, "metadata"))
    return read


def read_array(node: Node, raw: Any, param: str) -> list[Any]:
    """Each item by the node of items; an empty string is an empty list."""
    if raw == "":
        return []
    if not isinstance(raw, list):
        raise invalid("Invalid array", param)
    return [read_value(node["items"], value, f"{param}[{index}]") for index, value in enumerate(raw)]


def read_any(choices: list[Node], raw: Any, param: str) -> Any:
    """The first choice of the right shape; its error, when none fits."""
    nodes = [resolve(choice) for choice in choices]
    if raw == "" and any(node.get("enum") == [""] for node in nodes):
        return None
    shape = "object" if isinstance(raw, dict) else "array" if isinstance(raw, list) else "scalar"
    fitting = [n for n in nodes if (n["type"] if n.get("type") in ("object", "array") else "scalar") == shape]
    fitting = [n for n in fitting if n.get("enum") != [""]]
    if not fitting:
        raise invalid(f"Invalid {nodes[0].get('type', 'value')}", param)
    failure: StripeError | None = None
    for node in fitting:
        try:
            return read_value(node, raw, param)
        except StripeError as error:
            failure = failure or error
    assert failure is not None
    raise failure


def read_scalar(node: Node, raw: str, param: str) -> Any:
    """A string, number or boolean in the bounds of its node."""
    kind, choices = node.get("type"), node.get("enum")
    if raw == "" and not (choices and "" in choices):
        if kind == "string" and not choices and param.rsplit("[")[-1].rstrip("]") in UNSETTABLE:
            return None
        raise empty_param(param)
    if choices and raw not in choices:
        listed = [choice for choice in choices if choice]
        words = ", ".join(listed[:-1]) + f", or {listed[-1]}" if len(listed) > 2 else " or ".join(listed)
        raise invalid(f"Invalid {param}: must be one of {words}" if len(listed) > 1 else f"Invalid {param}", param)
    if kind == "integer":
        if not INTEGER.fullmatch(raw):
            raise invalid(f"Invalid integer: {raw}", param, "parameter_invalid_integer")
        return int(raw)
    if kind == "number":
        if not DECIMAL.fullmatch(raw):
            raise invalid(f"Invalid decimal: {raw}", param)
        return float(raw)
    if kind == "boolean":
        if raw not in ("true", "false"):
            raise invalid(f"Invalid boolean: {raw}", param)
        return raw == "true"
    limit = node.get("maxLength")
    if limit is not None and len(raw) > limit:
        shown = f"{raw[:10]}...{raw[-5:]}"
        raise invalid(f"Invalid string: {shown}; must be at most {limit} characters", param)
    return raw or None


def check_metadata(metadata: dict[str, Any], param: str) -> None:
    """Limits of docs.stripe.com/api/metadata: 50 keys of 40 characters, values of 500, no nesting."""
    if len(metadata) > METADATA_KEYS:
        raise invalid(
            f"Metadata can only have up to {METADATA_KEYS} keys, but you passed in {len(metadata)}.",
            param,
        )
    for key, value in metadata.items():
        if not isinstance(value, str):
            raise invalid(
                "Metadata values must be strings, but for key " + key + " you passed in a value of type hash.",
                param,
            )
        if len(key) > METADATA_KEY_LENGTH:
            raise invalid(
                f"Metadata keys can have up to {METADATA_KEY_LENGTH} characters, but you passed in a key that is "
                f"{len(key)} characters. Invalid key: {key}",
                param,
            )
        if len(value) > METADATA_VALUE_LENGTH:
            raise invalid(
                f"Metadata values can have up to {METADATA_VALUE_LENGTH} characters, but you passed in a value that is "
                f"{len(value)} characters. Invalid value: {value}",
                param,
            )


def empty_param(param: str) -> StripeError:
    """`parameter_invalid_empty`."""
    return invalid(
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a field; however "
        f"'{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty value.",
        param,
        "parameter_invalid_empty",
    )


def removed_param(param: str, code: str) -> StripeError:
    """docs.stripe.com/changelog/endive/2026-09-30: the parameter left the API, with a code of its own."""
    return invalid(
        f"`{param}` is no longer supported on this API version. Use dynamic payment methods, or "
        "`allowed_payment_method_types` or `excluded_payment_method_types` for more control.",
        param,
        code,
    )


def join(prefix: str, name: str) -> str:
    """`a` and `b` make `a[b]`."""
    return f"{prefix}[{name}]" if prefix else name
