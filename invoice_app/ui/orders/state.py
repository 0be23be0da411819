"""The orders list."""

from typing import ClassVar

import reflex as rx

from invoice_app import routes
from invoice_app.services.badges import ORDER_STATUSES
from invoice_app.services.order_views import OrderList, OrderQuery
from invoice_app.services.ordering import list_orders
from invoice_app.services.views import Choice, ListQuery
from invoice_app.ui.listing.address import Choices
from invoice_app.ui.listing.state import ListState
from invoice_app.ui.session import call


class OrdersState(ListState, rx.State):
    """Every order, newest first unless sorted otherwise."""

    path: ClassVar[str] = routes.ORDERS
    kind: ClassVar[type[ListQuery]] = OrderQuery
    choices: ClassVar[Choices] = {
        "status": tuple(Choice(status.value, shown.word) for status, shown in ORDER_STATUSES.items()),
        "billing": (
            Choice("open", "To be paid"),
            Choice("pending", "Draft"),
            Choice("upcoming", "Upcoming"),
            Choice("due", "Due"),
            Choice("overdue", "Overdue"),
            Choice("processing", "Processing"),
            Choice("paid", "Paid"),
            Choice("void", "Void"),
        ),
    }
    narrowing: ClassVar[tuple[str, ...]] = ("search", "status", "billing", "since", "until")

    query: OrderQuery = OrderQuery()
    orders: OrderList = OrderList((), 0, 1, 1, "")

    async def _find(self) -> int:
        self.orders = await call(self, list_orders, self.query)
        return self.orders.pages
