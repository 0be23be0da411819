"""Forty orders over three months, oldest first: paid, partly paid, overdue, declined, with held cards, and drafts."""

from invoice_app.demo.stories import (
    AMEX,
    DECLINED,
    DECLINES_WHEN_CHARGED,
    EXPIRED,
    INSUFFICIENT_FUNDS,
    MASTERCARD,
    VISA,
    Adjust,
    ChargeHeldCard,
    Deliver,
    LeaveCard,
    Line,
    PageExpires,
    PayAtDesk,
    PayByCard,
    Share,
    Step,
    Story,
    Upload,
    UseCoupon,
)
from invoice_app.demo.studio import (
    ARTS,
    CASCO,
    DANIEL,
    EASTERN,
    EDITORIAL,
    EXEMPT,
    INTERIORS,
    JUNIPER,
    LISTING,
    OKAFOR,
    PEAKS,
    QUARTERLY,
    SPRING_COUPON,
    SPRUCE,
    TIDEWATER,
    VEGA,
    VERA,
)
from invoice_app.services.draft_views import CouponForm

ROOMS = Line("Interior photographs, set of 12", "480.00")
OUTSIDE = Line("Exterior photographs, set of 6", "260.00")
TWILIGHT = Line("Twilight exterior", "180.00")
DRONE = Line("Drone photographs", "240.00")
PLAN = Line("Floor plan", "95.00")
STAGING = Line("Virtual staging, per room", "45.00")
FILM = Line("Walk-through film, 60 seconds", "650.00")
DETAIL = Line("Detail photograph", "35.00")
RETOUCHING = Line("Retouching, per hour", "85.00")
HALF_DAY = Line("Half day on location", "720.00")
FULL_DAY = Line("Full day on location", "1280.00")
ASSISTANT = Line("Assistant, per day", "240.00")
LICENCE = Line("Licence, web and print, two years", "350.00")

FERRY = Adjust(day=0.2, kind="fee", method="fixed", value="35.00", label="Travel", description="Ferry to the island, both ways")
DRIVE = Adjust(
    day=0.2, kind="fee", method="fixed", value="62.00", label="Travel", description="Drive to Bethel, 70 miles each way"
)
RUSH = Adjust(day=0.3, kind="fee", method="percent", value="15", label="Rush", description="Delivery within 24 hours")
CARD_FEE = Adjust(
    day=0.3,
    kind="fee",
    method="transaction",
    value="2.9",
    fixed_part="0.30",
    label="Card fee",
    description="What the card costs us",
)


def paid_by_card(*cards: str, after: float = 3) -> tuple[Step, ...]:
    """Sent on the next day, files uploaded, paid by the last of these cards."""
    return (Upload(day=0.9), Share(day=1), PayByCard(day=after, cards=cards or (VISA,)), Deliver(day=after + 0.5))


def held(card: str = VISA) -> tuple[Step, ...]:
    """Sent, and a card left to be held."""
    return (Share(day=1), LeaveCard(day=1.3, card=card), Upload(day=4, rooms=3))


def charged(card: str = VISA) -> tuple[Step, ...]:
    """Sent, a card left, and charged once the photographs were ready."""
    return (*held(card), ChargeHeldCard(day=5), Deliver(day=5.2))


STORIES = (
    Story(92, CASCO, LISTING, "32 Vesper Street", "32 Vesper Street, Portland", (ROOMS, PLAN), paid_by_card()),
    Story(90, OKAFOR, INTERIORS, "Munjoy House, completed", "Munjoy Hill", (FULL_DAY, ASSISTANT, LICENCE), charged(MASTERCARD)),
    Story(
        88,
        TIDEWATER,
        INTERIORS,
        "Rooms 201 to 214, new season",
        "The Tidewater Inn, Kennebunkport",
        (FULL_DAY, DETAIL.times(12), RETOUCHING.times(3)),
        (
            UseCoupon(day=0.2, code="TRADE15"),
            Share(day=2),
            Upload(day=6, rooms=4),
            PayAtDesk(day=13, method="check", reference="no. 20417"),
            Deliver(day=13.1),
        ),
    ),
    Story(
        86,
        DANIEL,
        LISTING,
        "Condominium on Fore Street",
        "211 Fore Street, Portland",
        (ROOMS,),
        (UseCoupon(day=0.2, code="FIRSTSHOOT"), *paid_by_card(INSUFFICIENT_FUNDS, VISA)),
    ),
    Story(
        84, EASTERN, LISTING, "Promenade East 5B", "Promenade East", (ROOMS, TWILIGHT, DRONE), paid_by_card(MASTERCARD, after=2)
    ),
    Story(
        81,
        JUNIPER,
        LISTING,
        "Opening night",
        "Juniper & Salt, Exchange Street",
        (HALF_DAY, DETAIL.times(8)),
        (
            UseCoupon(day=0.2, code=SPRING_COUPON),
            Share(day=1),
            Upload(day=2, rooms=3),
            PayByCard(day=4, cards=(AMEX,), keep=True),
            Deliver(day=4.5),
        ),
    ),
    Story(79, QUARTERLY, EDITORIAL, "Islands issue, eight pages", "Monhegan", (FULL_DAY.times(2), LICENCE)),
    Story(
        77,
        PEAKS,
        LISTING,
        "House at the ferry landing",
        "Peaks Island",
        (ROOMS, OUTSIDE),
        (
            FERRY,
            Share(day=3),
            Upload(day=4, facades=2),
            PayAtDesk(day=10, method="cash", amount="200.00", reference="no. 118"),
        ),
    ),
    Story(75, VEGA, INTERIORS, "Chapel Street townhouse", "9 Chapel Street", (HALF_DAY, RETOUCHING.times(2)), charged()),
    Story(72, CASCO, LISTING, "118 Congress Street", "118 Congress Street", (ROOMS, PLAN, TWILIGHT), paid_by_card(after=6)),
    Story(
        70,
        ARTS,
        LISTING,
        "Season brochure",
        "Saint Lawrence Arts Center",
        (HALF_DAY, DETAIL.times(4)),
        (Share(day=2), Upload(day=3), PayAtDesk(day=11, method="check", reference="no. 3302"), Deliver(day=11.2)),
        tax=EXEMPT,
    ),
    Story(
        68,
        SPRUCE,
        LISTING,
        "Model home, lot 4",
        "Bethel",
        (ROOMS, FILM, STAGING.times(4)),
        (DRIVE, Share(day=2), Upload(day=2.5, rooms=2, facades=1), PayByCard(day=15, cards=(EXPIRED,)), PageExpires(day=16.1)),
    ),
    Story(
        66,
        VERA,
        LISTING,
        "Harbor Loft, before the works",
        "Harbor Loft, Commercial Street",
        (ROOMS,),
        (Share(day=1), Upload(day=1.5), PayAtDesk(day=5, method="cash", reference="no. 121"), Deliver(day=5.1)),
    ),
    Story(63, EASTERN, LISTING, "Promenade East 7A", "Promenade East", (ROOMS, TWILIGHT), paid_by_card(DECLINED, MASTERCARD)),
    Story(
        61,
        TIDEWATER,
        INTERIORS,
        "Menu photographs",
        "The Tidewater Inn, Kennebunkport",
        (HALF_DAY, RETOUCHING.times(2)),
        (*held(DECLINES_WHEN_CHARGED), ChargeHeldCard(day=6)),
    ),
    Story(59, CASCO, LISTING, "5 Waterville Street", "5 Waterville Street", (ROOMS, PLAN), paid_by_card(after=2)),
    Story(56, OKAFOR, INTERIORS, "Library extension, in progress", "Yarmouth", (HALF_DAY,), charged(MASTERCARD)),
    Story(54, DANIEL, LISTING, "Condominium, for rent", "211 Fore Street, Portland", (OUTSIDE, PLAN), paid_by_card(after=4)),
    Story(
        52,
        JUNIPER,
        LISTING,
        "Terrace in summer",
        "Juniper & Salt, Exchange Street",
        (DETAIL.times(15),),
        (Share(day=2), Upload(day=2.5), PayAtDesk(day=9, method="check", reference="no. 1189"), Deliver(day=9.1)),
    ),
    Story(49, QUARTERLY, EDITORIAL, "Kitchens feature", "Camden", (FULL_DAY, ASSISTANT)),
    Story(
        47,
        PEAKS,
        LISTING,
        "Boathouse",
        "Peaks Island",
        (OUTSIDE, DRONE),
        (FERRY, Share(day=1, message="Best light was on Tuesday evening."), Upload(day=2, facades=3, rooms=0, twilight=True)),
    ),
    Story(
        45,
        VEGA,
        LISTING,
        "Showroom on Pleasant Street",
        "40 Pleasant Street",
        (ROOMS, DETAIL.times(6)),
        (
            Adjust(day=0.3, kind="discount", method="percent", value="10", label="Returning customer"),
            *paid_by_card(AMEX, after=5),
        ),
    ),
    Story(
        42, SPRUCE, LISTING, "Aerials of all lots", "Bethel", (DRONE.times(3),), (DRIVE, *paid_by_card(EXPIRED, VISA, after=9))
    ),
    Story(
        40,
        ARTS,
        LISTING,
        "Gala evening",
        "Saint Lawrence Arts Center",
        (HALF_DAY,),
        (
            Adjust(day=0.3, kind="discount", method="fixed", value="50.00", label="Arts patron"),
            Share(day=1),
            Upload(day=2, rooms=3, twilight=True),
            PayAtDesk(day=8, method="check", amount="300.00", reference="no. 3344"),
        ),
        tax=EXEMPT,
    ),
    Story(
        37,
        EASTERN,
        LISTING,
        "Penthouse film",
        "Promenade East",
        (FILM, TWILIGHT, ROOMS),
        (RUSH, CARD_FEE, *paid_by_card(MASTERCARD, after=2)),
    ),
    Story(35, CASCO, LISTING, "Harborview 12", "Harborview", (ROOMS, PLAN, STAGING.times(2)), paid_by_card(after=3)),
    Story(
        32, VERA, LISTING, "Harbor Loft, kitchen", "Harbor Loft, Commercial Street", (DETAIL.times(9),), paid_by_card(after=2)
    ),
    Story(
        30,
        TIDEWATER,
        LISTING,
        "Lobby after the works",
        "The Tidewater Inn, Kennebunkport",
        (ROOMS, RETOUCHING),
        (UseCoupon(day=0.2, code="TRADE15"), *paid_by_card(AMEX, after=12)),
    ),
    Story(27, OKAFOR, INTERIORS, "School entrance", "South Portland", (HALF_DAY, LICENCE), charged(MASTERCARD)),
    Story(
        24,
        DANIEL,
        LISTING,
        "Studio apartment",
        "17 Pine Street, Portland",
        (ROOMS,),
        (Share(day=1), Upload(day=1.5), PayByCard(day=6, cards=(DECLINED, INSUFFICIENT_FUNDS)), PageExpires(day=7.1)),
    ),
    Story(
        12,
        JUNIPER,
        LISTING,
        "Autumn menu",
        "Juniper & Salt, Exchange Street",
        (HALF_DAY, DETAIL.times(5)),
        (Share(day=1), Upload(day=3), PayAtDesk(day=5, method="check", amount="450.00", reference="no. 1203")),
    ),
    Story(
        13,
        PEAKS,
        LISTING,
        "Dock house",
        "Peaks Island",
        (ROOMS, OUTSIDE, TWILIGHT),
        (FERRY, Share(day=2), Upload(day=3, facades=2)),
    ),
    Story(
        11,
        VERA,
        LISTING,
        "Harbor Loft shoot",
        "Harbor Loft, Commercial Street",
        (DRONE, TWILIGHT.times(2, discount="10%"), PLAN),
        (
            UseCoupon(day=0.2, code="AUTUMN10"),
            FERRY,
            Share(day=1, message="It was a pleasure, Vera. The files unlock when the invoice is paid."),
            Upload(day=1.5, rooms=2, facades=2, twilight=True),
            PayAtDesk(day=4, method="check", amount="200.00", reference="no. 907"),
        ),
    ),
    Story(
        9,
        EASTERN,
        LISTING,
        "Promenade East, lobby",
        "Promenade East",
        (ROOMS, TWILIGHT),
        (Share(day=1), Upload(day=1.5), PayByCard(day=3, cards=(INSUFFICIENT_FUNDS,)), PageExpires(day=4.1)),
    ),
    Story(
        8,
        CASCO,
        LISTING,
        "77 Spring Street",
        "77 Spring Street",
        (ROOMS, PLAN, DRONE),
        (
            UseCoupon(
                day=0.3,
                code="CASCO40",
                tailored=CouponForm(
                    code="CASCO40", label="Tenth listing, $40 off", method="fixed", value="40.00", customer_limit="1"
                ),
            ),
            Share(day=1),
            Upload(day=2),
        ),
    ),
    Story(7, SPRUCE, INTERIORS, "Show home, furnished", "Bethel", (FULL_DAY, ASSISTANT), (DRIVE, *held())),
    Story(
        5,
        OKAFOR,
        INTERIORS,
        "Bridge pavilion",
        "Brunswick",
        (HALF_DAY, DRONE),
        (Share(day=1), LeaveCard(day=1.5, card=MASTERCARD)),
    ),
    Story(4, ARTS, LISTING, "Auditorium, new seats", "Saint Lawrence Arts Center", (HALF_DAY,), tax=EXEMPT),
    Story(2, TIDEWATER, INTERIORS, "Winter garden", "The Tidewater Inn, Kennebunkport", (FULL_DAY, DETAIL.times(10)), (RUSH,)),
    Story(1, QUARTERLY, EDITORIAL, "Cover, winter issue", "Cape Elizabeth", (HALF_DAY, LICENCE)),
)
