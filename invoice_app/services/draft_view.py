"""The drawer as one value: what would be saved, priced by the same calculator as everything else."""

from sqlmodel import Session

from invoice_app import routes
from invoice_app.documents.formatting import format_amount, format_amount_label
from invoice_app.domain.access import Actor, Permission
from invoice_app.domain.content import ContentAdjustment, InvoiceContent
from invoice_app.domain.entry import TaxRef
from invoice_app.domain.errors import AppError
from invoice_app.domain.method_fees import is_method_fee
from invoice_app.domain.stages import Action, Kind, LockPolicy, Stage, allowed
from invoice_app.domain.totals import Totals
from invoice_app.models import Account, BookingFlow, Coupon, Invoice, Order, Organisation
from invoice_app.repositories.coupons import COUNTED, check_applicable, list_held_coupons
from invoice_app.repositories.drafts import LoadedDraft
from invoice_app.repositories.invoices import read_unfinished
from invoice_app.repositories.organisations import list_taxes, read_organisation
from invoice_app.repositories.printing import describe_adjustment, name_invoice, name_tax
from invoice_app.services.badges import STAGES
from invoice_app.services.conflicting import build_conflict
from invoice_app.services.draft_texts import DraftTexts, ParsedDraft, parse_texts
from invoice_app.services.draft_views import DraftAdjustment, DraftLine, DraftView, TotalLine
from invoice_app.services.order_page import list_missing_switches
from invoice_app.services.views import Choice

UNKNOWN = "—"


def list_tax_values(session: Session, content: InvoiceContent) -> tuple[Choice, ...]:
    """The taxes a form may carry: the active ones, and those this invoice already uses."""
    active = [TaxRef(tax.category, tax.rate, tax.name) for tax in list_taxes(session)]
    used = [TaxRef(row.tax_category, row.tax_rate, row.tax_name) for row in content.lines]
    unique = dict.fromkeys((*active, *used))
    return tuple(Choice(str(tax), tax.name or ("No tax" if not tax.rate else str(tax.rate))) for tax in unique)


def check_coupons(session: Session, invoice: Invoice, content: InvoiceContent, totals: Totals) -> dict[str, str]:
    """What is wrong with the coupons of a draft, by adjustment key."""
    assert invoice.id is not None
    held = list_held_coupons(session, invoice.id)
    refused: dict[str, str] = {}
    for adjustment in content.adjustments:
        coupon = session.get(Coupon, adjustment.coupon_id) if adjustment.coupon_id else None
        if coupon is None:
            continue
        redemption = held.get(coupon.id or 0)
        holding = redemption is not None and redemption.state in COUNTED
        try:
            check_applicable(session, coupon, invoice, content, totals.lines_total, held=holding)
        except AppError as error:
            refused[adjustment.key] = error.message
    return refused


def build_draft_view(session: Session, actor: Actor, invoice: Invoice, draft: LoadedDraft) -> DraftView:
    """The drawer for one member of staff."""
    organisation = read_organisation(session)
    order, account = session.get(Order, invoice.order_id), session.get(Account, invoice.account_id)
    assert order is not None and account is not None and invoice.id is not None
    texts, saved = DraftTexts.from_json(draft.data), DraftTexts.from_json(draft.saved)
    current = InvoiceContent(invoice.currency, invoice.prices_include_tax, invoice.tax_rounding, (), ())
    taxes = list_tax_values(session, parse_known(saved, current))
    parsed = parse_texts(texts, current, {choice.value for choice in taxes})
    totals = parsed.content.price()
    refused = check_coupons(session, invoice, parsed.content, totals) if draft.unsaved else {}
    locked = _locked_because(session, actor, invoice, organisation)
    due = 0 if invoice.stage == "void" else totals.total - invoice.paid - invoice.credited
    locale = organisation.locale
    return DraftView(
        invoice_id=invoice.id,
        reference=name_invoice(invoice.number, order.number, invoice.place),
        stage=STAGES[Stage(invoice.stage)],
        revision=invoice.revision,
        currency=invoice.currency,
        customer=account.name,
        customer_email=account.email,
        lines=_build_lines(texts, saved, parsed, totals, locale),
        adjustments=_build_adjustments(parsed.content, saved, totals, refused, locale),
        subtotal=TotalLine("subtotal", "Subtotal", _amount(parsed, totals.lines_total, locale)),
        taxes=_build_taxes(parsed, totals, locale),
        total=TotalLine("total", "Total", _amount(parsed, totals.total, locale)),
        paid=format_amount(-invoice.paid, invoice.currency, locale) if invoice.paid else "",
        credited=format_amount(-invoice.credited, invoice.currency, locale) if invoice.credited else "",
        due_label=UNKNOWN if parsed.errors else format_amount_label(due, invoice.currency, locale),
        taxes_choices=taxes,
        version=str(draft.resets),
        unsaved=draft.unsaved,
        has_errors=bool(parsed.errors or refused),
        can_edit=not locked,
        locked_because=locked,
        can_send=actor.may(Permission.SEND) and invoice.stage != "void",
        pdf_href=routes.invoice_pdf(invoice.id),
        conflict=build_conflict(session, invoice, draft, taxes, locale),
        kind=invoice.kind,
    )


def parse_known(texts: DraftTexts, current: InvoiceContent) -> InvoiceContent:
    """The saved texts as content; their own taxes are known by definition."""
    return parse_texts(texts, current, {line.tax_id for line in texts.lines}).content


def parse_draft_content(session: Session, invoice: Invoice, texts: DraftTexts) -> InvoiceContent:
    """The content of a draft as far as it can be read."""
    current = InvoiceContent(invoice.currency, invoice.prices_include_tax, invoice.tax_rounding, (), ())
    known = {line.tax_id for line in texts.lines} | {choice.value for choice in list_tax_values(session, current)}
    return parse_texts(texts, current, known).content


def _locked_because(session: Session, actor: Actor, invoice: Invoice, organisation: Organisation) -> str:
    if not actor.may(Permission.EDIT_INVOICES):
        return "You can look at invoices, but not change them."
    order = session.get(Order, invoice.order_id)
    flow = session.get(BookingFlow, order.flow_id) if order else None
    switches = list_missing_switches(organisation, flow) if flow else ()
    if switches:
        return switches[0].message
    assert invoice.id is not None
    refusal = allowed(
        Action.SAVE,
        stage=Stage(invoice.stage),
        kind=Kind(invoice.kind),
        has_payments=invoice.paid != 0,
        credited=invoice.credited != 0,
        in_flight="processing" in read_unfinished(session, invoice.id),
        lock_policy=LockPolicy(organisation.lock_policy),
    )
    return refusal.reason if refusal else ""


def _amount(parsed: ParsedDraft, minor: int, locale: str) -> str:
    return UNKNOWN if parsed.errors else format_amount(minor, parsed.content.currency, locale)


def _build_lines(
    texts: DraftTexts, saved: DraftTexts, parsed: ParsedDraft, totals: Totals, locale: str
) -> tuple[DraftLine, ...]:
    amounts = {line.key: format_amount(line.net, parsed.content.currency, locale) for line in totals.lines}
    built = []
    for line in texts.lines:
        errors = parsed.errors.get(line.key, {})
        built.append(
            DraftLine(
                key=line.key,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                tax_id=line.tax_id,
                amount=amounts.get(line.key, UNKNOWN),
                changed=saved.find_line(line.key) != line,
                description_error=errors.get("description", ""),
                quantity_error=errors.get("quantity", ""),
                unit_price_error=errors.get("unit_price", ""),
                discount_error=errors.get("discount", ""),
                kind=line.kind,
                starts_on=line.starts_on,
                ends_on=line.ends_on,
                days_error=errors.get("starts_on", errors.get("ends_on", "")),
            )
        )
    return tuple(built)


def _build_adjustments(
    content: InvoiceContent, saved: DraftTexts, totals: Totals, refused: dict[str, str], locale: str
) -> tuple[DraftAdjustment, ...]:
    known = {adjustment.key: adjustment for adjustment in saved.adjustments}
    names = {line.key: line.description for line in content.lines}
    return tuple(
        DraftAdjustment(
            key=adjustment.key,
            kind=adjustment.kind,
            label=adjustment.label,
            detail=_describe(adjustment, names, content.currency, locale),
            description=adjustment.description,
            amount=format_amount(priced.amount, content.currency, locale),
            changed=known.get(adjustment.key) != adjustment,
            error=refused.get(adjustment.key, ""),
            is_paid=is_method_fee(adjustment.key),
        )
        for adjustment, priced in zip(content.adjustments, totals.adjustments, strict=True)
    )


def _describe(adjustment: ContentAdjustment, names: dict[str, str], currency: str, locale: str) -> str:
    parts = ["came with the payment" if is_method_fee(adjustment.key) else describe_adjustment(adjustment, currency, locale)]
    if adjustment.line_keys:
        parts.append("on " + ", ".join(names.get(key, "a removed line") for key in adjustment.line_keys))
    return " ".join(part for part in parts if part)


def _build_taxes(parsed: ParsedDraft, totals: Totals, locale: str) -> tuple[TotalLine, ...]:
    names = parsed.content.tax_names()
    return tuple(
        TotalLine(
            key=f"tax:{group.category}:{group.rate}",
            label=name_tax(names.get((group.category, group.rate), ""), group.category, group.rate, locale),
            amount=_amount(parsed, group.tax, locale),
        )
        for group in totals.taxes
        if group.rate
    )
