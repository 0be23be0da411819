"""Steps that tests of an invoice's stages take: a standalone invoice of its own, and what the records say of it."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor
from invoice_app.domain.stages import Kind
from invoice_app.models import EventLog, Invoice, LedgerTransaction, Order, Organisation
from invoice_app.repositories.invoices import read_invoice
from invoice_app.services import collecting, sharing
from invoice_app.services.checking_books import find_broken
from invoice_app.services.converting import separate_invoice
from invoice_app.services.payment_views import ManualPaymentForm
from tests.factories import VAT_20, invoice_of, make_actor, make_order, make_organisation


@dataclass(frozen=True)
class Case:
    """An invoice over 720.00 (600.00 and 20 % tax) and who works on it."""

    actor: Actor
    order: Order
    invoice_id: int

    @property
    def invoice(self) -> Invoice:
        with reading() as session:
            return read_invoice(session, self.invoice_id)

    def share(self) -> str:
        """The token of the customer's link; a draft becomes sent."""
        return sharing.create_link(self.actor, self.invoice_id).url.rpartition("/")[2]

    def pay(self, amount: str, *, keep_rest: bool = False) -> None:
        form = ManualPaymentForm(method="cash", amount=amount, received_on="2026-01-02", keep_rest=keep_rest)
        collecting.record_manual_payment(self.actor, self.invoice_id, form)

    def events(self) -> list[str]:
        """What the event log says of the invoice, oldest first."""
        with reading() as session:
            query = select(EventLog.action).where(EventLog.subject == f"invoice:{self.invoice_id}")
            return list(session.exec(query.order_by(col(EventLog.id))))


def open_case(*, kind: Kind = Kind.STANDALONE, **facts: Any) -> Case:
    """The first invoice of a fresh organisation."""
    make_organisation()
    return add_case(make_actor(), kind=kind, **facts)


def add_case(actor: Actor, *, kind: Kind = Kind.STANDALONE, tax: str = VAT_20, **facts: Any) -> Case:
    """One more order with its invoice."""
    order = make_order(actor=actor, tax=tax, **facts)
    case = Case(actor, order, invoice_of(order).id or 0)
    if kind is Kind.STANDALONE:
        separate_invoice(actor, case.invoice_id)
    return case


def set_up(**changes: Any) -> None:
    """Change settings of the organisation past the form."""
    with transaction() as session:
        organisation = session.get_one(Organisation, 1)
        for name, value in changes.items():
            setattr(organisation, name, value)
        session.add(organisation)


def kinds_booked(invoice_id: int) -> list[str]:
    """The ledger's transactions of an invoice by kind, oldest first."""
    with reading() as session:
        query = select(LedgerTransaction.kind).where(LedgerTransaction.invoice_id == invoice_id)
        return list(session.exec(query.order_by(col(LedgerTransaction.id))))


def assert_healthy() -> None:
    """No rule of the self-check is broken."""
    with reading() as session:
        assert find_broken(session) == {}
