"""What a page shows stands in its address: it can be shared, kept, and undone by Back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from invoice_app.services.views import Choice

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LONGEST_TEXT = 200
Choices = Mapping[str, tuple[Choice, ...]]
QueryType = TypeVar("QueryType", bound="DataclassInstance")


def read_query(kind: type[QueryType], parameters: Mapping[str, str], choices: Choices | None = None) -> QueryType:
    """What a page's address asks for. What cannot be read is left out, and so is what is none of the field's `choices`."""
    said: dict[str, object] = {}
    for field in fields(kind):
        text = parameters.get(field.name, "")[:LONGEST_TEXT].strip()
        if field.type is int:
            said[field.name] = _read_count(text)
        elif text and _is_choice(text, (choices or {}).get(field.name)):
            said[field.name] = text
    return kind(**said)


def _read_count(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _is_choice(text: str, choices: tuple[Choice, ...] | None) -> bool:
    return choices is None or any(choice.value == text for choice in choices)


def write_address(path: str, query: "DataclassInstance") -> str:
    """The address that asks for this, without what goes without saying.

    >>> write_address("/invoices", ListQuery(status="overdue"))
    '/invoices?status=overdue'
    """
    usual = type(query)()
    asked = {field.name: getattr(query, field.name) for field in fields(query)}
    said = {name: value for name, value in asked.items() if value != getattr(usual, name)}
    return f"{path}?{urlencode(said)}" if said else path
