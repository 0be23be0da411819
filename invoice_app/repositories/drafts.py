"""Unsaved edits: one draft for each invoice and member of staff, merged with what others saved meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, select

from invoice_app.clock import utc_now
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.merging import Choices, FieldConflict, merge_rows
from invoice_app.models import Invoice, InvoiceDraft
from invoice_app.repositories.invoices import read_revision


@dataclass(frozen=True)
class LoadedDraft:
    """A draft against the invoice as it is now, as plain rows ({"lines", "adjustments"}).

    `data` is what is shown, `saved` the same of the current revision. `conflicts` are fields both sides changed since
    `base_revision`. `resets` counts how often the draft was thrown away. `row` keeps it.
    """

    data: dict[str, Any]
    saved: dict[str, Any]
    base_revision: int
    conflicts: tuple[FieldConflict, ...] = ()
    resets: int = 0
    row: InvoiceDraft | None = None

    @property
    def unsaved(self) -> bool:
        """Whether anything differs from the current revision."""
        return self.data != self.saved


_OWN_DRAFT = select(InvoiceDraft).where(
    InvoiceDraft.invoice_id == bindparam("invoice_id"), InvoiceDraft.user_id == bindparam("user_id")
)

Write = Callable[[InvoiceContent], dict[str, Any]]


def load_draft(
    session: Session,
    invoice: Invoice,
    user_id: int,
    content: InvoiceContent,
    write: Write,
    *,
    choices: Choices | None = None,
) -> LoadedDraft:
    """The user's draft, or the invoice as it stands.

    `content` is what the invoice says now, `write` turns content into plain rows as they are typed; `choices` says whose value
    is taken where both changed the same field, mine when it says nothing.
    """
    assert invoice.id is not None
    saved = write(content)
    row = session.exec(_OWN_DRAFT, params={"invoice_id": invoice.id, "user_id": user_id}).first()
    resets = row.content.get("resets", 0) if row else 0
    if row is None or "lines" not in row.content:
        return LoadedDraft(saved, saved, invoice.revision, resets=resets, row=row)
    mine = {"lines": row.content["lines"], "adjustments": row.content["adjustments"]}
    if row.base_revision == invoice.revision:
        return LoadedDraft(mine, saved, row.base_revision, resets=resets, row=row)
    base = write(InvoiceContent.from_json(read_revision(session, invoice.id, row.base_revision).content))
    lines = merge_rows(base["lines"], mine["lines"], saved["lines"], choices)
    folded = [_fold(rows["adjustments"]) for rows in (base, mine, saved)]
    adjustments = merge_rows(folded[0], folded[1], folded[2], choices)
    merged = {"lines": list(lines.rows), "adjustments": _unfold(adjustments.rows)}
    conflicts = lines.conflicts + adjustments.conflicts
    based_on = row.base_revision if conflicts else invoice.revision
    return LoadedDraft(merged, saved, based_on, conflicts, resets, row)


# What a coupon, discount or fee comes to is one field: half of one and half of another would be neither.
_VALUE = ("kind", "method", "rate", "amount", "base", "coupon_id", "line_keys")
_TAX = ("tax_name", "tax_category", "tax_rate")


def _fold(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    parts = {"value": _VALUE, "tax": _TAX}
    inside = {name for names in parts.values() for name in names}
    return [
        {name: value for name, value in row.items() if name not in inside}
        | {part: {name: row[name] for name in names} for part, names in parts.items()}
        for row in rows
    ]


def _unfold(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    plain = [{name: value for name, value in row.items() if name not in ("value", "tax")} for row in rows]
    return [facts | row["value"] | row["tax"] for facts, row in zip(plain, rows, strict=True)]


def store_draft(
    session: Session,
    invoice: Invoice,
    user_id: int,
    draft: LoadedDraft,
    data: dict[str, Any],
    *,
    resets: int,
    based_on: int | None = None,
) -> LoadedDraft:
    """Keep what was typed; answers the draft as it now is.

    It stays against the revision the draft is based on, so that conflicts still wait to be settled; `based_on` says another.
    """
    assert invoice.id is not None
    row = draft.row or InvoiceDraft(
        invoice_id=invoice.id, user_id=user_id, base_revision=invoice.revision, content={}, updated_at=utc_now()
    )
    base = draft.base_revision if based_on is None else based_on
    row.base_revision, row.content, row.updated_at = base, {**data, "resets": resets}, utc_now()
    session.add(row)
    return replace(draft, data=data, base_revision=base, resets=resets, row=row)


def drop_draft(session: Session, draft: LoadedDraft) -> LoadedDraft:
    """Throw the user's unsaved edits away; answers the invoice as it stands."""
    if draft.row is not None:
        draft.row.content, draft.row.updated_at = {"resets": draft.resets + 1}, utc_now()
        session.add(draft.row)
    return LoadedDraft(draft.saved, draft.saved, draft.base_revision, resets=draft.resets + 1, row=draft.row)
