"""Payment schedules: an invoice paid in instalments, fixed amounts first, then percentages of what they leave (D32).

A deposit is the first instalment. What was agreed is stored; the amounts are worked out anew whenever the total changes.
"""

from dataclasses import dataclass

from sqlmodel import Session

from invoice_app.clock import today_in, utc_now
from invoice_app.db import reading, transaction
from invoice_app.documents.formatting import format_amount, format_amount_label
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookings import parse_day
from invoice_app.domain.errors import AppError, PaymentsSwitchedOff, ValidationFailed
from invoice_app.domain.instalments import cover_instalments, measure_remaining, refit_instalments, split_instalments
from invoice_app.domain.method_fees import sum_method_fees
from invoice_app.domain.money import format_plain, format_rate, parse_amount, parse_rate
from invoice_app.domain.stages import Action, Kind, Stage, require_allowed
from invoice_app.models import Instalment, Invoice
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import lock_invoice, read_content, read_invoice
from invoice_app.repositories.schedules import list_instalments, replace_schedule
from invoice_app.services.signalling import signal_invoice

FIXED, PERCENT = "fixed", "percent"
MOST = 36
LONGEST_LABEL = 60


@dataclass(frozen=True)
class InstalmentForm:
    """One instalment as typed: `kind` fixed or percent, the day as YYYY-MM-DD."""

    label: str = ""
    kind: str = PERCENT
    value: str = ""
    due_on: str = ""


@dataclass(frozen=True)
class InstalmentRow:
    """One instalment as the editor shows it: what was typed, what it comes to, and what is wrong with it.

    `state` says how far it is paid, "" for not at all.
    """

    form: InstalmentForm
    amount: str
    error: str
    state: str = ""


@dataclass(frozen=True)
class ScheduleView:
    """The editor: it can be saved once nothing remains. `remaining` and `total` with symbol and code."""

    invoice_id: int
    rows: tuple[InstalmentRow, ...]
    total: str
    remaining: str
    error: str
    can_save: bool
    can_edit: bool
    exists: bool


def open_schedule(actor: Actor | None, invoice_id: int) -> ScheduleView:
    """The schedule as it is stored; without one, a suggestion: half now, half on the due date."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        context = read_context(session, read_invoice(session, invoice_id))
        stored = list_instalments(session, invoice_id)
        forms = tuple(_write(row, context.invoice.currency) for row in stored) or _suggest(context)
        return _build(session, viewer, context, forms, exists=bool(stored))


def preview_schedule(actor: Actor | None, invoice_id: int, forms: tuple[InstalmentForm, ...]) -> ScheduleView:
    """What the typed instalments come to and what remains; nothing is stored."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        context = read_context(session, read_invoice(session, invoice_id))
        exists = bool(list_instalments(session, invoice_id))
        return _build(session, viewer, context, forms, exists=exists)


def save_schedule(actor: Actor | None, invoice_id: int, forms: tuple[InstalmentForm, ...]) -> ScheduleView:
    """Agree on these instalments; none takes the schedule away. An open payment page stays good: its amount is still owed.

    Raises ValidationFailed ("schedule" unless exactly nothing remains), InvoiceIsVoid, AttemptInProgress, PaymentsSwitchedOff.
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        context = read_context(session, invoice)
        _check_editable(context)
        rows = [_parse(form, invoice.currency) for form in _in_order(forms)]
        if rows:
            total = _total_to_split(session, invoice)
            split_instalments(total, [row.fixed for row in rows if not row.rate], [row.rate for row in rows if row.rate])
            _check_days(rows)
        before = {"instalments": [vars(_write(row, invoice.currency)) for row in list_instalments(session, invoice_id)]}
        replace_schedule(session, invoice, rows)
        invoice.updated_at = utc_now()
        session.add(invoice)
        after = {"instalments": [vars(_write(row, invoice.currency)) for row in rows]}
        action = "saved the payment schedule" if rows else "removed the payment schedule"
        record_event(session, editor, subject=f"invoice:{invoice_id}", action=action, before=before, after=after)
        signal_invoice(session, invoice)
    return open_schedule(actor, invoice_id)


def _check_editable(context: InvoiceContext) -> None:
    invoice = context.invoice
    if context.switches_off:
        raise PaymentsSwitchedOff(context.switches_off)
    # When and in which parts something is paid is no revenue: it may change after the invoice is locked (conflict 6).
    require_allowed(
        Action.TAKE_PAYMENT,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        in_flight=invoice.in_flight,
        reference=context.reference,
    )


def _total_to_split(session: Session, invoice: Invoice) -> int:
    content = read_content(session, invoice)
    return invoice.total - sum_method_fees(content) - invoice.credited


def _build(
    session: Session, viewer: Actor, context: InvoiceContext, forms: tuple[InstalmentForm, ...], *, exists: bool
) -> ScheduleView:
    invoice, locale = context.invoice, context.organisation.locale
    total = _total_to_split(session, invoice)
    ordered = _in_order(forms)
    parsed = [_try(form, invoice.currency) for form in ordered]
    good = [row for row, _ in parsed if row is not None]
    fixed, rates = [row.fixed for row in good if not row.rate], [row.rate for row in good if row.rate]
    remaining = measure_remaining(total, fixed, rates) if good else total
    amounts = _amounts(total, fixed, rates, remaining)
    paid = cover_instalments(amounts, invoice.paid - (invoice.total - invoice.credited - total))
    told = iter(
        [(format_amount(one, invoice.currency, locale), _name(one, part)) for one, part in zip(amounts, paid, strict=True)]
    )
    rows = tuple(
        InstalmentRow(form, amount, error, state)
        for form, (row, error) in zip(ordered, parsed, strict=True)
        for amount, state in [next(told) if row else ("", "")]
    )
    error = next((error for _, error in parsed if error), "") or _explain(total, good, fixed, rates)
    return ScheduleView(
        invoice_id=invoice.id or 0,
        rows=rows,
        total=format_amount_label(total, invoice.currency, locale),
        remaining=format_amount_label(remaining, invoice.currency, locale),
        error=error,
        can_save=not error and bool(rows),
        can_edit=viewer.may(Permission.EDIT_INVOICES) and not context.switches_off and invoice.stage != "void",
        exists=exists,
    )


def _name(amount: int, paid: int) -> str:
    return "" if paid <= 0 else "Paid" if paid >= amount else "Partly paid"


def _amounts(total: int, fixed: list[int], rates: list[int], remaining: int) -> list[int]:
    if remaining == 0:
        return refit_instalments(total, fixed, rates)
    rest = max(total - sum(fixed), 0)
    return [*fixed, *(rest - measure_remaining(rest, [], [rate]) for rate in rates)]


def _explain(total: int, good: list[Instalment], fixed: list[int], rates: list[int]) -> str:
    if not good:
        return "Add an instalment."
    try:
        split_instalments(total, fixed, rates)
        _check_days(good)
    except ValidationFailed as refusal:
        return refusal.message
    return ""


def _in_order(forms: tuple[InstalmentForm, ...]) -> list[InstalmentForm]:
    if len(forms) > MOST:
        raise ValidationFailed(f"An invoice has at most {MOST} instalments.", "schedule")
    return sorted(forms, key=lambda form: form.kind != FIXED)


def _try(form: InstalmentForm, currency: str) -> tuple[Instalment | None, str]:
    try:
        return _parse(form, currency), ""
    except AppError as refusal:
        return None, refusal.message


def _parse(form: InstalmentForm, currency: str) -> Instalment:
    if form.kind not in (FIXED, PERCENT):
        raise ValidationFailed("Choose an amount or a percentage.", "kind", form.kind)
    label = " ".join(form.label.split())
    if len(label) > LONGEST_LABEL:
        raise ValidationFailed(f"Keep the name under {LONGEST_LABEL} characters.", "label")
    rate = parse_rate(form.value, "value") if form.kind == PERCENT else 0
    fixed = parse_amount(form.value, currency, "value") if form.kind == FIXED else 0
    if rate <= 0 and fixed <= 0:
        raise ValidationFailed("Each instalment must be above zero.", "value", form.value)
    due_on = parse_day(form.due_on, "due_on")
    return Instalment(invoice_id=0, position=0, label=label, rate=rate, fixed=fixed, due_on=due_on)


def _check_days(rows: list[Instalment]) -> None:
    days = [row.due_on for row in rows]
    if days != sorted(days):
        raise ValidationFailed("Each instalment is due on or after the one before it; fixed amounts come first.", "schedule")


def _write(row: Instalment, currency: str) -> InstalmentForm:
    kind = PERCENT if row.rate else FIXED
    value = format_rate(row.rate) if row.rate else format_plain(row.fixed, currency)
    return InstalmentForm(row.label, kind, value, row.due_on.isoformat())


def _suggest(context: InvoiceContext) -> tuple[InstalmentForm, ...]:
    invoice = context.invoice
    today = today_in(context.organisation.time_zone)
    # Nobody means to agree today on what would have been due before.
    first, last = max(min(invoice.issued_on, invoice.due_on), today), max(invoice.due_on, today)
    return (
        InstalmentForm("Deposit", PERCENT, "50", first.isoformat()),
        InstalmentForm("Balance", PERCENT, "50", last.isoformat()),
    )
