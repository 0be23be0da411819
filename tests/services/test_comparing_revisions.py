"""What changed between any two revisions: lines, adjustments, totals and terms, each changed field marked."""

import pytest

from invoice_app.domain.access import Role
from invoice_app.domain.errors import NotFound, NotSignedIn
from invoice_app.services import adjusting, drafting
from invoice_app.services.changing_terms import TermsForm, change_terms, open_terms
from invoice_app.services.comparing_revisions import ComparisonView, compare_revisions
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.finalising import finalise_invoice
from tests.factories import make_actor
from tests.services.stage_steps import Case, open_case

pytestmark = pytest.mark.usefixtures("data_dir")


def rows(view: ComparisonView, title: str) -> list[tuple[str, str, str, str]]:
    section = next(section for section in view.sections if section.title == title)
    return [(row.label, row.left, row.right, row.mark) for row in section.rows]


def change_and_save(case: Case) -> None:
    first, second = drafting.open_draft(case.actor, case.invoice_id).lines
    drafting.edit_line(case.actor, case.invoice_id, first.key, "quantity", "2")
    drafting.remove_line(case.actor, case.invoice_id, second.key)
    form = AdjustmentForm(kind="discount", method="percent", value="10", label="Autumn")
    adjusting.add_adjustment(case.actor, case.invoice_id, form)
    drafting.save_invoice(case.actor, case.invoice_id)


def test_two_revisions_stand_side_by_side_with_every_changed_field_marked() -> None:
    case = open_case()
    change_and_save(case)
    view = compare_revisions(case.actor, case.invoice_id)
    assert (view.left, view.right, view.differs) == (3, 4, True)
    assert rows(view, "Lines") == [
        ("Drone photos", "240.00", "480.00", "Changed"),
        ("Quantity", "1", "2", "Changed"),
        ("Twilight shoot", "2 × 180.00 = 360.00", "", "Removed"),
    ]
    assert rows(view, "Discounts and fees") == [("Autumn · 10%", "", "−48.00", "Added")]
    assert rows(view, "Totals") == [
        ("Subtotal", "600.00", "480.00", "Changed"),
        ("VAT 20 %", "120.00", "86.40", "Changed"),
        ("Total", "$720.00 USD", "$518.40 USD", "Changed"),
    ]
    assert [row[3] for row in rows(view, "Terms")] == ["", ""]


def test_a_line_that_came_or_went_names_its_discount_so_that_the_sum_is_true() -> None:
    case = open_case()
    second = drafting.open_draft(case.actor, case.invoice_id).lines[1]
    drafting.edit_line(case.actor, case.invoice_id, second.key, "discount", "10%")
    drafting.save_invoice(case.actor, case.invoice_id)
    drafting.remove_line(case.actor, case.invoice_id, second.key)
    drafting.save_invoice(case.actor, case.invoice_id)
    view = compare_revisions(case.actor, case.invoice_id)
    gone = ("Twilight shoot", "2 × 180.00, −10% = 324.00", "", "Removed")
    assert rows(view, "Lines") == [("Drone photos", "240.00", "240.00", ""), gone]


def test_any_two_are_compared_also_backwards_or_one_with_itself() -> None:
    case = open_case()
    change_and_save(case)
    assert compare_revisions(case.actor, case.invoice_id, 2, 2).differs is False
    backwards = compare_revisions(case.actor, case.invoice_id, 4, 1)
    assert rows(backwards, "Lines") == [("Drone photos", "2 × 240.00 = 480.00", "", "Removed")]
    assert [one.revision for one in backwards.revisions] == [4, 3, 2, 1]
    assert backwards.revisions[0].pdf_href == f"/documents/invoices/{case.invoice_id}/revisions/4.pdf"


def test_a_new_issue_shows_what_changed_of_its_terms_alone() -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    form = open_terms(case.actor, case.invoice_id).form
    change_terms(case.actor, case.invoice_id, TermsForm(form.due_on, "Payable within 30 days.", "Thank you."))
    view = compare_revisions(case.actor, case.invoice_id)
    marked = [row for section in view.sections for row in section.rows if row.mark]
    assert [(row.label, row.left, row.right, row.mark) for row in marked] == [
        ("Terms", "Payable within 14 days.", "Payable within 30 days.", "Changed"),
        ("Note", "", "Thank you.", "Changed"),
    ]
    assert [one.issued for one in view.revisions[:3]] == [True, True, False]


def test_a_revision_that_never_was_is_not_found_and_only_staff_look() -> None:
    case = open_case()
    for left, right in ((99, 1), (1, 99), (-1, 1)):
        with pytest.raises(NotFound):
            compare_revisions(case.actor, case.invoice_id, left, right)
    with pytest.raises(NotSignedIn):
        compare_revisions(None, case.invoice_id)
    assert compare_revisions(make_actor(role=Role.READ_ONLY, name="Rea Donly"), case.invoice_id).right == 3
