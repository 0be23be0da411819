"""The form of a member of staff."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.access import Permission
from invoice_app.domain.errors import ValidationFailed
from invoice_app.services.configuring import save_user
from invoice_app.services.views import Choice, UserView
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import DialogState, call, door, form_door, whoami
from invoice_app.ui.settings.choices import ROLES

DIALOG = "user-form"
BLANK = UserView(0, "", "", "staff", active=True, is_self=False)


class UserState(DialogState, rx.State):
    """The dialog that adds or changes a member of staff."""

    user: UserView = BLANK
    roles: tuple[Choice, ...] = ROLES

    @door
    async def start(self) -> None:
        """Open the form of a new member."""
        await self._open(BLANK)

    @door
    async def edit(self, user_id: int, name: str, email: str, role: str, active: bool, is_self: bool) -> None:
        """Open the form of a member with what it says now."""
        await self._open(UserView(user_id, name, email, role, active, is_self))

    async def _open(self, user: UserView) -> None:
        makes_owners = (await whoami(self)).may(Permission.MANAGE_OWNERS)
        self.roles = ROLES if makes_owners else tuple(role for role in ROLES if role.value != "owner")
        self.user = user
        self._open_dialog()

    @form_door
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Keep the member; what is wrong is said at its field."""
        user = self.user
        typed = {name: str(form.get(name, "")) for name in ("name", "email", "password")}
        # One's own role and access cannot be changed, so their controls are not sent.
        role = user.role if user.is_self else str(form.get("role", user.role))
        active = user.is_self or not user.id or form.get("active") in (True, "on", "true")
        try:
            await call(self, save_user, user.id or None, **typed, role=role, active=active)
        except ValidationFailed as refusal:
            self._refuse(refusal)
            return None
        return [close_overlay(DIALOG), show_toast(f"{typed['name'].strip()} saved")]
