"""What changed between two revisions of an invoice."""

import reflex as rx

from invoice_app.gateways.signals import invoice_topic
from invoice_app.services.comparing_revisions import ComparedSection, ComparisonView, compare_revisions
from invoice_app.services.views import Choice
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door


class ComparingState(LiveState, rx.State):
    """Two revisions side by side."""

    is_open: bool = False
    view: ComparisonView = ComparisonView()
    sections: tuple[ComparedSection, ...] = ()
    choices: tuple[Choice, ...] = ()

    @door
    async def start(self, invoice_id: int) -> None:
        """Compare the last revision with the one before it."""
        self._show(await call(self, compare_revisions, invoice_id))
        watch(self, invoice_topic(invoice_id))
        self.is_open = True

    async def _reload(self) -> None:
        if self.is_open:
            view = self.view
            self._show(await call(self, compare_revisions, view.invoice_id, view.left, view.right))

    @door
    async def closed(self) -> None:
        """The dialog was closed."""
        self.is_open = False

    @door
    async def choose_left(self, revision: str) -> None:
        """The earlier one."""
        await self._compare(_read(revision), self.view.right)

    @door
    async def choose_right(self, revision: str) -> None:
        """The later one."""
        await self._compare(self.view.left, _read(revision))

    async def _compare(self, left: int, right: int) -> None:
        self._show(await call(self, compare_revisions, self.view.invoice_id, left, right))

    def _show(self, view: ComparisonView) -> None:
        self.view, self.sections = view, view.sections
        self.choices = tuple(Choice(str(one.revision), f"{one.label}, {one.saved}") for one in view.revisions)


def _read(revision: str) -> int:
    return int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0
