"""A draft as it is typed: texts that keep even what does not parse yet, parsed line by line with each error at its field."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent, read_fields
from invoice_app.domain.entry import (
    TaxRef,
    parse_description,
    parse_discount,
    parse_kind,
    parse_period,
    parse_quantity,
    parse_unit_price,
    write_discount,
    write_period,
    write_unit_price,
)
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import currency_exponent, format_micro

LINE_FIELDS = ("description", "quantity", "unit_price", "discount", "tax_id", "starts_on", "ends_on")
MAX_TEXT = 10_000
MAX_LINES = 1_000


@dataclass(frozen=True)
class LineTexts:
    """One line as typed. Its `kind` is chosen once, when it is added."""

    key: str
    description: str = ""
    quantity: str = "1"
    unit_price: str = ""
    discount: str = ""
    tax_id: str = ""
    kind: str = "product"
    starts_on: str = ""
    ends_on: str = ""


@dataclass(frozen=True)
class DraftTexts:
    """A whole draft: lines as typed, adjustments as values (they are only added when they are right)."""

    lines: tuple[LineTexts, ...]
    adjustments: tuple[ContentAdjustment, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data for storage."""
        adjustments = [{**read_fields(row), "line_keys": list(row.line_keys)} for row in self.adjustments]
        return {"lines": [dict(vars(line)) for line in self.lines], "adjustments": adjustments}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "DraftTexts":
        """Read back what `to_json` stored."""
        return DraftTexts(
            lines=tuple(LineTexts(**line) for line in data["lines"]),
            adjustments=tuple(
                ContentAdjustment(**{**row, "line_keys": tuple(row["line_keys"])}) for row in data["adjustments"]
            ),
        )

    def find_line(self, key: str) -> LineTexts | None:
        """The line with this key."""
        return next((line for line in self.lines if line.key == key), None)

    def with_line(self, changed: LineTexts) -> "DraftTexts":
        """The same draft with one line replaced."""
        return replace(self, lines=tuple(changed if line.key == changed.key else line for line in self.lines))


@dataclass(frozen=True)
class ParsedDraft:
    """The content as far as it can be read, and what is wrong: line key → field → message."""

    content: InvoiceContent
    errors: dict[str, dict[str, str]]


def write_texts(content: InvoiceContent) -> DraftTexts:
    """Content as it would have been typed."""
    decimals = currency_exponent(content.currency)
    return DraftTexts(
        lines=tuple(write_line(line, content.currency, decimals) for line in content.lines),
        adjustments=content.adjustments,
    )


def write_line(line: ContentLine, currency: str, decimals: int) -> LineTexts:
    """One line as it would have been typed."""
    starts_on, ends_on = write_period(line)
    return LineTexts(
        key=line.key,
        description=line.description,
        quantity=format_micro(line.quantity),
        unit_price=write_unit_price(line.unit_price, decimals),
        discount=write_discount(line, currency),
        tax_id=str(TaxRef(line.tax_category, line.tax_rate, line.tax_name)),
        kind=line.kind,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def parse_texts(texts: DraftTexts, current: InvoiceContent, known_taxes: Collection[str]) -> ParsedDraft:
    """Read a draft. A line with an error is left out of the content; `known_taxes` are the tax values a form may carry."""
    lines: list[ContentLine] = []
    errors: dict[str, dict[str, str]] = {}
    for texts_of_line in texts.lines:
        line, wrong = _parse_line(texts_of_line, current.currency, known_taxes)
        if line is not None:
            lines.append(line)
        else:
            errors[texts_of_line.key] = wrong
    content = InvoiceContent(
        current.currency, current.prices_include_tax, current.tax_rounding, tuple(lines), texts.adjustments
    )
    return ParsedDraft(content, errors)


def write_like(texts: LineTexts, saved: LineTexts, currency: str) -> LineTexts:
    """The line with every text that means what is saved written as it is saved: "260" over "260.00" is no change."""
    return replace(texts, **{field: getattr(saved, field) for field in LINE_FIELDS if _means(field, texts, saved, currency)})


def _means(field: str, texts: LineTexts, saved: LineTexts, currency: str) -> bool:
    parse = _list_parsers(currency).get(field, str)
    try:
        return bool(parse(getattr(texts, field)) == parse(getattr(saved, field)))
    except ValidationFailed:
        return False


def _list_parsers(currency: str) -> dict[str, Callable[[str], Any]]:
    return {
        "description": parse_description,
        "quantity": parse_quantity,
        "unit_price": parse_unit_price,
        "discount": lambda text: parse_discount(text, currency),
    }


def _parse_line(texts: LineTexts, currency: str, known_taxes: Collection[str]) -> tuple[ContentLine | None, dict[str, str]]:
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    for field, parse in _list_parsers(currency).items():
        try:
            values[field] = parse(getattr(texts, field))
        except ValidationFailed as error:
            errors[field] = error.message
    try:
        starts_on, ends_on = parse_period(texts.starts_on, texts.ends_on)
    except ValidationFailed as error:
        errors[error.field] = error.message
    if texts.tax_id not in known_taxes:
        errors["tax_id"] = "Choose a tax from the list."
    if errors:
        return None, errors
    tax = TaxRef.parse(texts.tax_id)
    rate, amount = values["discount"]
    return (
        ContentLine(
            key=texts.key,
            description=values["description"],
            quantity=values["quantity"],
            unit_price=values["unit_price"],
            discount_rate=rate,
            discount_amount=amount,
            tax_name=tax.name,
            tax_category=tax.category,
            tax_rate=tax.rate,
            kind=parse_kind(texts.kind),
            starts_on=starts_on,
            ends_on=ends_on,
        ),
        {},
    )
