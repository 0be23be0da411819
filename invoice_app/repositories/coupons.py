"""Coupons and their redemptions, counted under lock."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, or_, select

from invoice_app.clock import today_in, utc_now
from invoice_app.domain.content import ContentAdjustment, ContentLine, InvoiceContent
from invoice_app.domain.coupons import Coupon as CouponRule
from invoice_app.domain.coupons import check_coupon, normalise_email
from invoice_app.domain.errors import NotFound
from invoice_app.domain.totals import Totals
from invoice_app.models import Account, Coupon, Invoice, Redemption
from invoice_app.repositories.invoices import read_content
from invoice_app.repositories.organisations import read_organisation

COUNTED = ("reserved", "committed")
_OF_INVOICE = select(Redemption).where(Redemption.invoice_id == bindparam("invoice_id"))


def find_coupon(session: Session, code: str) -> Coupon:
    """A coupon by its normalised code. Raises NotFound."""
    coupon = session.exec(select(Coupon).where(Coupon.code == code)).first()
    if coupon is None:
        raise NotFound("coupon", code)
    return coupon


def list_coupons(session: Session, *, search: str = "", active_only: bool = False) -> Sequence[Coupon]:
    """Coupons, newest first."""
    query = select(Coupon).order_by(col(Coupon.created_at).desc(), col(Coupon.id).desc())
    if active_only:
        query = query.where(col(Coupon.active))
    if search:
        wanted = f"%{search}%"
        query = query.where(or_(col(Coupon.code).ilike(wanted), col(Coupon.label).ilike(wanted)))
    return session.exec(query).all()


def to_rule(coupon: Coupon) -> CouponRule:
    """The row as the rule the domain checks."""
    return CouponRule(
        code=coupon.code,
        rate=coupon.rate,
        amount=coupon.amount,
        currency=coupon.currency if coupon.amount or coupon.minimum else "",
        minimum=coupon.minimum,
        starts_on=coupon.starts_on,
        ends_on=coupon.ends_on,
        total_limit=coupon.total_limit,
        customer_limit=coupon.customer_limit,
        item_codes=frozenset(item_code(text) for text in coupon.eligible_items),
        accounts=frozenset({coupon.account_id} if coupon.account_id else ()),
        active=coupon.active,
    )


def item_code(description: str) -> str:
    """What identifies an item for a coupon limited to certain items: its description, white space and case ignored."""
    return " ".join(description.split()).casefold()


def eligible_line_keys(coupon: Coupon, lines: Sequence[ContentLine]) -> tuple[str, ...]:
    """The lines a limited coupon applies to; empty for a coupon on the whole document."""
    codes = {item_code(text) for text in coupon.eligible_items}
    return tuple(line.key for line in lines if item_code(line.description) in codes)


def check_applicable(
    session: Session, coupon: Coupon, invoice: Invoice, content: InvoiceContent, subtotal: int, *, held: bool = False
) -> None:
    """Raise CouponRefused unless the coupon may be used on this invoice.

    `subtotal` in minor units, before document discounts. `held`: the invoice holds a redemption already, so dates
    and limits, which
    were met when it was applied, are not tested again; minimum, currency and items are.
    """
    account = session.get(Account, invoice.account_id)
    assert account is not None and coupon.id is not None and invoice.id is not None
    rule = to_rule(coupon)
    today = today_in(read_organisation(session).time_zone)
    if held:
        rule = _without_time_and_limits(rule)
    check_coupon(
        rule,
        currency=content.currency,
        subtotal=subtotal,
        today=today,
        account_id=account.id,
        email=account.email,
        redeemed_total=_count(session, coupon.id, invoice.id),
        redeemed_by_customer=_count(session, coupon.id, invoice.id, account=account),
        item_codes={item_code(line.description) for line in content.lines},
    )


def check_coupons(session: Session, invoice: Invoice) -> tuple[Coupon, ...]:
    """Raise CouponRefused when a coupon on a locked invoice no longer holds as the customer is about to pay (money.md 4).

    The coupon rows are locked; dates and limits count anew, so that an expired, withdrawn or used-up coupon is told before
    any money moves. Answers the coupons of which the invoice holds no redemption yet.
    """
    content = read_content(session, invoice)
    used = sorted({adjustment.coupon_id for adjustment in content.adjustments if adjustment.coupon_id})
    subtotal = content.price().lines_total if used else 0
    held = list_held_coupons(session, invoice.id or 0) if used else {}
    missing = []
    for coupon_id in used:
        coupon = session.exec(select(Coupon).where(Coupon.id == coupon_id).with_for_update()).first()
        if coupon is None:
            raise NotFound("coupon", coupon_id)
        redemption = held.get(coupon_id)
        state = redemption.state if redemption else ""
        check_applicable(session, coupon, invoice, content, subtotal, held=state == "committed")
        if state not in COUNTED:
            missing.append(coupon)
    return tuple(missing)


def reserve_for_checkout(session: Session, invoice: Invoice, coupons: Sequence[Coupon], attempt_id: int) -> None:
    """Hold redemptions of coupons just checked for one checkout; it frees them when it ends without money (invariant 15)."""
    held = list_held_coupons(session, invoice.id or 0) if coupons else {}
    for coupon in coupons:
        _reserve(session, coupon, invoice, held.get(coupon.id or 0), attempt_id)


def release_checkout(session: Session, attempt_id: int) -> None:
    """Free what was reserved for a checkout alone."""
    query = select(Redemption).where(Redemption.attempt_id == attempt_id, Redemption.state == "reserved")
    for redemption in session.exec(query).all():
        redemption.state, redemption.at = "released", utc_now()
        session.add(redemption)


def _without_time_and_limits(rule: CouponRule) -> CouponRule:
    return CouponRule(
        code=rule.code,
        rate=rule.rate,
        amount=rule.amount,
        currency=rule.currency,
        minimum=rule.minimum,
        item_codes=rule.item_codes,
        accounts=rule.accounts,
    )


def count_redemptions(session: Session, coupon_id: int) -> int:
    """How often the coupon is reserved or used."""
    return _count(session, coupon_id, None)


def _count(session: Session, coupon_id: int, but_invoice: int | None, account: Account | None = None) -> int:
    query = (
        select(func.count())
        .select_from(Redemption)
        .where(Redemption.coupon_id == coupon_id, col(Redemption.state).in_(COUNTED))
    )
    if but_invoice is not None:
        query = query.where(Redemption.invoice_id != but_invoice)
    if account is not None:
        same = Redemption.account_id == account.id
        email = normalise_email(account.email) if account.email else ""
        query = query.where(or_(same, Redemption.email == email) if email else same)
    return session.exec(query).one()


def list_held_coupons(session: Session, invoice_id: int) -> dict[int, Redemption]:
    """The redemptions an invoice holds, by coupon."""
    rows = session.exec(_OF_INVOICE, params={"invoice_id": invoice_id}).all()
    return {row.coupon_id: row for row in rows}


def settle_redemptions(
    session: Session, invoice: Invoice, before: InvoiceContent, content: InvoiceContent, totals: Totals
) -> None:
    """Reserve what the content newly uses, release what `before` used and it no longer does (product.md invariant 15).

    The coupon rows are locked, so that two invoices racing for the last redemption cannot both get it. Raises CouponRefused.
    """
    assert invoice.id is not None
    if not any(row.coupon_id for row in (*before.adjustments, *content.adjustments)):
        return
    held = list_held_coupons(session, invoice.id)
    used = {adjustment.coupon_id: adjustment for adjustment in content.adjustments if adjustment.coupon_id}
    for coupon_id in used:
        query = select(Coupon).where(Coupon.id == coupon_id).with_for_update()
        coupon = session.exec(query).first()
        if coupon is None:
            raise NotFound("coupon", coupon_id)
        redemption = held.get(coupon_id or 0)
        holding = redemption is not None and redemption.state in COUNTED
        check_applicable(session, coupon, invoice, content, totals.lines_total, held=holding)
        if not holding:
            _reserve(session, coupon, invoice, redemption)
    for coupon_id, redemption in held.items():
        if coupon_id not in used and redemption.state == "reserved":
            redemption.state, redemption.at = "released", utc_now()
            session.add(redemption)


def _reserve(
    session: Session, coupon: Coupon, invoice: Invoice, redemption: Redemption | None, attempt_id: int | None = None
) -> None:
    account = session.get(Account, invoice.account_id)
    assert account is not None and account.id is not None and coupon.id is not None and invoice.id is not None
    row = redemption or Redemption(coupon_id=coupon.id, invoice_id=invoice.id, account_id=account.id, at=utc_now())
    row.account_id, row.state, row.at = account.id, "reserved", utc_now()
    row.attempt_id = attempt_id
    row.email = normalise_email(account.email) if account.email else ""
    session.add(row)


def commit_redemptions(session: Session, invoice_id: int) -> None:
    """The invoice was paid: its reservations count for good."""
    for redemption in list_held_coupons(session, invoice_id).values():
        if redemption.state == "reserved":
            redemption.state, redemption.at = "committed", utc_now()
            session.add(redemption)


def release_redemptions(session: Session, invoice_id: int) -> None:
    """The invoice became void: its coupons can be used by others again."""
    for redemption in list_held_coupons(session, invoice_id).values():
        if redemption.state in COUNTED:
            redemption.state, redemption.at = "released", utc_now()
            session.add(redemption)


def to_adjustment(coupon: Coupon, key: str, lines: Sequence[ContentLine]) -> ContentAdjustment:
    """The coupon as an adjustment of an invoice."""
    return ContentAdjustment(
        key=key,
        kind="coupon",
        method=coupon.method,
        label=f"Coupon {coupon.code}",
        rate=coupon.rate,
        amount=coupon.amount,
        description=coupon.label,
        coupon_id=coupon.id,
        line_keys=eligible_line_keys(coupon, lines),
    )


def is_within(coupon: Coupon, today: date) -> bool:
    """Whether the coupon is active and today is within its dates."""
    return (
        coupon.active
        and not (coupon.starts_on and today < coupon.starts_on)
        and not (coupon.ends_on and today > coupon.ends_on)
    )
