"""Payment details below the sums: holds, payments with their refunds and disputes, and the ledger in plain words."""

import reflex as rx

from invoice_app.services.money_views import CreditNoteView, DisputeView, HoldView, LedgerLine, PaymentView, RefundView
from invoice_app.ui.components.badge import badge
from invoice_app.ui.components.button import button, button_link
from invoice_app.ui.components.icon import icon
from invoice_app.ui.components.link import link
from invoice_app.ui.order.money_state import MoneyState


def money_sections() -> rx.Component:
    """What is held and what came in; each section only when there is something in it."""
    money = MoneyState.money
    hold = button("Hold an amount", small=True, icon_name="lock", id="hold-amount", on_click=MoneyState.start_hold)
    return rx.fragment(
        rx.cond(money.can_hold, rx.el.div(hold, class_name="money-section")),
        rx.cond(money.holds, _section("Holds", rx.foreach(money.holds, _hold))),
        rx.cond(money.payments, _section("Payments", rx.foreach(money.payments, _payment))),
        rx.cond(money.credit_notes, _section("Credit notes", rx.foreach(money.credit_notes, _credit_note))),
    )


def ledger_section() -> rx.Component:
    """Every booking of the invoice, newest first, with what was owed after it."""
    return rx.cond(
        MoneyState.money.ledger,
        rx.el.details(
            rx.el.summary("Ledger", class_name="strong"),
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th("What happened", scope="col"),
                        rx.el.th("Change", scope="col", class_name="amount"),
                        rx.el.th("Owed", scope="col", class_name="amount"),
                    )
                ),
                rx.el.tbody(rx.foreach(MoneyState.money.ledger, _ledger_line)),
                class_name="ledger small",
            ),
            id="ledger",
            class_name="money-section",
        ),
    )


def _section(title: str, rows: rx.Component) -> rx.Component:
    rows_of_it = rx.el.ol(rows, class_name="money-rows")
    return rx.el.section(rx.el.h3(title, class_name="strong"), rows_of_it, aria_label=title, class_name="money-section")


def _hold(hold: HoldView) -> rx.Component:
    actions = rx.el.div(
        button("Take…", small=True, on_click=MoneyState.start_capture(hold.id)),
        button("Release…", small=True, variant="quiet", on_click=MoneyState.start_release(hold.id)),
        class_name="row",
    )
    countdown = rx.el.p(
        icon(rx.cond(hold.urgent, "warning", "clock")), hold.countdown, class_name=rx.cond(hold.urgent, "row", "row soft")
    )
    return rx.el.li(
        rx.el.div(badge(hold.status), rx.el.span(hold.amount, class_name="strong money"), class_name="row row--apart"),
        _facts(hold.method, hold.when, hold.who),
        rx.cond(hold.countdown != "", countdown),
        rx.cond(hold.reason != "", rx.el.p(hold.reason, class_name="attempt__reason")),
        rx.cond(hold.can_act, actions),
        key=hold.id,
        class_name="money-row",
    )


def _payment(payment: PaymentView) -> rx.Component:
    refund = button("Refund…", small=True, icon_name="undo", on_click=MoneyState.start_refund(payment.id))
    back = rx.el.ol(
        rx.foreach(payment.disputes, _dispute), rx.foreach(payment.refunds, _refund), class_name="money-rows money-rows--inner"
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(payment.method, class_name="strong"),
            rx.el.span(payment.amount, class_name="strong money"),
            class_name="row row--apart",
        ),
        rx.el.p(
            rx.el.span(payment.when),
            rx.el.span(payment.who),
            rx.cond(payment.net != "", rx.el.span(payment.net)),
            class_name="attempt__facts small soft",
        ),
        rx.cond(
            payment.home != "",
            rx.el.p(
                "Received for ", link(payment.home, payment.home_href), ", and refunded there.", class_name="attempt__reason"
            ),
        ),
        rx.cond(payment.credit != "", rx.el.p(payment.credit, class_name="attempt__reason")),
        rx.cond(payment.went_back, back),
        rx.cond(
            payment.can_refund,
            rx.el.div(refund, rx.el.span(f"{payment.left_label} left", class_name="faint small"), class_name="row"),
        ),
        key=payment.id,
        class_name="money-row",
    )


def _credit_note(note: CreditNoteView) -> rx.Component:
    download = button_link(
        "PDF",
        note.pdf_href,
        small=True,
        icon_name="download",
        download=True,
        aria_label=f"PDF of credit note {note.number}",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(note.number, class_name="strong"),
            rx.el.span(note.amount, class_name="strong money"),
            class_name="row row--apart",
        ),
        _facts(note.when, note.who, note.reason),
        rx.cond(note.to_account != "", rx.el.p(note.to_account, class_name="attempt__reason")),
        rx.el.div(download, class_name="row"),
        key=note.id,
        class_name="money-row",
    )


def _refund(refund: RefundView) -> rx.Component:
    return rx.el.li(
        rx.el.div(badge(refund.status), rx.el.span(refund.amount, class_name="money"), class_name="row row--apart"),
        _facts(refund.when, refund.who, refund.reason),
        rx.cond(refund.explanation != "", rx.el.p(refund.explanation, class_name="attempt__reason")),
        key=refund.id,
        class_name="money-row",
    )


def _dispute(dispute: DisputeView) -> rx.Component:
    return rx.el.li(
        rx.el.div(badge(dispute.status), rx.el.span(dispute.amount, class_name="money"), class_name="row row--apart"),
        rx.el.p(
            dispute.reason,
            rx.cond(dispute.due != "", f" {dispute.due}", ""),
            rx.cond(dispute.funds != "", f" {dispute.funds}", ""),
            class_name="attempt__reason",
        ),
        key=dispute.id,
        class_name="money-row",
    )


def _facts(*texts: str) -> rx.Component:
    return rx.el.p(*(rx.cond(text != "", rx.el.span(text)) for text in texts), class_name="attempt__facts small soft")


def _ledger_line(line: LedgerLine) -> rx.Component:
    return rx.el.tr(
        rx.el.td(line.words, rx.el.span(f"{line.when} · {line.who}", class_name="faint", display="block")),
        rx.el.td(line.change, class_name="amount"),
        rx.el.td(line.balance, class_name="amount strong"),
        key=line.id,
    )
