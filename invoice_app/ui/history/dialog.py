"""The history of a record as a timeline: who, when, what, before and after. Any page opens it with one button."""

from typing import Any

import reflex as rx

from invoice_app.services.history_words import ICONS
from invoice_app.services.telling_history import HistoryChange, HistoryEntry
from invoice_app.ui.components.button import Variant, button, icon_button
from invoice_app.ui.components.feedback import empty_state, notice, skeleton
from invoice_app.ui.components.field import select
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.overlay import dialog
from invoice_app.ui.history.state import HistoryState

_NAME = "history"


def history_button(
    subject: str | rx.Var[str], *, variant: Variant = "quiet", small: bool = False, **props: Any
) -> rx.Component:
    """A button that opens the history of a record; `subject` as read_history takes it.

    >>> history_button(f"order:{OrderState.order.id}")
    """
    return button("History", icon_name="clock", variant=variant, small=small, on_click=HistoryState.start(subject), **props)


def history_icon(subject: str | rx.Var[str], name: str | rx.Var[str]) -> rx.Component:
    """The same for a row of a table; `name` says whose history it is."""
    return icon_button(f"History of {name}", "clock", small=True, on_click=HistoryState.start(subject))


def history_dialog() -> rx.Component:
    """The dialog itself; the frame of every page holds it once."""
    history = HistoryState.history
    kinds = select(
        "kind",
        history.kinds,
        value=history.kind,
        aria_label="Kind of entries",
        on_change=HistoryState.choose_kind,
    )
    older = rx.cond(history.has_more, button("Show older", wide=True, on_click=HistoryState.show_older))
    entries = rx.el.ol(rx.foreach(history.rows, _entry), class_name="timeline", aria_label="History")
    nothing = empty_state("clock", "Nothing to show", "No entry of this kind was recorded.")
    body = rx.el.div(
        rx.el.div(rx.el.p(history.title, class_name="soft"), kinds, class_name="row row--apart row--wrap"),
        rx.cond(HistoryState.error != "", notice("bad", HistoryState.error, role="alert")),
        rx.cond(HistoryState.loaded, rx.cond(history.rows, rx.fragment(entries, older), nothing), skeleton(6)),
        class_name="stack",
    )
    return rx.cond(HistoryState.is_open, dialog(_NAME, "History", body, on_close=HistoryState.closed, wide=True))


def _entry(entry: HistoryEntry) -> rx.Component:
    icons = tuple((name, icon(name)) for name in ICONS.values())
    return rx.el.li(
        rx.el.span(rx.match(entry.icon, *icons, icon("clock")), class_name="timeline__mark", aria_hidden=True),
        rx.el.div(
            rx.el.p(
                rx.el.span(entry.what, class_name="strong"),
                rx.cond(entry.about != "", rx.el.span(entry.about, class_name="soft")),
                class_name="row row--wrap",
            ),
            rx.el.p(
                rx.el.span(entry.who),
                rx.el.time(entry.when, title=entry.exact),
                class_name="row row--wrap small soft",
            ),
            rx.cond(
                entry.changes,
                rx.el.dl(rx.foreach(entry.changes, _change), class_name="timeline__changes small"),
            ),
            class_name="timeline__entry",
        ),
        key=entry.id,
    )


def _change(change: HistoryChange) -> rx.Component:
    before = rx.cond(change.before != "", rx.el.del_(change.before, class_name="tabular"))
    after = rx.cond(
        change.after != "", rx.el.ins(change.after, class_name="tabular"), rx.el.span("removed", class_name="faint")
    )
    arrow = rx.cond(change.before != "", icon("arrow-right"))
    return rx.el.div(rx.el.dt(change.label, class_name="soft"), rx.el.dd(before, arrow, after, class_name="row row--wrap"))
