"""What the customer chooses before paying: a part, an instalment, card or bank; Pay says what it takes, without scripts."""

import re

import pytest
from httpx import Client

from invoice_app.gateways import limiting
from invoice_app.services import adjusting, couponing, drafting
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.scheduling_payments import InstalmentForm, save_schedule
from invoice_app.services.setting_collection import CollectionForm, save_collection
from tests.factories import make_coupon
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import Ready, share_order

FORM = CollectionForm(
    part_payments=True,
    part_minimum="50",
    method_fees=True,
    fee_covers_itself=True,
    card_rate="2.9",
    card_fixed="0.30",
    bank_fixed="5",
)


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    limiting.forget_counts()


@pytest.fixture
def ready(local_stripe: LocalStripe) -> Ready:
    shared = share_order()
    save_collection(shared.actor, FORM)
    return shared


def button_of(page: str) -> str:
    found = re.search(r'<button id="pay"[^>]*>([^<]+)</button>', page)
    assert found is not None
    return found[1]


def fields_of(page: str) -> dict[str, str]:
    form = page[page.index('id="pay-form"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def test_the_page_shows_every_amount_and_every_method_with_its_fee(visitor: Client, ready: Ready) -> None:
    page = visitor.get(f"/i/{ready.token}").text
    for text in ("All that is due", "Another amount", "From $50.00 USD to $720.00 USD.", "$21.81 USD fee", "$5.00 USD fee"):
        assert text in page
    assert button_of(page) == "Pay $741.81 USD"
    assert fields_of(page)["amount"] == "72000" and fields_of(page)["charge"] == "74181"


def test_a_choice_is_a_plain_address_and_pay_takes_exactly_it(visitor: Client, ready: Ready, local_stripe: LocalStripe) -> None:
    page = visitor.get(f"/i/{ready.token}", params={"pay": "part", "part": "200.00", "by": "bank"}).text
    assert button_of(page) == "Pay $205.00 USD"
    assert "$200.00 USD and a fee of $5.00 USD." in page
    answer = visitor.post(f"/i/{ready.token}/pay", data=fields_of(page), headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303
    (attempt,) = ready.attempts()
    assert (attempt.amount, attempt.fee, attempt.method, attempt.status) == (20_500, 500, "bank", "open")
    assert session_of(answer.headers["location"]) == attempt.checkout_session_id


def test_a_part_against_the_rules_is_told_at_its_field_and_cannot_be_paid(visitor: Client, ready: Ready) -> None:
    page = visitor.get(f"/i/{ready.token}", params={"pay": "part", "part": "1"}).text
    assert "The smallest part is $50.00 USD." in page and 'aria-invalid="true"' in page
    assert re.search(r'<button id="pay"[^>]* disabled', page)


def test_the_live_part_of_the_page_keeps_the_choice(visitor: Client, ready: Ready) -> None:
    body = visitor.get(f"/i/{ready.token}/body", params={"seen": "1", "version": "", "pay": "all", "by": "bank"}).text
    assert button_of(body) == "Pay $725.00 USD"


def test_nonsense_in_the_address_falls_back_to_the_usual(visitor: Client, ready: Ready) -> None:
    page = visitor.get(f"/i/{ready.token}", params={"pay": "everything", "by": "<b>", "part": "9" * 500}).text
    assert button_of(page) == "Pay $741.81 USD"
    assert "<b>" not in page


def test_where_nothing_is_to_choose_no_choice_is_shown(visitor: Client, local_stripe: LocalStripe) -> None:
    page = visitor.get(f"/i/{share_order().token}").text
    assert 'id="choice-form"' not in page and button_of(page) == "Pay $720.00 USD"


def test_the_schedule_stands_on_the_page(visitor: Client, ready: Ready) -> None:
    forms = (InstalmentForm("Deposit", "fixed", "200", "2030-01-01"), InstalmentForm("Balance", "percent", "100", "2030-02-01"))
    save_schedule(ready.actor, ready.invoice_id, forms)
    page = visitor.get(f"/i/{ready.token}").text
    assert 'id="schedule"' in page and "Deposit, due Jan 1, 2030" in page and "Jan 1, 2030" in page
    assert button_of(page) == "Pay $206.28 USD"


def test_a_coupon_gone_since_is_told_in_plain_words(visitor: Client, ready: Ready) -> None:
    make_coupon(actor=ready.actor)
    adjusting.add_adjustment(ready.actor, ready.invoice_id, AdjustmentForm(kind="coupon", coupon_code="AUTUMN10"))
    drafting.save_invoice(ready.actor, ready.invoice_id)
    page = visitor.get(f"/i/{ready.token}").text
    (coupon,) = couponing.list_coupons(ready.actor)
    couponing.set_coupon_active(ready.actor, coupon.id, False)
    answer = visitor.post(f"/i/{ready.token}/pay", data=fields_of(page), headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 409
    assert "The coupon AUTUMN10 on this invoice cannot be used any more: No longer active. Nothing was charged." in answer.text
