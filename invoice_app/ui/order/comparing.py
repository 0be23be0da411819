"""What changed: two revisions of an invoice side by side, and the PDF of each."""

import reflex as rx

from invoice_app.services.comparing_revisions import ComparedRow, ComparedSection, RevisionView
from invoice_app.services.views import Badge
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button_link
from invoice_app.ui.components.feedback import notice
from invoice_app.ui.components.field import field, select
from invoice_app.ui.components.overlay import dialog
from invoice_app.ui.order.comparing_state import ComparingState

ISSUED = Badge("Finalised", "good", "lock")


def comparing_dialog() -> rx.Component:
    """Two selects, the table, the PDFs."""
    view = ComparingState.view
    body = rx.el.div(
        rx.el.div(
            field(
                "From",
                select(
                    "left",
                    ComparingState.choices,
                    id="compare-left",
                    value=f"{view.left}",
                    on_change=ComparingState.choose_left,
                ),
                name="compare-left",
            ),
            field(
                "To",
                select(
                    "right",
                    ComparingState.choices,
                    id="compare-right",
                    value=f"{view.right}",
                    on_change=ComparingState.choose_right,
                ),
                name="compare-right",
            ),
            class_name="field-grid",
        ),
        rx.cond(view.differs, None, notice("info", "These two revisions say the same.")),
        _table(),
        _pdfs(),
        class_name="stack",
    )
    return dialog("compare-revisions", f"What changed on {view.reference}", body, on_close=ComparingState.closed, wide=True)


def _table() -> rx.Component:
    view = ComparingState.view
    heads = rx.el.thead(
        rx.el.tr(
            rx.el.th("What", scope="col"),
            rx.el.th(f"Revision {view.left}", scope="col", class_name="amount"),
            rx.el.th(f"Revision {view.right}", scope="col", class_name="amount"),
        )
    )
    bodies = rx.foreach(ComparingState.sections, _section)
    return rx.el.div(
        rx.el.table(heads, bodies, class_name="compared", aria_label="What changed"), class_name="compared__scroll", tab_index=0
    )


def _section(section: ComparedSection) -> rx.Component:
    return rx.el.tbody(
        rx.el.tr(rx.el.th(section.title, col_span=3, scope="colgroup", class_name="compared__title")),
        rx.foreach(section.rows, _row),
        key=section.title,
        class_name=rx.cond(section.title == "Terms", "compared__texts", ""),
    )


def _row(row: ComparedRow) -> rx.Component:
    mark = rx.cond(row.mark != "", rx.el.span(row.mark, class_name="compared__mark small"))
    differs = rx.cond(row.mark != "", "compared__row compared__row--differs", "compared__row")
    return rx.el.tr(
        rx.el.th(
            rx.el.span(row.label, class_name=rx.cond(row.inner, "compared__inner", "")),
            " ",
            mark,
            scope="row",
        ),
        rx.el.td(rx.cond(row.left != "", row.left, "—"), class_name="amount compared__was"),
        rx.el.td(rx.cond(row.right != "", row.right, "—"), class_name="amount compared__is"),
        key=row.key,
        class_name=differs,
    )


def _pdfs() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Every revision", class_name="strong"),
        rx.el.ul(rx.foreach(ComparingState.view.revisions, _revision), class_name="links"),
        aria_label="Every revision",
    )


def _revision(revision: RevisionView) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(revision.label, class_name="truncate"),
            rx.el.p(revision.saved, class_name="small faint truncate"),
            class_name="grow",
        ),
        rx.cond(revision.issued, badge(ISSUED)),
        button_link(
            "PDF",
            revision.pdf_href,
            small=True,
            icon_name="download",
            download=True,
            aria_label=f"PDF of revision {revision.revision}",
        ),
        key=revision.revision,
        class_name="links__row",
    )
