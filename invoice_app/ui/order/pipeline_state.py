"""Moving an order along its pipeline; Lost asks first, for it ends invoices (D16)."""

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.bookings import OrderStatus
from invoice_app.services.booking_views import LossView
from invoice_app.services.losing import lose_order, preview_loss
from invoice_app.services.ordering import set_status
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import FormState, call, door, form_door


class PipelineState(FormState, rx.State):
    """The status menu of an order and the question before it is lost."""

    asking: bool = False
    loss: LossView = LossView()

    @door
    async def choose(self, order_id: int, status: str) -> EventSpec | None:
        """Give the order this status; before Lost, say what it will do."""
        if status == OrderStatus.LOST:
            self.loss = await call(self, preview_loss, order_id)
            self.asking = True
            self._await_submit()
            return None
        await call(self, set_status, order_id, status)
        return show_toast("Status changed")

    @door
    async def closed(self) -> None:
        """The question was closed."""
        self.asking = False

    @form_door
    async def lose(self) -> list[EventSpec]:
        """Mark the booking as lost."""
        done = await call(self, lose_order, self.loss.order_id)
        void = sum(1 for step in done.steps if not step.stays)
        told = "1 invoice is void" if void == 1 else f"{void} invoices are void"
        return [close_overlay("lose-booking"), show_toast(f"Marked as lost; {told}")]
