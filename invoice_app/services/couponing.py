"""Coupons: the settings list, the modal's search list, and creating one in place (A14, A15)."""

from datetime import date

from sqlmodel import Session, select

from invoice_app.clock import today_in, utc_now
from invoice_app.db import after_commit, reading, transaction
from invoice_app.documents.formatting import format_amount, format_date, format_rate
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.coupons import parse_code
from invoice_app.domain.entry import HUNDRED_PERCENT, parse_text
from invoice_app.domain.errors import CouponRefused, NotFound, ValidationFailed
from invoice_app.domain.identifying import parse_identifier
from invoice_app.domain.money import parse_amount, parse_rate
from invoice_app.gateways import signals
from invoice_app.models import Account, Coupon, Organisation
from invoice_app.repositories import coupons as coupon_queries
from invoice_app.repositories.coupons import check_applicable, count_redemptions, is_within, to_rule
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.organisations import read_organisation
from invoice_app.services.draft_texts import DraftTexts
from invoice_app.services.draft_view import parse_draft_content
from invoice_app.services.draft_views import CouponChoice, CouponForm, CouponView
from invoice_app.services.drafting import load_own_draft
from invoice_app.services.views import Badge

MOST_ELIGIBLE = 2_000
ACTIVE = Badge("Active", "good", "check")
OFF = Badge("Off", "neutral", "ban")
SCHEDULED = Badge("Scheduled", "info", "calendar")
EXPIRED = Badge("Expired", "neutral", "clock")
USED_UP = Badge("Used up", "neutral", "ban")


def list_coupons(actor: Actor | None) -> tuple[CouponView, ...]:
    """All coupons, newest first, with their redemptions."""
    require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        return tuple(_build_view(session, organisation, coupon) for coupon in coupon_queries.list_coupons(session))


def choose_coupons(actor: Actor | None, invoice_id: int, search: str = "") -> tuple[CouponChoice, ...]:
    """Coupons for this invoice, usable ones first; the others say why they cannot be used here."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        invoice = read_invoice(session, invoice_id)
        texts = DraftTexts.from_json(load_own_draft(session, invoice, viewer).data)
        content = parse_draft_content(session, invoice, texts)
        subtotal = content.price().lines_total
        used = {adjustment.coupon_id for adjustment in content.adjustments}
        choices = []
        for coupon in coupon_queries.list_coupons(session, search=search.strip()[:100]):
            if coupon.account_id not in (None, invoice.account_id):
                continue
            refusal = "Already on this invoice" if coupon.id in used else ""
            try:
                check_applicable(session, coupon, invoice, content, subtotal)
            except CouponRefused as error:
                refusal = refusal or error.message
            gives = _describe_gives(coupon, organisation.locale)
            choices.append(CouponChoice(coupon.code, coupon.label, gives, refusal, coupon.account_id is not None))
        return tuple(sorted(choices, key=lambda choice: bool(choice.refusal)))


def create_coupon(actor: Actor | None, form: CouponForm) -> CouponView:
    """Create a coupon, for one customer when `form.account_id` is given. Raises ValidationFailed naming the field."""
    editor = require(actor, Permission.MANAGE_COUPONS)
    with transaction() as session:
        organisation = read_organisation(session)
        coupon = _parse_form(session, organisation, form)
        session.add(coupon)
        session.flush()
        after = {"code": coupon.code, "label": coupon.label, "method": coupon.method, "active": coupon.active}
        after |= {"rate": coupon.rate} if coupon.method == "percent" else {"amount": coupon.amount}
        record_event(session, editor, subject=f"coupon:{coupon.id}", action="created the coupon", after=after)
        after_commit(session, lambda: signals.publish("settings"))
        return _build_view(session, organisation, coupon)


def set_coupon_active(actor: Actor | None, coupon_id: int, active: bool) -> None:
    """Switch a coupon on or off; invoices that use it keep it. Raises NotFound."""
    editor = require(actor, Permission.MANAGE_COUPONS)
    with transaction() as session:
        coupon = session.get(Coupon, coupon_id)
        if coupon is None:
            raise NotFound("coupon", coupon_id)
        before, coupon.active = coupon.active, bool(active)
        session.add(coupon)
        record_event(
            session,
            editor,
            subject=f"coupon:{coupon_id}",
            action="switched the coupon on" if active else "switched the coupon off",
            before={"active": before},
            after={"active": coupon.active},
        )
        after_commit(session, lambda: signals.publish("settings"))


def _parse_form(session: Session, organisation: Organisation, form: CouponForm) -> Coupon:
    code = parse_code(form.code)
    if session.exec(select(Coupon.id).where(Coupon.code == code)).first() is not None:
        raise ValidationFailed(f"{code} exists already. Choose another code.", field="code")
    percent = form.method == "percent"
    if form.method not in ("percent", "fixed"):
        raise ValidationFailed("Choose percent or a fixed amount.", field="method")
    coupon = Coupon(
        code=code,
        label=parse_text(form.label, "label"),
        method=form.method,
        rate=_parse_percent(form.value) if percent else 0,
        amount=0 if percent else _parse_positive(form.value, organisation.currency, "value"),
        currency=organisation.currency,
        minimum=_parse_positive(form.minimum, organisation.currency, "minimum") if form.minimum.strip() else 0,
        starts_on=_parse_day(form.starts_on, "starts_on"),
        ends_on=_parse_day(form.ends_on, "ends_on"),
        total_limit=_parse_limit(form.total_limit, "total_limit"),
        customer_limit=_parse_limit(form.customer_limit, "customer_limit"),
        eligible_items=_parse_eligible(form.eligible_items),
        account_id=_find_account(session, form.account_id),
        created_at=utc_now(),
    )
    to_rule(coupon)
    return coupon


def _parse_percent(text: str) -> int:
    rate = parse_rate(text.strip().removesuffix("%").strip(), "value")
    if not 0 < rate <= HUNDRED_PERCENT:
        raise ValidationFailed("A percentage is above 0 and at most 100.", field="value")
    return rate


def _parse_positive(text: str, currency: str, field: str) -> int:
    amount = parse_amount(text, currency, field)
    if amount <= 0:
        raise ValidationFailed("Enter an amount above 0.", field=field)
    return amount


def _parse_day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise ValidationFailed("Give a date as YYYY-MM-DD.", field=field) from None


def _parse_limit(text: str, field: str) -> int | None:
    cleaned = text.strip()
    if not cleaned:
        return None
    if not cleaned.isascii() or not cleaned.isdigit() or not 1 <= int(cleaned) <= 1_000_000:
        raise ValidationFailed("Enter a whole number from 1, or leave it empty for no limit.", field=field)
    return int(cleaned)


def _parse_eligible(text: str) -> list[str]:
    cleaned = parse_text(text, "eligible_items", most=MOST_ELIGIBLE)
    return [item.strip() for item in cleaned.split("\n") if item.strip()]


def _find_account(session: Session, account_id: str) -> int | None:
    if not account_id:
        return None
    account = session.get(Account, parse_identifier(account_id))
    if account is None:
        raise ValidationFailed("Choose a customer from the list.", field="account_id")
    return account.id


def _describe_gives(coupon: Coupon, locale: str) -> str:
    if coupon.method == "percent":
        return f"{format_rate(coupon.rate, locale)} off"
    return f"{format_amount(coupon.amount, coupon.currency, locale)} {coupon.currency} off"


def _build_view(session: Session, organisation: Organisation, coupon: Coupon) -> CouponView:
    assert coupon.id is not None
    account = session.get(Account, coupon.account_id) if coupon.account_id else None
    used = count_redemptions(session, coupon.id)
    return CouponView(
        id=coupon.id,
        code=coupon.code,
        label=coupon.label,
        gives=_describe_gives(coupon, organisation.locale),
        conditions=_describe_conditions(coupon, organisation.locale),
        customer=account.name if account else "",
        redemptions=f"{used} of {coupon.total_limit}" if coupon.total_limit else str(used),
        active=coupon.active,
        state=_derive_state(coupon, used, today_in(organisation.time_zone)),
    )


def _describe_conditions(coupon: Coupon, locale: str) -> str:
    parts = []
    if coupon.minimum:
        parts.append(f"subtotal from {format_amount(coupon.minimum, coupon.currency, locale)}")
    if coupon.starts_on:
        parts.append(f"from {format_date(coupon.starts_on, locale)}")
    if coupon.ends_on:
        parts.append(f"until {format_date(coupon.ends_on, locale)}")
    if coupon.customer_limit:
        parts.append("once per customer" if coupon.customer_limit == 1 else f"{coupon.customer_limit} per customer")
    if coupon.eligible_items:
        parts.append("on " + ", ".join(coupon.eligible_items))
    return " · ".join(parts)


def _derive_state(coupon: Coupon, used: int, today: date) -> Badge:
    if not coupon.active:
        return OFF
    if not is_within(coupon, today):
        return SCHEDULED if coupon.starts_on and today < coupon.starts_on else EXPIRED
    return USED_UP if coupon.total_limit is not None and used >= coupon.total_limit else ACTIVE
