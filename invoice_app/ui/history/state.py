"""The history of one record, shown in a dialog over its page."""

import reflex as rx

from invoice_app.domain.errors import AppError
from invoice_app.gateways.signals import ORDERS
from invoice_app.services.telling_history import HistoryView, read_history
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door


class HistoryState(LiveState, rx.State):
    """Which record's history is open, and how much of it."""

    is_open: bool = False
    loaded: bool = False
    error: str = ""
    history: HistoryView = HistoryView()
    _subject: str = ""
    _pages: int = 1

    @door
    async def start(self, subject: str) -> None:
        """Open the history of a record: "order:3", "invoice:12", "account:5", "coupon:2" or "settings"."""
        self._subject, self._pages = subject, 1
        self.history, self.loaded, self.is_open = HistoryView(), False, True
        await self._reload()
        watch(self, ORDERS)

    @door
    async def choose_kind(self, kind: str) -> None:
        """Show one kind of entries only, or all."""
        self._pages = 1
        await self._load(kind)

    @door
    async def show_older(self) -> None:
        """Show older entries too."""
        self._pages += 1
        await self._reload()

    @door
    async def closed(self) -> None:
        """The dialog was closed."""
        self.is_open = False

    async def _reload(self) -> None:
        if self.is_open:
            await self._load(self.history.kind)

    async def _load(self, kind: str) -> None:
        self.error = ""
        try:
            self.history = await call(self, read_history, self._subject, kind, self._pages)
        except AppError as refusal:
            self.error = refusal.message
        self.loaded = True


async def forget_history(state: rx.State) -> None:
    """Close the history in this tab: another page is loaded."""
    (await state.get_state(HistoryState)).is_open = False
