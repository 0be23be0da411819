"""What the customer may pay, and what it costs by which method: shown before paying and checked again when they do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from invoice_app.clock import today_in
from invoice_app.documents.formatting import format_amount_label, format_date
from invoice_app.domain.charging import AmountNotChargeable, check_chargeable, lowest_charge
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.method_fees import FeeRule, may_carry_fee
from invoice_app.domain.money import format_plain, parse_amount
from invoice_app.domain.stages import Action, Kind, LockPolicy, Stage, allowed
from invoice_app.gateways.stripe_values import BANK_DEBITS
from invoice_app.models import Organisation
from invoice_app.repositories.contexts import InvoiceContext
from invoice_app.repositories.invoices import read_content
from invoice_app.repositories.payments import find_confirmation
from invoice_app.repositories.schedules import Due, find_due_now, read_schedule

ANY, CARD, BANK = "", "card", "bank"
ALL, NEXT, PART = "all", "next", "part"


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """What the customer asked for: `what` all, next or part ("" is the usual), the part as typed, and card or bank."""

    what: str = ""
    part: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class AmountOption:
    """One of the amounts that can be paid."""

    value: str
    label: str
    amount: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class MethodOption:
    """One of the ways to pay, with its fee and what it comes to."""

    value: str
    label: str
    fee: str
    total: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PaymentOffer:
    """The choice as the page shows it. `amount` pays the invoice, `fee` comes on top, `charge` is both; minor units.

    `amounts` is empty when only all that is due can be paid, `methods` when they cost the same.
    """

    amount: int
    fee: int
    charge: int
    method: str
    charge_label: str
    amount_label: str
    fee_label: str
    amounts: tuple[AmountOption, ...]
    methods: tuple[MethodOption, ...]
    part: str
    part_hint: str
    error: str


def build_offer(session: Session, context: InvoiceContext, choice: PaymentChoice) -> PaymentOffer:
    """What a payable invoice offers, with the choice made; one that is not allowed falls back to the usual and says so."""
    due, currency, locale = context.due, context.invoice.currency, context.organisation.locale
    schedule = read_schedule(session, context.invoice)
    following = find_next(context, schedule)
    confirms = _is_confirmation(session, context, due)
    usual = NEXT if 0 < following < due and not confirms else ALL
    what = choice.what if choice.what in _list_whats(context, following) else usual
    amount, error = following if what == NEXT else due, ""
    if what == PART:
        try:
            amount = read_part(context, choice.part)
        except (ValidationFailed, AmountNotChargeable) as refusal:
            error = refusal.message
    methods = list_fee_methods(session, context, amount)
    method = (choice.method if choice.method in methods else CARD) if methods else ANY
    fee = quote_fee(session, context, method, amount)
    return PaymentOffer(
        amount=amount,
        fee=fee,
        charge=amount + fee,
        method=method,
        charge_label=format_amount_label(amount + fee, currency, locale),
        amount_label=format_amount_label(amount, currency, locale),
        fee_label=format_amount_label(fee, currency, locale) if fee else "",
        amounts=_list_amounts(context, schedule, following, what),
        methods=() if _is_confirmation(session, context, amount) else _list_methods(context, methods, amount, method),
        part=choice.part
        if what == PART
        else format_plain(min(max(context.organisation.part_payment_minimum, 0), due), currency),
        part_hint=_describe_minimum(context),
        error=error,
    )


def check_amount(session: Session, context: InvoiceContext, amount: int) -> bool:
    """Whether a customer may pay `amount` (minor units) now; False when it is no amount the page offers any more.

    Raises ValidationFailed ("amount") for a part that breaks the organisation's rules, AmountNotChargeable.
    """
    if amount == context.due or 0 < amount == find_next(context, read_schedule(session, context.invoice)) < context.due:
        return True
    if not context.organisation.part_payments or amount > context.due:
        return False
    _check_part(context, amount)
    return True


def read_part(context: InvoiceContext, text: str) -> int:
    """A part as typed, in minor units. Raises ValidationFailed ("amount"), AmountNotChargeable."""
    amount = parse_amount(text, context.invoice.currency, "amount")
    _check_part(context, amount)
    return amount


def list_fee_methods(session: Session, context: InvoiceContext, amount: int) -> tuple[str, ...]:
    """The methods to choose from where each has its fee; none where fees are off, locked out or in the invoice already.

    A card alone for the `amount` (minor units) of a charge by staff that the customer only confirms.
    """
    invoice, organisation = context.invoice, context.organisation
    if not organisation.method_fees or not may_carry_fee(read_content(session, invoice)) or not may_add_fee(context):
        return ()
    if _is_confirmation(session, context, amount):
        return (CARD,)
    return (CARD, BANK) if invoice.currency in BANK_DEBITS else (CARD,)


def quote_fee(session: Session, context: InvoiceContext, method: str, amount: int) -> int:
    """The fee for paying `amount` of an invoice by a method; both in minor units. A charge that is only confirmed has none."""
    return 0 if _is_confirmation(session, context, amount) else measure_fee(context.organisation, method, amount)


def _is_confirmation(session: Session, context: InvoiceContext, amount: int) -> bool:
    confirmed = find_confirmation(session, context.invoice)
    return confirmed is not None and confirmed.amount == amount


def may_add_fee(context: InvoiceContext, *, once_unpaid: bool = False) -> bool:
    """Whether the invoice's revenue may still change (invariant 4); `once_unpaid`: as soon as it has no payment."""
    invoice = context.invoice
    refusal = allowed(
        Action.EDIT_LINES,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        has_payments=invoice.paid != 0 and not once_unpaid,
        credited=invoice.credited != 0,
        lock_policy=LockPolicy(context.organisation.lock_policy),
    )
    return refusal is None


def measure_fee(organisation: Organisation, method: str, amount: int) -> int:
    """The fee for paying `amount` by a method, in minor units; 0 for a payment whose method is not chosen here."""
    if method == CARD:
        rule = FeeRule(organisation.card_fee_rate, organisation.card_fee_fixed, organisation.fee_covers_itself)
    elif method == BANK:
        rule = FeeRule(organisation.bank_fee_rate, organisation.bank_fee_fixed, organisation.fee_covers_itself)
    else:
        return 0
    return rule.fee_on(amount)


def find_next(context: InvoiceContext, schedule: Sequence[Due]) -> int:
    """What a schedule asks for next, in minor units, never more than is due; 0 without a schedule."""
    return min(find_due_now(schedule, today_in(context.organisation.time_zone)), context.due)


def _list_whats(context: InvoiceContext, following: int) -> tuple[str, ...]:
    parts = (PART,) if _may_pay_part(context) else ()
    return (*((NEXT,) if 0 < following < context.due else ()), ALL, *parts)


def _may_pay_part(context: InvoiceContext) -> bool:
    organisation = context.organisation
    return organisation.part_payments and context.due > max(organisation.part_payment_minimum, 1)


def _check_part(context: InvoiceContext, amount: int) -> None:
    organisation, currency = context.organisation, context.invoice.currency
    due = format_amount_label(context.due, currency, organisation.locale)
    if not organisation.part_payments:
        raise ValidationFailed("Only the whole amount can be paid here.", "amount", amount)
    if amount > context.due:
        raise ValidationFailed(f"This is more than is due: {due}.", "amount", amount)
    if amount < max(organisation.part_payment_minimum, 1) and amount != context.due:
        least = format_amount_label(max(organisation.part_payment_minimum, 1), currency, organisation.locale)
        raise ValidationFailed(f"The smallest part is {least}.", "amount", amount)
    check_chargeable(amount, currency)
    if amount < context.due:
        try:
            check_chargeable(context.due - amount, currency)
        except AmountNotChargeable as refusal:
            left = "What would be left is too small to be paid by card. Pay a smaller part, or all of it."
            raise ValidationFailed(left, "amount", amount) from refusal


def _list_amounts(context: InvoiceContext, schedule: Sequence[Due], following: int, chosen: str) -> tuple[AmountOption, ...]:
    whats = _list_whats(context, following)
    if len(whats) == 1:
        return ()
    currency, locale = context.invoice.currency, context.organisation.locale
    said = {
        NEXT: (_name_next(context, schedule), format_amount_label(following, currency, locale)),
        ALL: ("All that is due", format_amount_label(context.due, currency, locale)),
        PART: ("Another amount", ""),
    }
    return tuple(AmountOption(what, *said[what], chosen=what == chosen) for what in whats)


def _name_next(context: InvoiceContext, schedule: Sequence[Due]) -> str:
    today = today_in(context.organisation.time_zone)
    unpaid = [due for due in schedule if due.unpaid > 0]
    if not unpaid:
        return ""
    arrived = [due for due in unpaid if due.due_on <= today]
    if len(arrived) > 1:
        return f"The {len(arrived)} instalments due now"
    first = unpaid[0]
    return f"{first.label or 'Next instalment'}, due {format_date(first.due_on, context.organisation.locale)}"


def _list_methods(context: InvoiceContext, methods: tuple[str, ...], amount: int, chosen: str) -> tuple[MethodOption, ...]:
    currency, locale = context.invoice.currency, context.organisation.locale
    names = {CARD: "Card", BANK: "Bank debit"}
    options = []
    for method in methods:
        fee = measure_fee(context.organisation, method, amount)
        told = f"{format_amount_label(fee, currency, locale)} fee" if fee else "no fee"
        total = format_amount_label(amount + fee, currency, locale)
        options.append(MethodOption(method, names[method], told, total, chosen=method == chosen))
    return tuple(options)


def _describe_minimum(context: InvoiceContext) -> str:
    organisation, currency = context.organisation, context.invoice.currency
    smallest = max(organisation.part_payment_minimum, lowest_charge(currency), 1)
    least = format_amount_label(smallest, currency, organisation.locale)
    most = format_amount_label(context.due, currency, organisation.locale)
    return f"From {least} to {most}."
