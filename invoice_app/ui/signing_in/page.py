"""The sign-in page: a plain form posting to an HTTP route, so that the session cookie stays out of scripts."""

import reflex as rx

from invoice_app import routes
from invoice_app.ui.components.button import button
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, text_input
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.plain_form import plain_form

REFUSALS = {
    "sign_in_failed": "That e-mail and password do not match. Check both and try again.",
    "too_many_tries": "Too many tries. Please wait ten minutes and try again.",
    "permission_denied": "This form was sent from another site. Open the page itself and try again.",
}


def sign_in_page() -> rx.Component:
    """E-mail and password; what went wrong comes back in the address as `error`."""
    parameters = rx.State.router.url.query_parameters
    code = parameters.get("error", "")
    error = rx.match(code, *REFUSALS.items(), "")
    typed = parameters.get("email", "")
    following = parameters.get("next", routes.ORDERS)
    head = rx.el.div(
        rx.el.span(icon("receipt", large=True), class_name="nav__mark"),
        rx.el.h1("Sign in to your invoicing desk"),
        class_name="sign-in__head",
    )
    form = plain_form(
        rx.cond(error != "", notice("bad", error, role="alert")),
        field(
            "E-mail",
            text_input(
                "email",
                type="email",
                auto_complete="username",
                required=True,
                auto_focus=True,
                default_value=typed,
                key=f"email.{typed}",
            ),
            name="email",
        ),
        field(
            "Password",
            text_input("password", type="password", auto_complete="current-password", required=True),
            name="password",
        ),
        rx.el.input(type="hidden", name="next", value=following, read_only=True),
        button("Sign in", variant="primary", wide=True, type="submit"),
        action=routes.SESSION,
        class_name="stack",
    )
    return rx.el.main(rx.el.div(head, form, class_name="sign-in__card"), class_name="sign-in")
