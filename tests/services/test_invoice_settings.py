"""How invoices read, lock and are numbered: for admins, for drafts and new invoices; what was sent or finalised stays."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.errors import ActionRefused, InvoiceAlreadyFinalized, PermissionDenied, ValidationFailed
from invoice_app.domain.stages import Kind
from invoice_app.models import Account, OutgoingEmail
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import print_invoice
from invoice_app.services import drafting, setting_invoices, sharing
from invoice_app.services.crediting_invoices import CreditForm, issue_credit_note
from invoice_app.services.deleting import delete_invoice
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.proving_numbers import BY_HAND, open_numbers
from invoice_app.services.setting_invoices import NumberingForm, WordingForm
from invoice_app.services.voiding import void_invoice
from tests.factories import make_actor, make_organisation
from tests.services.stage_steps import Case, add_case, assert_healthy, open_case, set_up

pytestmark = pytest.mark.usefixtures("data_dir")
YEAR = utc_now().year


def wording(**changes: object) -> WordingForm:
    return WordingForm(**{"payment_terms_days": "14", "terms": "Payable within 14 days.", **changes})  # type: ignore[arg-type]


def numbering(**changes: object) -> NumberingForm:
    saved = {
        "number_prefix": "INV",
        "number_pattern": "{prefix}-{year}-{sequence}",
        "number_padding": "5",
        "credit_prefix": "CN",
    }
    return NumberingForm(**{**saved, **changes})  # type: ignore[arg-type]


def printed(case: Case) -> tuple[str, str, str, str]:
    """Terms, note, title and the buyer's name as they would be printed now."""
    with reading() as session:
        shown = print_invoice(session, read_invoice(session, case.invoice_id))
    return shown.terms, shown.note, shown.labels.invoice, shown.buyer.name


@pytest.mark.parametrize("role", [Role.STAFF, Role.READ_ONLY])
def test_only_admins_change_them_and_everybody_may_look(role: Role) -> None:
    make_organisation()
    actor = make_actor(role=role)
    with pytest.raises(PermissionDenied):
        setting_invoices.save_wording(actor, wording(terms="Pay at once."))
    with pytest.raises(PermissionDenied):
        setting_invoices.save_numbering(actor, numbering(number_prefix="X"))
    settings = setting_invoices.open_invoice_settings(actor)
    assert (settings.can_edit, settings.wording.terms, settings.numbering.number_prefix) == (
        False, "Payable within 14 days.", "INV",
    )  # fmt: skip


def test_drafts_and_new_invoices_follow_what_was_sent_or_finalised_stays() -> None:
    draft = open_case()
    sent, final = add_case(draft.actor), add_case(draft.actor)
    sent.share()
    finalise_invoice(draft.actor, final.invoice_id)
    old = ("Payable within 14 days.", "", "Invoice", "Vera Lindt")
    assert [printed(case) for case in (draft, sent, final)] == [old] * 3
    admin = make_actor(role=Role.ADMIN)
    form = wording(payment_terms_days="30", terms="Payable within 30 days.", note="Thank you.", label_invoice="Bill")
    setting_invoices.save_wording(admin, form)
    new = ("Payable within 30 days.", "Thank you.", "Bill", "Vera Lindt")
    assert [printed(case) for case in (draft, sent, final)] == [new, old, old]
    fresh = add_case(draft.actor)
    assert printed(fresh) == new
    assert [case.invoice.due_on - case.invoice.issued_on for case in (sent, fresh)] == [timedelta(days=14), timedelta(days=30)]


def test_emails_use_the_words_the_invoice_was_sent_with() -> None:
    first = open_case()
    second = add_case(first.actor)
    form = wording(label_invoice="Bill", label_amount_due="To pay", label_due="Pay by", label_billed_to="For")
    for case in (first, second):
        sharing.send_link(case.actor, case.invoice_id, recipient="vera@lindt.example", message="")
        setting_invoices.save_wording(make_actor(role=Role.ADMIN), form)
        case.pay("100")
    with reading() as session:
        mails = session.exec(select(OutgoingEmail).order_by(col(OutgoingEmail.id))).all()
    usual, usual_receipt, link, receipt = mails
    assert usual.subject.startswith(
        f"Invoice Order #{first.order.number} · Harbour Loft shoot from Northlight Studio: $720.00 USD, due "
    )
    assert usual_receipt.subject == f"Receipt from Northlight Studio: $100.00 USD for invoice {first.invoice.number}"
    assert link.subject.startswith(
        f"Bill Order #{second.order.number} · Harbour Loft shoot from Northlight Studio: $720.00 USD, Pay by "
    )
    assert receipt.subject == f"Receipt from Northlight Studio: $100.00 USD for Bill {second.invoice.number}"
    for mail, words in (
        (link, ("To pay: $720.00 USD", "For: Vera Lindt")),
        (receipt, ("To pay: $620.00 USD", "Bill total: $720.00 USD")),
    ):
        assert set(words) <= set(mail.text.splitlines())
        assert all(f">{word.partition(':')[0]}<" in mail.html for word in words)


def test_an_invoice_paid_at_the_desk_keeps_its_words_too() -> None:
    case = open_case(kind=Kind.CONNECTED)
    case.pay("10.00")
    setting_invoices.save_wording(case.actor, wording(terms="Pay at once."))
    assert printed(case)[0] == "Payable within 14 days."


@pytest.mark.parametrize(
    ("bill_to", "name", "address"),
    [
        ("accounts", "Lindt Interiors", ("3 Quay Street",)),
        ("contacts", "Vera Lindt", ("3 Quay Street",)),
        ("both", "Lindt Interiors", ("Vera Lindt", "3 Quay Street")),
    ],
)
def test_bills_go_to_the_account_its_contact_or_both(bill_to: str, name: str, address: tuple[str, ...]) -> None:
    case = open_case()
    with transaction() as session:
        account = session.get_one(Account, case.invoice.account_id)
        account.name, account.contact_name, account.address = "Lindt Interiors", "Vera Lindt", "3 Quay Street"
        session.add(account)
    setting_invoices.save_wording(case.actor, wording(bill_to=bill_to))
    with reading() as session:
        buyer = print_invoice(session, read_invoice(session, case.invoice_id)).buyer
    assert (buyer.name, buyer.address) == (name, address)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"payment_terms_days": "soon"}, "payment_terms_days"),
        ({"payment_terms_days": "366"}, "payment_terms_days"),
        ({"terms": "x" * 2_001}, "terms"),
        ({"note": "x" * 2_001}, "note"),
        ({"bill_to": "nobody"}, "bill_to"),
        ({"lock_policy": "never"}, "lock_policy"),
        ({"label_due": "x" * 41}, "label_due"),
    ],
)
def test_a_wrong_word_or_rule_is_named_at_its_field_and_nothing_changes(changes: dict[str, str], field: str) -> None:
    make_organisation()
    ada = make_actor()
    before = setting_invoices.open_invoice_settings(ada)
    with pytest.raises(ValidationFailed) as refused:
        setting_invoices.save_wording(ada, wording(**changes))
    assert refused.value.field == field
    assert setting_invoices.open_invoice_settings(ada) == before


# ── When amounts lock ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_locked_on_send_sending_a_standalone_invoice_finalises_it() -> None:
    case = open_case()
    setting_invoices.save_wording(case.actor, wording(lock_policy="on_send"))
    case.share()
    assert (case.invoice.stage, case.invoice.number) == ("finalized", f"INV-{YEAR}-00001")
    with pytest.raises(InvoiceAlreadyFinalized):
        drafting.add_line(case.actor, case.invoice_id)
    assert_healthy()


def test_locked_on_send_a_connected_invoice_is_sent_and_locked() -> None:
    case = open_case(kind=Kind.CONNECTED)
    setting_invoices.save_wording(case.actor, wording(lock_policy="on_send"))
    case.share()
    assert (case.invoice.stage, case.invoice.number) == ("sent", None)
    with pytest.raises(ActionRefused, match="was sent"):
        drafting.add_line(case.actor, case.invoice_id)


def test_locked_on_the_first_payment_a_finalised_invoice_is_issued_anew_until_then() -> None:
    case = open_case()
    setting_invoices.save_wording(case.actor, wording(lock_policy="on_first_payment"))
    finalise_invoice(case.actor, case.invoice_id)
    key = drafting.open_draft(case.actor, case.invoice_id).lines[0].key
    set_up(name="Another Studio")
    drafting.edit_line(case.actor, case.invoice_id, key, "unit_price", "100.00")
    drafting.save_invoice(case.actor, case.invoice_id)
    with reading() as session:
        shown = print_invoice(session, read_invoice(session, case.invoice_id))
    assert (case.invoice.stage, shown.total, shown.seller.name) == ("finalized", "552.00", "Northlight Studio")
    assert_healthy()
    case.pay("1.00")
    with pytest.raises(ActionRefused, match="A payment was made"):
        drafting.add_line(case.actor, case.invoice_id)


def test_locked_on_the_first_payment_a_finalised_invoice_cannot_be_emptied() -> None:
    case = open_case()
    setting_invoices.save_wording(case.actor, wording(lock_policy="on_first_payment"))
    finalise_invoice(case.actor, case.invoice_id)
    for line in drafting.open_draft(case.actor, case.invoice_id).lines:
        drafting.remove_line(case.actor, case.invoice_id, line.key)
    with pytest.raises(ValidationFailed, match="at least one item") as refused:
        drafting.save_invoice(case.actor, case.invoice_id)
    assert (refused.value.field, case.invoice.total) == ("lines", 72_000)
    assert drafting.open_draft(case.actor, case.invoice_id).lines == ()


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_preview_names_the_next_numbers_as_they_are_typed() -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    preview = setting_invoices.preview_numbering(case.actor, numbering())
    assert (preview.invoice, preview.following, preview.credit_note) == (
        f"INV-{YEAR}-00002", f"INV-{YEAR}-00003", f"CN-{YEAR}-00001",
    )  # fmt: skip
    tried = setting_invoices.preview_numbering(
        case.actor, numbering(number_prefix="NL", number_pattern="{prefix}/{sequence}", number_padding="7")
    )
    assert (tried.invoice, tried.credit_note, tried.error) == ("NL/0000001", "CN/0000001", "")
    wrong = setting_invoices.preview_numbering(case.actor, numbering(number_pattern="{prefix}"))
    assert (wrong.invoice, wrong.field) == ("", "number_pattern")


def test_new_numbers_follow_new_settings_and_old_ones_stay() -> None:
    case = open_case()
    first = finalise_invoice(case.actor, case.invoice_id)
    setting_invoices.save_numbering(case.actor, numbering(number_prefix="NL", number_padding="6"))
    assert finalise_invoice(case.actor, add_case(case.actor).invoice_id) == f"NL-{YEAR}-000001"
    assert case.invoice.number == first == f"INV-{YEAR}-00001"
    setting_invoices.save_numbering(case.actor, numbering())
    assert finalise_invoice(case.actor, add_case(case.actor).invoice_id) == f"INV-{YEAR}-00002"
    assert_healthy()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number_padding": "4"}, "number_padding"),
        ({"number_padding": "many"}, "number_padding"),
        ({"number_pattern": "{prefix}"}, "number_pattern"),
        ({"number_pattern": "{prefix}-{month}-{sequence}"}, "number_pattern"),
        ({"number_prefix": "<b>"}, "number_prefix"),
        ({"credit_prefix": "<b>"}, "credit_prefix"),
        ({"credit_prefix": ""}, "credit_prefix"),
        ({"credit_prefix": "INV"}, "credit_prefix"),
        ({"credit_prefix": "INV1", "number_pattern": "{prefix}{sequence}"}, "credit_prefix"),
        ({"number_prefix": "CN1", "number_pattern": "{prefix}{sequence}"}, "credit_prefix"),
        ({"number_at": "never"}, "number_at"),
    ],
)
def test_wrong_numbering_is_named_at_its_field_and_nothing_changes(changes: dict[str, str], field: str) -> None:
    make_organisation()
    ada = make_actor()
    before = setting_invoices.open_invoice_settings(ada)
    with pytest.raises(ValidationFailed) as refused:
        setting_invoices.save_numbering(ada, numbering(**changes))
    assert refused.value.field == field
    assert setting_invoices.open_invoice_settings(ada) == before


def test_a_series_that_would_come_to_a_number_typed_by_hand_is_refused() -> None:
    case = open_case()
    set_up(custom_numbers=True)
    finalise_invoice(case.actor, case.invoice_id, number="ABC00007")
    with pytest.raises(ValidationFailed, match="ABC00007") as refused:
        setting_invoices.save_numbering(case.actor, numbering(number_prefix="ABC", number_pattern="{prefix}{sequence}"))
    assert refused.value.field == "number_prefix"


def test_invoices_do_not_go_on_with_the_series_of_credit_notes_nor_these_with_theirs() -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    issue_credit_note(case.actor, case.invoice_id, CreditForm(reason="Billed twice"))
    for changes, field in (
        ({"number_prefix": "CN", "credit_prefix": "XY"}, "number_prefix"),
        ({"number_prefix": "XY", "credit_prefix": "INV"}, "credit_prefix"),
    ):
        with pytest.raises(ValidationFailed, match=f"-{YEAR}-00001, which another document has") as refused:
            setting_invoices.save_numbering(case.actor, numbering(**changes))
        assert refused.value.field == field


def test_numbers_taken_when_an_invoice_is_made_stay_on_record() -> None:
    make_organisation()
    ada = make_actor()
    setting_invoices.save_numbering(ada, numbering(number_at="create"))
    case = add_case(ada)
    assert (case.invoice.stage, case.invoice.number) == ("draft", f"INV-{YEAR}-00001")
    with pytest.raises(ActionRefused, match="with a number"):
        delete_invoice(ada, case.invoice_id, keep_items=False)
    void_invoice(ada, case.invoice_id, "Never happened")
    assert open_numbers(ada).series[0].verdict == "No gaps"
    assert_healthy()


# ── The proof ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def several(ada: Actor) -> list[Case]:
    """Three finalised invoices, the second of them void."""
    cases = [add_case(ada) for _ in range(3)]
    for case in cases:
        finalise_invoice(ada, case.invoice_id)
    void_invoice(ada, cases[1].invoice_id, "Billed twice")
    return cases


def test_the_proof_lists_every_number_as_issued_or_void_and_says_no_gaps() -> None:
    make_organisation()
    ada = make_actor()
    assert open_numbers(ada).series == ()
    several(ada)
    view = open_numbers(ada)
    (series,) = view.series
    assert (series.title, series.kind, series.count, series.void, series.verdict, view.whole) == (
        f"INV-{YEAR}-…", "Invoices", 3, 1, "No gaps", True,
    )  # fmt: skip
    assert [(row.number, row.state.word) for row in view.rows] == [
        (f"INV-{YEAR}-00003", "Issued"), (f"INV-{YEAR}-00002", "Void"), (f"INV-{YEAR}-00001", "Issued"),
    ]  # fmt: skip
    assert {row.href for row in view.rows} == {"/orders/1001", "/orders/1002", "/orders/1003"}


def test_a_gap_is_named_and_its_place_shown_empty() -> None:
    make_organisation()
    ada = make_actor()
    cases = several(ada)
    with transaction() as session:
        invoice = read_invoice(session, cases[1].invoice_id)
        invoice.number = invoice.series = invoice.sequence = None
        session.add(invoice)
    view = open_numbers(ada)
    assert (view.whole, view.series[0].verdict) == (False, "Missing: 2")
    assert [(row.number, row.state.word) for row in view.rows][1] == ("Number 2", "Missing")


def test_numbers_typed_by_hand_are_listed_apart() -> None:
    case = open_case()
    set_up(custom_numbers=True)
    finalise_invoice(case.actor, case.invoice_id, number="2026/7-A")
    view = open_numbers(case.actor, chosen=BY_HAND)
    assert [(one.title, one.count) for one in view.series] == [("Typed by hand", 1)]
    assert [row.number for row in view.rows] == ["2026/7-A"]
