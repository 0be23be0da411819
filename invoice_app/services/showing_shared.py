"""What the customer sees behind their link: the saved invoice, whether and how it can be paid, and the files."""

from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from invoice_app.clock import today_in, utc_now
from invoice_app.db import reading
from invoice_app.documents.formatting import format_size
from invoice_app.documents.printed import PrintedInvoice
from invoice_app.domain.errors import AppError, NotFound
from invoice_app.domain.stages import Action
from invoice_app.gateways.files import sniff_type
from invoice_app.gateways.stripe_values import label_card
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.holds import HELD, find_active_hold
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.orders import list_files
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.payments import list_cards
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.sharing import find_live_link, glance_at
from invoice_app.services.checking_out import check_payable
from invoice_app.services.delivering import explain_lock
from invoice_app.services.offering import PaymentChoice, PaymentOffer, build_offer
from invoice_app.services.printing import read_logo
from invoice_app.services.telling_customers import (
    describe_confirmation,
    describe_credit,
    describe_failure,
    describe_process,
    explain_last_attempt,
    say_held,
    say_when,
)

USUAL = PaymentChoice()
PAYABLE, PAID, PROCESSING, VOID, NOT_PAYABLE = "payable", "paid", "processing", "void", "not_payable"


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of the order; it can be downloaded once the files are unlocked (A8)."""

    id: int
    name: str
    size: str


@dataclass(frozen=True, slots=True)
class SharedInvoice:
    """The customer's page as one value. `version` changes whenever anything on it does.

    `state` is payable, paid, processing, void or not_payable (then `refusal` says why). `holds_cards`: cards are left at the
    link (A6), so that paying does not ask to keep one. `asks_card`: the customer is first asked to leave a card, or
    (`offers_hold`) to let the amount be held; `held_card` names the one they left, `held_amount` says what is held. `offer`:
    what Pay takes, while it can be paid. `files_hint`: why the files are locked, "" when they are not. `decline`: why the
    customer's last attempt failed, in words for them. `confirm`: which charge of the seller they are asked to confirm.
    `failed`: which payment was processed and failed after all.
    `credit`: what they paid here beyond what was due, while it is their credit. `in_process`: what is being processed.
    """

    invoice_id: int
    printed: PrintedInvoice
    state: str
    refusal: str
    due_text: str
    is_overdue: bool
    holds_cards: bool
    asks_card: bool
    held_card: str
    offers_hold: bool
    held_amount: str
    files: tuple[SharedFile, ...]
    files_unlocked: bool
    files_hint: str
    has_logo: bool
    time_zone: str
    offer: PaymentOffer | None
    decline: str
    confirm: str
    failed: str
    credit: str
    in_process: str
    version: str


@dataclass(frozen=True, slots=True)
class SharedGlance:
    """Which invoice is behind a link, the version its page is at, and the zone its times are told in."""

    invoice_id: int
    version: str
    time_zone: str


def glance_at_shared(token: str) -> SharedGlance:
    """What it takes to know whether an open page is up to date. Raises NotFound as `open_shared_invoice`."""
    with reading() as session:
        invoice_id = find_live_link(session, token, now=utc_now()).invoice_id
        time_zone = read_organisation(session).time_zone
        return SharedGlance(invoice_id, _derive_version(session, invoice_id, time_zone), time_zone)


def _derive_version(session: Session, invoice_id: int, time_zone: str) -> str:
    # The day as well: an invoice becomes overdue, an instalment due, although nobody changed anything.
    seen = f"{today_in(time_zone)} {glance_at(session, invoice_id)}"
    return sha256(seen.encode()).hexdigest()[:16]


def open_shared_invoice(token: str, choice: PaymentChoice = USUAL) -> SharedInvoice:
    """The page behind a live link. Raises the same NotFound for an unknown, a revoked and an expired one."""
    with reading() as session:
        context = _find(session, token)
        return _build(session, context, choice)


def open_shared_change(token: str, seen: int, choice: PaymentChoice = USUAL) -> tuple[SharedInvoice, PrintedInvoice | None]:
    """The page as it is now, and the invoice at the revision `seen` that an open page still shows.

    None where there is nothing to compare: that revision is the current one, or never was.
    """
    with reading() as session:
        context = _find(session, token)
        shown = None
        if 0 < seen < context.invoice.revision:
            try:
                shown = print_invoice(session, context.invoice, revision=seen)
            except NotFound:
                shown = None
        return _build(session, context, choice), shown


def open_shared_logo(token: str) -> tuple[bytes, str]:
    """The seller's logo and its media type. Raises NotFound, also when there is none."""
    with reading() as session:
        key = _find(session, token).organisation.logo_key
    picture = read_logo(key)
    if picture is None:
        raise NotFound("logo")
    return picture, sniff_type(picture)


def _find(session: Session, token: str) -> InvoiceContext:
    link = find_live_link(session, token, now=utc_now())
    return read_context(session, read_invoice(session, link.invoice_id))


def _build(session: Session, context: InvoiceContext, choice: PaymentChoice) -> SharedInvoice:
    invoice, organisation = context.invoice, context.organisation
    printed = print_invoice(session, invoice)
    state, refusal = _derive_state(context)
    cards = list_cards(session, invoice.account_id) if context.flow.hold_card else ()
    hold = find_active_hold(session, invoice.id or 0)
    hold = hold if hold is not None and hold.status == HELD else None
    wants_card = context.flow.hold_card and not cards and hold is None
    today = today_in(organisation.time_zone)
    locked = explain_lock(session, context)
    return SharedInvoice(
        invoice_id=invoice.id or 0,
        printed=printed,
        state=state,
        refusal=refusal,
        due_text=say_when(session, context, printed) if state not in (PAID, VOID) else "",
        is_overdue=state == PAYABLE and invoice.due_on < today,
        holds_cards=context.flow.hold_card,
        asks_card=wants_card and state in (PAYABLE, NOT_PAYABLE) and not context.switches_off,
        offers_hold=wants_card and state == PAYABLE,
        held_amount=say_held(context, hold) if hold else "",
        held_card=label_card(cards[0].brand, cards[0].last4) if cards and state != VOID else "",
        files=tuple(
            SharedFile(file.id or 0, file.name, format_size(file.size)) for file in list_files(session, context.order.id or 0)
        ),
        files_unlocked=not locked,
        files_hint=locked,
        has_logo=bool(organisation.logo_key),
        offer=build_offer(session, context, choice) if state == PAYABLE else None,
        time_zone=organisation.time_zone,
        confirm=describe_confirmation(session, context) if state == PAYABLE else "",
        failed=describe_failure(session, context) if state == PAYABLE else "",
        credit=describe_credit(session, context),
        in_process=describe_process(session, context) if state == PROCESSING else "",
        decline=explain_last_attempt(session, invoice.id or 0),
        version=_derive_version(session, invoice.id or 0, organisation.time_zone),
    )


def _derive_state(context: InvoiceContext) -> tuple[str, str]:
    invoice = context.invoice
    if invoice.stage == "void":
        return VOID, ""
    if invoice.in_flight:
        return PROCESSING, ""
    if context.due <= 0:
        return PAID, ""
    try:
        check_payable(context, Action.PAY_ONLINE)
    except AppError as refusal:
        online = "Online payment is not available for this invoice."
        return NOT_PAYABLE, online if context.switches_off else refusal.message
    return PAYABLE, ""
