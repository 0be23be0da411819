"""Due date, terms and note change at any stage but void; after finalising as a new issue with the same amounts."""

from datetime import timedelta

import pytest

from invoice_app.clock import utc_now
from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.errors import InvoiceIsVoid, PermissionDenied, ValidationFailed
from invoice_app.repositories.invoices import read_revision
from invoice_app.services import scheduling_payments
from invoice_app.services.changing_terms import TermsForm, change_terms, open_terms
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.printing import render_pdf
from invoice_app.services.showing_shared import open_shared_invoice
from invoice_app.services.voiding import void_invoice
from tests.factories import make_actor
from tests.services.stage_steps import assert_healthy, open_case, set_up

pytestmark = pytest.mark.usefixtures("data_dir")
TODAY = utc_now().date()
LATER = (TODAY + timedelta(days=30)).isoformat()


def test_a_finalised_invoice_is_issued_anew_with_the_same_amounts_parties_and_number() -> None:
    case = open_case()
    token = case.share()
    number = finalise_invoice(case.actor, case.invoice_id)
    first, before = case.invoice.revision, open_shared_invoice(token).printed
    first_pdf, _ = render_pdf(case.actor, case.invoice_id)
    set_up(name="Another Studio", locale="de_DE", terms="Pay at once.")
    change_terms(case.actor, case.invoice_id, TermsForm(LATER, "Payable within 30 days.", "Thank you."))
    after = open_shared_invoice(token).printed
    assert (case.invoice.stage, case.invoice.number, case.invoice.revision) == ("finalized", number, first + 1)
    assert (after.terms, after.note, case.invoice.due_on.isoformat()) == ("Payable within 30 days.", "Thank you.", LATER)
    assert (after.lines, after.taxes, after.total_label, after.seller, after.buyer, after.issued) == (
        before.lines, before.taxes, before.total_label, before.seller, before.buyer, before.issued,
    )  # fmt: skip
    assert render_pdf(case.actor, case.invoice_id, first)[0] == first_pdf
    assert render_pdf(case.actor, case.invoice_id)[0] != first_pdf
    with reading() as session:
        contents = [read_revision(session, case.invoice_id, revision).content for revision in (first, first + 1)]
    assert contents[0] == contents[1]
    assert case.events()[-1] == "changed due date, terms and note"
    assert_healthy()


def test_on_a_draft_what_is_left_as_it_was_follows_the_settings_further() -> None:
    case = open_case()
    change_terms(case.actor, case.invoice_id, TermsForm(LATER, "Payable within 14 days.", "Thank you."))
    set_up(terms="Pay at once.", note="Hello")
    form = open_terms(case.actor, case.invoice_id).form
    assert form == TermsForm(LATER, "Pay at once.", "Thank you.")


def test_saving_what_is_there_changes_nothing() -> None:
    case = open_case()
    revision = case.invoice.revision
    change_terms(case.actor, case.invoice_id, open_terms(case.actor, case.invoice_id).form)
    assert case.invoice.revision == revision


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (TermsForm("soon"), "due_on"),
        (TermsForm((TODAY - timedelta(days=1)).isoformat()), "due_on"),
        (TermsForm(LATER, terms="x" * 2_001), "terms"),
        (TermsForm(LATER, note="x" * 2_001), "note"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(form: TermsForm, field: str) -> None:
    case = open_case()
    with pytest.raises(ValidationFailed) as refused:
        change_terms(case.actor, case.invoice_id, form)
    assert refused.value.field == field


def test_a_payment_schedule_says_when_it_is_due() -> None:
    case = open_case()
    rows = (
        scheduling_payments.InstalmentForm("Deposit", "percent", "50", TODAY.isoformat()),
        scheduling_payments.InstalmentForm("Balance", "percent", "50", LATER),
    )
    scheduling_payments.save_schedule(case.actor, case.invoice_id, rows)
    assert open_terms(case.actor, case.invoice_id).has_schedule
    with pytest.raises(ValidationFailed, match="payment schedule"):
        change_terms(case.actor, case.invoice_id, TermsForm(LATER))


def test_a_void_invoice_and_the_read_only_change_nothing() -> None:
    case = open_case()
    with pytest.raises(PermissionDenied):
        change_terms(make_actor(role=Role.READ_ONLY, name="Rea Donly"), case.invoice_id, TermsForm(LATER))
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert open_terms(case.actor, case.invoice_id).refusal == "This invoice is void."
    with pytest.raises(InvoiceIsVoid):
        change_terms(case.actor, case.invoice_id, TermsForm(LATER))
