"""Signing in: e-mail and password to a signed session cookie, and back to the actor behind it."""

import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import parse
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from sqlmodel import Session, select

from invoice_app.config import settings
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.errors import AppError
from invoice_app.models import User
from invoice_app.repositories.event_log import record_event

SESSION_COOKIE = "session"
SESSION_SECONDS = 14 * 24 * 3600
TRIES_BY_ACCOUNT = parse("8/10minutes")
TRIES_BY_ADDRESS = parse("30/10minutes")

_hasher = PasswordHasher()
# Each argon2 computation takes 64 MB: two at a time, the others wait their turn.
_hashing = threading.BoundedSemaphore(2)


class SignInFailed(AppError):
    """Unknown e-mail, wrong password or switched-off user; the message does not say which."""

    code = "sign_in_failed"
    status = 401


class TooManyTries(AppError):
    """Too many sign-in tries from this address or for this account."""

    code = "too_many_tries"
    status = 429


def to_sign_in_name(email: str) -> str:
    """How the address somebody signs in with is stored and compared."""
    return email.strip().casefold()


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    with _hashing:
        return _hasher.hash(password)


def sign_in(email: str, password: str, *, address: str) -> str:
    """Check the credentials and answer the signed value of the session cookie.

    Raises SignInFailed, or TooManyTries after eight tries for an account or thirty from an address within ten minutes.
    """
    normalised = to_sign_in_name(email)
    _count_try(normalised, address)
    with reading() as session:
        user = session.exec(select(User).where(User.email == normalised)).first()
    # An unknown e-mail takes as long as a wrong password, so that timing does not tell who is registered.
    known = user is not None and user.active
    if not check_password(user.password_hash if known and user else _decoy_hash(), password) or not known or user is None:
        raise SignInFailed("That e-mail and password do not match. Check both and try again.")
    with transaction() as session:
        actor = _actor(user)
        record_event(session, actor, subject=f"user:{user.id}", action="signed in")
    return _serializer().dumps([user.id, user.session_epoch])


def resolve_actor(cookie: str | None) -> Actor | None:
    """The actor behind a session cookie, or None when it is missing, forged, expired or ended."""
    if not cookie:
        return None
    try:
        user_id, epoch = _serializer().loads(cookie, max_age=SESSION_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    with reading() as session:
        user = session.get(User, user_id)
    if user is None or not user.active or user.session_epoch != epoch:
        return None
    return _actor(user)


def sign_out(actor: Actor | None) -> None:
    """End every session of this user, on every device."""
    if actor is None:
        return
    with transaction() as session:
        _end_sessions(session, actor.user_id)
        record_event(session, actor, subject=f"user:{actor.user_id}", action="signed out")


def _end_sessions(session: Session, user_id: int) -> None:
    user = session.get(User, user_id)
    if user is not None:
        user.session_epoch += 1
        session.add(user)


def _actor(user: User) -> Actor:
    assert user.id is not None
    return Actor(user_id=user.id, name=user.name, email=user.email, role=Role(user.role))


def check_password(password_hash: str, password: str) -> bool:
    """Whether the password belongs to the hash."""
    with _hashing:
        try:
            return _hasher.verify(password_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False


@lru_cache(maxsize=1)
def _decoy_hash() -> str:
    return _hasher.hash("nobody has this password")


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt="session")


@lru_cache(maxsize=1)
def _limiter() -> FixedWindowRateLimiter:
    storage = storage_from_string(settings().redis_url or "memory://")
    assert isinstance(storage, Storage)
    return FixedWindowRateLimiter(storage)


def _count_try(email: str, address: str) -> None:
    by_account = _limiter().hit(TRIES_BY_ACCOUNT, "sign-in", "account", email)
    by_address = _limiter().hit(TRIES_BY_ADDRESS, "sign-in", "address", address)
    if not (by_account and by_address):
        raise TooManyTries("Too many tries. Please wait ten minutes and try again.")
