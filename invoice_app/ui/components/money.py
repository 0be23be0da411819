"""Amounts: right-aligned, tabular figures; they come formatted and are never calculated here."""

import reflex as rx


def amount(text: str, *, strong: bool = False) -> rx.Component:
    """An amount that marks its change once, softly, inside an element of class `watch-changes`.

    >>> amount(line.amount)
    """
    return rx.el.span(text, key=text, class_name="money ticks strong" if strong else "money ticks")
