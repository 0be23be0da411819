"""What the frame shows: who is signed in, whether navigation or search is open, and what the search found."""

from dataclasses import dataclass

import reflex as rx

from invoice_app import routes
from invoice_app.config import settings
from invoice_app.services.order_views import OrderQuery
from invoice_app.services.ordering import list_orders
from invoice_app.ui.history.state import forget_history
from invoice_app.ui.navigation import PLACES
from invoice_app.ui.session import call, door, whoami

_ROLES = {"owner": "Owner", "admin": "Admin", "staff": "Staff", "read_only": "Read-only"}
_SHOWN = 8


@dataclass(frozen=True)
class Found:
    """A result of the search."""

    title: str
    hint: str
    href: str
    icon: str


_PLACES = tuple(Found(place.title, "Page", place.href, place.icon) for place in PLACES)


class ShellState(rx.State):
    """The frame around every staff page."""

    name: str = ""
    role: str = ""
    initials: str = ""
    has_local_mailbox: bool = False
    nav_open: bool = False
    palette_open: bool = False
    found: tuple[Found, ...] = _PLACES

    @door
    async def load(self) -> None:
        """Show who is signed in; a visitor is sent to the sign-in page."""
        await forget_history(self)
        actor = await whoami(self)
        self.name, self.role = actor.name, _ROLES[actor.role]
        self.has_local_mailbox = not settings().smtp_url.get_secret_value()
        self.initials = "".join(part[0] for part in actor.name.split()[:2]).upper()

    @door
    async def open_nav(self) -> None:
        """Show the navigation over the page (small screens)."""
        self.nav_open = True

    @door
    async def nav_closed(self) -> None:
        """The navigation was closed."""
        self.nav_open = False

    @door
    async def open_palette(self) -> None:
        """Show the search."""
        self.found, self.palette_open = _PLACES, True

    @door
    async def palette_closed(self) -> None:
        """The search was closed."""
        self.palette_open = False

    @door
    async def search(self, text: str) -> None:
        """Find orders by number, title or customer, and pages by name."""
        wanted = text.strip().lower()
        if not wanted:
            self.found = _PLACES
            return
        places = tuple(place for place in _PLACES if wanted in place.title.lower())
        orders = await call(self, list_orders, OrderQuery(search=text.strip()))
        rows = orders.rows[:_SHOWN]
        self.found = (
            tuple(Found(row.title, f"#{row.number} · {row.customer}", routes.order(row.number), "orders") for row in rows)
            + places
        )
