"""The kept cards of one customer: which is the default, and letting one go."""

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError
from invoice_app.services.keeping_cards import list_kept_cards, make_default, remove_card
from invoice_app.services.payment_views import KeptCards
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.session import call, door


class CardsState(rx.State):
    """The dialog over the customers list."""

    is_open: bool = False
    kept: KeptCards = KeptCards()
    removing: int = 0
    error: str = ""

    @door
    async def open_cards(self, account_id: int) -> None:
        """Show the cards a customer agreed to have kept."""
        self.kept = await call(self, list_kept_cards, account_id)
        self.is_open, self.removing, self.error = True, 0, ""

    @door
    async def closed(self) -> None:
        """The dialog was closed."""
        self.is_open = False

    @door
    async def choose_default(self, card_id: int) -> EventSpec | None:
        """Charge this card when none is named."""
        self.error = ""
        try:
            self.kept = await call(self, make_default, card_id)
        except AppError as refusal:
            self.error = refusal.message
            return None
        return show_toast("Default card changed")

    @door
    async def ask_removal(self, card_id: int) -> None:
        """Ask before a card is let go; 0 keeps it."""
        self.removing, self.error = card_id, ""

    @door
    async def remove(self, card_id: int) -> EventSpec | None:
        """Let a card go, here and at Stripe."""
        self.error = ""
        try:
            self.kept = await call(self, remove_card, card_id)
        except AppError as refusal:
            self.error = refusal.message
            return None
        self.removing = 0
        return show_toast("Card removed")
