"""Reports: sums that equal the invoices and the ledger, in the same figures on the page, as CSV and as XLSX."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from sqlmodel import col, func, select

from invoice_app.clock import standing_still
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Role
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.errors import NotFound, NotSignedIn, ValidationFailed
from invoice_app.models import CreditNote, Invoice, LedgerEntry
from invoice_app.services import adjusting, drafting, reporting
from invoice_app.services.crediting_invoices import CreditForm, CreditLineForm, issue_credit_note
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.reporting import ReportQuery, ReportSection
from invoice_app.services.voiding import void_invoice
from tests.factories import NO_TAX, make_actor
from tests.services.stage_steps import Case, add_case, open_case, set_up
from tests.workbooks import read_workbook

ALWAYS = ReportQuery(period="custom", starts_on="2000-01-01", ends_on="2099-12-31")


def tell_life() -> Case:
    """Invoices over 720.00 each: a draft, one sent and partly paid, two finalised with credits, one void."""
    first = open_case()
    actor = first.actor
    sent = add_case(actor)
    sent.share()
    sent.pay("100.00")
    whole, part = add_case(actor), add_case(actor)
    for case in (whole, part):
        finalise_invoice(actor, case.invoice_id)
    line = drafting.open_draft(actor, part.invoice_id).lines[0].key
    lines = (CreditLineForm(line, 0, "40.00"),)
    issue_credit_note(actor, part.invoice_id, CreditForm(scope="lines", lines=lines, reason="One photo less"))
    issue_credit_note(actor, part.invoice_id, CreditForm(scope="amount", amount="60.00", reason="Goodwill"))
    void_invoice(actor, add_case(actor).invoice_id, "Billed twice")
    return first


def read_section(case: Case, key: str, query: ReportQuery = ALWAYS) -> ReportSection:
    return next(section for section in reporting.read_reports(case.actor, query).sections if section.key == key)


def read_cells(case: Case, key: str, query: ReportQuery = ALWAYS) -> list[tuple[str, ...]]:
    section = read_section(case, key, query)
    return [*(row.cells for row in section.rows), section.total]


def read_csv(case: Case, key: str) -> list[list[str]]:
    content, _ = reporting.export_csv(case.actor, key, ALWAYS)
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def sum_of(expression: Any) -> int:
    with reading() as session:
        return int(session.exec(expression).one() or 0)


def minor(text: str) -> int:
    return int(text.replace(",", "").replace("−", "-").replace(".", ""))


@pytest.mark.usefixtures("data_dir")
def test_items_are_net_of_discounts_and_credits_and_without_void_invoices() -> None:
    case = tell_life()
    # Item, kind, quantity, draft, sent, finalised, credited, sales: 240.00 and 360.00 on each of four invoices.
    assert read_cells(case, "items") == [
        ("Twilight shoot", "Product", "6", "360.00", "360.00", "720.00", "0.00", "1,080.00"),
        ("Drone photos", "Product", "3", "240.00", "240.00", "480.00", "40.00", "680.00"),
        ("Credited without naming a line", "Credit note", "0", "0.00", "0.00", "0.00", "50.00", "−50.00"),
        ("Total", "", "9", "600.00", "600.00", "1,200.00", "90.00", "1,710.00"),
    ]


@pytest.mark.usefixtures("data_dir")
def test_taxes_come_by_rate_less_what_was_credited() -> None:
    case = tell_life()
    untaxed = add_case(case.actor, tax=NO_TAX)
    untaxed.share()
    # Tax, draft, sent, finalised, credited, taxable sales, tax, sales with tax.
    assert read_cells(case, "taxes") == [
        ("VAT 20 %", "120.00", "120.00", "240.00", "18.00", "1,710.00", "342.00", "2,052.00"),
        ("No tax", "0.00", "0.00", "0.00", "0.00", "600.00", "0.00", "600.00"),
        ("Total", "120.00", "120.00", "240.00", "18.00", "2,310.00", "342.00", "2,652.00"),
    ]


@pytest.mark.usefixtures("data_dir")
def test_the_sums_are_those_of_the_invoices_and_of_the_ledger() -> None:
    case = tell_life()
    set_up(prices_include_tax=True)
    inclusive = add_case(case.actor, items=(("Prints", "3", "33.33"), ("Frame", "1", "0.05")))
    drafting.open_draft(case.actor, inclusive.invoice_id)
    adjusting.add_adjustment(case.actor, inclusive.invoice_id, AdjustmentForm(kind="discount", method="percent", value="7"))
    drafting.save_invoice(case.actor, inclusive.invoice_id)
    inclusive.share()

    items, taxes = read_section(case, "items").total, read_section(case, "taxes").total
    stages = {row.cells[0]: row.cells for row in read_section(case, "stages").rows}
    live = col(Invoice.stage).in_(("sent", "finalized"))
    invoiced = sum_of(select(func.sum(Invoice.total)).where(live))
    credited = sum_of(select(func.sum(CreditNote.total)))
    taxed = sum_of(select(func.sum(Invoice.tax_total)).where(live)) - sum_of(select(func.sum(CreditNote.tax_total)))
    assert minor(taxes[-2]) == taxed
    assert minor(items[-1]) == minor(taxes[-3])
    assert minor(taxes[-1]) == invoiced - credited
    # A cent of the inclusive prices no pair of net and tax can reach: without its row the sums would not be what was sold.
    assert read_section(case, "taxes").rows[-1].cells == ("Rounding", *["0.00"] * 6, "−0.01")
    owed = sum(minor(cells[4]) for cells in stages.values())
    assert owed == sum_of(select(func.sum(LedgerEntry.amount)).where(LedgerEntry.book == Book.RECEIVABLE))
    earned = sum(minor(cells[5]) - minor(cells[3]) for cells in stages.values())
    assert earned == -sum_of(select(func.sum(LedgerEntry.amount)).where(LedgerEntry.book == Book.REVENUE))
    shared = minor(read_section(case, "ageing").total[-1])
    assert shared == minor(read_section(case, "stages").total[4])


@pytest.mark.usefixtures("data_dir")
def test_page_csv_and_xlsx_say_the_same() -> None:
    case = tell_life()
    workbook = read_workbook(reporting.export_xlsx(case.actor, ALWAYS)[0])
    for section in reporting.read_reports(case.actor, ALWAYS).sections:
        written, sheet = read_csv(case, section.key), workbook[section.title]
        assert written[0] == sheet[0] == ["Currency", *(column.title for column in section.columns)]
        shown = [["USD", *row.cells] for row in section.rows]
        plain = [[cell.replace(",", "").replace("−", "-") for cell in row] for row in shown]
        assert written[1:] == plain
        numbers = [column.number for column in section.columns]
        as_numbers = [
            [row[0], *(float(cell) if is_number else cell for cell, is_number in zip(row[1:], numbers, strict=True))]
            for row in sheet[1:]
        ]
        assert as_numbers == [
            [row[0], *(float(cell) if is_number else cell for cell, is_number in zip(row[1:], numbers, strict=True))]
            for row in plain
        ]


@pytest.mark.usefixtures("data_dir")
def test_ageing_counts_days_past_the_due_date() -> None:
    first = open_case()
    today = datetime.now(UTC).date()
    for days in (-5, 0, 1, 30, 31, 60, 61, 90, 91):
        case = add_case(first.actor, items=(("Drone photos", "1", "10.00"),), tax=NO_TAX)
        case.share()
        with transaction() as session:
            session.get_one(Invoice, case.invoice_id).due_on = today - timedelta(days=days)
    paid = add_case(first.actor)
    paid.share()
    paid.pay("720.00")
    assert read_cells(first, "ageing") == [
        ("Not due yet", "2", "20.00"),
        ("1–30 days", "2", "20.00"),
        ("31–60 days", "2", "20.00"),
        ("61–90 days", "2", "20.00"),
        ("More than 90 days", "1", "10.00"),
        ("Owed in all", "9", "90.00"),
    ]
    bars = [(row.start, row.extent) for row in read_section(first, "ageing").rows]
    assert bars == [(0, 222), (222, 222), (444, 222), (666, 222), (888, 112)]


@pytest.mark.usefixtures("data_dir")
def test_currencies_are_never_added_up() -> None:
    case = open_case()
    case.share()
    set_up(currency="JPY")
    add_case(case.actor, items=(("Prints", "2", "500"),)).share()
    asked = [reporting.read_reports(case.actor, ReportQuery(currency=code)) for code in ("", "USD")]
    assert [choice.value for choice in asked[0].currencies] == ["JPY", "USD"]
    assert [(view.currency, view.sections[2].total[-1]) for view in asked] == [("JPY", "1,000"), ("USD", "600.00")]
    rows = read_csv(case, "items")[1:]
    assert [(row[0], row[1], row[-1]) for row in rows] == [
        ("JPY", "Prints", "1000"),
        ("USD", "Twilight shoot", "360.00"),
        ("USD", "Drone photos", "240.00"),
    ]


@pytest.mark.usefixtures("data_dir")
def test_a_period_is_told_by_the_organisations_days() -> None:
    case = open_case()
    case.share()
    with transaction() as session:
        session.get_one(Invoice, case.invoice_id).issued_on = date(2026, 12, 31)
    set_up(time_zone="Pacific/Auckland")
    # In Auckland it is 2027 already; in London it is not.
    with standing_still(datetime(2026, 12, 31, 12, 0, tzinfo=UTC)):
        this, last = (read_section(case, "items", ReportQuery(period=name)) for name in ("this_year", "last_year"))
        assert (this.rows, last.total[-1]) == ((), "600.00")
        assert reporting.read_reports(case.actor, ReportQuery(period="last_month")).starts_on == "2026-12-01"


@pytest.mark.usefixtures("data_dir")
def test_items_beyond_the_first_fifty_are_in_the_total_and_in_the_download() -> None:
    case = open_case(items=tuple((f"Print {number:02}", "1", "1.00") for number in range(60)))
    case.share()
    section = read_section(case, "items")
    assert (len(section.rows), section.total[-1]) == (50, "60.00")
    assert section.more == "and 10 more, which the download lists"
    assert len(read_csv(case, "items")) == 61


@pytest.mark.usefixtures("data_dir")
def test_a_name_that_could_be_a_formula_is_a_text_in_every_file() -> None:
    case = open_case(items=(('=HYPERLINK("http://evil.example","Prints")', "1", "5.00"),))
    case.share()
    assert read_csv(case, "items")[1][1] == '\'=HYPERLINK("http://evil.example","Prints")'
    sheet = read_workbook(reporting.export_xlsx(case.actor, ALWAYS)[0])["Sales by item"]
    assert sheet[1][1] == '=HYPERLINK("http://evil.example","Prints")'


@pytest.mark.usefixtures("data_dir")
def test_who_may_look_may_read_reports_and_nobody_else() -> None:
    case = open_case()
    reader = make_actor(role=Role.READ_ONLY, name="Guest Reader")
    assert reporting.read_reports(reader, ALWAYS).currency == "USD"
    assert reporting.export_csv(reader, "stages", ALWAYS)[1] == "Draft and sent 2000-01-01 to 2099-12-31.csv"
    for read in (
        lambda: reporting.read_reports(None, ALWAYS),
        lambda: reporting.export_csv(None, "items", ALWAYS),
        lambda: reporting.export_xlsx(None, ALWAYS),
    ):
        with pytest.raises(NotSignedIn):
            read()
    with pytest.raises(NotFound):
        reporting.export_csv(case.actor, "salaries", ALWAYS)
    with pytest.raises(ValidationFailed):
        reporting.export_xlsx(case.actor, ReportQuery(period="custom", starts_on="soon"))


@pytest.mark.usefixtures("migrated_url")
def test_the_sums_are_the_same_on_either_database() -> None:
    case = tell_life()
    assert [read_section(case, key).total for key in ("stages", "ageing", "items", "taxes")] == [
        ("Sent and finalised", "3", "100.00", "108.00", "1,952.00", "2,160.00"),
        ("Owed in all", "3", "1,952.00"),
        ("Total", "", "9", "600.00", "600.00", "1,200.00", "90.00", "1,710.00"),
        ("Total", "120.00", "120.00", "240.00", "18.00", "1,710.00", "342.00", "2,052.00"),
    ]
