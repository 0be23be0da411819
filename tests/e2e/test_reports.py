"""The reports page: figures of the period in the address, the same in every download; for whoever may look, on any screen."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect

from invoice_app import routes
from tests.e2e.conftest import OrderAtHand
from tests.workbooks import read_workbook

SECTIONS = ("Draft and sent", "Ageing", "Sales by item", "Sales by tax")


def open_reports(page: Page, query: str = "") -> None:
    page.goto(routes.REPORTS + query)
    expect(page.get_by_role("heading", name="Reports", exact=True)).to_be_visible()
    expect(table_of(page, "Draft and sent")).to_be_visible()


def table_of(page: Page, section: str) -> Locator:
    return page.get_by_role("table", name=section, exact=True)


def read_rows(page: Page, section: str) -> list[list[str]]:
    rows = table_of(page, section).locator("tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def test_the_page_the_csv_and_the_workbook_say_the_same(staff: Callable[..., Page], tmp_path: Path) -> None:
    page = staff("staff")
    open_reports(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download XLSX").click()
    assert started.value.suggested_filename.endswith(".xlsx")
    workbook = read_workbook(started.value.path().read_bytes())
    assert tuple(workbook) == SECTIONS
    for section in SECTIONS:
        with page.expect_download() as started:
            page.get_by_role("link", name=f"{section} as CSV").click()
        written = list(csv.reader(StringIO(started.value.path().read_text("utf-8-sig"), newline="")))
        shown = read_rows(page, section)
        assert shown
        plain = [[row[0], *(cell.replace(",", "").replace("−", "-") for cell in row[1:])] for row in shown]
        assert [row[1:] for row in written[1:]] == plain
        assert len(workbook[section]) == len(written)


def test_drafts_stand_apart_and_a_sent_invoice_is_counted_after_a_reload(
    staff: Callable[..., Page], make_order: Callable[..., OrderAtHand], share_order: Callable[[OrderAtHand], str]
) -> None:
    page = staff("owner")
    order = make_order()
    open_reports(page)
    before = {row[0]: int(row[1]) for row in read_rows(page, "Draft and sent")}
    share_order(order)
    page.reload()
    expect(table_of(page, "Draft and sent")).to_be_visible()
    after = {row[0]: int(row[1]) for row in read_rows(page, "Draft and sent")}
    assert (after["Draft"], after["Sent"]) == (before["Draft"] - 1, before["Sent"] + 1)


def test_the_period_stands_in_the_address_and_back_works(staff: Callable[..., Page]) -> None:
    page = staff("admin")
    open_reports(page)
    page.get_by_label("Period", exact=True).select_option("last_year")
    expect(page).to_have_url(f"{page.url.partition('?')[0].rstrip('/')}?period=last_year")
    expect(page.get_by_text("Nothing in this period.").first).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Period", exact=True)).to_have_value("this_year")
    page.get_by_label("Period", exact=True).select_option("custom")
    expect(page.get_by_label("First day", exact=True)).to_be_visible()
    page.get_by_label("Last day", exact=True).fill("2001-01-01")
    expect(page.get_by_role("alert").filter(has_text="The last day comes before the first.")).to_be_visible()
    page.get_by_label("First day", exact=True).fill("2000-12-01")
    expect(page.get_by_text("Dec 1, 2000 – Jan 1, 2001")).to_be_visible()


def test_who_may_only_read_sees_the_reports(staff: Callable[..., Page]) -> None:
    page = staff("read_only")
    page.goto(routes.ORDERS)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
    expect(table_of(page, "Sales by item")).to_be_visible()
    assert page.request.get(routes.REPORTS_XLSX).status == 200


def test_a_stranger_gets_no_figure(open_context: Callable[..., BrowserContext]) -> None:
    request = open_context().request
    for path in (routes.REPORTS_XLSX, *(routes.report_csv(key) for key in ("stages", "ageing", "items", "taxes"))):
        answer = request.get(path)
        assert (answer.status, "Drone" in answer.text()) == (401, False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_reports_fit_the_screen_and_are_accessible(staff: Callable[..., Page], width: int, scheme: str) -> None:
    page = staff("owner", viewport={"width": width, "height": 900}, color_scheme=scheme)
    open_reports(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    cut_off = "[...document.querySelectorAll('.report__scroll')].filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.evaluate(cut_off) == 0
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == []
