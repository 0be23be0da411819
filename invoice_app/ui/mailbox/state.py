"""The mailbox: what was sent or waits to be, and one message of it."""

import reflex as rx
from reflex.event import EventSpec

from invoice_app import routes
from invoice_app.config import settings
from invoice_app.domain.errors import NotFound, PermissionDenied
from invoice_app.gateways.signals import ORDERS
from invoice_app.services.listing import EmailView, list_emails, read_email
from invoice_app.services.signalling import OUTBOX_TOPIC
from invoice_app.services.views import EmailRow
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door

BLANK = EmailView(0, "", "", "", "", "")
# Links in a message open beside the mailbox, not inside the small frame.
_OPEN_BESIDE = '<base target="_blank">'


class MailboxState(LiveState, rx.State):
    """A page of messages, and the one that is open, which stands in the address."""

    loaded: bool = False
    is_local: bool = True
    emails: tuple[EmailRow, ...] = ()
    page: int = 1
    has_older: bool = False
    email: EmailView = BLANK
    html: str = ""
    refusal: str = ""
    shown_as: str = "html"

    @door
    async def load(self) -> None:
        """Show the mailbox and the message the address names."""
        asked = dict(self.router.url.query_parameters)
        self.is_local = not settings().smtp_url.get_secret_value()
        self.page = _read_number(asked.get("page", "")) or 1
        await self._reload()
        await self._open(_read_number(asked.get("message", "")))
        watch(self, OUTBOX_TOPIC, ORDERS)

    async def _reload(self) -> None:
        self.emails = await call(self, list_emails, page=self.page)
        self.has_older = bool(await call(self, list_emails, page=self.page + 1))
        self.loaded = True

    async def _open(self, email_id: int) -> None:
        self.email, self.html, self.refusal = BLANK, "", ""
        if not email_id:
            return
        try:
            self.email = await call(self, read_email, email_id)
        except (NotFound, PermissionDenied) as refusal:
            self.refusal = refusal.message
            return
        self.html = _OPEN_BESIDE + self.email.html

    @door
    async def show_as(self, form: str) -> None:
        """As customers see it, or its text for programs that show no HTML."""
        self.shown_as = "text" if form == "text" else "html"

    @door
    async def go_to(self, page: int) -> EventSpec:
        """Show older or newer messages."""
        return rx.redirect(f"{routes.MAILBOX}?page={max(1, page)}")


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
