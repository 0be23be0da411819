"""What an invoice says, as values: the input of pricing, the content of a revision, the base of every printout.

One shape travels from the editor's draft and the database rows to the calculator and into the stored revision, so that there is
a single way from what was typed to what is printed (product.md invariant 2).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from invoice_app.domain.adjustments import Adjustment, AdjustmentBase, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.lines import Line
from invoice_app.domain.tax import TaxCategory, TaxRate, TaxRounding
from invoice_app.domain.totals import Document, Totals, price_document


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A line: `quantity` in millionths, `unit_price` in millionths of the major unit, rates in ten-thousandths of a percent.

    `kind` is an ItemKind; `starts_on` and `ends_on` are when it is rendered, where that matters.
    """

    key: str
    description: str
    quantity: int
    unit_price: int
    discount_rate: int = 0
    discount_amount: int = 0
    tax_name: str = ""
    tax_category: str = "O"
    tax_rate: int = 0
    kind: str = "product"
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ContentAdjustment:
    """A coupon, discount or fee in stored order; `amount` in minor units, `line_keys` empty for the whole document."""

    key: str
    kind: str
    method: str
    label: str
    rate: int = 0
    amount: int = 0
    base: str = "after_discounts"
    description: str = ""
    coupon_id: int | None = None
    line_keys: tuple[str, ...] = ()
    tax_name: str = ""
    tax_category: str = ""
    tax_rate: int = 0


@dataclass(frozen=True, slots=True)
class InvoiceContent:
    """Everything that makes the totals, and the words printed beside them."""

    currency: str
    prices_include_tax: bool
    tax_rounding: str
    lines: tuple[ContentLine, ...]
    adjustments: tuple[ContentAdjustment, ...]

    def to_document(self) -> Document:
        """The calculator's input."""
        return Document(
            currency=self.currency,
            lines=tuple(_to_line(line) for line in self.lines),
            adjustments=tuple(_to_adjustment(adjustment) for adjustment in self.adjustments),
            prices_include_tax=self.prices_include_tax,
            rounding=TaxRounding(self.tax_rounding),
        )

    def price(self) -> Totals:
        """The totals, in minor units."""
        return price_document(self.to_document())

    def tax_names(self) -> dict[tuple[str, int], str]:
        """The printed name of each (category, rate)."""
        named: dict[tuple[str, int], str] = {}
        sources: tuple[ContentLine | ContentAdjustment, ...] = (*self.lines, *self.adjustments)
        for source in sources:
            if source.tax_category:
                named.setdefault((source.tax_category, source.tax_rate), source.tax_name)
        return named

    def to_json(self) -> dict[str, Any]:
        """Plain data for storage."""
        return {
            "currency": self.currency,
            "prices_include_tax": self.prices_include_tax,
            "tax_rounding": self.tax_rounding,
            "lines": [_line_to_json(line) for line in self.lines],
            "adjustments": [read_fields(adjustment) for adjustment in self.adjustments],
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> "InvoiceContent":
        """Read back what `to_json` stored."""
        return InvoiceContent(
            currency=data["currency"],
            prices_include_tax=data["prices_include_tax"],
            tax_rounding=data["tax_rounding"],
            lines=tuple(_line_from_json(line) for line in data["lines"]),
            adjustments=tuple(
                ContentAdjustment(**{**adjustment, "line_keys": tuple(adjustment["line_keys"])})
                for adjustment in data["adjustments"]
            ),
        )


def read_fields(row: ContentLine | ContentAdjustment) -> dict[str, Any]:
    """A row as plain data; its values are plain already, which spares the copying of `asdict`."""
    return {name: getattr(row, name) for name in row.__slots__}


def _line_to_json(line: ContentLine) -> dict[str, Any]:
    days = {name: day.isoformat() for name in ("starts_on", "ends_on") if (day := getattr(line, name))}
    return {**read_fields(line), "starts_on": None, "ends_on": None, **days}


def _line_from_json(data: dict[str, Any]) -> ContentLine:
    days = {name: date.fromisoformat(day) for name in ("starts_on", "ends_on") if (day := data.get(name))}
    return ContentLine(**{**data, **days})


def _to_line(line: ContentLine) -> Line:
    return Line(
        key=line.key,
        quantity=line.quantity,
        unit_price=line.unit_price,
        tax=TaxRate(TaxCategory(line.tax_category), line.tax_rate),
        discount_rate=line.discount_rate,
        discount_amount=line.discount_amount,
    )


def _to_adjustment(adjustment: ContentAdjustment) -> Adjustment:
    return Adjustment(
        key=adjustment.key,
        kind=AdjustmentKind(adjustment.kind),
        method=AdjustmentMethod(adjustment.method),
        rate=adjustment.rate,
        amount=adjustment.amount,
        base=AdjustmentBase(adjustment.base),
        line_keys=adjustment.line_keys,
        tax=TaxRate(TaxCategory(adjustment.tax_category), adjustment.tax_rate) if adjustment.tax_category else None,
    )
