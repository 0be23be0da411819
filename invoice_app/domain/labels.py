"""The words an organisation may choose for the headings of its invoices (D27)."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields

from invoice_app.domain.errors import ValidationFailed

LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class Labels:
    """The headings of a printed document; each default is what an organisation gets that chooses none."""

    invoice: str = "Invoice"
    amount_due: str = "Amount due"
    issued: str = "Issued"
    due: str = "Due"
    billed_to: str = "Billed to"
    terms: str = "Terms"
    note: str = "Note"


DEFAULT_LABELS = Labels()


def read_labels(chosen: Mapping[str, str]) -> Labels:
    """The chosen words; the default where there is none."""
    return Labels(**{name: chosen[name] for name in _names() if chosen.get(name)})


def put_in_sentence(label: str) -> str:
    """A heading within a sentence: our own words in small letters, an organisation's as it writes them."""
    return label.lower() if label in astuple(DEFAULT_LABELS) else label


def parse_labels(typed: Mapping[str, str]) -> dict[str, str]:
    """The words that differ from the defaults. Raises ValidationFailed for field "label_<name>"."""
    defaults, chosen = Labels(), {}
    for name in _names():
        text = " ".join(typed.get(name, "").split())
        if len(text) > LONGEST_LABEL:
            raise ValidationFailed(f"Keep it under {LONGEST_LABEL} letters.", f"label_{name}", text)
        if text and text != getattr(defaults, name):
            chosen[name] = text
    return chosen


def _names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Labels))
