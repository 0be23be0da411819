"""The self-check: tried when the page opens and on demand; Stripe is asked only on demand."""

from typing import Any

import reflex as rx

from invoice_app.domain.errors import AppError
from invoice_app.services.checking_books import BooksView, check_books
from invoice_app.services.comparing_books import compare_books
from invoice_app.ui.session import call, door

NOTHING = BooksView((), 0, "")


class SelfCheckState(rx.State):
    """What the last check found."""

    loaded: bool = False
    checking: bool = False
    books: BooksView = NOTHING
    comparing: bool = False
    compared: BooksView = NOTHING
    refusal: str = ""

    @door
    async def load(self) -> None:
        """Try every rule when the page opens."""
        self.books = await call(self, check_books)
        self.loaded = True

    @door
    async def check(self) -> Any:
        """Try every rule again."""
        self.checking = True
        yield
        self.books = await call(self, check_books)
        self.checking = False

    @door
    async def compare(self) -> Any:
        """Hold the last 30 days against Stripe's books."""
        self.comparing, self.refusal = True, ""
        yield
        try:
            self.compared = await call(self, compare_books)
        except AppError as refusal:
            self.refusal = refusal.message
        self.comparing = False
