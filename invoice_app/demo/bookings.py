"""Bookings of the studio's loft by the harbour: parties, a workshop and a wedding, with rooms for those who come from afar."""

from invoice_app.demo.stories import (
    AddInvoice,
    Credit,
    Deliver,
    Finalise,
    Line,
    Lose,
    PayAtDesk,
    PayByCard,
    PlannedEvent,
    Share,
    Story,
)
from invoice_app.demo.studio import ARTS, CASCO, JUNIPER, LISTING, SPRUCE, TIDEWATER, VERA

LOFT, DAYLIGHT, GARDEN = "Wharf Street loft", "Daylight studio", "Garden room"
LOFT_HIRE = Line("Loft, per day", "900.00")
STUDIO_HIRE = Line("Daylight studio, per day", "420.00")
GARDEN_HIRE = Line("Garden room, per evening", "260.00")
DRINKS = Line("Welcome drinks, per guest", "14.00", kind="menu")
DINNER = Line("Three-course dinner, per guest", "68.00", kind="menu")
BRUNCH = Line("Brunch, per guest", "26.00", kind="menu")
LUNCH = Line("Lunch buffet, per guest", "22.50", kind="menu")
COFFEE = Line("Coffee and pastries, per guest", "8.50", kind="menu")
PHOTOGRAPHER = Line("Photographer, per hour", "180.00")
PROJECTOR = Line("Projector and screen", "75.00")
SEA_ROOM = Line("Sea view room, per night", "165.00", kind="guestroom")
DEPOSIT = Line("Deposit", "500.00")

BOOKINGS = (
    Story(
        22,
        ARTS,
        LISTING,
        "Harbor light workshop",
        LOFT,
        (PROJECTOR,),
        (
            Share(day=1),
            PayByCard(day=4),
            AddInvoice(day=5, kind="standalone", label="Rooms of the teachers", lines=(SEA_ROOM.times(4),), nights=(-6, -4)),
            Share(day=5.2),
            Finalise(day=5.5),
            PayAtDesk(day=12, method="check", reference="no. 3371"),
            Credit(day=19, amount="95.00", reason="One room was without heating for a night"),
            Deliver(day=20),
        ),
        events=(
            PlannedEvent("First day", -5, "09:30", "17:30", DAYLIGHT, 16, (STUDIO_HIRE, LUNCH.times(16), COFFEE.times(16))),
            PlannedEvent("Second day", -4, "09:30", "16:00", DAYLIGHT, 16, (STUDIO_HIRE, LUNCH.times(16))),
        ),
    ),
    Story(
        21,
        VERA,
        LISTING,
        "Lindt and Hale wedding",
        LOFT,
        (PHOTOGRAPHER.times(6),),
        (
            Share(day=2),
            PayAtDesk(day=6, method="check", amount="2500.00", reference="no. 208"),
            AddInvoice(day=7, kind="standalone", label="Guestrooms", lines=(SEA_ROOM.times(12),), nights=(19, 22)),
            Share(day=7.5),
        ),
        events=(
            PlannedEvent("Welcome drinks", 19, "18:00", "22:00", GARDEN, 40, (GARDEN_HIRE, DRINKS.times(40))),
            PlannedEvent("Wedding dinner", 20, "16:30", "01:00", LOFT, 84, (LOFT_HIRE, DINNER.times(84))),
            PlannedEvent("Farewell brunch", 21, "10:30", "14:00", LOFT, 60, (BRUNCH.times(60),)),
        ),
    ),
    Story(
        16,
        SPRUCE,
        LISTING,
        "Topping-out party",
        LOFT,
        (PHOTOGRAPHER.times(2),),
        (
            Share(day=1),
            AddInvoice(day=1.5, kind="standalone", label="Deposit", lines=(DEPOSIT,)),
            Share(day=2),
            PayAtDesk(day=4, method="check", reference="no. 5140"),
            Lose(day=11),
        ),
        events=(PlannedEvent("Party", 12, "17:00", "23:00", LOFT, 70, (LOFT_HIRE, DRINKS.times(70))),),
    ),
    Story(
        14,
        CASCO,
        LISTING,
        "Agents' day",
        DAYLIGHT,
        (PROJECTOR,),
        (
            Share(day=1),
            AddInvoice(day=2, kind="standalone", label="Deposit", lines=(DEPOSIT,)),
            Share(day=2.5),
            Finalise(day=3),
            PayByCard(day=5),
        ),
        events=(
            PlannedEvent("Agents' day", 6, "08:30", "16:30", DAYLIGHT, 28, (STUDIO_HIRE, LUNCH.times(28), COFFEE.times(28))),
        ),
    ),
    Story(
        10,
        JUNIPER,
        LISTING,
        "Supplier tasting",
        GARDEN,
        (),
        (),
        events=(PlannedEvent("Tasting", 33, "15:00", "19:00", GARDEN, 24, (GARDEN_HIRE, DRINKS.times(24))),),
        status="tentative",
    ),
    Story(
        3,
        TIDEWATER,
        LISTING,
        "New season preview",
        LOFT,
        (),
        (),
        events=(PlannedEvent("Preview", 48, "17:30", "21:00", LOFT, 55, (LOFT_HIRE, DRINKS.times(55))),),
        status="inquiry",
    ),
)
