"""Settings of invoices: their words, who is billed, when they lock (D18, D27, D28), and how they are numbered (D26).

New invoices and drafts follow them; what was sent keeps its words, what was finalised everything.
"""

from dataclasses import dataclass, fields
from datetime import date

from sqlmodel import Session

from invoice_app.clock import today_in
from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.entry import parse_text
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.labels import DEFAULT_LABELS, Labels, parse_labels
from invoice_app.domain.numbering import (
    LONGEST_PADDING,
    SHORTEST_PADDING,
    credit_pattern,
    format_number,
    is_of_series,
    series_key,
)
from invoice_app.domain.stages import LockPolicy
from invoice_app.gateways import signals
from invoice_app.models import Organisation
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.issuing import lock_following_drafts, move_due_day, tell_dates
from invoice_app.repositories.numbering import find_foreign_number, peek_next
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.signalling import signal_invoice

LONGEST_TERM_DAYS = 365
LONGEST_TEXT = 2_000
BILL_TO = ("accounts", "contacts", "both")
NUMBER_AT = ("issue", "create")


@dataclass(frozen=True)
class WordingForm:
    """Terms, words and rules as typed. `label_*` are the headings, empty for the usual word."""

    payment_terms_days: str = ""
    terms: str = ""
    note: str = ""
    bill_to: str = "accounts"
    lock_policy: str = "on_finalize"
    allow_unvoid: bool = False
    label_invoice: str = ""
    label_amount_due: str = ""
    label_issued: str = ""
    label_due: str = ""
    label_billed_to: str = ""
    label_terms: str = ""
    label_note: str = ""


@dataclass(frozen=True)
class NumberingForm:
    """Numbers as typed. `number_at`: issue (when finalised or first paid) or create."""

    number_prefix: str = ""
    number_pattern: str = ""
    number_padding: str = ""
    number_at: str = "issue"
    custom_numbers: bool = False
    credit_prefix: str = ""


@dataclass(frozen=True)
class NumberPreview:
    """The next numbers these settings would give; or, with `field`, what is wrong there."""

    invoice: str = ""
    following: str = ""
    credit_note: str = ""
    error: str = ""
    field: str = ""


@dataclass(frozen=True)
class InvoiceSettings:
    """Both forms as they are saved, and whether this member of staff may change them (D18)."""

    wording: WordingForm = WordingForm()
    numbering: NumberingForm = NumberingForm()
    preview: NumberPreview = NumberPreview()
    can_edit: bool = False


def open_invoice_settings(actor: Actor | None) -> InvoiceSettings:
    """What is saved; anyone on the staff may look."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        numbering = _write_numbering(organisation)
        return InvoiceSettings(
            wording=_write_wording(organisation),
            numbering=numbering,
            preview=_preview(session, organisation, numbering),
            can_edit=viewer.may(Permission.MANAGE_SETTINGS),
        )


def save_wording(actor: Actor | None, form: WordingForm) -> None:
    """Keep terms, words and rules; drafts that print these terms are due by them too, unless a day was typed.

    Raises ValidationFailed naming the field, PermissionDenied (D18).
    """
    editor = require(actor, Permission.MANAGE_SETTINGS)
    with transaction() as session:
        organisation = read_organisation(session)
        before, days_before = vars(_write_wording(organisation)).copy(), organisation.payment_terms_days
        organisation.payment_terms_days = _parse_days(form.payment_terms_days)
        organisation.terms = parse_text(form.terms, "terms", most=LONGEST_TEXT)
        organisation.note = parse_text(form.note, "note", most=LONGEST_TEXT)
        organisation.bill_to = _parse_choice(form.bill_to, BILL_TO, "bill_to")
        organisation.lock_policy = _parse_choice(form.lock_policy, tuple(LockPolicy), "lock_policy")
        organisation.allow_unvoid = bool(form.allow_unvoid)
        organisation.labels = parse_labels({field.name: getattr(form, f"label_{field.name}") for field in fields(Labels)})
        session.add(organisation)
        after = vars(_write_wording(organisation)).copy()
        record_event(session, editor, subject="organisation", action="changed how invoices read", before=before, after=after)
        if organisation.payment_terms_days != days_before:
            _move_drafts(session, editor, days_before, organisation.payment_terms_days)
        _signal(session)


def _move_drafts(session: Session, editor: Actor, days_before: int, days: int) -> None:
    for draft in lock_following_drafts(session, days_before):
        before = tell_dates(draft)
        move_due_day(session, draft, days)
        subject, action = f"invoice:{draft.id}", "due date followed the payment terms"
        record_event(session, editor, subject=subject, action=action, before=before, after=tell_dates(draft))
        signal_invoice(session, draft)


def save_numbering(actor: Actor | None, form: NumberingForm) -> None:
    """Keep how documents are numbered; numbers that were given stay. Raises ValidationFailed naming the field."""
    editor = require(actor, Permission.MANAGE_SETTINGS)
    with transaction() as session:
        organisation = read_organisation(session)
        before = vars(_write_numbering(organisation)).copy()
        _apply_numbering(organisation, form)
        _check_numbers(session, organisation)
        session.add(organisation)
        after = vars(_write_numbering(organisation)).copy()
        record_event(session, editor, subject="organisation", action="changed the numbering", before=before, after=after)
        _signal(session)


def preview_numbering(actor: Actor | None, form: NumberingForm) -> NumberPreview:
    """The next numbers that typed settings would give; what is wrong is told, not raised."""
    require(actor, Permission.VIEW)
    with reading() as session:
        return _preview(session, read_organisation(session), form)


def _preview(session: Session, organisation: Organisation, form: NumberingForm) -> NumberPreview:
    tried = Organisation(**organisation.model_dump())
    try:
        _apply_numbering(tried, form)
        _check_numbers(session, tried)
        first = _next_number(session, tried, 0)
        following, note = _next_number(session, tried, 1), _next_number(session, tried, 0, credit=True)
    except ValidationFailed as refusal:
        return NumberPreview(error=refusal.message, field=refusal.field)
    return NumberPreview(first, following, note)


def _next_number(session: Session, organisation: Organisation, ahead: int, *, credit: bool = False) -> str:
    pattern, prefix = organisation.number_pattern, organisation.number_prefix
    if credit:
        pattern, prefix = credit_pattern(pattern), organisation.credit_prefix
    today = today_in(organisation.time_zone)
    sequence = peek_next(session, series_key(pattern, prefix=prefix, on=today)) + ahead
    return format_number(pattern, prefix=prefix, sequence=sequence, on=today, padding=organisation.number_padding)


def _apply_numbering(organisation: Organisation, form: NumberingForm) -> None:
    organisation.number_prefix = form.number_prefix.strip()
    organisation.number_pattern = form.number_pattern.strip()
    organisation.number_padding = _parse_padding(form.number_padding)
    organisation.number_at = _parse_choice(form.number_at, NUMBER_AT, "number_at")
    organisation.custom_numbers = bool(form.custom_numbers)
    organisation.credit_prefix = form.credit_prefix.strip()
    if not organisation.credit_prefix:
        raise ValidationFailed("Credit notes need a prefix that tells them apart.", "credit_prefix")
    if organisation.credit_prefix == organisation.number_prefix:
        raise ValidationFailed("Credit notes need another prefix than invoices.", "credit_prefix")


def _check_numbers(session: Session, organisation: Organisation) -> None:
    today = today_in(organisation.time_zone)
    pattern = organisation.number_pattern
    for field, shape, prefix in (
        ("number_prefix", pattern, organisation.number_prefix),
        ("credit_prefix", _try_credit_pattern(pattern), organisation.credit_prefix),
    ):
        try:
            format_number(shape, prefix=prefix, sequence=1, on=today, padding=organisation.number_padding)
        except ValidationFailed as error:
            named = {"prefix": field, "pattern": "number_pattern", "padding": "number_padding", "number": "number_pattern"}
            raise ValidationFailed(error.message, named.get(error.field, field)) from None
        series, credit_notes = series_key(shape, prefix=prefix, on=today), field == "credit_prefix"
        foreign = find_foreign_number(session, shape, prefix, series, of_credit_notes=credit_notes)
        if foreign:
            message = f"These numbers would one day come to {foreign}, which another document has. Choose another prefix."
            raise ValidationFailed(message, field)
    _check_apart(organisation, today)


def _check_apart(organisation: Organisation, today: date) -> None:
    """No invoice and no credit note may ever come to the same number. Raises ValidationFailed ("credit_prefix")."""
    pattern = organisation.number_pattern
    pairs = ((pattern, organisation.number_prefix), (credit_pattern(pattern), organisation.credit_prefix))
    for (one, its_prefix), (other, other_prefix) in (pairs, pairs[::-1]):
        first = format_number(one, prefix=its_prefix, sequence=1, on=today, padding=organisation.number_padding)
        if is_of_series(first, other, prefix=other_prefix):
            raise ValidationFailed("Invoices and credit notes would come to the same numbers.", "credit_prefix")


def _try_credit_pattern(pattern: str) -> str:
    try:
        return credit_pattern(pattern)
    except ValidationFailed:
        return pattern


def _write_wording(organisation: Organisation) -> WordingForm:
    labels = {f"label_{field.name}": organisation.labels.get(field.name, "") for field in fields(Labels)}
    return WordingForm(
        payment_terms_days=str(organisation.payment_terms_days),
        terms=organisation.terms,
        note=organisation.note,
        bill_to=organisation.bill_to,
        lock_policy=organisation.lock_policy,
        allow_unvoid=organisation.allow_unvoid,
        **labels,
    )


def _write_numbering(organisation: Organisation) -> NumberingForm:
    return NumberingForm(
        number_prefix=organisation.number_prefix,
        number_pattern=organisation.number_pattern,
        number_padding=str(organisation.number_padding),
        number_at=organisation.number_at,
        custom_numbers=organisation.custom_numbers,
        credit_prefix=organisation.credit_prefix,
    )


def usual_labels() -> dict[str, str]:
    """The word for each heading when none is chosen, by its field of the form."""
    return {f"label_{field.name}": getattr(DEFAULT_LABELS, field.name) for field in fields(Labels)}


def _parse_choice(value: str, choices: tuple[str, ...], field: str) -> str:
    if value not in choices:
        raise ValidationFailed("Choose one of the list.", field, value)
    return str(value)


def _parse_days(text: str) -> int:
    cleaned = text.strip()
    if not cleaned.isascii() or not cleaned.isdigit() or len(cleaned) > 9 or int(cleaned) > LONGEST_TERM_DAYS:
        raise ValidationFailed(f"Enter 0 to {LONGEST_TERM_DAYS} days.", "payment_terms_days")
    return int(cleaned)


def _parse_padding(text: str) -> int:
    cleaned = text.strip()
    if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 9 and SHORTEST_PADDING <= int(cleaned) <= LONGEST_PADDING:
        return int(cleaned)
    raise ValidationFailed(f"Use {SHORTEST_PADDING} to {LONGEST_PADDING} digits.", "number_padding", text)


def _signal(session: Session) -> None:
    after_commit(session, lambda: signals.publish_all((signals.SETTINGS, signals.ORDERS)))
