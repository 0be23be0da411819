"""The invoice drawer: this member's draft, kept keystroke by keystroke, and saving it."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError, NotFound, StaleRevision
from invoice_app.gateways.signals import invoice_topic
from invoice_app.services.draft_views import DraftView, ExplainView
from invoice_app.services.drafting import (
    add_line,
    discard_draft,
    edit_line,
    move_adjustment,
    move_line,
    open_draft,
    read_today,
    remove_adjustment,
    remove_line,
    save_invoice,
    settle_conflicts,
)
from invoice_app.services.explaining import explain_amount
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.order.blank import BLANK_DRAFT
from invoice_app.ui.order.closed_checkout import tell_saved
from invoice_app.ui.session import call, door, whoami

REMEMBER = rx.call_script("ui.remember('invoice')")
FORGET = rx.call_script("ui.remember('')")
KEEP_FOCUS = rx.call_script("ui.keepFocus()")


class DrawerState(LiveState, rx.State):
    """The invoice being changed."""

    is_open: bool = False
    draft: DraftView = BLANK_DRAFT
    saving: bool = False
    refusal: str = ""
    choices: dict[str, str] = {}
    explaining: bool = False
    explained: ExplainView = ExplainView("", "", ())

    @door
    async def open_invoice(self, invoice_id: int) -> EventSpec:
        """Open the drawer where this member of staff left it."""
        self.draft = await call(self, open_draft, invoice_id)
        actor = await whoami(self)
        watch(self, invoice_topic(invoice_id), f"draft:{invoice_id}:{actor.user_id}")
        self.refusal, self.choices, self.saving, self.is_open = "", {}, False, True
        return REMEMBER

    async def _reload(self) -> None:
        if not self.is_open:
            return
        try:
            self.draft = await call(self, open_draft, self.draft.invoice_id)
        except NotFound:
            # Deleted meanwhile, perhaps by a colleague: the next invoice must not open by itself.
            self.is_open = False

    @door
    async def closed(self) -> EventSpec:
        """The drawer was closed; the draft stays."""
        self.is_open = self.explaining = False
        return FORGET

    @door
    async def edit(self, key: str, field: str, text: str) -> None:
        """Keep what was typed into one field of a line."""
        self.draft = await call(self, edit_line, self.draft.invoice_id, key, field, text)
        self.refusal = ""

    @door
    async def add_line(self) -> EventSpec:
        """Add an empty line and go to it."""
        self.draft = await call(self, add_line, self.draft.invoice_id)
        return rx.call_script("ui.focusLast('.line__description')")

    @door
    async def set_days(self, key: str) -> None:
        """Give a line the day of today, from where its days are set."""
        today = await call(self, read_today)
        self.draft = await call(self, edit_line, self.draft.invoice_id, key, "starts_on", today)

    @door
    async def remove_line(self, key: str) -> None:
        """Take a line off the draft."""
        self.draft = await call(self, remove_line, self.draft.invoice_id, key)

    @door
    async def move_line(self, key: str, steps: int) -> None:
        """Move a line up or down."""
        self.draft = await call(self, move_line, self.draft.invoice_id, key, steps)

    @door
    async def remove_adjustment(self, key: str) -> None:
        """Take a coupon, discount or fee off the draft."""
        self.draft = await call(self, remove_adjustment, self.draft.invoice_id, key)

    @door
    async def move_adjustment(self, key: str, steps: int) -> None:
        """Move a coupon, discount or fee."""
        self.draft = await call(self, move_adjustment, self.draft.invoice_id, key, steps)

    @door
    async def discard(self) -> list[EventSpec]:
        """Throw the unsaved edits away: back to what the customer sees."""
        self.draft = await call(self, discard_draft, self.draft.invoice_id)
        self.refusal = ""
        return [KEEP_FOCUS, show_toast("Unsaved changes discarded")]

    @door
    async def save(self) -> Any:
        """Make the draft the invoice; the customer sees it at once."""
        self.saving, self.refusal = True, ""
        yield
        try:
            self.draft = await call(self, save_invoice, self.draft.invoice_id)
        except AppError as refusal:
            self.refusal = refusal.message
            await self._reload()
        self.saving = False
        if self.refusal:
            yield KEEP_FOCUS
        else:
            told = f"Invoice saved as revision {self.draft.revision}"
            yield [KEEP_FOCUS, show_toast(tell_saved(told, closed_checkout=self.draft.closed_checkout))]

    @door
    async def choose(self, name: str, side: str) -> EventSpec | None:
        """Choose "mine" or "theirs" for one field that both sides changed; the last choice settles them all."""
        self.choices = {**self.choices, name: side}
        return await self._settle()

    @door
    async def choose_all(self, side: str) -> EventSpec | None:
        """Choose the same side for every field that both changed."""
        conflict = self.draft.conflict
        self.choices = {field.name: side for field in conflict.fields} if conflict else {}
        return await self._settle()

    async def _settle(self) -> EventSpec | None:
        conflict = self.draft.conflict
        if conflict is None or any(field.name not in self.choices for field in conflict.fields):
            return None
        try:
            self.draft = await call(
                self, settle_conflicts, self.draft.invoice_id, self.choices, saved_revision=conflict.saved_revision
            )
        except StaleRevision:
            # Somebody has saved once more: what waits now is shown, and chosen anew.
            await self._reload()
        self.choices, self.refusal = {}, ""
        return rx.call_script("document.getElementById('save-invoice')?.focus()")

    @door
    async def explain(self, key: str, anchor: str) -> EventSpec:
        """Show how an amount came about, beside it."""
        self.explained = await call(self, explain_amount, self.draft.invoice_id, key)
        self.explaining = True
        safe = "".join(letter for letter in anchor if letter.isalnum() or letter in "-_")
        return rx.call_script(f"ui.popover('explain', '{safe}')")

    @door
    async def close(self) -> EventSpec:
        """Close the drawer."""
        return close_overlay("invoice-drawer")
