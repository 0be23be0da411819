"""+ Add item: coupons, discounts and fees on the draft, each with its effect shown before it is added (A13–A19)."""

from dataclasses import replace
from uuid import uuid4

from sqlmodel import Session

from invoice_app.db import reading
from invoice_app.documents.formatting import format_amount
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.adjustments import HIGHEST_TRANSACTION_RATE, AdjustmentBase
from invoice_app.domain.content import ContentAdjustment, InvoiceContent
from invoice_app.domain.coupons import normalise_code
from invoice_app.domain.entry import HUNDRED_PERCENT, TaxRef
from invoice_app.domain.errors import AppError, CouponRefused, NotFound, ValidationFailed
from invoice_app.domain.money import format_plain, format_rate, parse_amount, parse_rate
from invoice_app.models import Coupon, Invoice
from invoice_app.repositories.coupons import check_applicable, find_coupon, to_adjustment
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.draft_texts import DraftTexts
from invoice_app.services.draft_view import list_tax_values, parse_draft_content
from invoice_app.services.draft_views import AdjustmentForm, DraftView, EffectView
from invoice_app.services.drafting import edit_draft, load_own_draft

MAX_LABEL = 120
MAX_PUBLIC_DESCRIPTION = 500


def preview_adjustment(actor: Actor | None, invoice_id: int, form: AdjustmentForm) -> EffectView:
    """What the adjustment would do to the total of the draft; `error` and `field` when it cannot be added."""
    editor = require(actor, Permission.EDIT_INVOICES)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        locale = read_organisation(session).locale
        texts = DraftTexts.from_json(load_own_draft(session, invoice, editor).data)
        before = parse_draft_content(session, invoice, texts)
        try:
            after = parse_draft_content(session, invoice, _apply(session, invoice, texts, form))
        except AppError as error:
            return EffectView(error=error.message, field=error.field)
        old, new = before.price().total, after.price().total
        return EffectView(
            before=format_amount(old, invoice.currency, locale),
            after=format_amount(new, invoice.currency, locale),
            difference=("+" if new > old else "") + format_amount(new - old, invoice.currency, locale),
        )


def add_adjustment(actor: Actor | None, invoice_id: int, form: AdjustmentForm) -> DraftView:
    """Add the adjustment to the draft, or replace the one named by `form.key`.

    Raises ValidationFailed naming the field, CouponRefused with why the coupon cannot be used; then nothing is added.
    """
    return edit_draft(actor, invoice_id, lambda session, invoice, texts: _apply(session, invoice, texts, form))


def read_adjustment_form(actor: Actor | None, invoice_id: int, key: str) -> AdjustmentForm:
    """An adjustment of the draft as the form that made it. Raises NotFound."""
    editor = require(actor, Permission.EDIT_INVOICES)
    with reading() as session:
        invoice = read_invoice(session, invoice_id)
        texts = DraftTexts.from_json(load_own_draft(session, invoice, editor).data)
        row = next((row for row in texts.adjustments if row.key == key), None)
        if row is None:
            raise NotFound("item", key)
        coupon = session.get(Coupon, row.coupon_id) if row.coupon_id else None
    percent = row.method != "fixed"
    return AdjustmentForm(
        kind=row.kind,
        coupon_code=coupon.code if coupon else "",
        method=row.method,
        value=format_rate(row.rate) if percent else format_plain(row.amount, invoice.currency),
        fixed_part=format_plain(row.amount, invoice.currency) if row.method == "transaction" and row.amount else "",
        base=row.base,
        label=row.label,
        description=row.description,
        target=row.line_keys[0] if len(row.line_keys) == 1 and not coupon else "",
        tax_id=str(TaxRef(row.tax_category, row.tax_rate, row.tax_name)) if row.tax_category else "",
        key=key,
    )


def _apply(session: Session, invoice: Invoice, texts: DraftTexts, form: AdjustmentForm) -> DraftTexts:
    content = parse_draft_content(session, invoice, texts)
    key = form.key or uuid4().hex
    if form.kind == "coupon":
        adjustment = _parse_coupon(session, invoice, content, form, key)
    elif form.kind in ("discount", "fee"):
        adjustment = _parse_amounts(session, content, form, key)
    else:
        raise ValidationFailed("Choose Coupons, Discounts or Fees.", field="kind")
    if not form.key:
        return replace(texts, adjustments=(*texts.adjustments, adjustment))
    if all(row.key != form.key for row in texts.adjustments):
        raise NotFound("item", form.key)
    return replace(texts, adjustments=tuple(adjustment if row.key == key else row for row in texts.adjustments))


def _parse_coupon(
    session: Session, invoice: Invoice, content: InvoiceContent, form: AdjustmentForm, key: str
) -> ContentAdjustment:
    code = normalise_code(form.coupon_code)
    if not code:
        raise ValidationFailed("Choose a coupon, or enter its code.", field="coupon_code")
    try:
        coupon = find_coupon(session, code)
    except NotFound:
        raise ValidationFailed(f"There is no coupon {code}.", field="coupon_code") from None
    if any(row.coupon_id == coupon.id and row.key != form.key for row in content.adjustments):
        raise ValidationFailed(f"{code} is already on this invoice.", field="coupon_code")
    try:
        check_applicable(session, coupon, invoice, content, content.price().lines_total)
    except CouponRefused as refusal:
        raise ValidationFailed(refusal.message, field="coupon_code") from refusal
    return to_adjustment(coupon, key, content.lines)


def _parse_amounts(session: Session, content: InvoiceContent, form: AdjustmentForm, key: str) -> ContentAdjustment:
    is_fee = form.kind == "fee"
    label = form.label.strip()
    if is_fee and not label:
        raise ValidationFailed("Name the fee, for example Travel.", field="label")
    if len(label) > MAX_LABEL:
        raise ValidationFailed(f"Keep the name under {MAX_LABEL} characters.", field="label")
    if len(form.description.strip()) > MAX_PUBLIC_DESCRIPTION:
        raise ValidationFailed(f"Keep it under {MAX_PUBLIC_DESCRIPTION} characters.", field="description")
    rate, amount = _parse_value(form, content.currency, is_fee)
    if not is_fee:
        _check_fits(content, form, amount)
    tax = _parse_tax(session, content, form) if is_fee and form.tax_id else None
    return ContentAdjustment(
        key=key,
        kind=form.kind,
        method=form.method,
        label=label or "Discount",
        rate=rate,
        amount=amount,
        base=_parse_base(form),
        description=form.description.strip(),
        line_keys=_parse_target(content, form),
        tax_name=tax.name if tax else "",
        tax_category=tax.category if tax else "",
        tax_rate=tax.rate if tax else 0,
    )


def _check_fits(content: InvoiceContent, form: AdjustmentForm, amount: int) -> None:
    totals = content.price()
    nets = {line.key: line.net for line in totals.lines}
    most = nets.get(form.target, 0) if form.target else totals.lines_total
    if amount > max(most, 0):
        limit = format_plain(max(most, 0), content.currency)
        raise ValidationFailed(f"That is more than the {limit} it is taken off.", field="value")


def _parse_value(form: AdjustmentForm, currency: str, is_fee: bool) -> tuple[int, int]:
    if form.method == "fixed":
        amount = parse_amount(form.value, currency, "value")
        if amount <= 0:
            raise ValidationFailed("Enter an amount above 0.", field="value")
        return 0, amount
    if form.method == "percent":
        return _parse_percent(form.value, HUNDRED_PERCENT, "A percentage is between 0 and 100."), 0
    if form.method == "transaction" and is_fee:
        highest = format_rate(HIGHEST_TRANSACTION_RATE)
        rate = _parse_percent(form.value, HIGHEST_TRANSACTION_RATE, f"A transaction fee takes at most {highest}%.")
        fixed = parse_amount(form.fixed_part, currency, "fixed_part") if form.fixed_part.strip() else 0
        if fixed < 0:
            raise ValidationFailed("Enter 0 or more.", field="fixed_part")
        return rate, fixed
    raise ValidationFailed("Choose how the amount is found.", field="method")


def _parse_percent(text: str, highest: int, too_much: str) -> int:
    rate = parse_rate(text.strip().removesuffix("%").strip(), "value")
    if rate <= 0:
        raise ValidationFailed("Enter a percentage above 0.", field="value")
    if rate > highest:
        raise ValidationFailed(too_much, field="value")
    return rate


def _parse_base(form: AdjustmentForm) -> str:
    if form.base not in set(AdjustmentBase):
        raise ValidationFailed("Choose what the percentage is taken of.", field="base")
    return form.base


def _parse_target(content: InvoiceContent, form: AdjustmentForm) -> tuple[str, ...]:
    if not form.target or form.kind == "fee":
        return ()
    if all(line.key != form.target for line in content.lines):
        raise ValidationFailed("Choose a line of this invoice.", field="target")
    return (form.target,)


def _parse_tax(session: Session, content: InvoiceContent, form: AdjustmentForm) -> TaxRef:
    if form.tax_id not in {choice.value for choice in list_tax_values(session, content)}:
        raise ValidationFailed("Choose a tax from the list.", field="tax_id")
    return TaxRef.parse(form.tax_id)
