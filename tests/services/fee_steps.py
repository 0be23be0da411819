"""Steps of tests about the fees of payment methods: what is offered, paying it, what stands on the invoice."""

from invoice_app.db import reading
from invoice_app.repositories.invoices import list_adjustments
from invoice_app.services.checking_books import find_broken
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.offering import PaymentChoice, PaymentOffer
from invoice_app.services.setting_collection import CollectionForm
from invoice_app.services.showing_shared import open_shared_invoice
from tests.local_stripe import VISA, LocalStripe, session_of
from tests.services.collecting_steps import Ready

# 2.9 % and 0.30 of 741.81 is 21.81, which leaves 720.00.
CARD_FEE = 2_181
BANK_FEE = 500
FEES = CollectionForm(
    method_fees=True, fee_covers_itself=True, card_rate="2.9", card_fixed="0.30", bank_rate="0", bank_fixed="5.00"
)


def offer_of(ready: Ready, method: str = "", **choice: str) -> PaymentOffer:
    offer = open_shared_invoice(ready.token, PaymentChoice(method=method, **choice)).offer
    assert offer is not None
    return offer


def start(ready: Ready, offer: PaymentOffer) -> str:
    return start_checkout(
        ready.token,
        revision=ready.invoice().revision,
        amount=offer.amount,
        keep_card=False,
        method=offer.method,
        charge=offer.charge,
    )


def fees_of(ready: Ready) -> list[tuple[str, int]]:
    with reading() as session:
        return [(row.label, row.amount) for row in list_adjustments(session, ready.invoice_id)]


def assert_books_hold() -> None:
    with reading() as session:
        assert find_broken(session) == {}


def pay_with_fee(ready: Ready, local: LocalStripe, *, number: str = VISA) -> int:
    """The customer pays all that is due by card, with its fee; answers the payment's id."""
    page = start(ready, offer_of(ready))
    local.pay(page, number=number)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    return ready.payments()[-1].id or 0
