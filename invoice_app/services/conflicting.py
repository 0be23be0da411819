"""What two editors changed to different values, in words, so that one of them can choose (product.md, "Two editors")."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, select

from invoice_app.documents.formatting import format_amount
from invoice_app.domain.content import ContentAdjustment
from invoice_app.domain.merging import FieldConflict
from invoice_app.models import Invoice, InvoiceRevision
from invoice_app.repositories.drafts import LoadedDraft
from invoice_app.repositories.printing import describe_adjustment
from invoice_app.services.draft_views import ConflictField, DraftConflict
from invoice_app.services.views import Choice

FIELD_NAMES = {
    "description": "Description",
    "quantity": "Quantity",
    "unit_price": "Unit price",
    "discount": "Discount",
    "tax_id": "Tax",
    "kind": "Kind",
    "starts_on": "First day",
    "ends_on": "Last day",
    "label": "Name",
    "value": "Amount",
    "tax": "Tax",
}
WITHOUT_CONTENT = "empty"


def build_conflict(
    session: Session, invoice: Invoice, draft: LoadedDraft, taxes: Sequence[Choice], locale: str
) -> DraftConflict | None:
    """The fields of a draft that wait for a choice; None when there are none."""
    if not draft.conflicts:
        return None
    query = select(InvoiceRevision.saved_by).where(
        InvoiceRevision.invoice_id == invoice.id, InvoiceRevision.revision == invoice.revision
    )
    names = _name_rows(draft.saved) | _name_rows(draft.data)
    tax_names = {choice.value: choice.label for choice in taxes}
    fields = []
    for one in draft.conflicts:
        named = FIELD_NAMES.get(one.field, one.field.capitalize())
        mine, theirs = (_describe(one, value, tax_names, invoice.currency, locale) for value in (one.mine, one.theirs))
        row = names.get(one.key) or "A line"
        fields.append(ConflictField(name_conflict(one), f"{named} of {row}" if one.field else row, mine, theirs))
    return DraftConflict(session.exec(query).first() or "Somebody", invoice.revision, tuple(fields))


def name_conflict(conflict: FieldConflict) -> str:
    """What a choice is called on its way through the page."""
    return f"{conflict.key}:{conflict.field}"


def _name_rows(data: Mapping[str, Any]) -> dict[str, str]:
    lines = {line["key"]: line["description"] for line in data["lines"]}
    return lines | {row["key"]: row["label"] for row in data["adjustments"]}


def _describe(conflict: FieldConflict, value: Any, taxes: Mapping[str, str], currency: str, locale: str) -> str:
    if not conflict.field:
        return "removed" if value is None else "kept, with changes"
    if conflict.field == "tax_id":
        return taxes.get(value, WITHOUT_CONTENT)
    if conflict.field == "tax":
        return str(value["tax_name"]) or "No tax"
    if conflict.field == "value":
        row = ContentAdjustment(**{**value, "key": "", "label": "", "line_keys": tuple(value["line_keys"])})
        given = describe_adjustment(row, currency, locale) or format_amount(row.amount, currency, locale)
        return f"{given} on chosen lines" if row.line_keys else given
    return str(value) or WITHOUT_CONTENT
