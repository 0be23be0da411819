"""The day of issue (BT-2) is the day an invoice leaves draft; what a customer was shown keeps its dates."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pypdf
import pytest
from sqlmodel import col, select

from invoice_app.clock import standing_still
from invoice_app.db import reading
from invoice_app.models import EventLog, OutgoingEmail
from invoice_app.repositories.invoices import read_revision
from invoice_app.services import crediting, itemising, ordering
from invoice_app.services.changing_terms import TermsForm, change_terms
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.order_views import ItemForm, OrderForm
from invoice_app.services.printing import render_pdf
from invoice_app.services.scheduling_payments import InstalmentForm, save_schedule
from invoice_app.services.setting_invoices import WordingForm, save_wording
from invoice_app.services.sharing import send_link
from invoice_app.services.showing_shared import open_shared_invoice
from tests.factories import NO_TAX
from tests.services.stage_steps import Case, add_case, assert_healthy, open_case, set_up

pytestmark = pytest.mark.usefixtures("data_dir")
MADE, SENT = datetime(2026, 12, 28, 12, tzinfo=UTC), datetime(2026, 12, 30, 12, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 2, 12, tzinfo=UTC)


def make_draft(**settings: Any) -> Case:
    with standing_still(MADE):
        case = open_case()
        set_up(**settings)
        return case


def dates_of(case: Case) -> tuple[date, date]:
    return case.invoice.issued_on, case.invoice.due_on


def last_event(case: Case) -> EventLog:
    with reading() as session:
        query = select(EventLog).where(EventLog.subject == f"invoice:{case.invoice_id}")
        return session.exec(query.order_by(col(EventLog.id).desc())).all()[0]


def test_a_draft_first_paid_in_the_new_year_is_of_that_day_and_of_that_years_series() -> None:
    case = make_draft()
    assert dates_of(case) == (date(2026, 12, 28), date(2027, 1, 11))
    with standing_still(NEW_YEAR):
        case.pay("100.00")
        printed = open_shared_invoice(case.share()).printed
    assert case.invoice.number == "INV-2027-00001"
    assert dates_of(case) == (date(2027, 1, 2), date(2027, 1, 16))
    assert (printed.issued, printed.due_date) == ("Jan 2, 2027", "Jan 16, 2027")
    assert_healthy()


def test_a_draft_first_paid_from_credit_is_of_that_day_too() -> None:
    case = make_draft()
    account, flow = case.invoice.account_id, ordering.list_flow_choices(case.actor)[0].value
    form = OrderForm("Second shoot", customer_id=str(account), flow_id=flow)
    with standing_still(MADE):
        number = ordering.create_order(case.actor, form)
        order = ordering.open_order(case.actor, number)
        itemising.add_item(
            case.actor, order.id, ItemForm(description="Portrait", quantity="1", unit_price="100.00", tax_id=NO_TAX)
        )
        case.pay("900.00", keep_rest=True)
    second = Case(case.actor, case.order, order.panel.invoice_id)
    with standing_still(NEW_YEAR):
        assert crediting.apply_credit(case.actor, second.invoice_id) == 10_000
    assert second.invoice.number == "INV-2027-00001"
    assert dates_of(second) == (date(2027, 1, 2), date(2027, 1, 16))


def test_the_history_tells_that_the_dates_moved_and_the_revision_says_the_new_ones() -> None:
    case = make_draft()
    with standing_still(NEW_YEAR):
        case.pay("100.00")
    event = last_event(case)
    assert (event.action, event.before, event.after) == (
        "payment received",
        {"paid": 0, "number": None, "issued_on": "2026-12-28", "due_on": "2027-01-11"},
        {
            "paid": 10_000,
            "number": "INV-2027-00001",
            "received": 10_000,
            "allocated": 10_000,
            "method": "Cash",
            "issued_on": "2027-01-02",
            "due_on": "2027-01-16",
        },
    )
    with reading() as session:
        assert read_revision(session, case.invoice_id, case.invoice.revision).facts["due_on"] == "2027-01-16"


def test_what_was_sent_in_the_old_year_keeps_its_dates_when_it_is_paid_and_finalised_in_the_new_one() -> None:
    case = make_draft()
    with standing_still(SENT):
        token = case.share()
        shown = open_shared_invoice(token).printed
    assert dates_of(case) == (date(2026, 12, 30), date(2027, 1, 13))
    assert (shown.issued, shown.due_date) == ("Dec 30, 2026", "Jan 13, 2027")
    with standing_still(NEW_YEAR):
        case.pay("100.00")
        assert case.invoice.number == "INV-2027-00001"
        finalise_invoice(case.actor, case.invoice_id)
        printed = open_shared_invoice(token).printed
    assert (printed.issued, printed.due_date) == (shown.issued, shown.due_date)
    assert_healthy()


def test_finalising_what_was_sent_long_ago_does_not_let_it_be_due_later() -> None:
    case = make_draft()
    with standing_still(SENT):
        case.share()
    with standing_still(datetime(2027, 3, 1, 12, tzinfo=UTC)):
        assert finalise_invoice(case.actor, case.invoice_id) == "INV-2027-00001"
    assert dates_of(case) == (date(2026, 12, 30), date(2027, 1, 13))


def test_sending_a_draft_that_lay_for_long_does_not_send_it_overdue() -> None:
    case = make_draft()
    with standing_still(datetime(2027, 3, 1, 12, tzinfo=UTC)):
        shared = open_shared_invoice(case.share())
    assert dates_of(case) == (date(2027, 3, 1), date(2027, 3, 15))
    assert (shared.is_overdue, shared.printed.due) == (False, "Mar 15, 2027 (in 14 days)")


@pytest.mark.parametrize(("typed", "due_on"), [("2027-01-20", date(2027, 1, 20)), ("2026-12-29", date(2027, 1, 16))])
def test_a_due_date_that_was_typed_stays_unless_it_would_be_due_before_it_was_issued(typed: str, due_on: date) -> None:
    case = make_draft()
    with standing_still(MADE):
        change_terms(case.actor, case.invoice_id, TermsForm(typed, "Payable within 14 days."))
    with standing_still(NEW_YEAR):
        case.pay("100.00")
    assert dates_of(case) == (date(2027, 1, 2), due_on)


def test_an_invoice_numbered_when_it_was_made_keeps_the_day_of_its_number() -> None:
    first = make_draft(number_at="create")
    with standing_still(MADE):
        case = add_case(first.actor)
    assert case.invoice.number == "INV-2026-00001"
    with standing_still(NEW_YEAR):
        case.pay("100.00")
    assert (case.invoice.number, *dates_of(case)) == ("INV-2026-00001", date(2026, 12, 28), date(2027, 1, 11))


def test_the_day_of_issue_and_the_year_of_the_number_are_those_of_the_organisations_time_zone() -> None:
    case = make_draft(time_zone="America/New_York")
    with standing_still(datetime(2027, 1, 1, 3, tzinfo=UTC)):
        case.pay("100.00")
    assert (case.invoice.number, *dates_of(case)) == ("INV-2026-00001", date(2026, 12, 31), date(2027, 1, 14))


# ── Drafts follow the payment terms of the settings ───────────────────────────────────────────────────────────────────────

THIRTY_DAYS = WordingForm("30", terms="Payable within 30 days.")


def test_a_draft_that_prints_the_new_terms_is_due_by_them_on_page_pdf_and_email() -> None:
    case = make_draft()
    with standing_still(MADE):
        save_wording(case.actor, THIRTY_DAYS)
        assert dates_of(case) == (date(2026, 12, 28), date(2027, 1, 27))
        pdf, _ = render_pdf(case.actor, case.invoice_id)
        url = send_link(case.actor, case.invoice_id, recipient="vera@lindt.example", message="").url
        printed = open_shared_invoice(url.rpartition("/")[2]).printed
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    with reading() as session:
        mail = session.exec(select(OutgoingEmail)).one()
    assert (printed.due_date, printed.terms) == ("Jan 27, 2027", "Payable within 30 days.")
    assert ("Jan 27, 2027" in text, "Payable within 30 days." in text) == (True, True)
    assert "Jan 27, 2027" in mail.text
    assert_healthy()


def test_the_history_of_a_draft_tells_that_the_settings_moved_its_due_date(migrated_url: str) -> None:
    case = make_draft()
    revision = case.invoice.revision
    with standing_still(MADE):
        save_wording(case.actor, THIRTY_DAYS)
    event = last_event(case)
    assert (event.action, event.before, event.after) == (
        "due date followed the payment terms",
        {"issued_on": "2026-12-28", "due_on": "2027-01-11"},
        {"issued_on": "2026-12-28", "due_on": "2027-01-27"},
    )
    with reading() as session:
        assert read_revision(session, case.invoice_id, revision).facts["due_on"] == "2027-01-27"


def test_words_changed_without_the_days_move_no_due_date() -> None:
    case = make_draft()
    events = case.events()
    save_wording(case.actor, WordingForm("14", terms="Two weeks."))
    assert (dates_of(case), case.events()) == ((date(2026, 12, 28), date(2027, 1, 11)), events)


@pytest.mark.parametrize(
    ("typed", "due_on", "terms"),
    [
        (TermsForm("2027-01-20", "Payable within 14 days."), date(2027, 1, 20), "Payable within 30 days."),
        (TermsForm("2027-01-11", "Two weeks, as agreed."), date(2027, 1, 11), "Two weeks, as agreed."),
    ],
)
def test_a_due_date_or_terms_agreed_with_the_customer_stay_on_a_draft(typed: TermsForm, due_on: date, terms: str) -> None:
    case = make_draft()
    with standing_still(MADE):
        change_terms(case.actor, case.invoice_id, typed)
        save_wording(case.actor, THIRTY_DAYS)
        printed = open_shared_invoice(case.share()).printed
    assert (case.invoice.due_on, printed.terms) == (due_on, terms)


def test_what_was_sent_paid_or_scheduled_keeps_its_due_date_when_the_terms_change() -> None:
    sent = make_draft()
    with standing_still(MADE):
        paid, scheduled = add_case(sent.actor), add_case(sent.actor)
        sent.share()
        paid.pay("100.00")
        whole = InstalmentForm("All of it", "percent", "100", "2027-01-11")
        save_schedule(sent.actor, scheduled.invoice_id, (whole,))
        save_wording(sent.actor, THIRTY_DAYS)
    assert [case.invoice.due_on for case in (sent, paid, scheduled)] == [date(2027, 1, 11)] * 3
