"""Explain this total: the steps behind an amount in the drawer, in words, summing to it."""

from sqlmodel import Session

from invoice_app.db import reading
from invoice_app.documents.formatting import MINUS, format_amount, format_rate
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.content import InvoiceContent
from invoice_app.domain.errors import NotFound
from invoice_app.domain.explain import Step, explain_document
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import name_tax
from invoice_app.services.draft_texts import DraftTexts
from invoice_app.services.draft_view import parse_draft_content
from invoice_app.services.drafting import load_own_draft
from invoice_app.services.views import ExplainStep, ExplainView


def explain_amount(actor: Actor | None, invoice_id: int, amount_key: str) -> ExplainView:
    """How an amount of this member's draft came about. Keys: "line:<key>", "adjustment:<key>", "tax:S:200000",
    "subtotal", "total".

    Raises NotFound for a key the draft does not have.
    """
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        locale = read_organisation(session).locale
        content = _read_draft(session, invoice_id, viewer)
    names = {row.key: row.description for row in content.lines} | {row.key: row.label for row in content.adjustments}
    trace = explain_document(content.to_document(), names)
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


def _write_step(step: Step, currency: str, locale: str) -> ExplainStep:
    parts = []
    if step.base is not None and step.rate is not None:
        parts.append(f"{format_rate(step.rate, locale)} of {format_amount(step.base, currency, locale)}")
    if step.exact != step.rounded:
        parts.append(f"exactly {_write_exact(step)}, rounded")
    if step.note:
        parts.append(step.note)
    return ExplainStep(step.label, " · ".join(parts), format_amount(step.rounded, currency, locale))


def _write_exact(step: Step) -> str:
    # Minor units with the fraction that rounding took away: 1083.333… of the smallest coin.
    whole, rest = divmod(abs(step.exact.numerator), step.exact.denominator)
    digits = f"{rest * 10_000 // step.exact.denominator:04d}".rstrip("0")
    sign = MINUS if step.exact < 0 else ""
    repeats = "…" if rest * 10_000 % step.exact.denominator else ""
    return f"{sign}{whole}{'.' + digits if digits else ''}{repeats} in the smallest unit"
