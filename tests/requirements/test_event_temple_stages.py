"""The stages of an invoice, requirement by requirement (product.md, section D)."""

from datetime import date

import pytest

from invoice_app.db import reading
from invoice_app.documents.printed import PrintedInvoice
from invoice_app.domain.access import Role
from invoice_app.domain.errors import (
    ActionRefused,
    InvoiceAlreadyFinalized,
    InvoiceIsVoid,
    PermissionDenied,
    ValidationFailed,
)
from invoice_app.domain.stages import Kind
from invoice_app.models import Item
from invoice_app.repositories.invoices import list_items, read_invoice
from invoice_app.repositories.printing import print_invoice
from invoice_app.services import adjusting, collecting, drafting, ordering, setting_invoices
from invoice_app.services.adding_invoices import add_invoice
from invoice_app.services.booking_views import InvoiceForm
from invoice_app.services.checking_out import start_checkout
from invoice_app.services.deleting import delete_invoice, preview_deletion
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.editing_customers import CustomerForm, save_customer
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.listing_actions import list_actions
from invoice_app.services.payment_views import ManualPaymentForm
from invoice_app.services.setting_invoices import NumberingForm, WordingForm
from invoice_app.services.showing_shared import VOID, open_shared_invoice
from invoice_app.services.voiding import void_invoice
from invoice_app.web.marking_changes import Before
from invoice_app.web.responses import render_fragment
from tests.factories import make_actor, make_organisation
from tests.local_stripe import LocalStripe
from tests.services.stage_steps import Case, add_case, assert_healthy, open_case, set_up

pytestmark = pytest.mark.usefixtures("data_dir")


def add_discount(case: Case, percent: str) -> None:
    form = AdjustmentForm(kind="discount", method="percent", value=percent, label="Discount")
    adjusting.add_adjustment(case.actor, case.invoice_id, form)
    drafting.save_invoice(case.actor, case.invoice_id)


def change_every_field(case: Case) -> None:
    """Item, quantity, price, tax and discount of the first line, and save."""
    line = drafting.open_draft(case.actor, case.invoice_id).lines[0]
    texts = {"description": "Night photos", "quantity": "3", "unit_price": "100.00", "discount": "10%", "tax_id": "O:0:No tax"}
    for field, text in texts.items():
        drafting.edit_line(case.actor, case.invoice_id, line.key, field, text)
    drafting.save_invoice(case.actor, case.invoice_id)


def refusals(case: Case) -> dict[str, str]:
    """Why each action the menu shows cannot be done; "" for one that can."""
    return {action.name: action.reason for action in list_actions(case.actor, case.invoice_id).actions}


def print_now(case: Case) -> PrintedInvoice:
    with reading() as session:
        return print_invoice(session, read_invoice(session, case.invoice_id))


def items_of(case: Case) -> list[Item]:
    with reading() as session:
        return list(list_items(session, case.invoice_id))


def test_D04_a_discount_of_0_percent_is_no_line_on_the_customers_view() -> None:
    case = open_case()
    add_discount(case, "10")
    token = case.share()
    assert [row.label for row in open_shared_invoice(token).printed.adjustments] == ["Discount · 10%"]
    (key,) = [row.key for row in drafting.open_draft(case.actor, case.invoice_id).adjustments]
    drafting.remove_adjustment(case.actor, case.invoice_id, key)
    drafting.save_invoice(case.actor, case.invoice_id)
    assert (open_shared_invoice(token).printed.adjustments, case.invoice.total) == ((), 72_000)
    with pytest.raises(ValidationFailed) as refused:
        add_discount(case, "0")
    assert refused.value.field == "value"
    # A discount may come to nothing later: the second of these takes 10 % of nothing.
    add_discount(case, "100")
    add_discount(case, "10")
    assert [row.amount for row in drafting.open_draft(case.actor, case.invoice_id).adjustments] == ["−600.00", "0.00"]
    assert [row.amount for row in open_shared_invoice(token).printed.adjustments] == ["−600.00"]


@pytest.mark.parametrize("kind", [Kind.STANDALONE, Kind.CONNECTED])
def test_D07_a_draft_changes_items_quantities_prices_taxes_and_discounts(kind: Kind) -> None:
    case = open_case(kind=kind)
    change_every_field(case)
    add_discount(case, "50")
    line = drafting.open_draft(case.actor, case.invoice_id).lines[0]
    assert (line.description, line.quantity, line.unit_price, line.discount, line.tax_id) == (
        "Night photos", "3", "100.00", "10%", "O:0:No tax",
    )  # fmt: skip
    # (270.00 untaxed + 360.00 at 20 %), half of each.
    assert (case.invoice.stage, case.invoice.total) == ("draft", 35_100)


@pytest.mark.parametrize("kind", [Kind.STANDALONE, Kind.CONNECTED])
def test_D08_a_sent_invoice_still_changes(kind: Kind) -> None:
    case = open_case(kind=kind)
    token = case.share()
    change_every_field(case)
    assert (case.invoice.stage, case.invoice.total) == ("sent", 70_200)
    assert open_shared_invoice(token).printed.lines[0].description == "Night photos"


def test_D10_finalising_a_connected_invoice_is_refused() -> None:
    case = open_case(kind=Kind.CONNECTED)
    case.share()
    with pytest.raises(ActionRefused, match="Make it standalone before you finalise it"):
        finalise_invoice(case.actor, case.invoice_id)
    assert (case.invoice.stage, case.invoice.number) == ("sent", None)
    assert refusals(case)["finalize"] == "This invoice follows its order. Make it standalone before you finalise it."


def test_D11_a_finalised_invoice_refuses_whatever_alters_revenue() -> None:
    case = open_case()
    finalise_invoice(case.actor, case.invoice_id)
    (line, *_) = drafting.open_draft(case.actor, case.invoice_id).lines
    discount = AdjustmentForm(kind="discount", method="percent", value="10", label="Discount")
    attempts = (
        lambda: drafting.edit_line(case.actor, case.invoice_id, line.key, "unit_price", "1.00"),
        lambda: drafting.edit_line(case.actor, case.invoice_id, line.key, "tax_id", "O:0:No tax"),
        lambda: drafting.remove_line(case.actor, case.invoice_id, line.key),
        lambda: drafting.add_line(case.actor, case.invoice_id),
        lambda: adjusting.add_adjustment(case.actor, case.invoice_id, discount),
        lambda: drafting.save_invoice(case.actor, case.invoice_id),
    )
    for attempt in attempts:
        with pytest.raises(InvoiceAlreadyFinalized):
            attempt()
    assert (case.invoice.revision, case.invoice.total) == (3, 72_000)
    assert_healthy()


def test_D12_a_finalised_invoice_is_not_deleted_voiding_it_is_offered_and_finalising_comes_after_sharing() -> None:
    case = open_case()
    token = case.share()
    number = finalise_invoice(case.actor, case.invoice_id)
    assert open_shared_invoice(token).printed.number == number
    told = refusals(case)
    assert (told["delete"], told["void"]) == ("A finalised invoice cannot be deleted. Void it instead.", "")
    with pytest.raises(InvoiceAlreadyFinalized):
        delete_invoice(case.actor, case.invoice_id, keep_items=False)
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert (case.invoice.stage, case.invoice.number) == ("void", number)


def test_D13_voiding_a_connected_invoice_is_refused() -> None:
    case = open_case(kind=Kind.CONNECTED)
    case.share()
    with pytest.raises(ActionRefused, match="Make it standalone before you void it"):
        void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert case.invoice.stage == "sent"
    assert refusals(case)["void"] == "This invoice follows its order. Make it standalone before you void it."


def test_D14_voiding_an_invoice_with_payments_is_refused() -> None:
    case = open_case()
    case.pay("0.01")
    finalise_invoice(case.actor, case.invoice_id)
    with pytest.raises(ActionRefused, match="Payments were made on this invoice"):
        void_invoice(case.actor, case.invoice_id, "Billed twice")
    assert (case.invoice.stage, case.invoice.paid) == ("finalized", 1)
    assert refusals(case)["void"] == "Payments were made on this invoice. Refund them before you void it."


def test_D15_a_void_invoice_takes_no_payment(local_stripe: LocalStripe) -> None:
    case = open_case()
    token = case.share()
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    form = ManualPaymentForm(method="cash", amount="720.00", received_on="2026-01-02")
    with pytest.raises(InvoiceIsVoid):
        collecting.record_manual_payment(case.actor, case.invoice_id, form)
    with pytest.raises(InvoiceIsVoid):
        start_checkout(token, revision=case.invoice.revision, amount=72_000, keep_card=False)
    assert (case.invoice.paid, case.invoice.stage) == (0, "void")
    assert_healthy()


def test_D17_the_guests_view_of_a_void_invoice_shows_void() -> None:
    case = open_case()
    token = case.share()
    void_invoice(case.actor, case.invoice_id, "Billed twice")
    view = open_shared_invoice(token)
    assert (view.state, view.printed.stamp, view.offer) == (VOID, "Void", None)
    html = render_fragment(
        "customer_body.html",
        path="/i/x",
        view=view,
        printed=view.printed,
        before=Before(differs=False, total=view.printed.total, subtotal=view.printed.subtotal),
        seen=view.printed.revision,
        notice=None,
    )
    assert '<span class="badge"><svg' in html
    assert "Void</span>" in html
    assert "Billed twice" not in html
    assert 'id="pay"' not in html
    assert Kind.STANDALONE.value not in html.lower()


@pytest.mark.parametrize("role", [Role.STAFF, Role.READ_ONLY])
def test_D18_invoice_settings_are_customised_by_admins_alone(role: Role) -> None:
    case = open_case()
    saved = setting_invoices.open_invoice_settings(case.actor)
    other = make_actor(role=role, name="Noor Haddad")
    with pytest.raises(PermissionDenied):
        setting_invoices.save_wording(other, WordingForm(payment_terms_days="30"))
    with pytest.raises(PermissionDenied):
        setting_invoices.save_numbering(other, saved.numbering)
    setting_invoices.save_wording(make_actor(role=Role.ADMIN, name="Amara Voss"), WordingForm(payment_terms_days="30"))
    assert setting_invoices.open_invoice_settings(other).wording.payment_terms_days == "30"
    fresh = add_case(case.actor).invoice
    assert (fresh.due_on - fresh.issued_on).days == 30


@pytest.mark.parametrize(("currency", "label"), [("USD", "$720.00 USD"), ("EUR", "€720.00 EUR"), ("JPY", "¥720 JPY")])
def test_D19_the_amount_due_shows_symbol_and_code(currency: str, label: str) -> None:
    make_organisation(currency=currency)
    case = add_case(make_actor(), items=(("Drone photos", "1", "600"),))
    token = case.share()
    assert open_shared_invoice(token).printed.due_label == label
    assert ordering.open_order(case.actor, case.order.number).panel.due_label == label
    assert drafting.open_draft(case.actor, case.invoice_id).due_label == label
    assert collecting.open_payment_details(case.actor, case.invoice_id).due_label == label
    finalise_invoice(case.actor, case.invoice_id)
    assert open_shared_invoice(token).printed.due_label == label


@pytest.mark.parametrize(("keep", "left"), [(True, 2), (False, 0)])
def test_D23_deleting_a_connected_invoice_asks_whether_its_items_leave_the_booking(keep: bool, left: int) -> None:
    case = open_case(kind=Kind.CONNECTED)
    assert preview_deletion(case.actor, case.invoice_id).asks
    delete_invoice(case.actor, case.invoice_id, keep_items=keep)
    groups = ordering.open_order(case.actor, case.order.number).groups
    assert sum(len(group.rows) for group in groups) == left
    assert_healthy()


def test_D24_the_items_of_a_deleted_standalone_invoice_go_with_it_and_the_booking_stays() -> None:
    connected = open_case(kind=Kind.CONNECTED)
    before = [(item.description, item.unit_price) for item in items_of(connected)]
    keys = tuple(item.key for item in items_of(connected))
    copy = add_invoice(connected.actor, connected.order.id or 0, InvoiceForm(kind="standalone", item_keys=keys))
    assert preview_deletion(connected.actor, copy).asks is False
    delete_invoice(connected.actor, copy, keep_items=True)
    with reading() as session:
        assert list(list_items(session, copy)) == []
    assert [(item.description, item.unit_price) for item in items_of(connected)] == before
    assert connected.invoice.total == 72_000
    assert_healthy()


def test_D26_numbers_follow_prefix_and_at_least_5_digits_and_are_typed_by_hand_only_where_allowed() -> None:
    case = open_case()
    saved = setting_invoices.open_invoice_settings(case.actor).numbering
    with pytest.raises(ValidationFailed) as refused:
        setting_invoices.save_numbering(case.actor, NumberingForm(**{**vars(saved), "number_padding": "4"}))
    assert refused.value.field == "number_padding"
    form = NumberingForm(**{**vars(saved), "number_prefix": "NL", "number_padding": "6"})
    setting_invoices.save_numbering(case.actor, form)
    year = date.today().year  # noqa: DTZ011 (the organisation of tests is in UTC)
    assert finalise_invoice(case.actor, case.invoice_id) == f"NL-{year}-000001"
    second, third = add_case(case.actor), add_case(case.actor)
    with pytest.raises(ValidationFailed) as forbidden:
        finalise_invoice(case.actor, second.invoice_id, number="2026-A")
    assert forbidden.value.field == "number"
    setting_invoices.save_numbering(case.actor, NumberingForm(**{**vars(form), "custom_numbers": True}))
    assert finalise_invoice(case.actor, second.invoice_id, number="2026-A") == "2026-A"
    with pytest.raises(ValidationFailed, match="Another document has this number") as taken:
        finalise_invoice(case.actor, third.invoice_id, number="2026-A")
    assert taken.value.field == "number"
    assert_healthy()


def test_D27_bills_go_to_contacts_accounts_or_both_and_the_labels_are_the_organisations_own() -> None:
    case = open_case()
    form = CustomerForm("Lindt Interiors", "company", "Vera Lindt", "vera@lindt.example", "3 Quay Street")
    save_customer(case.actor, case.invoice.account_id, form)
    seen = {}
    for bill_to in ("contacts", "accounts", "both"):
        setting_invoices.save_wording(case.actor, WordingForm("14", bill_to=bill_to, label_invoice="Bill", label_due="Pay by"))
        printed = print_now(case)
        seen[bill_to] = (printed.buyer.name, *printed.buyer.address)
        assert (printed.labels.invoice, printed.labels.due, printed.labels.billed_to) == ("Bill", "Pay by", "Billed to")
    assert seen == {
        "contacts": ("Vera Lindt", "3 Quay Street"),
        "accounts": ("Lindt Interiors", "3 Quay Street"),
        "both": ("Lindt Interiors", "Vera Lindt", "3 Quay Street"),
    }


def test_D28_changed_terms_labels_and_notes_are_used_by_new_invoices_alone() -> None:
    sent = open_case()
    actor = sent.actor
    final = add_case(actor)
    sent.share()
    finalise_invoice(actor, final.invoice_id)
    form = WordingForm("30", terms="Payable within 30 days.", note="Thank you.", label_invoice="Bill")
    setting_invoices.save_wording(actor, form)
    set_up(name="Another Studio")
    fresh = add_case(actor)
    words = [(one.terms, one.note, one.labels.invoice) for one in map(print_now, (sent, final, fresh))]
    old, new = ("Payable within 14 days.", "", "Invoice"), ("Payable within 30 days.", "Thank you.", "Bill")
    assert words == [old, old, new]
    assert print_now(final).seller.name == "Northlight Studio"
    assert [(case.invoice.due_on - case.invoice.issued_on).days for case in (sent, final, fresh)] == [14, 14, 30]
