"""Which overlays stand over the order page, and forgetting them when a page is loaded.

A tab keeps its State over page loads. What was open over one order must neither show nor act over the next one, so every load
starts without overlays, and one shows only while its invoice belongs to the order behind it.
"""

import reflex as rx

from invoice_app.ui.order.actions_state import ActionsState
from invoice_app.ui.order.adding_state import AddingState
from invoice_app.ui.order.adjusting_state import AdjustingState
from invoice_app.ui.order.comparing_state import ComparingState
from invoice_app.ui.order.crediting_state import CreditingState
from invoice_app.ui.order.drawer_state import DrawerState
from invoice_app.ui.order.events_state import EventsState
from invoice_app.ui.order.files_state import FilesState
from invoice_app.ui.order.invoices_state import InvoicesCardState
from invoice_app.ui.order.item_state import ItemState
from invoice_app.ui.order.money_state import MoneyState
from invoice_app.ui.order.payments_state import PaymentsState
from invoice_app.ui.order.pipeline_state import PipelineState
from invoice_app.ui.order.scheduling_state import SchedulingState
from invoice_app.ui.order.sending_state import SendingState

OVERLAYS: tuple[type[rx.State], ...] = (
    ActionsState,
    AddingState,
    AdjustingState,
    ComparingState,
    CreditingState,
    DrawerState,
    EventsState,
    FilesState,
    InvoicesCardState,
    ItemState,
    MoneyState,
    PaymentsState,
    PipelineState,
    SchedulingState,
    SendingState,
)


async def forget_overlays(state: rx.State) -> None:
    """Close whatever stands over the order page in this tab."""
    for overlay in OVERLAYS:
        (await state.get_state(overlay)).reset()  # type: ignore[no-untyped-call]  # Reflex types it nowhere
