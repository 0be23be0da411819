"""Self-check: one line a rule, green when nothing breaks it, else the records that do."""

import reflex as rx

from invoice_app import routes
from invoice_app.services.checking_books import BooksView, Finding, RuleResult
from invoice_app.ui.components.button import button
from invoice_app.ui.components.card import card
from invoice_app.ui.components.feedback import notice, skeleton
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import link
from invoice_app.ui.self_check.state import SelfCheckState
from invoice_app.ui.shell import page, page_head


def self_check_page() -> rx.Component:
    """Our own records, then the comparison with Stripe."""
    again = button(
        "Check again",
        icon_name="refresh",
        id="check-again",
        busy=SelfCheckState.checking,
        disabled=SelfCheckState.checking,
        on_click=SelfCheckState.check,
    )
    return page(
        page_head("Self-check", again),
        rx.el.div(
            rx.cond(SelfCheckState.loaded, _own_books(), rx.el.div(skeleton(10), class_name="card")),
            _comparison(),
            class_name="stack",
        ),
        place=routes.SELF_CHECK,
    )


def _own_books() -> rx.Component:
    books = SelfCheckState.books
    return card("Our records", _verdict(books, "books-verdict"), _rules(books), name="books")


def _comparison() -> rx.Component:
    compared = SelfCheckState.compared
    compare = button(
        "Compare with Stripe",
        small=True,
        id="compare-books",
        busy=SelfCheckState.comparing,
        disabled=SelfCheckState.comparing,
        on_click=SelfCheckState.compare,
    )
    nothing_yet = rx.el.p("Holds payments and refunds of the last 30 days against Stripe's own books.", class_name="soft small")
    shown = rx.fragment(_verdict(compared, "compared-verdict"), _rules(compared))
    return card(
        "Against Stripe",
        rx.cond(
            SelfCheckState.refusal != "",
            rx.el.div(notice("bad", SelfCheckState.refusal, role="alert"), class_name="card__body"),
        ),
        rx.cond(compared.checked_at != "", shown, rx.el.div(nothing_yet, class_name="card__body")),
        beside=compare,
        name="against-stripe",
    )


def _verdict(view: BooksView, name: str) -> rx.Component:
    well = notice("good", rx.el.span("0 problems. ", class_name="strong"), f"Checked {view.checked_at}.")
    broken = notice(
        "bad",
        rx.el.span(rx.cond(view.broken == 1, "1 problem. ", f"{view.broken} problems. "), class_name="strong"),
        f"Checked {view.checked_at}.",
    )
    return rx.el.div(rx.cond(view.broken == 0, well, broken), class_name="card__body", id=name, role="status")


def _rules(view: BooksView) -> rx.Component:
    return rx.el.ul(rx.foreach(view.rules, _rule), class_name="settings__rows", aria_label="Rules")


def _rule(rule: RuleResult) -> rx.Component:
    well = rx.el.span(icon("check-circle"), "Holds", class_name="row soft small")
    count = rx.el.span(icon("alert"), rx.el.span(rule.count, class_name="tabular"), " found", class_name="row strong small")
    head = rx.el.div(rx.el.span(rule.sentence), rx.cond(rule.count == 0, well, count), class_name="row row--apart grow")
    findings = rx.el.ul(rx.foreach(rule.findings, _finding), class_name="stack small", aria_label=rule.sentence)
    return rx.el.li(
        rx.el.div(head, rx.cond(rule.count > 0, findings), class_name="stack grow"),
        class_name="settings__row",
        key=rule.name,
        id=f"rule-{rule.name}",
    )


def _finding(finding: Finding) -> rx.Component:
    what = rx.cond(finding.href != "", link(finding.what, finding.href), rx.el.span(finding.what, class_name="strong"))
    return rx.el.li(what, ": ", rx.el.span(finding.how, class_name="soft"))
