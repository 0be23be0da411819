"""Explain this total: the steps behind an amount in the drawer, in words, summing to it."""

from fractions import Fraction

from sqlmodel import Session

from invoice_app.db import reading
from invoice_app.documents.formatting import format_amount, format_amount_label, format_rate
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.errors import NotFound
from invoice_app.domain.explain import Step, explain_document
from invoice_app.domain.money import WHOLE, currency_exponent
from invoice_app.models import Invoice
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import name_tax
from invoice_app.services.draft_texts import DraftTexts
from invoice_app.services.draft_view import parse_draft_content
from invoice_app.services.draft_views import ExplainStep, ExplainView
from invoice_app.services.drafting import load_own_draft


def explain_amount(actor: Actor | None, invoice_id: int, amount_key: str) -> ExplainView:
    """How an amount of this member's draft came about.

    Keys: "line:<key>", "adjustment:<key>", "tax:S:200000", "subtotal", "total", "due". Raises NotFound for a key the draft does
    not have.
    """
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        locale = read_organisation(session).locale
        content = _read_draft(session, invoice_id, viewer)
    names = {row.key: row.description for row in content.lines} | {row.key: row.label for row in content.adjustments}
    trace = explain_document(content.to_document(), names)
    if amount_key == "due":
        return _explain_due(trace.totals.total, invoice, locale)
    if amount_key not in trace.steps:
        raise NotFound("amount", amount_key)
    steps = trace[amount_key]
    total = sum(step.rounded for step in steps)
    return ExplainView(
        title=_name_amount(amount_key, content, names, locale),
        amount=format_amount(total, invoice.currency, locale),
        steps=tuple(_write_step(step, invoice.currency, locale) for step in steps),
    )


def _read_draft(session: Session, invoice_id: int, viewer: Actor) -> InvoiceContent:
    invoice = read_invoice(session, invoice_id)
    texts = DraftTexts.from_json(load_own_draft(session, invoice, viewer).data)
    return parse_draft_content(session, invoice, texts)


def _name_amount(amount_key: str, content: InvoiceContent, names: dict[str, str], locale: str) -> str:
    kind, _, rest = amount_key.partition(":")
    if kind == "tax":
        category, _, rate = rest.partition(":")
        name = content.tax_names().get((category, int(rate)), "")
        return name_tax(name, category, int(rate), locale)
    return names.get(rest, amount_key.capitalize())


def _explain_due(total: int, invoice: Invoice, locale: str) -> ExplainView:
    currency = invoice.currency
    steps = [ExplainStep("Total", "", format_amount(total, currency, locale))]
    if invoice.paid:
        steps.append(
            ExplainStep("Paid", "what was received, less what went back", format_amount(-invoice.paid, currency, locale))
        )
    if invoice.credited:
        steps.append(ExplainStep("Credited", "by credit notes", format_amount(-invoice.credited, currency, locale)))
    due = total - invoice.paid - invoice.credited
    if invoice.stage == "void" and due:
        steps.append(ExplainStep("Void", "nothing is owed any more", format_amount(-due, currency, locale)))
        due = 0
    return ExplainView("Due", format_amount_label(due, currency, locale), tuple(steps))


def _write_step(step: Step, currency: str, locale: str) -> ExplainStep:
    parts = []
    if step.base is not None and step.rate is not None:
        share = f"{format_rate(step.rate, locale)} of {format_amount(step.base, currency, locale)}"
        fixed = abs(step.exact) - abs(Fraction(step.base * step.rate, WHOLE))
        # A transaction fee takes a fixed part besides its share.
        parts.append(
            f"{share} + {format_amount(int(fixed), currency, locale)}" if fixed > 0 and fixed.denominator == 1 else share
        )
    if step.exact != step.rounded:
        parts.append(
            f"exactly {_write_exact(step, currency, locale)}, rounded to {format_amount(step.rounded, currency, locale)}"
        )
    if step.note:
        parts.append(step.note)
    return ExplainStep(step.label, " · ".join(parts), format_amount(step.rounded, currency, locale))


def _write_exact(step: Step, currency: str, locale: str) -> str:
    # The whole minor units as an amount, then up to four digits that rounding took away.
    whole, rest = divmod(abs(step.exact.numerator), step.exact.denominator)
    digits = f"{rest * 10_000 // step.exact.denominator:04d}".rstrip("0")
    amount = format_amount(-whole if step.exact < 0 else whole, currency, locale)
    point = "" if currency_exponent(currency) or not digits else "."
    return f"{amount}{point}{digits}{'…' if rest * 10_000 % step.exact.denominator else ''}"
