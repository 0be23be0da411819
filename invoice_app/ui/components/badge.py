"""Badges: a status as icon, word and tone, never colour alone."""

import reflex as rx

from invoice_app.services.views import Badge
from invoice_app.ui.components.icon import icon


def badge(status: Badge) -> rx.Component:
    """A status badge of a view's Badge (or a Var of one).

    >>> badge(State.order.panel.billing)
    """
    return rx.el.span(icon(status.icon), status.word, class_name=f"badge badge--{status.tone}")


def quiet_status(status: Badge) -> rx.Component:
    """A status as icon and word without a box, where a badge beside it matters more.

    >>> rx.el.td(quiet_status(row.status))
    """
    return rx.el.span(icon(status.icon), status.word, class_name="status")


def count(number: int) -> rx.Component:
    """A small number beside a heading."""
    return rx.el.span(number, class_name="faint tabular")
