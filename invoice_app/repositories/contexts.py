"""An invoice with everything it belongs to, read together."""

from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from invoice_app.models import Account, BookingFlow, Invoice, Order, Organisation
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import name_invoice

_FLOW_OF_ORDER = select(BookingFlow).join(Order, col(Order.flow_id) == BookingFlow.id).where(Order.id == bindparam("order_id"))
# Read with every payment and at every keystroke of an editor, so put together once.
_BELONGINGS = (
    select(Order, BookingFlow, Account)
    .join(BookingFlow, col(BookingFlow.id) == Order.flow_id)
    .join(Account, col(Account.id) == bindparam("account_id"))
    .where(Order.id == bindparam("order_id"))
)


@dataclass(frozen=True, slots=True)
class InvoiceContext:
    """An invoice, its order and booking flow, who is billed, and the organisation."""

    invoice: Invoice
    order: Order
    flow: BookingFlow
    account: Account
    organisation: Organisation

    @property
    def reference(self) -> str:
        """What the invoice is called."""
        return name_invoice(self.invoice.number, self.order.number, self.invoice.place)

    @property
    def due(self) -> int:
        """What is to be paid, in minor units; below zero in the customer's favour."""
        return self.invoice.due

    @property
    def switches_off(self) -> tuple[str, ...]:
        """Which payment switches are off, by name (A1)."""
        return name_switches_off(self.organisation, self.flow)


def select_invoice(invoice: Invoice) -> int:
    """What the address of an order's page carries to show this invoice of it: 0 for the one it shows by itself."""
    return 0 if invoice.place == 1 and invoice.stage != "void" else invoice.id or 0


def name_switches_off(organisation: Organisation, flow: BookingFlow) -> tuple[str, ...]:
    """Which payment switches are off, by name (A1)."""
    switches = (
        (organisation.payments_enabled, "payments for the whole account"),
        (flow.payments_enabled, f"payments for the booking flow “{flow.name}”"),
    )
    return tuple(name for is_on, name in switches if not is_on)


def read_switches_off(session: Session, invoice: Invoice) -> tuple[str, ...]:
    """Which payment switches stand in the way of invoicing an order (A1), by name."""
    flow = session.exec(_FLOW_OF_ORDER, params={"order_id": invoice.order_id}).one()
    return name_switches_off(read_organisation(session), flow)


def read_context(session: Session, invoice: Invoice) -> InvoiceContext:
    """Read what an invoice belongs to."""
    known = {"order_id": invoice.order_id, "account_id": invoice.account_id}
    order, flow, account = session.exec(_BELONGINGS, params=known).one()
    return InvoiceContext(invoice, order, flow, account, read_organisation(session))
