"""Links inside the product: they change the page without loading it anew, and the live connection stays."""

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink  # type: ignore[import-untyped]


def go(*children: Any, href: str, **props: Any) -> rx.Component:
    """A link to a staff page, unstyled unless `class_name` says so; files and other sites take rx.el.a.

    >>> go(icon("orders"), "Orders", href=routes.ORDERS, class_name="nav__link")
    """
    return ReactRouterLink.create(*children, to=href, **props)


def link(text: str, href: str) -> rx.Component:
    """A link in running text."""
    return go(text, href=href, class_name="link")
