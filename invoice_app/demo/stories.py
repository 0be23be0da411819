"""What can happen to an order of the sample: each step as data, with how many days after the order it happened."""

from dataclasses import dataclass

from invoice_app.demo.studio import SALES_TAX, Customer, Flow, SampleTax
from invoice_app.services.draft_views import CouponForm

VISA = "4242424242424242"
MASTERCARD = "5555555555554444"
AMEX = "378282246310005"
DECLINED = "4000000000000002"
INSUFFICIENT_FUNDS = "4000000000009995"
EXPIRED = "4000000000000069"
DECLINES_WHEN_CHARGED = "4000000000000341"


@dataclass(frozen=True)
class Line:
    """An item of the order; quantity, price and discount as typed."""

    description: str
    unit_price: str
    quantity: str = "1"
    discount: str = ""
    kind: str = "product"

    def times(self, quantity: int, discount: str = "") -> "Line":
        """The same item in another quantity."""
        return Line(self.description, self.unit_price, str(quantity), discount, self.kind)


@dataclass(frozen=True)
class PlannedEvent:
    """An event of a booking, `in_days` from today (before it when negative), with the items sold at it."""

    name: str
    in_days: int
    starts: str
    ends: str
    space: str
    guests: int
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happened `day` days after the order was taken."""

    day: float


@dataclass(frozen=True, kw_only=True)
class Share(Step):
    """Staff send the customer the link."""

    message: str = ""


@dataclass(frozen=True, kw_only=True)
class UseCoupon(Step):
    """Staff add a coupon to the invoice; with `tailored` they make it for this customer first."""

    code: str
    tailored: CouponForm | None = None


@dataclass(frozen=True, kw_only=True)
class Adjust(Step):
    """Staff add a discount or a fee: `kind` discount or fee, `method` percent, fixed or transaction."""

    kind: str
    method: str
    value: str
    label: str
    description: str = ""
    fixed_part: str = ""


@dataclass(frozen=True, kw_only=True)
class PayByCard(Step):
    """The customer tries these cards one after the other at the hosted checkout, and leaves after the last."""

    cards: tuple[str, ...] = (VISA,)
    keep: bool = False


@dataclass(frozen=True, kw_only=True)
class PageExpires(Step):
    """The hosted checkout that the customer left open has expired, and we learn of it."""


@dataclass(frozen=True, kw_only=True)
class LeaveCard(Step):
    """The customer leaves a card to be held."""

    card: str = VISA


@dataclass(frozen=True, kw_only=True)
class ChargeHeldCard(Step):
    """Staff charge the held card."""


@dataclass(frozen=True, kw_only=True)
class PayAtDesk(Step):
    """Staff record cash or a check; without an amount, all that is due."""

    method: str
    amount: str = ""
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Upload(Step):
    """Staff upload photographs, named after the order."""

    rooms: int = 2
    facades: int = 0
    twilight: bool = False


@dataclass(frozen=True, kw_only=True)
class AddInvoice(Step):
    """Staff add an invoice with lines of its own; what follows in the story is about it.

    `nights`: the first and the last day of its guestrooms, in days from today.
    """

    kind: str
    label: str
    lines: tuple[Line, ...]
    nights: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Finalise(Step):
    """Staff finalise the invoice."""


@dataclass(frozen=True, kw_only=True)
class Credit(Step):
    """Staff issue a credit note over an amount with tax."""

    amount: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Lose(Step):
    """The booking is lost."""


@dataclass(frozen=True, kw_only=True)
class Deliver(Step):
    """The order is done."""


@dataclass(frozen=True)
class Story:
    """An order or booking, taken `days_ago`, and what became of it."""

    days_ago: int
    customer: Customer
    flow: Flow
    title: str
    location: str
    lines: tuple[Line, ...]
    steps: tuple[Step, ...] = ()
    tax: SampleTax = SALES_TAX
    events: tuple[PlannedEvent, ...] = ()
    status: str = "definite"
