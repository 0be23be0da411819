"""Addresses that are no page: one that never was, and the front door, which leads to the orders."""

import reflex as rx

from invoice_app import routes
from invoice_app.ui.components.feedback import empty_state
from invoice_app.ui.components.link import go


def not_found_page() -> rx.Component:
    """What stands at an address that leads nowhere; it tells nobody anything, signed in or not."""
    orders = go("Go to orders", href=routes.ORDERS, class_name="button button--primary")
    return rx.el.main(
        rx.el.h1("Page not found", class_name="visually-hidden"),
        empty_state("search", "There is no page at this address", "It may have moved, or the link is incomplete.", orders),
        class_name="sign-in",
    )


def front_page() -> rx.Component:
    """The front door: on the way to the orders."""
    return rx.el.main(
        rx.el.h1("Invoicing desk", class_name="visually-hidden"),
        go("Open orders", href=routes.ORDERS, class_name="link"),
        class_name="sign-in",
    )
