"""The customers list."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx

from invoice_app import routes
from invoice_app.domain.access import Permission
from invoice_app.services.listing import list_accounts
from invoice_app.services.order_views import OrderQuery
from invoice_app.services.views import AccountRow
from invoice_app.ui.listing.address import write_address
from invoice_app.ui.listing.state import ListState
from invoice_app.ui.session import call, whoami


@dataclass(frozen=True)
class CustomerRow:
    """A customer and where their orders are listed."""

    account: AccountRow
    orders_href: str


class CustomersState(ListState, rx.State):
    """Everybody who was ever billed, by name."""

    path: ClassVar[str] = routes.CUSTOMERS

    rows: tuple[CustomerRow, ...] = ()
    count: int = 0
    pages: int = 1
    currency: str = ""
    can_edit: bool = False

    async def _find(self) -> int:
        self.can_edit = (await whoami(self)).may(Permission.MANAGE_CUSTOMERS)
        found = await call(self, list_accounts, search=self.query.search, page=self.query.page)
        self.rows = tuple(CustomerRow(row, write_address(routes.ORDERS, OrderQuery(search=row.name))) for row in found.rows)
        self.count, self.pages, self.currency = found.count, found.pages, found.currency
        return found.pages
