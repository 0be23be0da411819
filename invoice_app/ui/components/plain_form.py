"""A form the browser submits itself, to an HTTP route: for what must not pass through the page's scripts."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML  # type: ignore[import-untyped]


class _PlainForm(BaseHTML):  # type: ignore[misc]  # Reflex types its elements as Any
    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def plain_form(*children: Any, action: str, **props: Any) -> rx.Component:
    """A form that posts to `action`, without the event handling Reflex gives its own.

    >>> plain_form(text_input("email"), button("Sign in", type="submit"), action=routes.SESSION)
    """
    return _PlainForm.create(*children, action=action, method="post", **props)
