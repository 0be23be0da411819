"""Where staff can go: the entries of the navigation and of the search."""

from dataclasses import dataclass

from invoice_app import routes


@dataclass(frozen=True)
class Place:
    """A destination: its name, its route and its icon."""

    title: str
    href: str
    icon: str


PLACES = (
    Place("Orders", routes.ORDERS, "orders"),
    Place("Invoices", routes.INVOICES, "receipt"),
    Place("Payments", routes.PAYMENTS, "card"),
    Place("Customers", routes.CUSTOMERS, "users"),
    Place("Coupons", routes.COUPONS, "ticket"),
    Place("Mailbox", routes.MAILBOX, "mail"),
    Place("Settings", routes.SETTINGS, "settings"),
)
