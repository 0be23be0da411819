"""The payments list."""

from typing import ClassVar

import reflex as rx

from invoice_app import routes
from invoice_app.services.listing import PaymentList, list_payments
from invoice_app.services.views import Choice
from invoice_app.ui.listing.address import Choices
from invoice_app.ui.listing.state import ListState
from invoice_app.ui.session import call


class PaymentsListState(ListState, rx.State):
    """Every try to pay, successful or not, newest first (A3)."""

    path: ClassVar[str] = routes.PAYMENTS
    choices: ClassVar[Choices] = {
        "status": (
            Choice("succeeded", "Succeeded"),
            Choice("failed", "Failed"),
            Choice("processing", "Processing"),
            Choice("open", "Started"),
            Choice("cancelled", "Cancelled"),
            Choice("expired", "Expired"),
        )
    }

    payments: PaymentList = PaymentList((), 0, 1, 1, "")

    async def _find(self) -> int:
        query = self.query
        self.payments = await call(self, list_payments, search=query.search, outcome=query.status, page=query.page)
        return self.payments.pages
