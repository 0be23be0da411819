"""Links: `go` inside the product, without loading the page anew; `outside` to everything that is no staff page."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.inline import A  # type: ignore[import-untyped]


def go(*children: Any, href: str | rx.Var[str], **props: Any) -> rx.Component:
    """A link to a staff page, which keeps the live connection; unstyled unless `class_name` says so.

    >>> go(icon("orders"), "Orders", href=routes.ORDERS, class_name="nav__link")
    """
    return rx.el.a(*children, href=href, **props)


def outside(*children: Any, href: str, **props: Any) -> rx.Component:
    """A link the browser follows by itself: downloads, places on this page, other sites.

    >>> outside(file.name, href=file.href, download=True)
    """
    return A.create(*children, href=href, **props)


def link(text: str, href: str) -> rx.Component:
    """A link in running text."""
    return go(text, href=href, class_name="link")
