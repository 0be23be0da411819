"""Where staff can go: the entries of the navigation and of the search."""

from dataclasses import dataclass

from invoice_app import routes


@dataclass(frozen=True)
class Place:
    """A destination: its name, its route, its icon, and whether there is only something to see with the local mailbox."""

    title: str
    href: str
    icon: str
    local_mailbox: bool = False


PLACES = (
    Place("Orders", routes.ORDERS, "orders"),
    Place("Bookings", routes.BOOKINGS, "calendar"),
    Place("Invoices", routes.INVOICES, "receipt"),
    Place("Payments", routes.PAYMENTS, "card"),
    Place("Customers", routes.CUSTOMERS, "users"),
    Place("Coupons", routes.COUPONS, "ticket"),
    Place("Reports", routes.REPORTS, "chart"),
    Place("Self-check", routes.SELF_CHECK, "shield"),
    Place("Settings", routes.SETTINGS, "settings"),
    Place("Mailbox", routes.MAILBOX, "mail", local_mailbox=True),
)
