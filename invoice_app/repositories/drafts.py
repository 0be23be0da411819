"""Unsaved edits: one draft for each invoice and member of staff, merged with what others saved meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from invoice_app.clock import utc_now
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.merging import FieldConflict, Preference, merge_rows
from invoice_app.models import Invoice, InvoiceDraft
from invoice_app.repositories.invoices import read_content, read_revision


@dataclass(frozen=True)
class LoadedDraft:
    """A draft against the invoice as it is now.

    `data` is what is shown ({"lines", "adjustments"} as plain rows), `saved` the same of the current revision.
    `conflicts` are fields both
    sides changed since `base_revision`. `resets` counts how often the draft was thrown away.
    """

    data: dict[str, Any]
    saved: dict[str, Any]
    base_revision: int
    conflicts: tuple[FieldConflict, ...]
    resets: int

    @property
    def unsaved(self) -> bool:
        """Whether anything differs from the current revision."""
        return self.data != self.saved


Write = Callable[[InvoiceContent], dict[str, Any]]


def load_draft(session: Session, invoice: Invoice, user_id: int, write: Write, *, prefer: Preference = "mine") -> LoadedDraft:
    """The user's draft, or the invoice as it stands. `write` turns content into plain rows as they are typed;
    `prefer` says whose
    value is shown where both changed the same field.
    """
    assert invoice.id is not None
    saved = write(read_content(session, invoice))
    row = _find(session, invoice.id, user_id)
    resets = row.content.get("resets", 0) if row else 0
    if row is None or "lines" not in row.content:
        return LoadedDraft(saved, saved, invoice.revision, (), resets)
    mine = {"lines": row.content["lines"], "adjustments": row.content["adjustments"]}
    if row.base_revision == invoice.revision:
        return LoadedDraft(mine, saved, row.base_revision, (), resets)
    base_content = InvoiceContent.from_json(read_revision(session, invoice.id, row.base_revision).content)
    base = write(base_content)
    lines = merge_rows(base["lines"], mine["lines"], saved["lines"], prefer=prefer)
    adjustments = merge_rows(base["adjustments"], mine["adjustments"], saved["adjustments"], prefer=prefer)
    merged = {"lines": list(lines.rows), "adjustments": list(adjustments.rows)}
    conflicts = lines.conflicts + adjustments.conflicts
    return LoadedDraft(merged, saved, row.base_revision if conflicts else invoice.revision, conflicts, resets)


def store_draft(session: Session, invoice: Invoice, user_id: int, data: dict[str, Any], resets: int) -> None:
    """Keep what was typed, against the current revision."""
    assert invoice.id is not None
    _put(session, invoice.id, user_id, invoice.revision, {**data, "resets": resets})


def drop_draft(session: Session, invoice_id: int, user_id: int) -> None:
    """Throw the user's unsaved edits away."""
    row = _find(session, invoice_id, user_id)
    if row is not None:
        _put(session, invoice_id, user_id, row.base_revision, {"resets": row.content.get("resets", 0) + 1})


def _find(session: Session, invoice_id: int, user_id: int) -> InvoiceDraft | None:
    query = select(InvoiceDraft).where(InvoiceDraft.invoice_id == invoice_id, InvoiceDraft.user_id == user_id)
    return session.exec(query).first()


def _put(session: Session, invoice_id: int, user_id: int, base_revision: int, content: dict[str, Any]) -> None:
    row = _find(session, invoice_id, user_id) or InvoiceDraft(
        invoice_id=invoice_id, user_id=user_id, base_revision=base_revision, content={}, updated_at=utc_now()
    )
    row.base_revision, row.content, row.updated_at = base_revision, content, utc_now()
    session.add(row)
