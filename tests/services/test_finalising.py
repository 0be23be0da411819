"""Finalising: the invoice takes its number, what it says is kept as it was issued, and nothing that makes revenue changes."""

import io
import threading
from datetime import date
from pathlib import Path

import pypdf
import pytest
from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.errors import (
    ActionRefused,
    AppError,
    InvoiceAlreadyFinalized,
    NotFound,
    PaymentsSwitchedOff,
    PermissionDenied,
    ValidationFailed,
)
from invoice_app.domain.stages import Kind, LockPolicy
from invoice_app.models import Account, Invoice, NumberSeries
from invoice_app.repositories.invoices import read_content, read_revision
from invoice_app.services import drafting, printing
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.printing import DocumentLost, document_store, render_pdf
from invoice_app.services.scheduling_payments import InstalmentForm, save_schedule
from invoice_app.services.showing_shared import open_shared_invoice
from invoice_app.services.voiding import void_invoice
from tests.factories import make_actor
from tests.services.stage_steps import Case, add_case, assert_healthy, kinds_booked, open_case, set_up


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def year(case: Case) -> int:
    return case.invoice.issued_on.year


def test_finalising_takes_the_number_and_keeps_the_revision(data_dir: Path) -> None:
    case = open_case()
    revision = case.invoice.revision
    number = finalise_invoice(case.actor, case.invoice_id)
    invoice = case.invoice
    assert number == f"INV-{year(case)}-00001"
    assert (invoice.stage, invoice.number, invoice.series, invoice.sequence) == ("finalized", number, f"INV-{year(case)}-#", 1)
    assert (invoice.revision, invoice.total) == (revision, 72_000)
    assert case.events()[-1] == "finalised the invoice"
    assert set(kinds_booked(case.invoice_id)) == {"charge"}
    assert_healthy()


def test_a_finalised_invoice_is_not_finalised_again(data_dir: Path) -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    with pytest.raises(InvoiceAlreadyFinalized):
        finalise_invoice(case.actor, case.invoice_id)
    with pytest.raises(NotFound):
        finalise_invoice(case.actor, 999)


def test_a_connected_invoice_is_not_finalised(data_dir: Path) -> None:
    case = open_case(kind=Kind.CONNECTED)
    with pytest.raises(ActionRefused, match="Make it standalone"):
        finalise_invoice(case.actor, case.invoice_id)
    assert (case.invoice.stage, case.invoice.number) == ("draft", None)


def test_an_invoice_with_nothing_on_it_is_not_finalised(data_dir: Path) -> None:
    case = open_case(items=())
    with pytest.raises(ActionRefused, match="nothing on this invoice"):
        finalise_invoice(case.actor, case.invoice_id)
    assert case.invoice.number is None


def test_nobody_finalises_without_the_right_or_while_payments_are_off(data_dir: Path) -> None:
    case = open_case()
    with pytest.raises(PermissionDenied):
        finalise_invoice(make_actor(role=Role.READ_ONLY, name="Rea Donly"), case.invoice_id)
    set_up(payments_enabled=False)
    with pytest.raises(PaymentsSwitchedOff):
        finalise_invoice(case.actor, case.invoice_id)
    assert case.invoice.stage == "draft"


def test_an_invoice_that_was_paid_keeps_the_number_it_has(data_dir: Path) -> None:
    case = open_case()
    case.pay("100.00")
    number = case.invoice.number
    assert finalise_invoice(case.actor, case.invoice_id) == number
    with reading() as session:
        assert [series.last for series in session.exec(select(NumberSeries))] == [1]


def test_a_finalised_invoice_refuses_every_change_of_revenue(data_dir: Path) -> None:
    case = open_case()
    drafting.add_line(case.actor, case.invoice_id)
    finalise_invoice(case.actor, case.invoice_id)
    with pytest.raises(InvoiceAlreadyFinalized, match="Correct it with a credit note"):
        drafting.save_invoice(case.actor, case.invoice_id)
    with pytest.raises(InvoiceAlreadyFinalized):
        drafting.add_line(case.actor, case.invoice_id)
    view = drafting.open_draft(case.actor, case.invoice_id)
    assert (view.can_edit, view.locked_because) == (False, "This invoice is finalised. Correct it with a credit note.")
    assert case.invoice.total == 72_000


@pytest.mark.parametrize("policy", [LockPolicy.ON_FINALIZE, LockPolicy.ON_SEND])
def test_under_the_other_policies_too_finalised_revenue_stays(data_dir: Path, policy: LockPolicy) -> None:
    case = open_case()
    set_up(lock_policy=policy.value)
    finalise_invoice(case.actor, case.invoice_id)
    with pytest.raises(InvoiceAlreadyFinalized):
        drafting.add_line(case.actor, case.invoice_id)


def test_what_was_issued_follows_no_setting_and_no_customer_record(data_dir: Path) -> None:
    case = open_case()
    token = case.share()
    finalise_invoice(case.actor, case.invoice_id)
    before = open_shared_invoice(token).printed
    set_up(name="Another Studio", address=["Elsewhere"], terms="Pay at once.", locale="de_DE", bill_to="both", note="Hello")
    set_up(labels={"invoice": "Bill"}, tax_ids=[["EIN", "1"]])
    with reading() as session:
        account_id = case.invoice.account_id
    from invoice_app.db import transaction

    with transaction() as session:
        account = session.get_one(Account, account_id)
        account.name, account.contact_name, account.address = "Somebody Else", "Contact", "Nowhere"
        session.add(account)
    after = open_shared_invoice(token).printed
    assert after == before
    assert (after.seller.name, after.buyer.name, after.terms) == ("Northlight Studio", "Vera Lindt", "Payable within 14 days.")


def test_the_pdf_of_an_issued_revision_is_stored_once_and_served_byte_for_byte(data_dir: Path) -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    first, name = render_pdf(case.actor, case.invoice_id)
    with reading() as session:
        digest = read_revision(session, case.invoice_id, case.invoice.revision).pdf_sha256
    assert document_store().read(digest) == first
    assert name == f"{case.invoice.number} revision {case.invoice.revision}.pdf"
    set_up(name="Another Studio", terms="Pay at once.", locale="de_DE")
    case.pay("720.00")
    assert render_pdf(case.actor, case.invoice_id) == (first, name)
    assert str(case.invoice.number) in text_of(first)
    assert "Northlight Studio" in text_of(first)


def test_a_void_copy_says_so_and_the_issued_pdf_stays_what_it_was(data_dir: Path) -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    issued, _ = render_pdf(case.actor, case.invoice_id)
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    copy, _ = render_pdf(case.actor, case.invoice_id)
    again, _ = render_pdf(case.actor, case.invoice_id, case.invoice.revision)
    assert "VOID" in text_of(copy)
    assert "VOID" not in text_of(issued)
    assert again == issued


def test_a_lost_pdf_is_made_again_only_if_it_is_the_same(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    first, _ = render_pdf(case.actor, case.invoice_id)
    remove_documents(data_dir)
    assert render_pdf(case.actor, case.invoice_id)[0] == first
    remove_documents(data_dir)

    class OtherRenderer:
        """A later version of the product that would print it differently."""

        def render(self, printed: object, logo: object) -> bytes:
            return b"%PDF-1.4 another"

    monkeypatch.setattr(printing, "shared_pool", OtherRenderer)
    with pytest.raises(DocumentLost):
        render_pdf(case.actor, case.invoice_id)


def remove_documents(data_dir: Path) -> None:
    for path in (data_dir / "documents").rglob("*"):
        if path.is_file():
            path.unlink()


def test_an_older_revision_is_printed_as_replaced(data_dir: Path) -> None:
    case = open_case()
    pdf, _ = render_pdf(case.actor, case.invoice_id, 1)
    assert "Replaced" in text_of(pdf)
    with pytest.raises(NotFound):
        render_pdf(case.actor, case.invoice_id, 99)


def test_a_stale_draft_is_issued_today_and_due_after_the_terms(data_dir: Path) -> None:
    from datetime import timedelta

    from invoice_app.clock import standing_still, utc_now

    with standing_still(utc_now() - timedelta(days=40)):
        case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    today = utc_now().date()
    assert (case.invoice.issued_on, case.invoice.due_on) == (today, today + timedelta(days=14))


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_payment_schedule_says_when_a_finalised_invoice_is_due(data_dir: Path) -> None:
    case = open_case()
    deposit = InstalmentForm("Deposit", "percent", "50", "2026-01-01")
    save_schedule(case.actor, case.invoice_id, (deposit, InstalmentForm("Rest", "percent", "50", "2099-05-01")))
    finalise_invoice(case.actor, case.invoice_id)
    assert case.invoice.due_on == date(2026, 1, 1)


def test_fifty_finalised_at_once_take_fifty_consecutive_numbers(migrated_url: str) -> None:
    first = open_case(items=(("Drone photos", "1", "240.00"),))
    cases = [first, *(add_case(first.actor, items=(("Portrait", "1", "10.00"),)) for _ in range(49))]
    barrier = threading.Barrier(50)
    told: list[str] = []
    wrong: list[AppError] = []

    def finalise(case: Case) -> None:
        barrier.wait()
        try:
            told.append(finalise_invoice(case.actor, case.invoice_id))
        except AppError as error:
            wrong.append(error)

    threads = [threading.Thread(target=finalise, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sorted(told) == [f"INV-{year(first)}-{number:05d}" for number in range(1, 51)]
    with reading() as session:
        sequences = session.exec(select(Invoice.sequence).order_by(col(Invoice.sequence))).all()
        assert list(sequences) == list(range(1, 51))
        assert session.exec(select(NumberSeries.last)).all() == [50]
    assert_healthy()


def test_a_number_typed_by_hand_is_kept_where_it_is_allowed(data_dir: Path) -> None:
    case = open_case()
    with pytest.raises(ValidationFailed, match="given by the series") as refused:
        finalise_invoice(case.actor, case.invoice_id, number="2026/7-A")
    assert refused.value.field == "number"
    assert case.invoice.stage == "draft"
    set_up(custom_numbers=True)
    assert finalise_invoice(case.actor, case.invoice_id, number=" 2026/7-A ") == "2026/7-A"
    assert (case.invoice.series, case.invoice.sequence) == (None, None)
    other = add_case(case.actor)
    assert finalise_invoice(case.actor, other.invoice_id) == f"INV-{year(case)}-00001"
    assert_healthy()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("2026/7-A", "Another document has this number."),
        ("INV-2026-00077", "belongs to the series"),
        ("INV-1999-1", "belongs to the series"),
        ("CN-2026-00001", "belongs to the series of credit notes"),
        ("<b>7</b>", "A number has 1 to 40 letters"),
        ("x" * 41, "A number has 1 to 40 letters"),
    ],
)
def test_a_number_typed_by_hand_is_refused_at_its_field(data_dir: Path, number: str, message: str) -> None:
    case = open_case()
    set_up(custom_numbers=True)
    finalise_invoice(case.actor, case.invoice_id, number="2026/7-A")
    other = add_case(case.actor)
    with pytest.raises(ValidationFailed, match=message) as refused:
        finalise_invoice(case.actor, other.invoice_id, number=number)
    assert refused.value.field == "number"
    assert (other.invoice.stage, other.invoice.number) == ("draft", None)


@pytest.mark.parametrize("custom_numbers", [True, False])
def test_another_number_typed_for_an_invoice_that_has_one_is_refused_at_its_field(data_dir: Path, custom_numbers: bool) -> None:
    case = open_case()
    set_up(custom_numbers=custom_numbers)
    case.pay("100.00")
    number = case.invoice.number
    with pytest.raises(ValidationFailed) as refused:
        finalise_invoice(case.actor, case.invoice_id, number="2026/7-A")
    assert (refused.value.field, refused.value.message) == (
        "number",
        f"This invoice has the number {number}, and it stays. Leave it empty.",
    )
    assert (case.invoice.stage, case.invoice.number) == ("draft", number)
    assert finalise_invoice(case.actor, case.invoice_id, number=f" {number} ") == number
    assert case.invoice.stage == "finalized"


def test_a_pattern_with_the_month_counts_each_month_anew(data_dir: Path) -> None:
    from datetime import UTC, datetime

    from invoice_app.clock import standing_still

    case = open_case()
    set_up(number_pattern="{prefix}-{year}-{month}-{sequence}")
    numbers = []
    for day in (datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)):
        with standing_still(day):
            numbers.append(finalise_invoice(case.actor, add_case(case.actor).invoice_id))
    assert numbers == ["INV-2026-03-00001", "INV-2026-03-00002", "INV-2026-04-00001"]


def test_the_lines_of_a_finalised_invoice_are_those_of_its_issued_document(data_dir: Path) -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    with reading() as session:
        row = read_revision(session, case.invoice_id, case.invoice.revision)
        content = read_content(session, case.invoice)
    assert row.issued is not None
    document = row.issued["document"]
    assert [line["description"] for line in document["lines"]] == [line.description for line in content.lines]
    assert (document["total"], document["total_minor"], document["number"]) == ("720.00", 72_000, case.invoice.number)
