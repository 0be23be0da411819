"""The invoice as it is printed: every amount already formatted, once.

The customer's page, the PDF, the e-mail and the staff preview all print these strings, so no cent can differ between them
(product.md invariant 2). Amounts inside tables carry no currency; `due_label` and `total_label` carry symbol and code (D19).
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from invoice_app.domain.labels import DEFAULT_LABELS, Labels


@dataclass(frozen=True, slots=True)
class PrintedParty:
    """Seller or buyer: a name, address lines, tax identifiers as (label, value) pairs."""

    name: str
    address: tuple[str, ...] = ()
    email: str = ""
    tax_ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line; `key` is stable between revisions, `discount` is empty or like "−10 %"."""

    key: str
    description: str
    quantity: str
    unit_price: str
    tax: str
    amount: str
    discount: str = ""


@dataclass(frozen=True, slots=True)
class PrintedAdjustment:
    """A coupon, discount or fee as the customer may read it; never a zero one (product.md invariant 16)."""

    key: str
    label: str
    amount: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class PrintedTax:
    """One (category, rate) group: "Tax 20 %", its base and its amount."""

    label: str
    taxable: str
    amount: str


@dataclass(frozen=True, slots=True)
class PrintedPayment:
    """Money received on this invoice: when, how, how much.

    Money that went back has a negative amount, and `back` is the same without its sign.
    """

    received: str
    method: str
    amount: str
    back: str = ""


@dataclass(frozen=True, slots=True)
class PrintedCredit:
    """A credit note on this invoice: its id and number, when, and the amount it took off, negative."""

    id: int
    number: str
    issued: str
    amount: str


@dataclass(frozen=True, slots=True)
class PrintedInstalment:
    """One part of the payment schedule: `state` is "Paid", "Due", "Overdue", "Part paid" or "" for one to come."""

    label: str
    due: str
    amount: str
    state: str


@dataclass(frozen=True, slots=True)
class PrintedInvoice:
    """One revision of one invoice, complete and formatted for a reader.

    `total_minor` and `due_minor` are minor units of `currency`; they exist for comparison (is this what the customer saw?),
    never for arithmetic. `number` is empty until one is assigned; `reference` then names the document. `stamp` is "", "Paid",
    "Credited", "Replaced" or "Void". `due` may say how near the day is; `due_date` is the day alone, for documents that are
    read later than made.
    """

    revision: int
    number: str
    reference: str
    currency: str
    language: str
    issued_on: date
    issued: str
    due: str
    seller: PrintedParty
    buyer: PrintedParty
    lines: tuple[PrintedLine, ...]
    subtotal: str
    adjustments: tuple[PrintedAdjustment, ...]
    taxes: tuple[PrintedTax, ...]
    tax_note: str
    total: str
    total_label: str
    payments: tuple[PrintedPayment, ...]
    paid: str
    due_amount: str
    due_label: str
    total_minor: int
    due_minor: int
    stamp: str = ""
    terms: str = ""
    note: str = ""
    rounding: str = ""
    due_date: str = ""
    instalments: tuple[PrintedInstalment, ...] = ()
    credits: tuple[PrintedCredit, ...] = ()
    labels: Labels = DEFAULT_LABELS


@dataclass(frozen=True, slots=True)
class PrintedBrief:
    """What a letter about one payment says of its invoice: `name` is its number, else its order's; labels as above (D19)."""

    name: str
    seller: str
    due_date: str
    total_label: str
    due_label: str
    is_owed: bool = False
    labels: Labels = DEFAULT_LABELS


_ROWS: dict[str, Any] = {
    "lines": PrintedLine,
    "adjustments": PrintedAdjustment,
    "taxes": PrintedTax,
    "payments": PrintedPayment,
    "instalments": PrintedInstalment,
    "credits": PrintedCredit,
}


def write_printed(printed: PrintedInvoice) -> dict[str, Any]:
    """A printed document as plain data, to be kept as it was issued."""
    return {**asdict(printed), "issued_on": printed.issued_on.isoformat()}


def restore_printed(data: dict[str, Any]) -> PrintedInvoice:
    """Read back what `write_printed` wrote."""
    rows = {name: tuple(kind(**row) for row in data[name]) for name, kind in _ROWS.items()}
    parties = {name: _restore_party(data[name]) for name in ("seller", "buyer")}
    issued_on = date.fromisoformat(data["issued_on"])
    return PrintedInvoice(**{**data, **rows, **parties, "issued_on": issued_on, "labels": Labels(**data["labels"])})


def _restore_party(data: dict[str, Any]) -> PrintedParty:
    pairs = tuple((label, value) for label, value in data["tax_ids"])
    return PrintedParty(**{**data, "address": tuple(data["address"]), "tax_ids": pairs})
