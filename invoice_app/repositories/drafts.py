"""Unsaved edits: one draft for each invoice and member of staff, merged with what others saved meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, select

from invoice_app.clock import utc_now
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.merging import FieldConflict, Preference, merge_rows
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
    prefer: Preference = "mine",
) -> LoadedDraft:
    """The user's draft, or the invoice as it stands.

    `content` is what the invoice says now, `write` turns content into plain rows as they are typed; `prefer` says whose value
    is shown where both changed the same field.
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
    lines = merge_rows(base["lines"], mine["lines"], saved["lines"], prefer=prefer)
    adjustments = merge_rows(base["adjustments"], mine["adjustments"], saved["adjustments"], prefer=prefer)
    merged = {"lines": list(lines.rows), "adjustments": list(adjustments.rows)}
    conflicts = lines.conflicts + adjustments.conflicts
    based_on = row.base_revision if conflicts else invoice.revision
    return LoadedDraft(merged, saved, based_on, conflicts, resets, row)


def store_draft(
    session: Session, invoice: Invoice, user_id: int, draft: LoadedDraft, data: dict[str, Any], *, resets: int
) -> LoadedDraft:
    """Keep what was typed, against the current revision; answers the draft as it now is."""
    assert invoice.id is not None
    row = draft.row or InvoiceDraft(
        invoice_id=invoice.id, user_id=user_id, base_revision=invoice.revision, content={}, updated_at=utc_now()
    )
    row.base_revision, row.content, row.updated_at = invoice.revision, {**data, "resets": resets}, utc_now()
    session.add(row)
    return LoadedDraft(data, draft.saved, invoice.revision, resets=resets, row=row)


def drop_draft(session: Session, draft: LoadedDraft) -> LoadedDraft:
    """Throw the user's unsaved edits away; answers the invoice as it stands."""
    if draft.row is not None:
        draft.row.content, draft.row.updated_at = {"resets": draft.resets + 1}, utc_now()
        session.add(draft.row)
    return LoadedDraft(draft.saved, draft.saved, draft.base_revision, resets=draft.resets + 1, row=draft.row)
