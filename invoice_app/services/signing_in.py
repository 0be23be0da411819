"""Signing in: e-mail and password to a signed session cookie, and back to the actor behind it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import RateLimitItem, parse
from sqlmodel import Session, col, select

from invoice_app.config import settings
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Actor, Role
from invoice_app.domain.errors import AppError
from invoice_app.gateways import limiting
from invoice_app.models import User
from invoice_app.repositories.event_log import record_event

SESSION_COOKIE = "session"
SESSION_SECONDS = 14 * 24 * 3600
# One address can use up its own tries for an account and no more: it takes several to shut the account's owner out.
TRIES_BY_PAIR = parse("8/10minutes")
TRIES_BY_ACCOUNT = parse("30/10minutes")
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

    Raises SignInFailed, or TooManyTries after eight wrong tries for an account from one address, thirty for the account from
    anywhere, or thirty from the address for any account, within ten minutes. Only tries that were looked at are counted.
    """
    normalised = to_sign_in_name(email)
    tried = _Tried(normalised, address)
    with reading() as session:
        user = session.exec(select(User).where(User.email == normalised, col(User.active))).first()
    # An unknown e-mail takes as long as a wrong password, so that timing does not tell who is registered.
    password_hash = user.password_hash if user else _decoy_hash()
    with _hashing:
        # Looked at and counted within the turn: tries made all at once do not slip past the limit.
        tried.check()
        if not _verify(password_hash, password) or user is None:
            tried.count()
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
        return _verify(password_hash, password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _decoy_hash() -> str:
    return _hasher.hash("nobody has this password")


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt="session")


@dataclass(frozen=True, slots=True)
class _Tried:
    """Wrong tries for an account from an address, each limited alone and both together."""

    email: str
    address: str

    def check(self) -> None:
        if not all(limiting.may_still(limit, *key) for limit, *key in self._limits()):
            raise TooManyTries("Too many tries. Please wait ten minutes and try again.")

    def count(self) -> None:
        for limit, *key in self._limits():
            limiting.count(limit, *key)

    def _limits(self) -> Iterator[tuple[RateLimitItem, str, str] | tuple[RateLimitItem, str, str, str]]:
        yield TRIES_BY_PAIR, "sign-in-pair", self.email, self.address
        yield TRIES_BY_ACCOUNT, "sign-in-account", self.email
        yield TRIES_BY_ADDRESS, "sign-in-address", self.address
