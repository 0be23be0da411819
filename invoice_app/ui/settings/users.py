"""Who works here and what they may do; and one's own password."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.views import Badge, UserView
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button, button_link, icon_button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, select, switch, text_input
from invoice_app.ui.components.overlay import cancel_button, form_dialog
from invoice_app.ui.settings.choices import ROLES
from invoice_app.ui.settings.state import SettingsState
from invoice_app.ui.settings.user_state import DIALOG, UserState

SWITCHED_OFF = Badge("Cannot sign in", "neutral", "ban")
YOU = Badge("You", "info", "user")


def users_section() -> rx.Component:
    """Every member of staff."""
    settings = SettingsState.settings
    add = button("Add a user", icon_name="plus", small=True, id="add-user", on_click=UserState.start)
    return card(
        "Users",
        rx.el.ul(rx.foreach(settings.users, _user), class_name="settings__rows", aria_label="Users"),
        rx.cond(UserState.is_open, _form()),
        beside=rx.cond(settings.can_edit, add),
        name="users",
    )


def _user(user: UserView) -> rx.Component:
    may_change = SettingsState.settings.can_edit & (SettingsState.can_manage_owners | (user.role != "owner"))
    edit = icon_button(
        f"Edit {user.name}",
        "pencil",
        small=True,
        id=f"edit-user-{user.id}",
        on_click=UserState.edit(user.id, user.name, user.email, user.role, user.active, user.is_self),
    )
    name = rx.el.div(
        rx.el.div(
            rx.el.span(user.name, class_name="strong truncate"),
            rx.cond(user.is_self, badge(YOU)),
            rx.cond(user.active, rx.fragment(), badge(SWITCHED_OFF)),
            class_name="row",
        ),
        rx.el.span(user.email, class_name="faint small truncate"),
        class_name="settings__name",
    )
    role = rx.match(user.role, *((choice.value, choice.label) for choice in ROLES), user.role)
    beside = rx.el.div(
        rx.el.span(role, class_name="soft"),
        rx.cond(may_change, edit, rx.el.span(class_name="settings__no-action")),
        class_name="settings__switches",
    )
    return rx.el.li(name, beside, class_name="settings__row", key=user.id)


def _form() -> rx.Component:
    def said(name: str) -> str:
        return rx.cond(UserState.error_field == name, UserState.error, "")

    user, is_new = UserState.user, UserState.user.id == 0
    may_sign_in = switch(
        "active",
        "May sign in",
        hint="Switched off, every session ends at once.",
        default_checked=user.active,
    )
    body = rx.el.div(
        field(
            "Name",
            text_input("name", id="user-name", default_value=user.name, error=said("name"), auto_focus=True),
            name="user-name",
            error=said("name"),
        ),
        field(
            "E-mail",
            text_input("email", id="user-email", type="email", default_value=user.email, error=said("email")),
            name="user-email",
            error=said("email"),
            hint="They sign in with it.",
        ),
        field(
            "Role",
            select(
                "role",
                UserState.roles,
                id="user-role",
                default_value=user.role,
                disabled=user.is_self,
                error=said("role"),
            ),
            name="user-role",
            error=said("role"),
            hint=rx.cond(
                user.is_self,
                "Nobody changes their own role.",
                "Read-only looks. Staff work on orders and invoices. Admins change settings too.",
            ),
        ),
        field(
            rx.cond(is_new, "Password", "New password"),
            text_input("password", id="user-password", type="password", auto_complete="new-password", error=said("password")),
            name="user-password",
            error=said("password"),
            hint=rx.cond(is_new, "Ten characters or more. Tell it to them in person.", "Leave empty to keep the present one."),
        ),
        rx.cond(is_new | user.is_self, rx.fragment(), may_sign_in),
        class_name="stack",
    )
    return form_dialog(
        DIALOG,
        rx.cond(is_new, "Add a user", "Edit user"),
        body,
        cancel_button(DIALOG),
        button(rx.cond(is_new, "Add user", "Save user"), variant="primary", type="submit", busy=UserState.submitting),
        on_submit=UserState.save,
        on_close=UserState.closed,
    )


def password_section() -> rx.Component:
    """Changing one's own password."""

    def said(name: str) -> str:
        return rx.cond(SettingsState.password_error_field == name, SettingsState.password_error, "")

    def password(label: str, name: str, purpose: str, hint: str = "") -> rx.Component:
        control = text_input(name, id=f"own-{name}", type="password", auto_complete=purpose, error=said(name))
        return field(label, control, name=f"own-{name}", error=said(name), hint=hint)

    form = rx.el.form(
        rx.el.div(
            password("Present password", "old", "current-password"),
            password("New password", "password", "new-password", "Ten characters or more. You then sign in anew everywhere."),
            class_name="card__body field-grid",
        ),
        rx.el.footer(button("Change password", type="submit"), class_name="card__foot row"),
        on_submit=SettingsState.change_password,
        no_validate=True,
    )
    done = rx.el.div(
        notice("good", "Your password is changed and you are signed out on every device.", role="status"),
        button_link("Sign in with the new password", routes.SIGN_IN),
        class_name="card__body stack",
    )
    return card("Your password", rx.cond(SettingsState.password_changed, done, form), name="password")
