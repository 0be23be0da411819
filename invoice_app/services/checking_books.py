"""The self-check: every rule the records must keep, and what breaks it, with a way to the record."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session, col, select

from invoice_app import routes
from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.documents.formatting import format_instant
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import NotFound
from invoice_app.gateways.files import FileStore
from invoice_app.models import CreditNote, Deliverable, Invoice, InvoiceRevision, Order
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.proofs import bookings, documents, history, money, records, totals
from invoice_app.repositories.proofs.broken import Broken, Proof
from invoice_app.services.printing import document_store, upload_root

MOST_SHOWN = 50


@dataclass(frozen=True)
class Finding:
    """A record that breaks a rule; `href` leads to it, "" where no page shows it."""

    what: str
    how: str
    href: str


@dataclass(frozen=True)
class RuleResult:
    """One rule as a sentence, how many records break it, and the first of them."""

    name: str
    sentence: str
    count: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class BooksView:
    """The whole check: on healthy records `broken` is 0."""

    rules: tuple[RuleResult, ...]
    broken: int
    checked_at: str


def find_damaged_files(session: Session) -> Iterator[Broken]:
    """Every file for a customer lies in the store at its full size."""
    store = FileStore(upload_root())
    query = select(Deliverable, Order.number).where(Deliverable.order_id == Order.id)
    for file, order_number in session.exec(query).all():
        try:
            size = store.path(file.file_key).stat().st_size
        except (NotFound, FileNotFoundError):
            yield Broken(f"File {file.name}", "it is missing from the store", order_number)
            continue
        if size != file.size:
            yield Broken(f"File {file.name}", f"it has {size} bytes instead of {file.size}", order_number)


def find_damaged_documents(session: Session) -> Iterator[Broken]:
    """Every PDF of an issued document lies in the store, byte for byte as it was first made (invariant 18)."""
    store = document_store()
    numbered = (col(Invoice.id) == InvoiceRevision.invoice_id, col(Order.id) == Invoice.order_id)
    revisions = select(Invoice.number, Order.number, InvoiceRevision.pdf_sha256).where(*numbered)
    credited = (col(Invoice.id) == CreditNote.invoice_id, col(Order.id) == Invoice.order_id)
    notes = select(CreditNote.number, Order.number, CreditNote.pdf_sha256).where(*credited)
    for query, digest in ((revisions, InvoiceRevision.pdf_sha256), (notes, CreditNote.pdf_sha256)):
        for number, order_number, known in session.exec(query.where(digest != "")).all():
            stored = store.read(known)
            if stored is None or sha256(stored).hexdigest() != known:
                yield Broken(f"PDF of {number}", "it is missing from the store, or not what was issued", order_number)


RULES: dict[str, tuple[str, Proof]] = {
    "sums": ("Lines, adjustments and taxes add up to the total.", totals.find_sums_that_differ),
    "totals": ("Stored totals are those calculated anew.", totals.find_totals_that_differ),
    "sales": ("What reports sum is what the invoices say.", totals.find_sales_that_differ),
    "revisions": ("Every revision of an invoice is there.", totals.find_missing_revisions),
    "fees": ("A payment fee stands on an invoice only with its payment.", totals.find_fees_without_payment),
    "ledger": ("Every ledger transaction sums to zero.", money.find_unbalanced_entries),
    "receivable": ("The ledger's receivable is what is due.", money.find_wrong_receivables),
    "paid": ("What is paid is the sum of its allocations, at most the total.", money.find_wrong_paid),
    "allocations": ("A payment pays no more than is left of it.", money.find_overspent_payments),
    "credit": ("A customer's credit is what is left of their payments.", money.find_wrong_credit),
    "once": ("Every charge was posted once.", money.find_double_payments),
    "attempts": ("Every success has its payment, and no failure has one.", money.find_attempts_without_payment),
    "flight": ("An invoice is in payment only while one is under way.", money.find_wrong_flight),
    "currencies": ("Money is in the currency of its invoice.", money.find_foreign_currencies),
    "void": ("Void invoices hold no money.", money.find_void_with_money),
    "kinds": ("Connected invoices follow their order: never finalised, void or with guestrooms.", bookings.find_wrong_kinds),
    "shares": ("Items are shared with their order exactly as their invoice says.", bookings.find_wrong_shares),
    "repeats": ("Orders repeat the sums of their invoices and the days of their events.", bookings.find_wrong_repeats),
    "issued": ("Finalised invoices are kept as they were issued.", documents.find_unissued_documents),
    "credits": ("Credit notes stay within their invoice, tax rate by tax rate.", documents.find_wrong_credit_notes),
    "gaps": ("Number series have no gaps and no doubles.", records.find_number_gaps),
    "numbers": ("Paid invoices have a number of a series.", records.find_missing_numbers),
    "limits": ("No coupon is redeemed beyond its limit.", records.find_overdrawn_coupons),
    "redemptions": ("Coupons on invoices and their redemptions agree.", records.find_uncounted_coupons),
    "events": ("Every event of the card service was applied.", records.find_unapplied_events),
    "history": ("The event log is as it was written.", history.find_broken_chain),
    "pdfs": ("The PDF of every issued document is stored unchanged.", find_damaged_documents),
    "files": ("Every file for customers is stored whole.", find_damaged_files),
}


def check_books(actor: Actor | None) -> BooksView:
    """Try every rule on the records as they are now, in one reading of the database."""
    require(actor, Permission.VIEW)
    with reading() as session:
        results = tuple(_try_rule(session, name) for name in RULES)
        organisation = read_organisation(session)
        checked_at = format_instant(utc_now(), organisation.locale, organisation.time_zone)
    return BooksView(results, sum(result.count for result in results), checked_at)


def find_broken(session: Session) -> dict[str, list[Broken]]:
    """The records that break each rule, by the rule's name; empty when all is well."""
    found = {name: list(proof(session)) for name, (_, proof) in RULES.items()}
    return {name: broken for name, broken in found.items() if broken}


def _try_rule(session: Session, name: str) -> RuleResult:
    sentence, proof = RULES[name]
    return show_rule(name, sentence, list(proof(session)))


def show_rule(name: str, sentence: str, broken: list[Broken]) -> RuleResult:
    """A rule's result for the page; the first records are enough to begin with."""
    findings = tuple(
        Finding(one.what, one.how, routes.order(one.order_number) if one.order_number else "") for one in broken[:MOST_SHOWN]
    )
    return RuleResult(name, sentence, len(broken), findings)
