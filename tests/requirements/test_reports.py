"""Reports, requirement by requirement (product.md, section D)."""

import pytest

from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.reporting import ReportQuery, read_reports
from tests.services.stage_steps import add_case, open_case

pytestmark = pytest.mark.usefixtures("data_dir")


def test_D09_reports_separate_sent_from_draft() -> None:
    draft = open_case()
    sent, finalised = add_case(draft.actor), add_case(draft.actor)
    sent.share()
    sent.pay("20.00")
    finalise_invoice(draft.actor, finalised.invoice_id)
    stages, ageing, items, taxes = read_reports(draft.actor, ReportQuery()).sections
    # Stage, invoices, paid, credited, due, total.
    assert [row.cells for row in stages.rows] == [
        ("Draft", "1", "0.00", "0.00", "720.00", "720.00"),
        ("Sent", "1", "20.00", "0.00", "700.00", "720.00"),
        ("Finalised", "1", "0.00", "0.00", "720.00", "720.00"),
    ]
    assert stages.total == ("Sent and finalised", "2", "20.00", "0.00", "1,420.00", "1,440.00")
    assert ageing.total == ("Owed in all", "2", "1,420.00")
    assert items.total == ("Total", "", "6", "600.00", "600.00", "600.00", "0.00", "1,200.00")
    assert taxes.total == ("Total", "120.00", "120.00", "120.00", "0.00", "1,200.00", "240.00", "1,440.00")
