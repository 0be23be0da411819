"""The first set-up of a deployment: its organisation and the owner who signs in first. Everything else is settings."""

from sqlmodel import Session, select

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.errors import Conflict, ValidationFailed
from invoice_app.models import Organisation, User
from invoice_app.repositories.event_log import SYSTEM, record_event
from invoice_app.services.configuring import check_new_password
from invoice_app.services.signing_in import hash_password, to_sign_in_name


class AlreadyFounded(Conflict):
    """There is an organisation or a user already; the message says so."""

    code = "already_founded"


def is_founded() -> bool:
    """Whether this database belongs to somebody: an organisation or a user is in it."""
    with reading() as session:
        return _is_founded(session)


def name_organisation() -> str:
    """The organisation's name; "" before the first set-up."""
    with reading() as session:
        return session.exec(select(Organisation.name)).first() or ""


def found_organisation(*, organisation: str, owner: str, email: str, password: str) -> Actor:
    """Create the organisation and its owner, who may then do everything. Raises AlreadyFounded, ValidationFailed."""
    check_new_password(password)
    if not organisation.strip() or not owner.strip() or "@" not in email:
        raise ValidationFailed("Give the organisation's name, and the owner's name and e-mail address.", field="name")
    hashed = hash_password(password)
    with transaction() as session:
        if _is_founded(session):
            raise AlreadyFounded("This database already belongs to an organisation. Nothing was changed.")
        session.add(Organisation(id=1, name=organisation.strip(), email=email.strip()))
        user = User(
            email=to_sign_in_name(email), name=owner.strip(), role=Role.OWNER, password_hash=hashed, created_at=utc_now()
        )
        session.add(user)
        session.flush()
        assert user.id is not None
        record_event(session, SYSTEM, subject="organisation", action="founded the organisation", after={"owner": user.email})
        return Actor(user_id=user.id, name=user.name, email=user.email, role=Role.OWNER)


def _is_founded(session: Session) -> bool:
    return any(session.exec(select(column).limit(1)).first() is not None for column in (Organisation.id, User.id))
