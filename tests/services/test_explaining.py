"""Explain this total: steps in plain words that sum to the amount."""

import pytest

from invoice_app.clock import utc_now
from invoice_app.domain.errors import NotFound, ValidationFailed
from invoice_app.services import adjusting, drafting
from invoice_app.services.collecting import record_manual_payment
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.explaining import explain_amount
from invoice_app.services.payment_views import ManualPaymentForm
from tests.factories import invoice_of, make_actor, make_order, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")


def test_every_amount_of_the_drawer_explains_itself() -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada, items=(("Prints", "3", "33.33"),))).id or 0
    fee = AdjustmentForm(kind="fee", method="transaction", value="2.9", fixed_part="0.30", label="Card fee")
    view = adjusting.add_adjustment(ada, invoice_id, fee)
    keys = [f"line:{view.lines[0].key}", f"adjustment:{view.adjustments[0].key}", view.taxes[0].key, "subtotal", "total"]
    amounts = [view.lines[0].amount, view.adjustments[0].amount, view.taxes[0].amount, "99.99", view.total.amount]
    assert [explain_amount(ada, invoice_id, key).amount for key in keys] == amounts
    card_fee = explain_amount(ada, invoice_id, keys[1])
    assert any("+ 0.30" in step.detail for step in card_fee.steps), card_fee
    assert not any("smallest" in step.detail for key in keys for step in explain_amount(ada, invoice_id, key).steps)
    with pytest.raises(NotFound):
        explain_amount(ada, invoice_id, "line:nowhere")


def test_due_is_the_total_less_what_was_paid() -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    record_manual_payment(ada, invoice_id, ManualPaymentForm(amount="220.00", received_on=utc_now().date().isoformat()))
    due = explain_amount(ada, invoice_id, "due")
    assert due.amount == "$500.00 USD"
    assert [(step.label, step.amount) for step in due.steps] == [("Total", "720.00"), ("Paid", "−220.00")]


def test_a_discount_cannot_be_more_than_what_it_is_taken_off() -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    line = drafting.open_draft(ada, invoice_id).lines[0].key
    for target, value, limit in (("", "600.01", "600.00"), (line, "240.01", "240.00")):
        form = AdjustmentForm(kind="discount", method="fixed", value=value, target=target)
        with pytest.raises(ValidationFailed) as refused:
            adjusting.add_adjustment(ada, invoice_id, form)
        assert (refused.value.field, limit in refused.value.message) == ("value", True)
