import re
from email.message import EmailMessage
from email.policy import SMTP
from html import unescape
from html.parser import HTMLParser

import pytest

from invoice_app.documents.emails import (
    EmailBody,
    render_confirmation_email,
    render_invoice_email,
    render_receipt_email,
    render_refund_email,
    render_staff_notice,
)
from invoice_app.documents.printed import PrintedParty
from invoice_app.domain.labels import Labels
from tests.documents.samples import PAYMENT, make_brief, make_line, make_lines, make_printed

LINK = "https://pay.example.com/i/Zx3_token-abc"
AMOUNT = re.compile(r"−?[$¥€]?\d[\d,]*\.\d\d(?: USD)?")


class _Reader(HTMLParser):
    """Collects the texts and the links of a page, as a reader of mail would show them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag in {"style", "title"}
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.texts.append(data.strip())


def read_html(body: EmailBody) -> _Reader:
    reader = _Reader()
    reader.feed(body.html)
    return reader


def test_the_subject_names_number_seller_amount_and_day() -> None:
    body = render_invoice_email(make_printed(), link=LINK)
    assert body.subject == "Invoice INV-2026-0117 from Harbour Light Studio: $2,952.40 USD, due 5 Dec 2026"


def test_text_and_html_print_the_same_amounts_as_the_invoice() -> None:
    body = render_invoice_email(make_printed(lines=make_lines(3)), link=LINK)
    expected = ["$2,952.40 USD"] + ["240.00"] * 6
    expected += ["2,880.00", "−288.00", "35.00", "2,627.00", "525.40", "$3,152.40 USD", "−200.00", "$2,952.40 USD"]
    assert sorted(AMOUNT.findall(body.text)) == sorted(expected)
    assert sorted(AMOUNT.findall("\n".join(read_html(body).texts))) == sorted(expected)


def test_the_link_is_a_button_and_a_plain_address() -> None:
    body = render_invoice_email(make_printed(), link=LINK)
    assert f"\n{LINK}\n" in body.text
    assert read_html(body).links == [LINK, LINK]
    assert "View and pay invoice" in read_html(body).texts


@pytest.mark.parametrize(("stamp", "heading"), [("Paid", "Paid in full"), ("Void", "This invoice is void")])
def test_a_settled_or_void_invoice_does_not_ask_for_money(stamp: str, heading: str) -> None:
    body = render_invoice_email(make_printed(stamp=stamp, due_label="$0.00 USD"), link=LINK)
    assert body.subject == "Invoice INV-2026-0117 from Harbour Light Studio"
    assert heading in body.text
    assert (f"{heading}: $3,152.40 USD" in body.text) == (stamp == "Paid")
    assert "pay" not in body.text.replace(LINK, "").lower().replace("payment", "")


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00"])
def test_a_name_cannot_smuggle_a_header_into_the_subject(ending: str) -> None:
    seller = PrintedParty(f"Studio{ending}Bcc: all@evil.example")
    subject = render_invoice_email(make_printed(seller=seller), link=LINK).subject
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    assert subject.splitlines() == [subject]
    assert message.keys() == ["Subject"]
    assert "\x00" not in subject


def test_a_subject_is_never_longer_than_a_mail_client_shows() -> None:
    printed = make_printed(number="N" * 5_000, seller=PrintedParty("S" * 5_000), due_date="D" * 5_000)
    subject = render_invoice_email(printed, link=LINK).subject
    assert len(subject) == 150
    assert subject.endswith("…")


def test_markup_in_names_lines_and_message_stays_text() -> None:
    hostile = '<script>alert("x")</script><img src=x onerror=y>'
    printed = make_printed(
        seller=PrintedParty(hostile[:60]), buyer=PrintedParty(hostile), lines=(make_line(hostile),), number=hostile[:60]
    )
    body = render_invoice_email(printed, link=LINK, message=hostile)
    assert read_html(body).tags.isdisjoint({"script", "img"})
    assert unescape(body.html).count(hostile) == 6
    assert hostile in body.text


def test_overrides_of_direction_do_not_reach_the_reader() -> None:
    body = render_invoice_email(make_printed(lines=(make_line("photo \u202egnp.exe"),)), link=LINK, message="\u2066x\u2069")
    for text in (body.subject, body.text, body.html):
        assert not set(text) & set("\u202e\u2066\u2069")


def test_the_senders_words_keep_their_lines() -> None:
    body = render_invoice_email(make_printed(), link=LINK, message="Dear Vera,\nhere it is.")
    assert "Dear Vera,\nhere it is." in body.text
    assert "Dear Vera,<br>here it is." in body.html


def test_a_long_invoice_lists_twenty_lines_and_says_how_many_more() -> None:
    body = render_invoice_email(make_printed(lines=make_lines(45)), link=LINK)
    assert body.text.count("(1 x 240.00)") == 20
    assert "- and 25 more on the invoice" in body.text
    assert "and 25 more on the invoice" in read_html(body).texts


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "/i/abc", "", "https://", "https://a.example/ b", "https://a.example/\nX"]
)
def test_only_a_complete_web_address_becomes_a_button(link: str) -> None:
    with pytest.raises(ValueError, match="complete http"):
        render_invoice_email(make_printed(), link=link)


def test_a_receipt_says_what_was_received_and_what_is_still_due() -> None:
    brief = make_brief()
    body = render_receipt_email(brief, PAYMENT, amount="$200.00 USD", link=LINK)
    assert body.subject == "Receipt from Harbour Light Studio: $200.00 USD for invoice INV-2026-0117"
    for line in (
        "We received: $200.00 USD",
        "Method: Visa ··4242",
        "Invoice total: $3,152.40 USD",
        "Amount due: $2,952.40 USD",
    ):
        assert line in body.text.splitlines()
    assert AMOUNT.findall("\n".join(read_html(body).texts)) == ["$200.00 USD", "$3,152.40 USD", "$2,952.40 USD"]


def test_a_refund_says_how_much_goes_back_where_and_what_is_due_again() -> None:
    body = render_refund_email(make_brief(), amount="$200.00 USD", method="Visa ··4242", link=LINK, by_card=True)
    assert body.subject == "Refund from Harbour Light Studio: $200.00 USD for invoice INV-2026-0117"
    for line in ("We refunded: $200.00 USD", "Goes back to: Visa ··4242", "Amount due: $2,952.40 USD"):
        assert line in body.text.splitlines()
    assert "Banks take 5 to 10 days to show it." in body.text


def test_a_request_to_confirm_names_the_amount() -> None:
    body = render_confirmation_email(make_brief(), link=LINK)
    assert body.subject == "Please confirm your payment to Harbour Light Studio: $2,952.40 USD"
    assert "To confirm: $2,952.40 USD" in body.text.splitlines()
    assert "Confirm payment" in read_html(body).texts


def test_every_email_to_a_customer_uses_the_words_of_page_and_pdf() -> None:
    ours = Labels("Rechnung", "Offen", "Ausgestellt am", "Fällig am", "An", "Bedingungen", "Notiz")
    printed, brief = make_printed(labels=ours, lines=make_lines(25)), make_brief(labels=ours)
    bodies = [
        render_invoice_email(printed, link=LINK),
        render_invoice_email(make_printed(labels=ours, stamp="Void"), link=LINK),
        render_receipt_email(brief, PAYMENT, amount="$200.00 USD", link=LINK),
        render_refund_email(brief, amount="$200.00 USD", method="Visa ··4242", link=LINK, by_card=True),
        render_confirmation_email(brief, link=LINK),
    ]
    assert [body.subject for body in bodies] == [
        "Rechnung INV-2026-0117 from Harbour Light Studio: $2,952.40 USD, Fällig am 5 Dec 2026",
        "Rechnung INV-2026-0117 from Harbour Light Studio",
        "Receipt from Harbour Light Studio: $200.00 USD for Rechnung INV-2026-0117",
        "Refund from Harbour Light Studio: $200.00 USD for Rechnung INV-2026-0117",
        "Please confirm your payment to Harbour Light Studio: $2,952.40 USD",
    ]
    usual = re.compile(r"invoice|\bamount due\b|\bissued\b|\bdue\b|\bbilled to\b", re.IGNORECASE)
    for body in bodies:
        shown = "\n".join(read_html(body).texts)
        assert [usual.findall(text) for text in (body.subject, body.text, shown)] == [[], [], []]
        assert "Rechnung: INV-2026-0117" in body.text.splitlines()
        assert {"Rechnung", "INV-2026-0117"} <= set(read_html(body).texts)
    link, void, receipt, refund, confirm = bodies
    for line in ("Offen: $2,952.40 USD", "Ausgestellt am: 21 Nov 2026", "An: Lindt & Partners", "View and pay Rechnung:"):
        assert line in link.text.splitlines()
    assert {"Offen", "Ausgestellt am", "Fällig am", "An", "View and pay Rechnung"} <= set(read_html(link).texts)
    assert "This Rechnung is void: $2,952.40 USD" in void.text.splitlines()
    assert {"Rechnung total", "Offen"} <= set(read_html(receipt).texts)
    assert "Offen: $2,952.40 USD" in refund.text.splitlines()
    assert "Fällig am: 5 Dec 2026" in confirm.text.splitlines()


def test_a_staff_notice_is_a_headline_facts_and_a_page() -> None:
    body = render_staff_notice(
        organisation="Harbour Light Studio",
        headline="Card declined: INV-2026-0117",
        details=(("Customer", "Vera Lindt"), ("Reason", "Not enough funds")),
        link="https://pay.example.com/orders/1042",
        amount="$2,952.40 USD",
    )
    assert body.subject == "Card declined: INV-2026-0117"
    assert "Card declined: INV-2026-0117: $2,952.40 USD" in body.text.splitlines()
    assert {"Customer", "Vera Lindt", "Reason", "Not enough funds", "$2,952.40 USD"} <= set(read_html(body).texts)


def test_the_html_carries_its_own_style_for_light_and_dark() -> None:
    html = render_invoice_email(make_printed(), link=LINK).html
    assert "prefers-color-scheme: dark" in html
    assert "<link" not in html
    assert "http" not in html.replace(LINK, "")
