"""Removing a deliverable, after asking."""

import reflex as rx
from reflex.event import EventSpec

from invoice_app.services.delivering import remove_file
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import FormState, call, door, form_door


class FilesState(FormState, rx.State):
    """The file about to be removed."""

    asking: bool = False
    file_id: int = 0
    name: str = ""

    @door
    async def ask(self, file_id: int, name: str) -> None:
        """Ask before a file is removed: it cannot be brought back."""
        self.file_id, self.name, self.asking = file_id, name, True
        self._await_submit()

    @door
    async def closed(self) -> None:
        """The question was answered or dismissed."""
        self.asking = False

    @form_door
    async def remove(self) -> list[EventSpec]:
        """Remove the file."""
        await call(self, remove_file, self.file_id)
        return [close_overlay("remove-file"), show_toast(f"Removed {self.name}")]
