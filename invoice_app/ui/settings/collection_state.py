"""Settings: part payments and fees by payment method."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import ValidationFailed
from invoice_app.gateways.signals import SETTINGS
from invoice_app.services.setting_collection import CollectionForm, open_collection, save_collection
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import call, door, read_form


class CollectionState(LiveState, rx.State):
    """The form "How customers pay"; what is wrong is said at its field and nothing typed is lost."""

    form: CollectionForm = CollectionForm()
    form_version: int = 0
    error: str = ""
    error_field: str = ""

    @door
    async def load(self) -> None:
        """Show what is saved."""
        self.error = self.error_field = ""
        await self._reload()
        watch(self, SETTINGS)

    async def _reload(self) -> None:
        saved = await call(self, open_collection)
        if saved != self.form:
            self.form = saved
            self.form_version += 1

    @door
    async def save(self, form: dict[str, Any]) -> EventSpec | None:
        """Keep what was typed."""
        typed = read_form(CollectionForm, form)
        try:
            await call(self, save_collection, typed)
        except ValidationFailed as refusal:
            self.error, self.error_field = refusal.message, refusal.field
            return None
        self.error = self.error_field = ""
        await self._reload()
        return show_toast("How customers pay was saved")
