"""Steps that several tests of collecting take: an order ready to pay, its link, what the records say afterwards."""

from dataclasses import dataclass

from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.access import Actor
from invoice_app.models import Account, Invoice, Order, OutgoingEmail, Payment, PaymentAttempt, SavedCard
from invoice_app.repositories.invoices import read_invoice
from invoice_app.services import collecting, itemising, ordering, requesting_cards, sharing
from invoice_app.services.checking_out import start_checkout
from invoice_app.services.order_views import ItemForm, OrderForm
from invoice_app.services.ordering import open_order
from tests.factories import NO_TAX, invoice_of, make_actor, make_flow, make_order, make_organisation
from tests.local_stripe import VISA, LocalStripe, session_of

# make_order's two items: 240.00 + 2 × 180.00 = 600.00, and 20 % tax.
TOTAL = 72_000


@dataclass(frozen=True)
class Ready:
    """An order whose invoice was shared: who shares, the order, the invoice and the link's token."""

    actor: Actor
    order: Order
    invoice_id: int
    token: str

    def invoice(self) -> Invoice:
        with reading() as session:
            return read_invoice(session, self.invoice_id)

    def attempts(self) -> list[PaymentAttempt]:
        with reading() as session:
            query = select(PaymentAttempt).where(PaymentAttempt.invoice_id == self.invoice_id)
            return list(session.exec(query.order_by(col(PaymentAttempt.id))))

    def payments(self) -> list[Payment]:
        with reading() as session:
            return list(session.exec(select(Payment).order_by(col(Payment.id))))

    def cards(self) -> list[SavedCard]:
        with reading() as session:
            return list(session.exec(select(SavedCard).order_by(col(SavedCard.id))))

    def account(self) -> Account:
        with reading() as session:
            account = session.get(Account, self.invoice().account_id)
            assert account is not None
            return account

    def start(self, *, amount: int = TOTAL, keep_card: bool = False) -> str:
        return start_checkout(self.token, revision=self.invoice().revision, amount=amount, keep_card=keep_card)


def share_order(*, hold_card: bool = False, payments_enabled: bool = True, currency: str = "USD") -> Ready:
    """An order over 720.00 with a link; with `hold_card` its flow asks for a card first."""
    make_organisation(currency=currency)
    actor = make_actor()
    flow_id = make_flow(actor=actor, hold_card=hold_card, payments_enabled=payments_enabled) if hold_card else ""
    return share_another(actor, flow_id=flow_id)


def share_another(actor: Actor, *, flow_id: str = "") -> Ready:
    """One more order over 720.00 with a link."""
    order = make_order(actor=actor, flow_id=flow_id)
    invoice_id = invoice_of(order).id or 0
    link = sharing.create_link(actor, invoice_id)
    return Ready(actor, order, invoice_id, link.url.rpartition("/")[2])


def leave_card(ready: Ready, stripe: LocalStripe, *, number: str = VISA) -> int:
    """The customer leaves a card behind their link; answers its id."""
    page = requesting_cards.start_card_request(ready.token)
    stripe.pay(page, number=number)
    assert requesting_cards.finish_card_request(ready.token, session_of(page)) == "succeeded"
    return ready.cards()[-1].id or 0


def count_receipts() -> int:
    with reading() as session:
        return len(session.exec(select(OutgoingEmail)).all())


def assert_paid_once(ready: Ready) -> None:
    assert [payment.amount for payment in ready.payments()] == [TOTAL]
    assert [attempt.status for attempt in ready.attempts()] == ["succeeded"]
    invoice = ready.invoice()
    assert (invoice.paid, invoice.in_flight) == (TOTAL, False)
    assert invoice.number is not None and invoice.number.endswith("-00001")
    assert count_receipts() == 1


def second_invoice(ready: Ready, price: str = "100.00") -> int:
    """Another order of the same customer; answers its invoice's id."""
    account = ready.invoice().account_id
    form = OrderForm(title="Second shoot", customer_id=str(account), flow_id=ordering.list_flow_choices(ready.actor)[0].value)
    number = ordering.create_order(ready.actor, form)
    order = open_order(ready.actor, number)
    item = ItemForm(description="Portrait", quantity="1", unit_price=price, tax_id=NO_TAX)
    itemising.add_item(ready.actor, order.id, item)
    return order.panel.invoice_id


def charge(ready: Ready, card_id: int) -> str:
    """Staff charge a kept card; answers how it ended."""
    revision = ready.invoice().revision
    return collecting.charge_saved_card(ready.actor, ready.invoice_id, card_id, revision=revision).outcome
