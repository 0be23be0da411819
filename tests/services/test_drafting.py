"""The drawer: edits stay private until saved, saving is exact, stale saves never overwrite (A10–A22)."""

from dataclasses import replace
from pathlib import Path

import pytest

from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.errors import PaymentsSwitchedOff, PermissionDenied, StaleRevision, ValidationFailed
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.printing import print_invoice
from invoice_app.services import adjusting, configuring, drafting
from invoice_app.services.draft_views import AdjustmentForm, ConflictField
from tests.factories import invoice_of, make_actor, make_coupon, make_order, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")


def test_coupon_discount_and_fee_come_to_the_cent(data_dir: Path) -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    make_coupon(actor=ada)
    invoice_id = invoice_of(order).id or 0
    drafting.open_draft(ada, invoice_id)
    adjusting.add_adjustment(ada, invoice_id, AdjustmentForm(kind="coupon", coupon_code="autumn10"))
    adjusting.add_adjustment(
        ada, invoice_id, AdjustmentForm(kind="discount", method="fixed", value="40", label="Loyal customer")
    )
    view = adjusting.add_adjustment(
        ada,
        invoice_id,
        AdjustmentForm(kind="fee", method="fixed", value="35", label="Travel", description="Ferry to the island"),
    )
    # 600.00 − 10 % (60.00) − 40.00 + 35.00 = 535.00; VAT 20 % = 107.00.
    assert [row.amount for row in view.adjustments] == ["−60.00", "−40.00", "35.00"]
    assert (view.subtotal.amount, view.taxes[0].amount, view.total.amount) == ("600.00", "107.00", "642.00")
    assert view.due_label == "$642.00 USD"
    assert view.unsaved

    saved = drafting.save_invoice(ada, invoice_id)
    assert not saved.unsaved
    assert saved.total.amount == "642.00"
    with reading() as session:
        printed = print_invoice(session, read_invoice(session, invoice_id))
    assert printed.total == "642.00"
    assert [(row.label, row.amount, row.description) for row in printed.adjustments] == [
        ("Coupon AUTUMN10 · 10%", "−60.00", "Autumn offer"),
        ("Loyal customer", "−40.00", ""),
        ("Travel", "35.00", "Ferry to the island"),
    ]


def test_unsaved_edits_change_nothing_for_the_customer() -> None:
    make_organisation()
    ada = make_actor()
    invoice = invoice_of(make_order(actor=ada))
    assert invoice.id is not None
    key = drafting.open_draft(ada, invoice.id).lines[0].key
    view = drafting.edit_line(ada, invoice.id, key, "quantity", "3")
    assert (view.total.amount, view.lines[0].changed, view.unsaved) == ("1,296.00", True, True)
    with reading() as session:
        after = read_invoice(session, invoice.id)
        assert (after.revision, after.total) == (invoice.revision, 72_000)
        assert print_invoice(session, after).total == "720.00"
    assert drafting.open_draft(ada, invoice.id).lines[0].quantity == "3"


def test_what_does_not_parse_is_kept_named_and_not_saved() -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    key = drafting.open_draft(ada, invoice_id).lines[0].key
    view = drafting.edit_line(ada, invoice_id, key, "unit_price", "12,5O")
    assert view.lines[0].unit_price == "12,5O"
    assert view.lines[0].unit_price_error
    assert (view.has_errors, view.total.amount, view.lines[0].amount) == (True, "—", "—")
    with pytest.raises(ValidationFailed) as refused:
        drafting.save_invoice(ada, invoice_id)
    assert refused.value.field == "unit_price"
    assert drafting.open_draft(ada, invoice_id).lines[0].unit_price == "12,5O"


@pytest.mark.parametrize(
    ("field", "text"),
    [("quantity", "1.0"), ("unit_price", " 240 "), ("unit_price", "240.000"), ("description", "Drone photos ")],
)
def test_a_text_that_means_what_is_saved_is_no_change(field: str, text: str) -> None:
    """What was typed is sent once more when its field is left; that may come after Save has written it anew."""
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    line = drafting.open_draft(ada, invoice_id).lines[0]
    assert getattr(line, field) != text
    assert drafting.edit_line(ada, invoice_id, line.key, field, f"{text}7").unsaved
    view = drafting.edit_line(ada, invoice_id, line.key, field, text)
    assert (view.unsaved, view.lines[0].changed) == (False, False)
    assert getattr(view.lines[0], field) == getattr(line, field)


def test_discarding_brings_the_saved_invoice_back() -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    before = drafting.open_draft(ada, invoice_id)
    drafting.remove_line(ada, invoice_id, before.lines[0].key)
    after = drafting.discard_draft(ada, invoice_id)
    assert after.lines == before.lines
    assert after.version != before.version


def test_two_editors_of_different_fields_both_survive() -> None:
    make_organisation()
    ada, mika = make_actor(), make_actor(name="Mika Kerr", role=Role.STAFF)
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    first, second = (line.key for line in drafting.open_draft(ada, invoice_id).lines)
    drafting.edit_line(ada, invoice_id, first, "quantity", "2")
    drafting.edit_line(mika, invoice_id, second, "unit_price", "200")
    drafting.save_invoice(mika, invoice_id)
    view = drafting.save_invoice(ada, invoice_id)
    assert [(line.quantity, line.unit_price) for line in view.lines] == [("2", "240.00"), ("2", "200.00")]


def test_the_same_field_asks_and_never_overwrites_silently() -> None:
    make_organisation()
    ada, mika = make_actor(), make_actor(name="Mika Kerr", role=Role.STAFF)
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    key = drafting.open_draft(ada, invoice_id).lines[0].key
    drafting.edit_line(ada, invoice_id, key, "quantity", "2")
    drafting.edit_line(mika, invoice_id, key, "quantity", "5")
    drafting.save_invoice(mika, invoice_id)
    with pytest.raises(StaleRevision):
        drafting.save_invoice(ada, invoice_id)
    conflict = drafting.open_draft(ada, invoice_id).conflict
    assert conflict is not None
    assert conflict.saved_by == "Mika Kerr"
    assert conflict.fields == (ConflictField(f"{key}:quantity", "Quantity of Drone photos", "2", "5"),)
    taken = drafting.settle_conflicts(ada, invoice_id, {f"{key}:quantity": "theirs"}, saved_revision=conflict.saved_revision)
    assert (taken.lines[0].quantity, taken.conflict, taken.unsaved) == ("5", None, False)


def test_each_field_is_decided_by_itself_and_what_only_one_changed_stays() -> None:
    make_organisation()
    ada, mika = make_actor(), make_actor(name="Mika Kerr", role=Role.STAFF)
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    first, second = (line.key for line in drafting.open_draft(ada, invoice_id).lines)
    for key, field, hers, his in (
        (first, "quantity", "2", "5"),
        (first, "description", "Aerial photos", "Photos from above"),
        (second, "unit_price", "200", ""),
        (second, "discount", "", "10%"),
    ):
        if hers:
            drafting.edit_line(ada, invoice_id, key, field, hers)
        if his:
            drafting.edit_line(mika, invoice_id, key, field, his)
    drafting.save_invoice(mika, invoice_id)
    conflict = drafting.open_draft(ada, invoice_id).conflict
    assert conflict is not None
    assert [(one.what, one.mine, one.theirs) for one in conflict.fields] == [
        ("Description of Aerial photos", "Aerial photos", "Photos from above"),
        ("Quantity of Aerial photos", "2", "5"),
    ]
    choices = {f"{first}:description": "theirs", f"{first}:quantity": "mine"}
    drafting.settle_conflicts(ada, invoice_id, choices, saved_revision=conflict.saved_revision)
    lines = drafting.save_invoice(ada, invoice_id).lines
    assert [(line.description, line.quantity, line.unit_price, line.discount) for line in lines] == [
        ("Photos from above", "2", "240.00", ""),
        ("Twilight shoot", "2", "200.00", "10%"),
    ]


def test_a_conflict_goes_on_waiting_while_other_fields_are_typed() -> None:
    make_organisation()
    ada, mika = make_actor(), make_actor(name="Mika Kerr", role=Role.STAFF)
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    first, second = (line.key for line in drafting.open_draft(ada, invoice_id).lines)
    drafting.edit_line(ada, invoice_id, first, "quantity", "2")
    drafting.edit_line(mika, invoice_id, first, "quantity", "5")
    drafting.save_invoice(mika, invoice_id)
    drafting.edit_line(ada, invoice_id, second, "unit_price", "200")
    view = drafting.edit_line(ada, invoice_id, first, "quantity", "3")
    assert view.conflict is not None
    assert [(one.mine, one.theirs) for one in view.conflict.fields] == [("3", "5")]
    with pytest.raises(StaleRevision):
        drafting.save_invoice(ada, invoice_id)
    drafting.settle_conflicts(ada, invoice_id, {f"{first}:quantity": "mine"}, saved_revision=view.conflict.saved_revision)
    saved = drafting.save_invoice(ada, invoice_id)
    assert [(line.quantity, line.unit_price) for line in saved.lines] == [("3", "240.00"), ("2", "200.00")]


def test_nothing_is_decided_that_was_not_shown() -> None:
    make_organisation()
    ada, mika = make_actor(), make_actor(name="Mika Kerr", role=Role.STAFF)
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    key = drafting.open_draft(ada, invoice_id).lines[0].key
    drafting.edit_line(ada, invoice_id, key, "quantity", "2")
    drafting.edit_line(mika, invoice_id, key, "quantity", "5")
    shown = drafting.save_invoice(mika, invoice_id).revision
    with pytest.raises(ValidationFailed):
        drafting.settle_conflicts(ada, invoice_id, {}, saved_revision=shown)
    drafting.edit_line(mika, invoice_id, key, "quantity", "7")
    drafting.save_invoice(mika, invoice_id)
    with pytest.raises(StaleRevision):
        drafting.settle_conflicts(ada, invoice_id, {f"{key}:quantity": "mine"}, saved_revision=shown)
    conflict = drafting.open_draft(ada, invoice_id).conflict
    assert conflict is not None
    assert [(one.mine, one.theirs) for one in conflict.fields] == [("2", "7")]


def test_what_an_adjustment_comes_to_is_one_field_and_its_name_another() -> None:
    make_organisation()
    ada, mika = make_actor(), make_actor(name="Mika Kerr", role=Role.STAFF)
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    fee = AdjustmentForm(kind="fee", method="fixed", value="35", label="Travel")
    adjusting.add_adjustment(ada, invoice_id, fee)
    key = drafting.save_invoice(ada, invoice_id).adjustments[0].key
    adjusting.add_adjustment(ada, invoice_id, replace(fee, key=key, method="percent", value="5"))
    adjusting.add_adjustment(mika, invoice_id, replace(fee, key=key, value="40", label="Ferry"))
    drafting.save_invoice(mika, invoice_id)
    conflict = drafting.open_draft(ada, invoice_id).conflict
    assert conflict is not None
    assert conflict.fields == (ConflictField(f"{key}:value", "Amount of Ferry", "5%", "40.00"),)
    drafting.settle_conflicts(ada, invoice_id, {f"{key}:value": "mine"}, saved_revision=conflict.saved_revision)
    row = drafting.save_invoice(ada, invoice_id).adjustments[0]
    assert (row.label, row.detail, row.amount) == ("Ferry", "5%", "30.00")


def test_saving_nothing_makes_no_revision() -> None:
    make_organisation()
    ada = make_actor()
    invoice = invoice_of(make_order(actor=ada))
    drafting.save_invoice(ada, invoice.id or 0)
    with reading() as session:
        assert read_invoice(session, invoice.id or 0).revision == invoice.revision


def test_read_only_staff_can_look_but_not_touch() -> None:
    make_organisation()
    ada, guest = make_actor(), make_actor(name="Guest Reader", role=Role.READ_ONLY)
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    view = drafting.open_draft(guest, invoice_id)
    assert not view.can_edit
    with pytest.raises(PermissionDenied):
        drafting.edit_line(guest, invoice_id, view.lines[0].key, "quantity", "9")
    with pytest.raises(PermissionDenied):
        drafting.save_invoice(guest, invoice_id)


def test_switched_off_payments_stop_saving_and_name_the_switch() -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    key = drafting.open_draft(ada, invoice_id).lines[0].key
    drafting.edit_line(ada, invoice_id, key, "quantity", "2")
    configuring.set_account_payments(ada, False)
    assert "whole account" in drafting.open_draft(ada, invoice_id).locked_because
    with pytest.raises(PaymentsSwitchedOff):
        drafting.save_invoice(ada, invoice_id)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (AdjustmentForm(kind="discount", method="percent", value="101"), "value"),
        (AdjustmentForm(kind="discount", method="percent", value="-5"), "value"),
        (AdjustmentForm(kind="discount", method="fixed", value="0"), "value"),
        (AdjustmentForm(kind="discount", method="fixed", value="1.234"), "value"),
        (AdjustmentForm(kind="fee", method="fixed", value="10"), "label"),
        (AdjustmentForm(kind="fee", method="transaction", value="30", label="Card fee"), "value"),
        (AdjustmentForm(kind="fee", method="transaction", value="2.9", fixed_part="-1", label="Card fee"), "fixed_part"),
        (AdjustmentForm(kind="coupon", coupon_code="NOPE"), "coupon_code"),
        (AdjustmentForm(kind="coupon", coupon_code="BIG800"), "coupon_code"),
        (AdjustmentForm(kind="coupon", coupon_code="PAST"), "coupon_code"),
        (AdjustmentForm(kind="discount", method="percent", value="5", target="no such line"), "target"),
        (AdjustmentForm(kind="bribe", value="5"), "kind"),
    ],
)
def test_bad_input_is_named_at_its_field_and_nothing_is_added(form: AdjustmentForm, field: str) -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    make_coupon(actor=ada, code="BIG800", minimum="800")
    make_coupon(actor=ada, code="PAST", starts_on="2020-01-01", ends_on="2020-12-31")
    assert adjusting.preview_adjustment(ada, invoice_id, form).field == field
    with pytest.raises(ValidationFailed) as refused:
        adjusting.add_adjustment(ada, invoice_id, form)
    assert refused.value.field == field
    assert drafting.open_draft(ada, invoice_id).adjustments == ()


def test_the_effect_shown_is_the_effect_added() -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    form = AdjustmentForm(kind="fee", method="transaction", value="2.9", fixed_part="0.30", label="Card fee")
    effect = adjusting.preview_adjustment(ada, invoice_id, form)
    added = adjusting.add_adjustment(ada, invoice_id, form)
    assert (effect.before, effect.after) == ("720.00", added.total.amount)


def test_the_last_redemption_goes_to_one_invoice() -> None:
    make_organisation()
    ada = make_actor()
    make_coupon(actor=ada, code="ONCE", total_limit="1")
    first = invoice_of(make_order(actor=ada)).id or 0
    second = invoice_of(make_order(actor=ada, customer="Noor Haddad", email="noor@haddad.example")).id or 0
    form = AdjustmentForm(kind="coupon", coupon_code="ONCE")
    adjusting.add_adjustment(ada, first, form)
    adjusting.add_adjustment(ada, second, form)
    drafting.save_invoice(ada, first)
    view = drafting.open_draft(ada, second)
    assert (view.has_errors, view.adjustments[0].error) == (True, "Already used once, which is its limit")
    drafting.remove_adjustment(ada, first, drafting.open_draft(ada, first).adjustments[0].key)
    drafting.save_invoice(ada, first)
    assert not drafting.open_draft(ada, second).has_errors
