"""The rows: every way money moves, what it starts from, and what must be true however it was disturbed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.faults import flows, house
from tests.faults.flows import Case
from tests.faults.house import House


@dataclass(frozen=True)
class Truth:
    """What must hold afterwards: at Stripe and on the invoice in minor units, on the customer's page in its own words.

    `charged`, `returned` and `blocked` are what Stripe took, gave back and holds for this customer, each one once; `cards` how
    many of their cards are kept here.
    """

    charged: tuple[int, ...] = ()
    returned: tuple[int, ...] = ()
    blocked: tuple[int, ...] = ()
    cards: int = 0
    paid: int = 0
    page: str = "payable"
    due: str = "$720.00 USD"


@dataclass(frozen=True)
class Row:
    """One way money moves: the situation, what people do, the calls to Stripe that move something, the truth afterwards."""

    name: str
    before: Callable[[House], Case]
    act: Callable[[Case], None]
    calls: tuple[str, ...]
    truth: Truth

    def __str__(self) -> str:
        return self.name


SESSIONS, INTENTS = "POST /v1/checkout/sessions", "POST /v1/payment_intents"
PAID = Truth(charged=(72_000,), paid=72_000, page="paid", due="$0.00 USD")
CARD_LEFT = Truth(cards=1)
PAID_BY_HAND = Truth(paid=72_000, page="paid", due="$0.00 USD")
PAID_AS_EDITED = Truth(charged=(84_000,), paid=84_000, page="paid", due="$0.00 USD")
CHARGED = replace(PAID, cards=1)
HELD = Truth(blocked=(72_000,))
HELD_ON_CARD = replace(HELD, cards=1)
PARTLY_TAKEN = Truth(charged=(30_000,), cards=1, paid=30_000, due="$420.00 USD")
PARTLY_BACK = Truth(charged=(72_000,), returned=(10_000,), paid=62_000, due="$100.00 USD")
PARTLY_BACK_BY_HAND = Truth(paid=62_000, due="$100.00 USD")

ROWS = (
    Row("customer pays", house.shared, flows.customer_pays, ("POST /v1/customers", SESSIONS), PAID),
    Row("customer leaves a card", house.shared_where_cards_are_held, flows.customer_leaves_card, (SESSIONS,), CARD_LEFT),
    Row("customer lets hold", house.shared_where_cards_are_held, flows.customer_lets_hold, (SESSIONS,), HELD),
    Row("staff charge the card", house.card_left, flows.staff_charge, (INTENTS,), CHARGED),
    Row("staff place a hold", house.card_left, flows.staff_place_hold, (INTENTS,), HELD_ON_CARD),
    Row("staff take a part of a hold", house.hold_placed, flows.staff_take_hold, (f"{INTENTS}/*/capture",), PARTLY_TAKEN),
    Row("staff release a hold", house.hold_placed, flows.staff_release_hold, (f"{INTENTS}/*/cancel",), CARD_LEFT),
    Row("staff refund a part", house.paid_by_card, flows.staff_refund, ("POST /v1/refunds",), PARTLY_BACK),
    Row("staff record cash", house.shared, flows.staff_take_cash, (), PAID_BY_HAND),
    Row("staff give cash back", house.paid_in_cash, flows.staff_refund, (), PARTLY_BACK_BY_HAND),
    Row("staff edit while paying", house.page_open, flows.staff_edit_while_paying, (f"{SESSIONS}/*/expire",), PAID_AS_EDITED),
    Row("webhooks are applied", house.paid_and_gone, flows.hear_webhooks, (), PAID),
    Row("the sweep", house.paid_and_gone, flows.sweep, (), PAID),
)
