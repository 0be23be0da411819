"""The invoices list."""

from typing import ClassVar

import reflex as rx

from invoice_app import routes
from invoice_app.services.listing import InvoiceList, list_invoices
from invoice_app.services.views import Choice
from invoice_app.ui.listing.address import Choices
from invoice_app.ui.listing.state import ListState
from invoice_app.ui.session import call


class InvoicesState(ListState, rx.State):
    """Every invoice, the latest due first."""

    path: ClassVar[str] = routes.INVOICES
    choices: ClassVar[Choices] = {
        "status": (
            Choice("open", "To be paid"),
            Choice("overdue", "Overdue"),
            Choice("due", "Due"),
            Choice("upcoming", "Upcoming"),
            Choice("partly_paid", "Partly paid"),
            Choice("processing", "Processing"),
            Choice("paid", "Paid"),
            Choice("pending", "Draft"),
            Choice("void", "Void"),
        )
    }

    invoices: InvoiceList = InvoiceList((), 0, 1, 1, "")

    async def _find(self) -> int:
        query = self.query
        self.invoices = await call(self, list_invoices, search=query.search, billing=query.status, page=query.page)
        return self.invoices.pages
