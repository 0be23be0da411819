"""Editing an invoice in the drawer: every keystroke is kept in a draft, the customer sees nothing until it is
saved (A20–A22)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import uuid4

from sqlmodel import Session

from invoice_app.clock import today_in
from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.content import ContentAdjustment, InvoiceContent
from invoice_app.domain.errors import ActionRefused, NotFound, PaymentsSwitchedOff, StaleRevision, ValidationFailed
from invoice_app.domain.merging import Choices, Preference
from invoice_app.domain.method_fees import is_method_fee
from invoice_app.gateways import signals
from invoice_app.models import Invoice
from invoice_app.repositories.contexts import read_switches_off
from invoice_app.repositories.drafts import LoadedDraft, drop_draft, load_draft, store_draft
from invoice_app.repositories.invoices import lock_invoice, read_content, read_invoice, read_unfinished
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.conflicting import name_conflict
from invoice_app.services.draft_texts import (
    LINE_FIELDS,
    MAX_LINES,
    MAX_TEXT,
    DraftTexts,
    LineTexts,
    parse_texts,
    write_like,
    write_texts,
)
from invoice_app.services.draft_view import build_draft_view, list_tax_values
from invoice_app.services.draft_views import DraftView
from invoice_app.services.revising import check_editable, revise_invoice

Edit = Callable[[Session, Invoice, DraftTexts], DraftTexts]


def open_draft(actor: Actor | None, invoice_id: int) -> DraftView:
    """The drawer as this member of staff left it, merged with what others saved since. Raises NotFound."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        return build_draft_view(session, viewer, invoice, load_own_draft(session, invoice, viewer))


def edit_line(actor: Actor | None, invoice_id: int, key: str, field: str, text: str) -> DraftView:
    """Keep what was typed into one field, right or wrong; the view says what is wrong. Raises NotFound for an unknown line."""
    if field not in LINE_FIELDS:
        raise ValidationFailed("There is no such field.", field=field)

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        line = _find(texts, key)
        values: dict[str, str] = {field: text[: MAX_TEXT + 1]}
        return texts.with_line(replace(line, **values))

    return edit_draft(actor, invoice_id, edit)


def read_today(actor: Actor | None) -> str:
    """The organisation's day as it is typed."""
    require(actor, Permission.VIEW)
    with reading() as session:
        return today_in(read_organisation(session).time_zone).isoformat()


def add_line(actor: Actor | None, invoice_id: int) -> DraftView:
    """Add an empty line at the end, with the default tax."""

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        if len(texts.lines) >= MAX_LINES:
            raise ValidationFailed(f"An invoice has at most {MAX_LINES:,} lines.", field="lines")
        taxes = list_tax_values(session, InvoiceContent(invoice.currency, False, invoice.tax_rounding, (), ()))
        line = LineTexts(key=uuid4().hex, tax_id=taxes[0].value if taxes else "")
        return replace(texts, lines=(*texts.lines, line))

    return edit_draft(actor, invoice_id, edit)


def remove_line(actor: Actor | None, invoice_id: int, key: str) -> DraftView:
    """Remove a line from the draft."""

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        _find(texts, key)
        return replace(texts, lines=tuple(line for line in texts.lines if line.key != key))

    return edit_draft(actor, invoice_id, edit)


def move_line(actor: Actor | None, invoice_id: int, key: str, steps: int) -> DraftView:
    """Move a line up (negative) or down; past either end it stays at the end."""

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        lines = list(texts.lines)
        index = lines.index(_find(texts, key))
        lines.insert(max(0, index + steps), lines.pop(index))
        return replace(texts, lines=tuple(lines))

    return edit_draft(actor, invoice_id, edit)


def remove_adjustment(actor: Actor | None, invoice_id: int, key: str) -> DraftView:
    """Remove a coupon, discount or fee from the draft. Raises ActionRefused for the fee of a payment."""

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        return replace(texts, adjustments=tuple(row for row in texts.adjustments if row.key != key))

    return edit_draft(actor, invoice_id, edit)


def move_adjustment(actor: Actor | None, invoice_id: int, key: str, steps: int) -> DraftView:
    """Move a coupon, discount or fee; the order decides what a percentage is taken of."""

    def edit(session: Session, invoice: Invoice, texts: DraftTexts) -> DraftTexts:
        rows = list(texts.adjustments)
        index = next((index for index, row in enumerate(rows) if row.key == key), None)
        if index is None:
            raise NotFound("item", key)
        rows.insert(max(0, index + steps), rows.pop(index))
        return replace(texts, adjustments=tuple(rows))

    return edit_draft(actor, invoice_id, edit)


def discard_draft(actor: Actor | None, invoice_id: int) -> DraftView:
    """Throw this member's unsaved edits away."""
    editor = require(actor, Permission.EDIT_INVOICES)
    with transaction() as session:
        invoice = read_invoice(session, invoice_id)
        draft = drop_draft(session, load_own_draft(session, invoice, editor))
        return build_draft_view(session, editor, invoice, draft)


def settle_conflicts(actor: Actor | None, invoice_id: int, choices: Mapping[str, str], *, saved_revision: int) -> DraftView:
    """Decide every field both sides changed: "mine" or "theirs" by DraftConflict's names; all other edits of both stay.

    `saved_revision`: the one whose values were shown. Raises StaleRevision when somebody has saved again meanwhile, so that
    nothing is decided unseen, and ValidationFailed while a field is undecided.
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        if invoice.revision != saved_revision:
            raise StaleRevision(expected=saved_revision, actual=invoice.revision)
        waiting = load_own_draft(session, invoice, editor).conflicts
        decided = {(one.key, one.field): parse_choice(choices.get(name_conflict(one), "")) for one in waiting}
        draft = load_own_draft(session, invoice, editor, choices=decided)
        draft = store_draft(
            session, invoice, editor.user_id, draft, draft.data, resets=draft.resets + 1, based_on=invoice.revision
        )
        return build_draft_view(session, editor, invoice, replace(draft, conflicts=()))


def parse_choice(text: str) -> Preference:
    """What was chosen for one field. Raises ValidationFailed."""
    if text == "mine":
        return "mine"
    if text == "theirs":
        return "theirs"
    raise ValidationFailed("Choose yours or theirs for every field.", field="choices")


def save_invoice(actor: Actor | None, invoice_id: int) -> DraftView:
    """Make the draft the next revision, which the customer sees at once (A21, A22).

    Raises StaleRevision while a field that others changed too is not decided, ValidationFailed when something typed is
    wrong, AttemptInProgress while money moves, CouponRefused, PaymentsSwitchedOff (A1).
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    saved: list[LoadedDraft] = []

    def change(session: Session, invoice: Invoice, content: InvoiceContent) -> InvoiceContent:
        _require_payments_on(session, invoice)
        draft = load_own_draft(session, invoice, editor, content)
        if draft.conflicts:
            raise StaleRevision(expected=draft.base_revision, actual=invoice.revision)
        saved[:] = [draft]
        return _parse_whole(session, draft, content) if draft.unsaved else content

    closed = revise_invoice(
        actor,
        invoice_id,
        change,
        permission=Permission.EDIT_INVOICES,
        action="saved the invoice",
        afterwards=lambda session, _: drop_draft(session, saved[0]),
    )
    return replace(open_draft(actor, invoice_id), closed_checkout=closed)


def _parse_whole(session: Session, draft: LoadedDraft, content: InvoiceContent) -> InvoiceContent:
    texts = DraftTexts.from_json(draft.data)
    known = {line["tax_id"] for line in draft.saved["lines"]}
    if not known.issuperset(line.tax_id for line in texts.lines):
        known = {choice.value for choice in list_tax_values(session, content)}
    parsed = parse_texts(texts, content, known)
    for errors in parsed.errors.values():
        for field, message in errors.items():
            raise ValidationFailed(f"Nothing was saved. {message}", field=field)
    return parsed.content


def edit_draft(actor: Actor | None, invoice_id: int, edit: Edit) -> DraftView:
    """Apply one edit to this member's draft.

    A conflict that waits to be settled goes on waiting. Raises PaymentsSwitchedOff (A1), ActionRefused for an edit of a
    payment's fee, and whatever else forbids editing.
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        check_editable(session, invoice, read_unfinished(session, invoice_id))
        _require_payments_on(session, invoice)
        draft = load_own_draft(session, invoice, editor)
        typed = DraftTexts.from_json(draft.data)
        texts = _write_as_saved(edit(session, invoice, typed), draft, invoice.currency)
        if _fees_of_payments(texts) != _fees_of_payments(typed):
            raise ActionRefused("This fee came with a payment. It goes off the invoice when the payment is refunded.")
        draft = store_draft(session, invoice, editor.user_id, draft, texts.to_json(), resets=draft.resets)
        if draft.conflicts:
            draft = load_own_draft(session, invoice, editor)
        after_commit(session, lambda: signals.publish(f"draft:{invoice_id}:{editor.user_id}"))
        return build_draft_view(session, editor, invoice, draft)


def _fees_of_payments(texts: DraftTexts) -> dict[str, ContentAdjustment]:
    return {row.key: row for row in texts.adjustments if is_method_fee(row.key)}


def _write_as_saved(texts: DraftTexts, draft: LoadedDraft, currency: str) -> DraftTexts:
    # A text that is sent late, after Save has written it anew, must not look like a change.
    saved = {line.key: line for line in DraftTexts.from_json(draft.saved).lines}
    lines = (
        write_like(line, saved[line.key], currency) if line.key in saved and line != saved[line.key] else line
        for line in texts.lines
    )
    return replace(texts, lines=tuple(lines))


def load_own_draft(
    session: Session,
    invoice: Invoice,
    actor: Actor,
    content: InvoiceContent | None = None,
    *,
    choices: Choices | None = None,
) -> LoadedDraft:
    """This member's draft as plain rows; `content` when the caller has read what the invoice says."""
    said = content or read_content(session, invoice)
    return load_draft(session, invoice, actor.user_id, said, lambda written: write_texts(written).to_json(), choices=choices)


def _require_payments_on(session: Session, invoice: Invoice) -> None:
    off = read_switches_off(session, invoice)
    if off:
        raise PaymentsSwitchedOff(off)


def _find(texts: DraftTexts, key: str) -> LineTexts:
    line = texts.find_line(key)
    if line is None:
        raise NotFound("line", key)
    return line
