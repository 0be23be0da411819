"""This member's notices in the frame of every page (D31)."""

import reflex as rx

from invoice_app.services.booking_views import NoticeView
from invoice_app.services.noticing import list_notices, notices_topic, read_notices
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door, whoami


class NoticesState(LiveState, rx.State):
    """The bell: what is new, and reading it."""

    notices: tuple[NoticeView, ...] = ()
    unread: int = 0

    @door
    async def load(self) -> None:
        """Show what is new, and follow it."""
        actor = await whoami(self)
        watch(self, notices_topic(actor.user_id))
        await self._reload()

    async def _reload(self) -> None:
        self.notices = await call(self, list_notices)
        self.unread = sum(1 for notice in self.notices if notice.unread)

    @door
    async def read(self) -> None:
        """The list was opened: everything in it counts as read, and stays marked until the next time."""
        if self.unread:
            await call(self, read_notices)
            self.unread = 0
