"""The customer's page over HTTP: complete at once, small, private, never at an old amount."""

import gzip
import re
import time
from datetime import UTC, datetime

import httpx
import pytest
from httpx import Client
from sqlmodel import select

from invoice_app.db import reading, transaction
from invoice_app.gateways import limiting
from invoice_app.models import ShareLink
from invoice_app.repositories.invoices import list_items, read_invoice
from invoice_app.repositories.organisations import read_organisation
from invoice_app.sandbox.control import Control
from invoice_app.services import (
    adding_invoices,
    adding_lines,
    configuring,
    converting,
    delivering,
    drafting,
    itemising,
    receiving,
    sharing,
    voiding,
)
from invoice_app.services.booking_views import InvoiceForm
from invoice_app.services.order_views import ItemForm
from invoice_app.web import customer_body
from tests.environment import ROOT
from tests.factories import PASSWORD, VAT_20, make_actor
from tests.local_stripe import ASKS_ALWAYS, LocalStripe, session_of
from tests.services.collecting_steps import Ready, share_order

FIRST_PAINT_BYTES = 25_000
STOLEN = "4000000000009979"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits count by address, and every test calls from the same one."""
    limiting.forget_counts()


def add_line(ready: Ready, description: str = "Extra evening") -> None:
    form = ItemForm(description=description, quantity="1", unit_price="100", tax_id=VAT_20)
    itemising.add_item(ready.actor, ready.order.id or 0, form)


def viewed(ready: Ready) -> bool:
    with reading() as session:
        (link,) = session.exec(select(ShareLink)).all()
        return link.last_viewed_at is not None


def test_the_first_answer_holds_the_whole_invoice(visitor: Client) -> None:
    ready = share_order()
    page = visitor.get(f"/i/{ready.token}").text
    for text in ("Northlight Studio", "Vera Lindt", "Drone photos", "Twilight shoot", "600.00", "120.00", "$720.00 USD"):
        assert text in page
    assert '<input type="hidden" name="amount" value="72000">' in page
    assert "Pay $720.00 USD" in page


def test_what_stands_before_the_first_paint_is_under_25_kb(visitor: Client) -> None:
    ready = share_order()
    answer = visitor.get(f"/i/{ready.token}", headers={"accept-encoding": "gzip"})
    sent = len(gzip.compress(answer.content))
    font = (ROOT / "assets/fonts/inter-first-paint.woff2").stat().st_size
    assert answer.headers["content-encoding"] == "gzip"
    assert sent + font < FIRST_PAINT_BYTES
    # Nothing else is fetched before it: no style sheet, no script, no font but the subset.
    assert re.findall(r'(?:src|href)="([^"]+\.(?:css|js))"', answer.text) == []
    assert re.findall(r'url\("([^"]+)"\)', answer.text) == ["/fonts/inter-first-paint.woff2"]


def test_the_page_may_be_neither_framed_nor_cached_nor_named_to_others(visitor: Client) -> None:
    ready = share_order()
    headers = visitor.get(f"/i/{ready.token}").headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy


def test_hostile_text_stays_text(visitor: Client) -> None:
    ready = share_order()
    add_line(ready, "<script>alert('x')</script> \"quoted\" \u202e backwards")
    page = visitor.get(f"/i/{ready.token}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &#34;quoted&#34;" in page


def test_unknown_revoked_and_expired_links_answer_the_same(visitor: Client) -> None:
    ready = share_order()
    link = sharing.list_links(ready.actor, ready.invoice_id)[0]
    sharing.revoke_link(ready.actor, link.id)
    revoked, unknown = visitor.get(f"/i/{ready.token}"), visitor.get(f"/i/{'A' * 43}")
    nonce = re.compile(r'nonce="[^"]+"')
    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert nonce.sub("", revoked.text) == nonce.sub("", unknown.text)
    for part in ("body", "live", "pdf", "files/1", "return", "logo"):
        assert visitor.get(f"/i/{ready.token}/{part}").status_code == 404
    for part in ("pay", "card"):
        assert visitor.post(f"/i/{ready.token}/{part}").status_code == 404


def test_guessing_links_is_slowed_down_and_shuts_no_customer_behind_the_same_address_out(visitor: Client) -> None:
    ready = share_order()
    answers = [visitor.get(f"/i/{number:043}").status_code for number in range(32)]
    assert answers == [404] * 30 + [429] * 2
    assert visitor.get(f"/i/{ready.token}").status_code == 200
    assert visitor.get(f"/i/{ready.token}/body").status_code == 200
    assert visitor.get(f"/i/{'A' * 43}").status_code == 429


def test_the_body_marks_what_changed_since_the_page_was_shown(visitor: Client) -> None:
    ready = share_order()
    seen = ready.invoice().revision
    add_line(ready)
    body = visitor.get(f"/i/{ready.token}/body", params={"seen": seen, "version": "old"}).text
    assert '<ins><span class="vh">New: </span>Extra evening</ins>' in body
    assert '<strong id="updated">Updated just now</strong>: 720.00 → 840.00' in body
    assert '<del><span class="vh">was </span>720.00</del><ins><span class="vh"> now </span>840.00</ins>' in body
    assert "Pay $840.00 USD" in body
    assert '<input type="hidden" name="amount" value="84000">' in body
    assert f'data-seen="{seen}"' in body


def test_every_time_on_the_page_is_the_organisations(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = share_order()
    with transaction() as session:
        read_organisation(session).time_zone = "Asia/Tokyo"
    monkeypatch.setattr(customer_body, "utc_now", lambda: datetime(2026, 11, 21, 23, 29, tzinfo=UTC))
    page = visitor.get(f"/i/{ready.token}").text
    shown = re.search(r'<time id="shown">([^<]+)</time>', page)
    version = re.search(r'data-version="(\w+)"', page)
    assert shown is not None and version is not None
    assert shown[1] == "08:29"
    for answer in (
        visitor.get(f"/i/{ready.token}/body", params={"seen": 1, "version": "old"}),
        visitor.get(f"/i/{ready.token}/body", params={"seen": 1, "version": version[1]}),
    ):
        assert answer.headers["x-shown-at"] == shown[1]


def test_a_removed_line_is_shown_struck_out(visitor: Client) -> None:
    ready = share_order()
    seen = ready.invoice().revision
    with reading() as session:
        key = list_items(session, ready.invoice_id)[0].key
    itemising.remove_item(ready.actor, key)
    body = visitor.get(f"/i/{ready.token}/body", params={"seen": seen}).text
    assert f'<tr class="gone" data-key="{key}"><td><span class="vh">Removed: </span>Drone photos</td>' in body


def test_an_unchanged_body_is_not_sent_again(visitor: Client) -> None:
    ready = share_order()
    version = re.search(r'data-version="(\w+)"', visitor.get(f"/i/{ready.token}").text)
    assert version is not None
    params = {"seen": ready.invoice().revision, "version": version[1]}
    assert visitor.get(f"/i/{ready.token}/body", params=params).status_code == 204
    add_line(ready)
    assert visitor.get(f"/i/{ready.token}/body", params=params).status_code == 200


@pytest.mark.parametrize("seen", ["0", "-1", "999", "x", "1" * 40, ""])
def test_a_revision_that_never_was_shown_marks_nothing(visitor: Client, seen: str) -> None:
    ready = share_order()
    body = visitor.get(f"/i/{ready.token}/body", params={"seen": seen}).text
    assert "<ins>" not in body and "Updated just now" not in body and "Pay $720.00 USD" in body


def test_pay_goes_to_the_hosted_page(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order()
    form = {"revision": str(ready.invoice().revision), "amount": "72000"}
    answer = visitor.post(f"/i/{ready.token}/pay", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{local_stripe.url}/c/pay/cs_test_")


def test_pay_at_an_old_revision_asks_for_the_new_amount(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order()
    form = {"revision": str(ready.invoice().revision), "amount": "72000"}
    add_line(ready)
    answer = visitor.post(f"/i/{ready.token}/pay", data=form)
    assert answer.status_code == 409
    assert "Nothing was charged. Now due: $840.00 USD." in answer.text
    assert "720.00 → 840.00" in answer.text
    assert ready.attempts() == []


def test_coming_back_to_a_changed_invoice_tells_both_totals_and_that_nothing_was_charged(
    visitor: Client, local_stripe: LocalStripe
) -> None:
    ready = share_order()
    seen = ready.invoice().revision
    page = ready.start()
    add_line(ready)
    expired = local_stripe.pay(page)
    (back,) = re.findall(r'<a class="button" href="http://desk\.example([^"]+)">Back to', expired.text)
    answer = visitor.get(back.replace("&amp;", "&"))
    assert answer.headers["location"] == f"/i/{ready.token}?note=back&seen={seen}"
    shown = visitor.get(answer.headers["location"]).text
    assert "<strong>The invoice changed while you were paying</strong>: 720.00 → 840.00. Nothing was charged." in shown
    assert '<ins><span class="vh">New: </span>Extra evening</ins>' in shown
    assert "Pay $840.00 USD" in shown
    assert ready.payments() == []


def test_coming_back_to_an_unchanged_invoice_says_that_nothing_was_charged(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order()
    ready.start()
    shown = visitor.get(f"/i/{ready.token}", params={"note": "back", "seen": ready.invoice().revision}).text
    assert "Nothing was charged. You can pay whenever you are ready." in shown
    assert "changed while you were paying" not in shown


def test_coming_back_after_a_refused_card_says_why_in_words_that_give_no_thief_a_hint(
    visitor: Client, local_stripe: LocalStripe
) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page, number=STOLEN)
    receiving.sweep_gateway()
    assert ready.attempts()[-1].decline_code == "stolen_card"
    shown = visitor.get(f"/i/{ready.token}", params={"note": "back", "seen": ready.invoice().revision}).text
    assert "Nothing was charged. Your bank declined this card. Please use another card or ask your bank." in shown


def test_a_failed_bank_confirmation_reads_as_one_on_the_hosted_page_and_on_ours(
    visitor: Client, local_stripe: LocalStripe
) -> None:
    ready = share_order()
    page = ready.start()
    challenge = local_stripe.pay(page, number=ASKS_ALWAYS).headers["location"]
    local_stripe.answer_bank(challenge, passes=False)
    hosted = httpx.get(page).text
    text = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    assert text in hosted and "PaymentMethod" not in hosted
    receiving.sweep_gateway()
    shown = visitor.get(f"/i/{ready.token}", params={"note": "back"}).text
    assert "The confirmation with your bank did not succeed. Please try again or use another card." in shown


def test_a_form_of_another_site_cannot_pay(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order()
    form = {"revision": str(ready.invoice().revision), "amount": "72000"}
    answer = visitor.post(f"/i/{ready.token}/pay", data=form, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert ready.attempts() == []


def test_while_stripe_is_away_the_page_says_so_and_nothing_is_charged(visitor: Client) -> None:
    # No local Stripe here: nobody listens on its port.
    ready = share_order()
    form = {"revision": str(ready.invoice().revision), "amount": "72000"}
    answer = visitor.post(f"/i/{ready.token}/pay", data=form)
    assert answer.status_code == 503
    assert "The card service does not answer. Please try again in a moment." in answer.text
    assert ready.invoice().paid == 0


@pytest.mark.parametrize("name", ["session_id", "card_session_id", "hold_session_id"])
@pytest.mark.parametrize("value", ["garbage", "cs_test_nobodys", "../../v1/charges", "x" * 2_000, "\u00e4\u0000"])
def test_coming_back_from_a_page_nobody_opened_shows_the_invoice(
    visitor: Client, local_stripe: LocalStripe, name: str, value: str
) -> None:
    ready = share_order()
    answer = visitor.get(f"/i/{ready.token}/return", params={name: value}, follow_redirects=True)
    assert answer.status_code == 200
    assert "We know of no such payment. This page shows how the invoice stands." in answer.text
    assert "Pay $720.00 USD" in answer.text


def test_coming_back_while_stripe_is_away_promises_to_find_out(visitor: Client, local_stripe: LocalStripe) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    Control(local_stripe.url).fail("GET /v1/checkout/sessions/*", "error_before")
    back = f"/i/{ready.token}/return"
    answer = visitor.get(back, params={"session_id": session_of(page)})
    assert answer.headers["location"] == f"/i/{ready.token}?note=checking"
    assert "We are asking the card service about your payment." in visitor.get(answer.headers["location"]).text
    answer = visitor.get(back, params={"session_id": session_of(page)})
    assert answer.headers["location"] == f"/i/{ready.token}?note=paid"
    assert "Thank you. Your payment was received." in visitor.get(answer.headers["location"]).text


def test_payments_switched_off_leave_no_button(visitor: Client) -> None:
    ready = share_order()
    configuring.set_account_payments(ready.actor, False)
    page = visitor.get(f"/i/{ready.token}").text
    assert 'id="pay"' not in page
    assert "Online payment is not available for this invoice." in page


def test_files_are_refused_until_the_invoice_is_paid(visitor: Client) -> None:
    ready = share_order()
    file = delivering.add_file(ready.actor, ready.order.id or 0, "loft-01.png", PNG)
    answer = visitor.get(f"/i/{ready.token}/files/{file.id}")
    assert answer.status_code == 403
    promised = "These files can be downloaded once the invoice is paid."
    assert promised in answer.text
    assert f"Locked. {promised}" in visitor.get(f"/i/{ready.token}").text


def test_files_of_a_booking_with_more_to_pay_wait_for_everything_due_on_it(visitor: Client) -> None:
    ready = share_order()
    file = delivering.add_file(ready.actor, ready.order.id or 0, "loft-01.png", PNG)
    rest = adding_invoices.add_invoice(ready.actor, ready.order.id or 0, InvoiceForm(kind="standalone", label="Rest"))
    adding_lines.add_several_lines(ready.actor, rest, [adding_lines.LineForm("Album", "1", "90")])
    drafting.save_invoice(ready.actor, rest)
    promised = "These files can be downloaded once everything due on this order is paid."
    assert f"Locked. {promised}" in visitor.get(f"/i/{ready.token}").text
    assert promised in visitor.get(f"/i/{ready.token}/files/{file.id}").text


def test_files_of_a_void_invoice_stay_locked_and_nobody_is_told_to_pay_for_them(visitor: Client) -> None:
    ready = share_order()
    file = delivering.add_file(ready.actor, ready.order.id or 0, "loft-01.png", PNG)
    converting.separate_invoice(ready.actor, ready.invoice_id)
    voiding.void_invoice(ready.actor, ready.invoice_id, "Billed twice")
    said = "There is nothing to pay that would unlock these files. Please ask Northlight Studio about them."
    page, answer = visitor.get(f"/i/{ready.token}").text, visitor.get(f"/i/{ready.token}/files/{file.id}")
    assert f"Locked. {said}" in page
    assert "is paid" not in page
    assert (answer.status_code, said in answer.text) == (403, True)


@pytest.mark.parametrize(("chosen", "word"), [("", "invoice"), ("Bill", "Bill"), ("Rechnung & Beleg", "Rechnung &amp; Beleg")])
def test_every_sentence_calls_the_invoice_what_the_organisation_does(visitor: Client, chosen: str, word: str) -> None:
    ready = share_order()
    delivering.add_file(ready.actor, ready.order.id or 0, "loft-01.png", PNG)
    with transaction() as session:
        row = read_invoice(session, ready.invoice_id)
        row.labels = {"invoice": chosen} if chosen else {}
        session.add(row)
    page = visitor.get(f"/i/{ready.token}").text
    assert f"What this {word} is for, amounts in USD" in page
    assert f"Download the {word} as PDF" in page
    assert f"once the {word} is paid." in page
    converting.separate_invoice(ready.actor, ready.invoice_id)
    voiding.void_invoice(ready.actor, ready.invoice_id, "Billed twice")
    assert f"This {word} was cancelled by Northlight Studio. Nothing has to be paid." in visitor.get(f"/i/{ready.token}").text


def test_a_customers_visit_counts_as_viewed(visitor: Client) -> None:
    ready = share_order()
    visitor.get(f"/i/{ready.token}")
    deadline = time.monotonic() + 5
    while not viewed(ready) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert viewed(ready)


def test_staff_and_head_requests_do_not_count_as_viewed(visitor: Client) -> None:
    ready = share_order()
    visitor.head(f"/i/{ready.token}")
    ada = make_actor(name="Looks Herself")
    visitor.post("/session", data={"email": ada.email, "password": PASSWORD})
    visitor.get(f"/i/{ready.token}")
    # Noted after the answer, if at all.
    time.sleep(0.5)
    assert not viewed(ready)


def test_a_thank_you_in_an_old_address_is_not_said_of_an_unpaid_invoice(visitor: Client) -> None:
    ready = share_order()
    assert "Thank you" not in visitor.get(f"/i/{ready.token}", params={"note": "paid"}).text
