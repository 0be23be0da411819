"""Stripe's request encoding: form fields with brackets, nested.

`metadata[order]=7&line_items[0][quantity]=1&expand[]=customer` becomes dicts of strings; a dict whose keys are all
indices becomes a list. Source: docs.stripe.com/api (form-encoded request bodies).
"""

import re
from typing import Any
from urllib.parse import parse_qsl

from .errors import StripeError

FIELD = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
INDEX = re.compile(r"[0-9]{1,9}")
PART = re.compile(r"\[([^\[\]]*)\]")
MAX_DEPTH, MAX_FIELDS = 12, 5000


def parse_form(text: str) -> dict[str, Any]:
    """The nested form of a query string or form body.

    Raises:
        StripeError: too many fields, a field name whose brackets do not close, or one name used as a value and as a group.
    """
    root: dict[str, Any] = {}
    try:
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise StripeError(f"A request may have up to {MAX_FIELDS} parameters.") from None
    for name, value in fields:
        match = FIELD.fullmatch(name)
        keys = [match[1], *PART.findall(match[2])] if match else []
        if not keys or len(keys) > MAX_DEPTH:
            raise StripeError(f"Invalid parameter name: {name}", param=name)
        put_value(root, keys, value, name)
    return {key: fold_indices(child) for key, child in root.items()}


def put_value(root: dict[str, Any], keys: list[str], value: str, name: str) -> None:
    """Put one field's value where its keys lead."""
    place = root
    for key in keys[:-1]:
        child = place.setdefault(key or str(len(place)), {})
        if not isinstance(child, dict):
            raise StripeError(f"Invalid parameter name: {name}", param=name)
        place = child
    last = keys[-1] or str(len(place))
    if isinstance(place.get(last), dict):
        raise StripeError(f"Invalid parameter name: {name}", param=name)
    place[last] = value


def fold_indices(node: Any) -> Any:
    """Dicts whose keys are all indices become lists."""
    if not isinstance(node, dict):
        return node
    children = {key: fold_indices(child) for key, child in node.items()}
    if children and all(INDEX.fullmatch(key) for key in children):
        return [children[key] for key in sorted(children, key=int)]
    return children
