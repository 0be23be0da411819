"""Credit notes: correcting a finalised invoice as a whole, by single lines or by an amount (product.md invariants 10 and 14).

What was paid beyond what is then owed becomes the customer's credit. Parts credited one after the other sum to the invoice
exactly, tax rate by tax rate: the last one takes the residue.
"""

from dataclasses import dataclass

from sqlmodel import Session

from invoice_app.clock import today_in, utc_now
from invoice_app.db import reading, transaction
from invoice_app.documents.printed import write_printed
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.bookkeeping import book_credit_note
from invoice_app.domain.credit_lines import CreditableRow
from invoice_app.domain.credits import Creditable, credit_amount, credit_taxables
from invoice_app.domain.errors import AttemptInProgress, CreditExceedsInvoice, ValidationFailed
from invoice_app.domain.money import parse_amount
from invoice_app.domain.stages import Action, require_allowed
from invoice_app.models import CreditNote, CreditNoteLine, CreditNoteTax, Invoice
from invoice_app.repositories.bookkeeping import book
from invoice_app.repositories.credit_notes import LeftToCredit, find_credit_of_form, read_left
from invoice_app.repositories.credits import release_excess
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import lock_invoice, read_invoice, read_unfinished
from invoice_app.repositories.numbering import take_credit_number
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing_credits import CreditRow, describe_rows, print_credit_note
from invoice_app.repositories.schedules import follow_schedule
from invoice_app.repositories.situations import read_situation
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.printing import keep_credit_pdf
from invoice_app.services.signalling import signal_invoice
from invoice_app.services.voiding import parse_reason

WHOLE, LINES, AMOUNT = "whole", "lines", "amount"
TRIES = 3


@dataclass(frozen=True)
class CreditLineForm:
    """A row as typed: its key and tax group as the dialog showed them, and how much of it, without tax."""

    key: str
    place: int
    amount: str = ""


@dataclass(frozen=True)
class CreditForm:
    """A credit note as typed: `scope` whole, lines or amount (with tax). `key`: one for each opening of the form."""

    scope: str = WHOLE
    amount: str = ""
    lines: tuple[CreditLineForm, ...] = ()
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class PlannedCredit:
    """What a form comes to: the credit by tax group, and its rows."""

    left: LeftToCredit
    credit: Creditable
    rows: tuple[CreditRow, ...]


class _PageOpen(Exception):
    """The customer has a payment page open that charges more than will be owed."""


def issue_credit_note(actor: Actor | None, invoice_id: int, form: CreditForm) -> int:
    """Issue a credit note on a finalised invoice; answers its id. An open payment page is closed first.

    The same `form.key` again answers the one issued before. Raises ValidationFailed ("amount", "lines", "reason"),
    CreditExceedsInvoice for more than is left of any tax rate, ActionRefused (not finalised), InvoiceIsVoid, AttemptInProgress,
    NotFound, PermissionDenied, GatewayUnavailable.
    """
    editor = require(actor, Permission.CREDIT)
    reason = parse_reason(form.reason)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        if (issued := find_credit_of_form(session, form.key)) is not None:
            return issued.id or 0
        plan_credit(session, invoice, form)
    for _ in range(TRIES):
        close_open_checkout(invoice_id)
        try:
            with transaction() as session:
                note_id = _issue(session, editor, lock_invoice(session, invoice_id), form, reason)
        except _PageOpen:
            continue
        keep_credit_pdf(note_id)
        return note_id
    raise AttemptInProgress(message="The customer is paying this moment. Nothing was changed; please try again shortly.")


def plan_credit(session: Session, invoice: Invoice, form: CreditForm) -> PlannedCredit:
    """What a form would credit now. Raises as `issue_credit_note`."""
    require_allowed(Action.CREDIT, reference=invoice.number or "", **read_situation(session, invoice))
    left = read_left(session, invoice)
    wanted: tuple[CreditableRow, ...] = ()
    if form.scope == WHOLE:
        credit = credit_amount(left.remaining, left.remaining.total)
        wanted = left.invoiced_rows if left.untouched else ()
    elif form.scope == AMOUNT:
        credit = credit_amount(left.remaining, _parse_positive(form.amount, invoice, "amount"))
    elif form.scope == LINES:
        wanted = _parse_rows(invoice, left, form.lines)
        credit = credit_taxables(left.remaining, _sum_by_group(wanted))
    else:
        raise ValidationFailed("Choose what to credit.", "scope", form.scope)
    if credit.total <= 0:
        raise ValidationFailed("This comes to nothing to credit.", "lines")
    return PlannedCredit(left, credit, describe_rows(left.content, wanted, credit, read_organisation(session).locale))


def _parse_rows(invoice: Invoice, left: LeftToCredit, typed: tuple[CreditLineForm, ...]) -> tuple[CreditableRow, ...]:
    known = {(row.key, row.place): row.taxable for row in left.rows}
    wanted: dict[tuple[str, int], int] = {}
    for line in typed:
        most = known.get((line.key, line.place))
        if most is None or (line.key, line.place) in wanted:
            raise ValidationFailed("Choose lines of this invoice, each once.", "lines", line.key)
        amount = _parse_positive(line.amount, invoice, "lines")
        if amount > most:
            raise CreditExceedsInvoice(amount, most)
        wanted[line.key, line.place] = amount
    if not wanted:
        raise ValidationFailed("Choose at least one line.", "lines")
    return tuple(CreditableRow(key, place, amount) for (key, place), amount in wanted.items())


def _parse_positive(text: str, invoice: Invoice, field: str) -> int:
    amount = parse_amount(text, invoice.currency, field)
    if amount <= 0:
        raise ValidationFailed("Enter an amount above 0.", field, text)
    return amount


def _sum_by_group(rows: tuple[CreditableRow, ...]) -> dict[int, int]:
    wanted: dict[int, int] = {}
    for row in rows:
        wanted[row.place] = wanted.get(row.place, 0) + row.taxable
    return wanted


def _issue(session: Session, editor: Actor, invoice: Invoice, form: CreditForm, reason: str) -> int:
    if (issued := find_credit_of_form(session, form.key)) is not None:
        return issued.id or 0
    plan = plan_credit(session, invoice, form)
    if read_unfinished(session, invoice.id or 0):
        raise _PageOpen
    note = _store(session, editor, invoice, plan, form, reason)
    before = {"credited": invoice.credited, "due": invoice.due}
    invoice.credited += note.total
    entries = book_credit_note(note.total)
    book(session, invoice, entries, kind="credit_note", source=f"credit_note:{note.id}", who=editor.name, note=note.number)
    note.to_account = release_excess(session, invoice, who=editor.name)
    follow_schedule(session, invoice)
    invoice.updated_at = utc_now()
    session.add_all((invoice, note))
    after = {"credited": invoice.credited, "due": invoice.due, "credit_note": note.number, "to_account": note.to_account}
    record_event(session, editor, subject=f"invoice:{invoice.id}", action="issued a credit note", before=before, after=after)
    signal_invoice(session, invoice)
    return note.id or 0


def _store(session: Session, editor: Actor, invoice: Invoice, plan: PlannedCredit, form: CreditForm, reason: str) -> CreditNote:
    organisation, credit = read_organisation(session), plan.credit
    issued_on = today_in(organisation.time_zone)
    taken = take_credit_number(session, organisation, issued_on)
    printed = print_credit_note(
        session, invoice, plan.left.content, credit, plan.rows, number=taken.number, issued_on=issued_on, reason=reason
    )
    note = CreditNote(
        invoice_id=invoice.id or 0,
        account_id=invoice.account_id,
        number=taken.number,
        series=taken.series,
        sequence=taken.sequence,
        currency=invoice.currency,
        revision=invoice.revision,
        scope=form.scope,
        reason=reason,
        total=credit.total,
        tax_total=sum(group.tax for group in credit.groups),
        rounding=credit.rounding,
        issued={"document": write_printed(printed), "logo_key": organisation.logo_key},
        form_key=form.key or None,
        issued_on=issued_on,
        issued_by=editor.name,
        created_at=utc_now(),
    )
    session.add(note)
    session.flush()
    assert note.id is not None
    for position, row in enumerate(plan.rows):
        session.add(
            CreditNoteLine(
                credit_note_id=note.id,
                position=position,
                line_key=row.key,
                place=row.place,
                description=row.description,
                amount=row.taxable,
            )
        )
    for place, group in enumerate(credit.groups):
        if group.taxable or group.tax:
            session.add(
                CreditNoteTax(
                    credit_note_id=note.id,
                    place=place,
                    category=group.category,
                    rate=group.rate,
                    taxable=group.taxable,
                    tax=group.tax,
                )
            )
    session.flush()
    return note
