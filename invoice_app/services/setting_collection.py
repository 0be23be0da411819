"""How customers may pay: part payments, and a fee for each way of paying. Both are off until somebody turns them on."""

from dataclasses import dataclass

from sqlmodel import Session

from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.adjustments import HIGHEST_TRANSACTION_RATE
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import format_plain, format_rate, parse_amount, parse_rate
from invoice_app.gateways import signals
from invoice_app.models import Organisation
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.organisations import read_organisation


@dataclass(frozen=True)
class CollectionForm:
    """The settings as typed. `fee_covers_itself`: the whole invoice amount is left after the card service's share."""

    part_payments: bool = False
    part_minimum: str = ""
    method_fees: bool = False
    fee_covers_itself: bool = False
    card_rate: str = ""
    card_fixed: str = ""
    bank_rate: str = ""
    bank_fixed: str = ""


def open_collection(actor: Actor | None) -> CollectionForm:
    """The settings as a form shows them; anyone on the staff may look."""
    require(actor, Permission.VIEW)
    with reading() as session:
        return _write(read_organisation(session))


def save_collection(actor: Actor | None, form: CollectionForm) -> None:
    """Change them. Raises ValidationFailed naming the field."""
    editor = require(actor, Permission.MANAGE_SETTINGS)
    with transaction() as session:
        organisation = read_organisation(session)
        before = vars(_write(organisation)).copy()
        currency = organisation.currency
        organisation.part_payments = bool(form.part_payments)
        organisation.part_payment_minimum = _read_amount(form.part_minimum, currency, "part_minimum")
        organisation.method_fees = bool(form.method_fees)
        organisation.fee_covers_itself = bool(form.fee_covers_itself)
        organisation.card_fee_rate = _read_rate(form.card_rate, "card_rate")
        organisation.card_fee_fixed = _read_amount(form.card_fixed, currency, "card_fixed")
        organisation.bank_fee_rate = _read_rate(form.bank_rate, "bank_rate")
        organisation.bank_fee_fixed = _read_amount(form.bank_fixed, currency, "bank_fixed")
        session.add(organisation)
        after = vars(_write(organisation)).copy()
        record_event(session, editor, subject="organisation", action="changed how to pay", before=before, after=after)
        _signal(session)


def _write(organisation: Organisation) -> CollectionForm:
    currency = organisation.currency
    return CollectionForm(
        part_payments=organisation.part_payments,
        part_minimum=format_plain(organisation.part_payment_minimum, currency),
        method_fees=organisation.method_fees,
        fee_covers_itself=organisation.fee_covers_itself,
        card_rate=format_rate(organisation.card_fee_rate),
        card_fixed=format_plain(organisation.card_fee_fixed, currency),
        bank_rate=format_rate(organisation.bank_fee_rate),
        bank_fixed=format_plain(organisation.bank_fee_fixed, currency),
    )


def _read_amount(text: str, currency: str, field: str) -> int:
    amount = parse_amount(text.strip() or "0", currency, field)
    if amount < 0:
        raise ValidationFailed("This cannot be below 0.", field, text)
    return amount


def _read_rate(text: str, field: str) -> int:
    rate = parse_rate(text.strip() or "0", field)
    if rate > HIGHEST_TRANSACTION_RATE:
        raise ValidationFailed("A fee can be at most 25 %.", field, text)
    return rate


def _signal(session: Session) -> None:
    after_commit(session, lambda: signals.publish_all((signals.SETTINGS, signals.ORDERS)))
