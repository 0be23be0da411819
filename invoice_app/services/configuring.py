"""Settings: the organisation, the payment switches (A1), booking flows, taxes and users."""

import zoneinfo

from babel import Locale, UnknownLocaleError
from sqlmodel import Session, col, func, select

from invoice_app.clock import utc_now
from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, Role, require
from invoice_app.domain.entry import HUNDRED_PERCENT
from invoice_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from invoice_app.domain.money import currency_exponent, format_rate, parse_rate
from invoice_app.domain.tax import TaxCategory, TaxRounding
from invoice_app.gateways import signals
from invoice_app.models import BookingFlow, Invoice, Order, Organisation, Tax, User
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.organisations import list_flows, list_taxes, read_flow, read_organisation
from invoice_app.services.contacting import parse_address
from invoice_app.services.signing_in import check_password, hash_password, to_sign_in_name
from invoice_app.services.views import FlowView, OrganisationForm, SettingsView, TaxView, UserView

MIN_PASSWORD = 10
MAX_PASSWORD = 200


def open_settings(actor: Actor | None) -> SettingsView:
    """The settings page; anyone on the staff may look."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        organisation = read_organisation(session)
        orders_by_flow = dict(session.exec(select(Order.flow_id, func.count()).group_by(col(Order.flow_id))).all())
        users = session.exec(select(User).order_by(col(User.name))).all()
        return SettingsView(
            organisation=_write_organisation(organisation),
            payments_enabled=organisation.payments_enabled,
            relock_files=organisation.relock_files,
            flows=tuple(
                FlowView(flow.id or 0, flow.name, flow.payments_enabled, flow.hold_card, orders_by_flow.get(flow.id or 0, 0))
                for flow in list_flows(session)
            ),
            taxes=tuple(
                TaxView(tax.id or 0, tax.name, format_rate(tax.rate), tax.category, tax.is_default, tax.active)
                for tax in list_taxes(session, active_only=False)
            ),
            users=tuple(
                UserView(user.id or 0, user.name, user.email, user.role, user.active, user.id == viewer.user_id)
                for user in users
            ),
            can_edit=viewer.may(Permission.MANAGE_SETTINGS),
            locked=("currency",) if _has_invoices(session) else (),
        )


def save_organisation(actor: Actor | None, form: OrganisationForm) -> None:
    """Change the organisation. The currency is fixed once an invoice exists. Raises ValidationFailed naming the field."""
    editor = require(actor, Permission.MANAGE_SETTINGS)
    with transaction() as session:
        organisation = read_organisation(session)
        before = vars(_write_organisation(organisation)).copy()
        _apply_organisation(session, organisation, form)
        session.add(organisation)
        after = vars(_write_organisation(organisation)).copy()
        record_event(session, editor, subject="organisation", action="changed the organisation", before=before, after=after)
        _signal(session)


def set_account_payments(actor: Actor | None, enabled: bool) -> None:
    """The account-wide payment switch (A1)."""
    editor = require(actor, Permission.MANAGE_SETTINGS)
    with transaction() as session:
        organisation = read_organisation(session)
        before, organisation.payments_enabled = organisation.payments_enabled, bool(enabled)
        session.add(organisation)
        record_event(
            session,
            editor,
            subject="organisation",
            action="switched payments on" if enabled else "switched payments off",
            before={"payments_enabled": before},
            after={"payments_enabled": organisation.payments_enabled},
        )
        _signal(session)


def set_relock_files(actor: Actor | None, enabled: bool) -> None:
    """Whether a refund locks the customer's files again (invariant 17); off by default."""
    editor = require(actor, Permission.MANAGE_SETTINGS)
    with transaction() as session:
        organisation = read_organisation(session)
        before, organisation.relock_files = organisation.relock_files, bool(enabled)
        session.add(organisation)
        record_event(
            session,
            editor,
            subject="organisation",
            action="refunds lock files again" if enabled else "refunds leave files unlocked",
            before={"relock_files": before},
            after={"relock_files": organisation.relock_files},
        )
        _signal(session)


def save_flow(actor: Actor | None, flow_id: int | None, *, name: str, payments_enabled: bool, hold_card: bool) -> None:
    """Create (`flow_id` None) or change a booking flow. Raises ValidationFailed for "name", NotFound."""
    editor = require(actor, Permission.MANAGE_SETTINGS)
    cleaned = _parse_name(name)
    with transaction() as session:
        taken = session.exec(select(BookingFlow.id).where(BookingFlow.name == cleaned)).first()
        if taken is not None and taken != flow_id:
            raise ValidationFailed("Another flow has this name.", "name")
        flow = read_flow(session, flow_id) if flow_id else BookingFlow(name=cleaned)
        before = flow.model_dump() if flow_id else None
        flow.name, flow.payments_enabled, flow.hold_card = cleaned, bool(payments_enabled), bool(hold_card)
        session.add(flow)
        session.flush()
        record_event(
            session, editor, subject=f"flow:{flow.id}", action="saved the booking flow", before=before, after=flow.model_dump()
        )
        _signal(session)


def save_tax(
    actor: Actor | None, tax_id: int | None, *, name: str, rate: str, category: str, is_default: bool, active: bool
) -> None:
    """Create or change a tax; invoices keep the rate they were saved with. Raises ValidationFailed naming the field."""
    editor = require(actor, Permission.MANAGE_SETTINGS)
    cleaned, parsed = _parse_name(name), _parse_tax_rate(rate, category)
    with transaction() as session:
        taken = session.exec(select(Tax.id).where(Tax.name == cleaned)).first()
        if taken is not None and taken != tax_id:
            raise ValidationFailed("Another tax has this name.", "name")
        tax = session.get(Tax, tax_id) if tax_id else Tax(name=cleaned)
        if tax is None:
            raise NotFound("tax", tax_id)
        before = tax.model_dump() if tax_id else None
        tax.name, tax.category, tax.rate, tax.active = cleaned, category, parsed, bool(active)
        if is_default:
            for other in list_taxes(session, active_only=False):
                other.is_default = False
                session.add(other)
        tax.is_default = bool(is_default)
        session.add(tax)
        session.flush()
        record_event(session, editor, subject=f"tax:{tax.id}", action="saved the tax", before=before, after=tax.model_dump())
        _signal(session)


def save_user(
    actor: Actor | None, user_id: int | None, *, name: str, email: str, role: str, password: str, active: bool
) -> None:
    """Create or change a member of staff; an empty password keeps the old one. Raises ValidationFailed, PermissionDenied.

    Nobody changes their own role or switches themselves off, and only an owner makes or changes an owner.
    """
    editor = require(actor, Permission.MANAGE_USERS)
    cleaned, address, new_role = _parse_name(name), _parse_email(email), _parse_role(role)
    if password or user_id is None:
        check_new_password(password)
    hashed = hash_password(password) if password else ""
    with transaction() as session:
        user = session.get(User, user_id) if user_id else None
        if user_id and user is None:
            raise NotFound("user", user_id)
        _check_may_change(editor, user, new_role, active)
        taken = session.exec(select(User.id).where(User.email == address)).first()
        if taken is not None and taken != user_id:
            raise ValidationFailed("Somebody else signs in with this e-mail.", "email")
        user = user or User(email=address, name=cleaned, role=new_role, password_hash=hashed, created_at=utc_now())
        before = _tell_user(user) if user_id else None
        ends_sessions = bool(password) or (user.active and not active) or user.role != new_role
        user.name, user.email, user.role, user.active = cleaned, address, new_role, bool(active)
        if hashed:
            user.password_hash = hashed
        if user_id and ends_sessions and user_id != editor.user_id:
            user.session_epoch += 1
        session.add(user)
        session.flush()
        record_event(
            session,
            editor,
            subject=f"user:{user.id}",
            action="saved the user",
            before=before,
            after=_tell_user(user),
        )
        _signal(session)


def _tell_user(user: User) -> dict[str, object]:
    return {"name": user.name, "email": user.email, "role": str(user.role), "active": user.active}


def change_password(actor: Actor | None, old: str, new: str) -> None:
    """Change one's own password; every session ends. Raises ValidationFailed for "old" or "password"."""
    editor = require(actor, Permission.VIEW)
    check_new_password(new)
    with reading() as session:
        user = session.get(User, editor.user_id)
    if user is None or not check_password(user.password_hash, old):
        raise ValidationFailed("That is not your present password.", "old")
    hashed = hash_password(new)
    with transaction() as session:
        user = session.get(User, editor.user_id)
        assert user is not None
        user.password_hash = hashed
        user.session_epoch += 1
        session.add(user)
        record_event(session, editor, subject=f"user:{user.id}", action="changed the password")


def check_new_password(password: str) -> None:
    """Ten characters or more. Raises ValidationFailed for field "password"."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise ValidationFailed(f"Use {MIN_PASSWORD} to {MAX_PASSWORD} characters.", "password")


def _check_may_change(editor: Actor, user: User | None, role: str, active: bool) -> None:
    touches_owner = role == Role.OWNER or (user is not None and user.role == Role.OWNER)
    if touches_owner and not editor.may(Permission.MANAGE_OWNERS):
        raise PermissionDenied(Permission.MANAGE_OWNERS, editor.role, "Only an owner can make or change an owner.")
    if user is not None and user.id == editor.user_id and (role != user.role or not active):
        raise ValidationFailed("You cannot change your own role or switch yourself off.", "role")


def _apply_organisation(session: Session, organisation: Organisation, form: OrganisationForm) -> None:
    currency = form.currency.strip().upper()
    currency_exponent(currency)
    if currency != organisation.currency and _has_invoices(session):
        raise ValidationFailed("Invoices exist in the present currency, so it stays.", "currency")
    if form.time_zone not in zoneinfo.available_timezones():
        raise ValidationFailed("Choose a time zone such as Europe/Berlin.", "time_zone")
    if form.tax_rounding not in set(TaxRounding):
        raise ValidationFailed("Choose how tax is rounded.", "tax_rounding")
    organisation.name = _parse_name(form.name)
    organisation.email = _parse_email(form.email) if form.email.strip() else ""
    organisation.address = [line.strip() for line in form.address.splitlines() if line.strip()][:6]
    organisation.tax_ids = _parse_tax_ids(form.tax_ids)
    organisation.currency = currency
    organisation.locale = _parse_locale(form.locale)
    organisation.time_zone = form.time_zone
    organisation.prices_include_tax = bool(form.prices_include_tax)
    organisation.tax_rounding = form.tax_rounding


def _write_organisation(organisation: Organisation) -> OrganisationForm:
    return OrganisationForm(
        name=organisation.name,
        email=organisation.email,
        address="\n".join(organisation.address),
        tax_ids="\n".join(f"{label}: {value}" for label, value in organisation.tax_ids),
        currency=organisation.currency,
        locale=organisation.locale,
        time_zone=organisation.time_zone,
        prices_include_tax=organisation.prices_include_tax,
        tax_rounding=organisation.tax_rounding,
    )


def _parse_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= 120:
        raise ValidationFailed("Give it a name of at most 120 characters.", "name")
    return cleaned


def _parse_email(email: str) -> str:
    return to_sign_in_name(parse_address(email, "email"))


def _parse_role(role: str) -> str:
    if role not in set(Role):
        raise ValidationFailed("Choose a role from the list.", "role")
    return role


def _parse_tax_rate(rate: str, category: str) -> int:
    if category not in set(TaxCategory):
        raise ValidationFailed("Choose a tax category from the list.", "category")
    parsed = parse_rate(rate.strip().removesuffix("%").strip() or "0", "rate")
    if not 0 <= parsed <= HUNDRED_PERCENT:
        raise ValidationFailed("A tax rate is between 0 and 100 %.", "rate")
    if parsed and category != TaxCategory.S:
        raise ValidationFailed("Only the standard category has a rate; the others are 0 %.", "rate")
    return parsed


def _parse_tax_ids(text: str) -> list[list[str]]:
    written = [line.strip() for line in text.splitlines() if line.strip()]
    if len(written) > 4:
        raise ValidationFailed("At most four tax numbers fit on an invoice.", "tax_ids")
    pairs = [line.partition(":") if ":" in line else ("Tax ID", ":", line) for line in written]
    return [[label.strip()[:40] or "Tax ID", value.strip()[:60]] for label, _, value in pairs]


def _parse_locale(locale: str) -> str:
    try:
        return str(Locale.parse(locale.strip()))
    except (ValueError, UnknownLocaleError):
        raise ValidationFailed("Choose a locale such as en_US or de_DE.", "locale") from None


def _has_invoices(session: Session) -> bool:
    return session.exec(select(Invoice.id).limit(1)).first() is not None


def _signal(session: Session) -> None:
    after_commit(session, lambda: signals.publish_all((signals.SETTINGS, signals.ORDERS)))
