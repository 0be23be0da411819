"""Steps that tests of bookings share: a standalone invoice, the page, what was told, money at the desk."""

from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.access import Actor
from invoice_app.models import EventLog, Invoice, Item, Order
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.orders import find_order
from invoice_app.services import adding_invoices, adding_lines, collecting, drafting, ordering, sharing
from invoice_app.services.adding_lines import LineForm
from invoice_app.services.booking_views import InvoiceForm, OrderPage
from invoice_app.services.checking_books import find_broken
from invoice_app.services.order_views import ItemForm
from invoice_app.services.payment_views import ManualPaymentForm
from tests.factories import VAT_20

# make_booking's two items: 40 × 65.00 + 40 × 28.00 = 3,720.00, and 20 % tax.
TOTAL = 446_400


def open_page(actor: Actor, order: Order, invoice_id: int = 0) -> OrderPage:
    """The page of an order."""
    return ordering.open_order(actor, order.number, invoice_id)


def add_standalone(actor: Actor, order: Order, *, price: str = "500.00", description: str = "Band") -> int:
    """A standalone invoice of one line, saved; answers its id."""
    invoice_id = adding_invoices.add_invoice(actor, order.id or 0, InvoiceForm(kind="standalone"))
    adding_lines.add_several_lines(actor, invoice_id, [LineForm(description, "1", price)])
    drafting.save_invoice(actor, invoice_id)
    return invoice_id


def read(invoice_id: int) -> Invoice:
    """An invoice as it is now."""
    with reading() as session:
        return read_invoice(session, invoice_id)


def row_of(order: Order) -> Order:
    """An order as it is now."""
    with reading() as session:
        return find_order(session, order.number)


def rows_of(order: Order) -> list[tuple[str, bool, int | None, int | None]]:
    """Each item row of an order: description, whether it is shared, its invoice, its event."""
    with reading() as session:
        found = session.exec(select(Item).where(Item.order_id == order.id).order_by(col(Item.id))).all()
        return [(item.description, item.shared, item.invoice_id, item.event_id) for item in found]


def told(subject: str) -> list[str]:
    """What the event log tells of a record, oldest first."""
    with reading() as session:
        return list(session.exec(select(EventLog.action).where(EventLog.subject == subject).order_by(col(EventLog.id))).all())


def item_form(description: str, price: str, **rest: str) -> ItemForm:
    """An item with 20 % tax."""
    return ItemForm(description=description, unit_price=price, tax_id=VAT_20, **rest)


def share(actor: Actor, invoice_id: int) -> str:
    """A link to an invoice; answers its token."""
    return sharing.create_link(actor, invoice_id).url.rpartition("/")[2]


def pay_in_cash(actor: Actor, invoice_id: int, amount: str = "") -> None:
    """Record cash, all that is due unless an amount is given."""
    details = collecting.open_payment_details(actor, invoice_id)
    form = ManualPaymentForm("cash", amount or details.due_plain, "", details.today)
    collecting.record_manual_payment(actor, invoice_id, form)


def assert_healthy() -> None:
    """The self-check finds nothing."""
    with reading() as session:
        assert find_broken(session) == {}
