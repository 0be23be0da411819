"""The e-mails we send, as subject, plain text and HTML. Both bodies print the strings they are given and nothing else.

What the page and the PDF call by the organisation's own words (D27) has the same names here: their `labels`.
A subject is one line whatever was typed into the names it quotes, so no header can be smuggled in.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from invoice_app.documents.plain import drop_controls, one_line
from invoice_app.documents.printed import PrintedBrief, PrintedInvoice, PrintedPayment
from invoice_app.domain.labels import put_in_sentence

SUBJECT_LETTERS = 150
NAME_LETTERS = 60
LINES_SHOWN = 20
"""Lines of the invoice listed in an e-mail; the rest is a click away, and the totals are always complete."""


@dataclass(frozen=True, slots=True)
class EmailBody:
    """An e-mail without its addresses."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Letter:
    """What every template prints: greeting line, a big figure, facts, one button."""

    language: str
    sender: str
    heading: str
    amount: str
    facts: tuple[tuple[str, str], ...]
    intro: str
    message: str
    button: str
    link: str
    closing: str
    invoice: PrintedInvoice | None = None


def render_invoice_email(printed: PrintedInvoice, *, link: str, message: str = "", language: str = "en") -> EmailBody:
    """The e-mail that carries an invoice's link to its customer; `message` is the sender's own words.

    Raises ValueError for a link that is not http(s).
    """
    name, seller, labels = _short(printed.number or printed.reference), _short(printed.seller.name), printed.labels
    invoice = put_in_sentence(labels.invoice)
    coming = next((one for one in printed.instalments if one.state != "Paid"), None)
    due = printed.due_date or printed.due
    settled = bool(printed.stamp)
    heading = {"Paid": "Paid in full", "Void": f"This {invoice} is void"}.get(printed.stamp, labels.amount_due)
    by = "in instalments" if coming else f"{put_in_sentence(labels.due)} {due}" if due else ""
    asked = f": {printed.due_label}" + (f", {by}" if by else "")
    subject = f"{labels.invoice} {name} from {seller}" + ("" if settled else asked)
    return _compose(
        subject,
        _Letter(
            language=language,
            sender=seller,
            heading=heading,
            amount=printed.total_label if printed.stamp == "Paid" else printed.due_label,
            facts=_facts(
                (labels.invoice, name),
                (labels.issued, printed.issued),
                *(((labels.due, due),) if not coming else _tell_instalments(printed)),
                (labels.billed_to, printed.buyer.name),
            ),
            intro=f"Here is your {invoice} from {seller}.",
            message=message,
            button=f"View {invoice}" if settled else f"View and pay {invoice}",
            link=link,
            closing=f"The link is yours alone: whoever has it can see this {invoice}. It always shows the latest version.",
            invoice=printed,
        ),
    )


def _tell_instalments(printed: PrintedInvoice) -> list[tuple[str, str]]:
    told = {"Paid": "paid", "Partly paid": "partly paid, due {0}", "Overdue": "overdue since {0}"}
    return [(one.label, f"{one.amount}, {told.get(one.state, 'due {0}').format(one.due)}") for one in printed.instalments]


def render_receipt_email(
    brief: PrintedBrief,
    payment: PrintedPayment,
    *,
    amount: str,
    link: str,
    fee: str = "",
    credit: str = "",
    language: str = "en",
) -> EmailBody:
    """The receipt for one payment of `amount`, with symbol and code (D19), and what is still due after it.

    `fee`: the fee of its method that is part of it; `credit`: what of it is the customer's credit; "" for none.
    """
    name, seller, labels = _short(brief.name), _short(brief.seller), brief.labels
    invoice = put_in_sentence(labels.invoice)
    return _compose(
        f"Receipt from {seller}: {amount} for {invoice} {name}",
        _Letter(
            language=language,
            sender=seller,
            heading="We received",
            amount=amount,
            facts=_facts(
                ("Received", payment.received),
                ("Method", payment.method),
                ("Its fee", fee),
                (labels.invoice, name),
                (f"{labels.invoice} total", brief.total_label),
                (labels.amount_due, brief.due_label),
                ("Kept as your credit", credit),
            ),
            intro="Thank you for your payment.",
            message="",
            button=f"View {invoice}" if brief.is_owed else f"View {invoice} and files",
            link=link,
            closing="Keep this e-mail as your receipt.",
        ),
    )


def render_refund_email(
    brief: PrintedBrief, *, amount: str, method: str, link: str, by_card: bool, language: str = "en"
) -> EmailBody:
    """Tell the customer that `amount`, with symbol and code (D19), goes back to `method`. Why stays with staff."""
    name, seller, labels = _short(brief.name), _short(brief.seller), brief.labels
    invoice = put_in_sentence(labels.invoice)
    arrival = "Banks take 5 to 10 days to show it." if by_card else "You get it by hand."
    return _compose(
        f"Refund from {seller}: {amount} for {invoice} {name}",
        _Letter(
            language=language,
            sender=seller,
            heading="We refunded",
            amount=amount,
            facts=_facts(
                ("Paid by" if not by_card else "Goes back to", method),
                (labels.invoice, name),
                (labels.amount_due, brief.due_label),
            ),
            intro=f"{seller} gave back money you had paid. {arrival}",
            message="",
            button=f"View {invoice}",
            link=link,
            closing="Questions? Just reply to this e-mail.",
        ),
    )


def render_returned_refund_email(
    brief: PrintedBrief, *, amount: str, method: str, link: str, language: str = "en"
) -> EmailBody:
    """Tell the customer that a refund they were told of did not arrive: the money counts as paid again."""
    name, seller, labels = _short(brief.name), _short(brief.seller), brief.labels
    invoice = put_in_sentence(labels.invoice)
    return _compose(
        f"The refund of {amount} for {invoice} {name} did not arrive",
        _Letter(
            language=language,
            sender=seller,
            heading="Came back to us",
            amount=amount,
            facts=_facts(("Was sent to", method), (labels.invoice, name), (labels.amount_due, brief.due_label)),
            intro=f"Your bank sent back the refund that {seller} told you of. The money counts as paid again.",
            message="",
            button=f"View {invoice}",
            link=link,
            closing="Just reply to this e-mail to agree how you get your money.",
        ),
    )


def render_failed_payment_email(brief: PrintedBrief, *, amount: str, method: str, link: str, language: str = "en") -> EmailBody:
    """Tell the customer that a payment which was being processed failed after all: nothing was paid."""
    name, seller, labels = _short(brief.name), _short(brief.seller), brief.labels
    invoice = put_in_sentence(labels.invoice)
    return _compose(
        f"Your payment of {amount} for {invoice} {name} failed",
        _Letter(
            language=language,
            sender=seller,
            heading="Not paid",
            amount=amount,
            facts=_facts(("Paid by", method), (labels.invoice, name), (labels.amount_due, brief.due_label)),
            intro=f"Your bank did not carry out the payment to {seller}. Nothing was taken, and the amount is due again.",
            message="",
            button=f"View {invoice}",
            link=link,
            closing="You can pay on that page, in another way too. Questions? Just reply to this e-mail.",
        ),
    )


def render_confirmation_email(brief: PrintedBrief, *, link: str, language: str = "en") -> EmailBody:
    """Ask the customer to confirm a charge their bank wants to hear about from them."""
    name, seller, labels = _short(brief.name), _short(brief.seller), brief.labels
    return _compose(
        f"Please confirm your payment to {seller}: {brief.due_label}",
        _Letter(
            language=language,
            sender=seller,
            heading="To confirm",
            amount=brief.due_label,
            facts=_facts((labels.invoice, name), (labels.due, brief.due_date)),
            intro="Your bank asks you to confirm this payment yourself. Nothing has been charged yet; it takes a minute.",
            message="",
            button="Confirm payment",
            link=link,
            closing="Questions? Just reply to this e-mail.",
        ),
    )


def render_staff_notice(
    *, organisation: str, headline: str, details: tuple[tuple[str, str], ...], link: str, amount: str = "", language: str = "en"
) -> EmailBody:
    """Tell staff that something happened: a headline, facts as (label, value) pairs, the page where to act."""
    return _compose(
        headline,
        _Letter(
            language=language,
            sender=_short(organisation),
            heading=headline,
            amount=amount,
            facts=_facts(*details),
            intro="",
            message="",
            button="Open",
            link=link,
            closing="You receive this because you are on the team.",
        ),
    )


def _compose(subject: str, letter: _Letter) -> EmailBody:
    _require_web_address(letter.link)
    lines = letter.invoice.lines if letter.invoice else ()
    values = {
        "letter": letter,
        "invoice": letter.invoice,
        "word": put_in_sentence(letter.invoice.labels.invoice) if letter.invoice else "",
        "lines": lines[:LINES_SHOWN],
        "unlisted": len(lines[LINES_SHOWN:]),
    }
    return EmailBody(
        subject=one_line(subject, SUBJECT_LETTERS),
        text=_plain.get_template("letter.email.txt").render(values).strip() + "\n",
        html=_html.get_template("letter.email.html").render(values),
    )


def _require_web_address(link: str) -> None:
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"} or not parts.netloc or any(letter.isspace() for letter in link):
        raise ValueError("an e-mail's link must be a complete http(s) address")


def _facts(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in pairs if value)


def _short(text: str) -> str:
    return one_line(text, NAME_LETTERS)


def _clean(value: object) -> object:
    return drop_controls(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _break_lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in drop_controls(text).splitlines())


_LOADER = FileSystemLoader(Path(__file__).parent / "templates")
_html = Environment(
    loader=_LOADER, autoescape=True, finalize=_clean, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_html.filters["break_lines"] = _break_lines
_plain = Environment(
    loader=_LOADER, autoescape=False, finalize=_clean, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)  # fmt: skip
_plain.filters["one_line"] = lambda text: one_line(text, 200)
