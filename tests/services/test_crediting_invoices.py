"""Credit notes: a series of their own, whole, by line or by amount, exactly zero at the end, never more than was invoiced."""

import io
import threading
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.bookkeeping import Book
from invoice_app.domain.errors import (
    ActionRefused,
    CreditExceedsInvoice,
    InvoiceIsVoid,
    PermissionDenied,
    ValidationFailed,
)
from invoice_app.domain.stages import Kind
from invoice_app.models import CreditNote, CreditNoteTax, Invoice, NumberSeries
from invoice_app.repositories.bookkeeping import sum_of_invoice
from invoice_app.repositories.credit_notes import read_left
from invoice_app.repositories.credits import read_credit
from invoice_app.services import adjusting, delivering, drafting, ordering
from invoice_app.services.checking_out import start_checkout
from invoice_app.services.converting import separate_invoice
from invoice_app.services.crediting_invoices import CreditForm, CreditLineForm, issue_credit_note
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.itemising import add_item
from invoice_app.services.order_views import ItemForm
from invoice_app.services.printing import render_credit_pdf, render_shared_credit_pdf
from invoice_app.services.showing_shared import PAID, open_shared_invoice
from invoice_app.services.telling_money import open_money
from invoice_app.services.voiding import void_invoice
from tests.factories import NO_TAX, invoice_of, make_actor, make_order, make_organisation
from tests.local_stripe import LocalStripe
from tests.services.stage_steps import Case, add_case, assert_healthy, kinds_booked, open_case

pytestmark = pytest.mark.usefixtures("data_dir")
WHY = "One shot was dark"


def finalised(**facts: Any) -> Case:
    case = open_case(**facts)
    finalise_invoice(case.actor, case.invoice_id)
    return case


def credit(case: Case, *, scope: str = "amount", amount: str = "", **rest: object) -> CreditNote:
    note_id = issue_credit_note(case.actor, case.invoice_id, CreditForm(scope=scope, amount=amount, reason=WHY, **rest))  # type: ignore[arg-type]
    with reading() as session:
        return session.get_one(CreditNote, note_id)


def receivable(case: Case) -> int:
    with reading() as session:
        return sum_of_invoice(session, case.invoice_id, Book.RECEIVABLE)


def credit_of(case: Case) -> int:
    with reading() as session:
        return read_credit(session, case.invoice.account_id)


def keys_of(case: Case) -> list[tuple[str, int]]:
    with reading() as session:
        return [(row.key, row.place) for row in read_left(session, session.get_one(Invoice, case.invoice_id)).rows]


def test_a_credit_by_amount_lowers_what_is_due_and_takes_a_number_of_its_own_series() -> None:
    case = finalised()
    note = credit(case, amount="120.00")
    invoice = case.invoice
    assert note.number == f"CN-{invoice.issued_on.year}-00001"
    assert (note.total, note.tax_total, note.to_account) == (12_000, 2_000, 0)
    assert (invoice.total, invoice.credited, invoice.due, receivable(case)) == (72_000, 12_000, 60_000, 60_000)
    assert kinds_booked(case.invoice_id)[-1] == "credit_note"
    assert case.events()[-1] == "issued a credit note"
    assert credit(case, amount="1.00").number == f"CN-{invoice.issued_on.year}-00002"
    with reading() as session:
        series = {row.name: row.last for row in session.exec(select(NumberSeries))}
    assert series == {f"INV-{invoice.issued_on.year}-#": 1, f"CN-{invoice.issued_on.year}-#": 2}
    assert_healthy()


def test_crediting_the_whole_lists_its_lines_and_leaves_nothing_due() -> None:
    case = finalised()
    note = credit(case, scope="whole")
    document = note.issued["document"]
    assert [(line["description"], line["amount"]) for line in document["lines"]] == [
        ("Drone photos", "240.00"),
        ("Twilight shoot", "360.00"),
    ]
    assert (document["total_label"], document["subtotal"]) == ("$720.00 USD", "600.00")
    draft = drafting.open_draft(case.actor, case.invoice_id)
    assert (draft.total.amount, draft.credited, draft.due_label) == ("720.00", "−720.00", "$0.00 USD")
    assert open_money(case.actor, case.invoice_id).settlement.word == "Credited"
    assert (case.invoice.due, receivable(case)) == (0, 0)
    assert_healthy()


def test_single_lines_are_credited_without_tax_typed_and_with_their_tax() -> None:
    case = finalised()
    drone, twilight = keys_of(case)
    note = credit(case, scope="lines", lines=(CreditLineForm(*drone, "240.00"), CreditLineForm(*twilight, "60.00")))
    assert (note.total, note.tax_total) == (36_000, 6_000)
    with pytest.raises(CreditExceedsInvoice):
        credit(case, scope="lines", lines=(CreditLineForm(*drone, "0.01"),))
    rest = credit(case, scope="lines", lines=(CreditLineForm(*twilight, "300.00"),))
    assert rest.total == 36_000
    assert case.invoice.due == 0
    assert_healthy()


def test_a_discounted_line_is_credited_by_what_it_was_sold_for() -> None:
    case = open_case()
    form = AdjustmentForm(kind="discount", method="percent", value="10", label="Autumn")
    adjusting.add_adjustment(case.actor, case.invoice_id, form)
    drafting.save_invoice(case.actor, case.invoice_id)
    finalise_invoice(case.actor, case.invoice_id)
    drone, _ = keys_of(case)
    with pytest.raises(CreditExceedsInvoice):
        credit(case, scope="lines", lines=(CreditLineForm(*drone, "240.00"),))
    assert credit(case, scope="lines", lines=(CreditLineForm(*drone, "216.00"),)).total == 25_920
    assert_healthy()


@pytest.fixture
def studio(data_dir: Path) -> Actor:
    """An organisation and its owner."""
    make_organisation()
    return make_actor()


def two_rates(actor: Actor) -> Case:
    """60.05 at 20 % and 39.99 without tax, finalised."""
    order = make_order(actor=actor, items=(("Drone photos", "1", "60.05"),))
    add_item(actor, order.id or 0, ItemForm(description="Licence", quantity="1", unit_price="39.99", tax_id=NO_TAX))
    case = Case(actor, order, invoice_of(order).id or 0)
    separate_invoice(actor, case.invoice_id)
    finalise_invoice(actor, case.invoice_id)
    return case


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.integers(1, 4_000), min_size=1, max_size=4))
def test_any_split_of_an_invoice_into_credit_notes_ends_at_exactly_zero_per_tax_rate(studio: Actor, parts: list[int]) -> None:
    case = two_rates(studio)
    left = case.invoice.total
    for part in parts:
        if part < left:
            credit(case, amount=f"{part // 100}.{part % 100:02d}")
            left -= part
    credit(case, scope="whole")
    with reading() as session:
        taxes: dict[str, list[int]] = {}
        query = select(CreditNoteTax).join(CreditNote, col(CreditNote.id) == CreditNoteTax.credit_note_id)
        for tax in session.exec(query.where(CreditNote.invoice_id == case.invoice_id)):
            sums = taxes.setdefault(tax.category, [0, 0])
            sums[0], sums[1] = sums[0] + tax.taxable, sums[1] + tax.tax
        remaining = read_left(session, session.get_one(Invoice, case.invoice_id)).remaining
    assert taxes == {"S": [6_005, 1_201], "O": [3_999, 0]}
    assert remaining.is_empty
    assert (case.invoice.due, case.invoice.credited, receivable(case)) == (0, 11_205, 0)


@pytest.mark.parametrize("amount", ["720.01", "9999999"])
def test_more_than_the_invoice_is_never_credited(amount: str) -> None:
    case = finalised()
    with pytest.raises(CreditExceedsInvoice) as refused:
        credit(case, amount=amount)
    assert refused.value.field == "amount"
    assert (case.invoice.credited, case.invoice.due) == (0, 72_000)


@pytest.mark.parametrize("amount", ["0", "-5", "abc", ""])
def test_what_is_no_amount_is_refused_at_its_field(amount: str) -> None:
    case = finalised()
    with pytest.raises(ValidationFailed) as refused:
        credit(case, amount=amount)
    assert refused.value.field == "amount"


def test_a_credit_note_asks_for_a_reason_and_the_right_to_make_one() -> None:
    case = finalised()
    with pytest.raises(ValidationFailed) as refused:
        issue_credit_note(case.actor, case.invoice_id, CreditForm(scope="whole"))
    assert refused.value.field == "reason"
    with pytest.raises(PermissionDenied):
        issue_credit_note(
            make_actor(role=Role.READ_ONLY, name="Rea Donly"), case.invoice_id, CreditForm(scope="whole", reason=WHY)
        )
    assert case.invoice.credited == 0


def test_only_a_finalised_invoice_is_credited() -> None:
    case = open_case()
    with pytest.raises(ActionRefused, match="not finalised"):
        credit(case, scope="whole")
    void_invoice(case.actor, case.invoice_id, WHY)
    with pytest.raises(InvoiceIsVoid):
        credit(case, scope="whole")
    connected = add_case(case.actor, kind=Kind.CONNECTED)
    with pytest.raises(ActionRefused, match="not finalised"):
        credit(connected, scope="whole")


def test_what_was_paid_already_becomes_the_customers_credit() -> None:
    case = finalised()
    case.pay("700.00")
    note = credit(case, amount="120.00")
    invoice = case.invoice
    assert (note.to_account, credit_of(case)) == (10_000, 10_000)
    assert (invoice.paid, invoice.credited, invoice.due, receivable(case)) == (60_000, 12_000, 0, 0)
    assert_healthy()


def test_a_credited_invoice_is_neither_voided_nor_changed() -> None:
    case = finalised()
    credit(case, amount="1.00")
    with pytest.raises(ActionRefused, match="Credit notes were issued"):
        void_invoice(case.actor, case.invoice_id, WHY)
    assert case.invoice.stage == "finalized"


def test_one_opening_of_the_form_makes_one_credit_note() -> None:
    case = finalised()
    first, second = (credit(case, amount="10.00", key="a" * 32) for _ in range(2))
    assert first.id == second.id
    assert case.invoice.credited == 1_000


def test_two_at_once_never_credit_more_than_there_is() -> None:
    case = finalised()
    barrier, told = threading.Barrier(2), []

    def whole() -> None:
        barrier.wait()
        try:
            told.append(credit(case, scope="whole").total)
        except CreditExceedsInvoice:
            told.append(0)

    threads = [threading.Thread(target=whole) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 72_000]
    assert case.invoice.credited == 72_000
    assert_healthy()


def test_crediting_closes_the_payment_page_the_customer_has_open(local_stripe: LocalStripe) -> None:
    case = finalised()
    page = start_checkout(case.share(), revision=case.invoice.revision, amount=72_000, keep_card=False)
    credit(case, amount="100.00")
    assert local_stripe.pay(page).status_code != 303
    assert (case.invoice.paid, case.invoice.due) == (0, 62_000)


def test_the_customer_sees_each_credit_note_and_can_open_its_pdf() -> None:
    case = finalised()
    token = case.share()
    before = open_shared_invoice(token)
    note = credit(case, amount="120.00")
    after = open_shared_invoice(token)
    (row,) = after.printed.credits
    assert (row.id, row.number, row.amount) == (note.id, note.number, "−120.00")
    assert (after.printed.due_label, after.offer and after.offer.amount) == ("$600.00 USD", 60_000)
    assert after.version != before.version
    pdf, name = render_shared_credit_pdf(token, note.id or 0)
    assert name == f"{note.number}.pdf"
    text = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    for words in ("Credit note", note.number, f"For invoice {case.invoice.number}", "$120.00 USD", "100.00", "20.00", WHY):
        assert words in text
    assert render_credit_pdf(case.actor, note.id or 0) == (pdf, name)


def test_files_of_a_wholly_credited_order_nobody_paid_stay_locked() -> None:
    case = finalised()
    token = case.share()
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    delivering.add_file(case.actor, case.order.id or 0, "loft-01.png", png)
    before = ordering.open_order(case.actor, case.order.number)
    assert before.files_hint == "Locked for the customer until the invoice is paid."
    credit(case, scope="whole")
    after = ordering.open_order(case.actor, case.order.number)
    assert after.files_hint == "Locked for the customer: there is nothing to pay that would unlock them."
    view = open_shared_invoice(token)
    assert (view.state, view.printed.stamp, view.files_unlocked) == (PAID, "Credited", False)
    assert view.files_hint == "There is nothing to pay that would unlock these files. Please ask Northlight Studio about them."
    with pytest.raises(delivering.FilesLocked) as refused:
        delivering.open_shared_file(token, view.files[0].id)
    assert refused.value.message == view.files_hint


def test_after_a_part_was_credited_the_rest_paid_unlocks_the_files() -> None:
    case = finalised()
    token = case.share()
    credit(case, amount="120.00")
    case.pay("600.00")
    view = open_shared_invoice(token)
    assert (view.state, view.printed.stamp, view.printed.due_minor) == (PAID, "Paid", 0)
    assert_healthy()
