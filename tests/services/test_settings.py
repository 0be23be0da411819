"""Settings, users and signing in."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from argon2 import PasswordHasher

from invoice_app.domain.access import Role
from invoice_app.domain.errors import PermissionDenied, ValidationFailed
from invoice_app.gateways import limiting
from invoice_app.services import configuring, signing_in
from invoice_app.services.signing_in import SignInFailed, TooManyTries, resolve_actor, sign_in, sign_out
from invoice_app.services.views import OrganisationForm
from tests import factories
from tests.factories import PASSWORD, make_actor, make_order, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    limiting.forget_counts()


def test_the_right_password_signs_in_and_the_cookie_names_the_actor() -> None:
    make_organisation()
    ada = make_actor()
    cookie = sign_in(f"  {ada.email.upper()} ", PASSWORD, address="10.0.0.1")
    assert resolve_actor(cookie) == ada
    assert resolve_actor(cookie + "x") is None
    assert resolve_actor(None) is None


@pytest.mark.parametrize(("email", "password"), [("nobody@x.example", PASSWORD), (None, "wrong password"), (None, "")])
def test_a_wrong_password_and_an_unknown_address_read_the_same(email: str | None, password: str) -> None:
    make_organisation()
    ada = make_actor()
    with pytest.raises(SignInFailed) as refused:
        sign_in(email or ada.email, password, address="10.0.0.1")
    assert refused.value.message == "That e-mail and password do not match. Check both and try again."


def try_wrongly(email: str, address: str, *, times: int) -> list[str]:
    """What each wrong try was answered: "wrong", or "wait" once there were too many."""
    answers = []
    for _ in range(times):
        with pytest.raises((SignInFailed, TooManyTries)) as refused:
            sign_in(email, "wrong password", address=address)
        answers.append("wait" if refused.type is TooManyTries else "wrong")
    return answers


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same argon2 at its lowest cost: for tests that try dozens of passwords."""
    monkeypatch.setattr(signing_in, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(factories, "_hash", [])
    signing_in._decoy_hash.cache_clear()
    yield
    signing_in._decoy_hash.cache_clear()


def test_tries_for_an_account_from_one_address_are_limited_and_counted_anew_after_ten_minutes() -> None:
    make_organisation()
    ada = make_actor()
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False) as clock:
        assert try_wrongly(ada.email, "10.0.0.1", times=9) == ["wrong"] * 8 + ["wait"]
        with pytest.raises(TooManyTries):
            sign_in(ada.email, PASSWORD, address="10.0.0.1")
        clock.shift(601)
        assert resolve_actor(sign_in(ada.email, PASSWORD, address="10.0.0.1")) == ada


def test_wrong_tries_of_somebody_else_do_not_shut_out_the_right_password(quick_hashes: None) -> None:
    make_organisation()
    ada = make_actor()
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False):
        assert try_wrongly(ada.email, "10.0.0.66", times=60) == ["wrong"] * 8 + ["wait"] * 52
        assert resolve_actor(sign_in(ada.email, PASSWORD, address="10.0.0.1")) == ada


def test_an_account_tried_from_many_addresses_is_closed_for_ten_minutes(quick_hashes: None) -> None:
    make_organisation()
    ada = make_actor()
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False) as clock:
        answers = [answer for index in range(4) for answer in try_wrongly(ada.email, f"10.0.0.{index}", times=8)]
        assert answers == ["wrong"] * 30 + ["wait"] * 2
        clock.shift(601)
        assert resolve_actor(sign_in(ada.email, PASSWORD, address="10.0.0.99")) == ada


def test_one_address_tries_thirty_times_whatever_the_accounts(quick_hashes: None) -> None:
    make_organisation()
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False):
        answers = [try_wrongly(f"nobody{index}@x.example", "10.0.0.1", times=1)[0] for index in range(32)]
    assert answers == ["wrong"] * 30 + ["wait"] * 2


def test_signing_in_rightly_is_not_counted(quick_hashes: None) -> None:
    make_organisation()
    ada = make_actor()
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False):
        for _ in range(40):
            assert resolve_actor(sign_in(ada.email, PASSWORD, address="10.0.0.1")) == ada


def test_tries_made_all_at_once_do_not_slip_past_the_limit(quick_hashes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # With one turn instead of two the figure is exact.
    monkeypatch.setattr(signing_in, "_hashing", threading.BoundedSemaphore(1))
    make_organisation()
    ada = make_actor()
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False), ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: try_wrongly(ada.email, "10.0.0.1", times=1)[0], range(64)))
    assert answers.count("wrong") == 8


def test_sessions_end_by_signing_out_by_time_and_by_switching_the_user_off() -> None:
    make_organisation()
    owner, ada = make_actor(name="Olga Owner"), make_actor(role=Role.STAFF)
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False) as clock:
        cookie = sign_in(ada.email, PASSWORD, address="a")
        clock.shift(signing_in.SESSION_SECONDS + 1)
        assert resolve_actor(cookie) is None
    cookie = sign_in(ada.email, PASSWORD, address="a")
    sign_out(ada)
    assert resolve_actor(cookie) is None
    cookie = sign_in(ada.email, PASSWORD, address="a")
    configuring.save_user(owner, ada.user_id, name=ada.name, email=ada.email, role="staff", password="", active=False)
    assert resolve_actor(cookie) is None
    with pytest.raises(SignInFailed):
        sign_in(ada.email, PASSWORD, address="a")


def test_a_new_password_ends_every_session_and_only_the_new_one_fits() -> None:
    make_organisation()
    ada = make_actor()
    cookie = sign_in(ada.email, PASSWORD, address="a")
    with pytest.raises(ValidationFailed) as refused:
        configuring.change_password(ada, "not mine", "another long one")
    assert refused.value.field == "old"
    configuring.change_password(ada, PASSWORD, "another long one")
    assert resolve_actor(cookie) is None
    assert resolve_actor(sign_in(ada.email, "another long one", address="a")) == ada


def test_only_owners_make_owners_and_nobody_changes_their_own_role() -> None:
    make_organisation()
    admin = make_actor(role=Role.ADMIN)
    new = {"name": "New Person", "email": "new@x.example", "password": "long enough pw", "active": True}
    with pytest.raises(PermissionDenied):
        configuring.save_user(admin, None, role="owner", **new)  # type: ignore[arg-type]
    with pytest.raises(ValidationFailed) as refused:
        configuring.save_user(admin, admin.user_id, name=admin.name, email=admin.email, role="staff", password="", active=True)
    assert refused.value.field == "role"
    configuring.save_user(admin, None, role="staff", **new)  # type: ignore[arg-type]
    assert [user.role for user in configuring.open_settings(admin).users] == ["admin", "staff"]


@pytest.mark.parametrize("role", [Role.STAFF, Role.READ_ONLY])
def test_settings_are_for_admins(role: Role) -> None:
    make_organisation()
    actor = make_actor(role=role)
    assert not configuring.open_settings(actor).can_edit
    with pytest.raises(PermissionDenied):
        configuring.set_account_payments(actor, False)
    with pytest.raises(PermissionDenied):
        configuring.save_flow(actor, None, name="x", payments_enabled=True, hold_card=True)
    with pytest.raises(PermissionDenied):
        configuring.save_user(actor, None, name="x", email="x@x.example", role="staff", password="x" * 12, active=True)
    assert configuring.open_settings(actor).payments_enabled


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "no address"}, "email"),
        ({"currency": "EUR"}, "currency"),
        ({"locale": "xx_nowhere"}, "locale"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"tax_rounding": "down"}, "tax_rounding"),
    ],
)
def test_a_wrong_setting_is_named_at_its_field_and_nothing_changes(changes: dict[str, str], field: str) -> None:
    make_organisation()
    ada = make_actor()
    make_order(actor=ada)
    before = configuring.open_settings(ada).organisation
    with pytest.raises(ValidationFailed) as refused:
        configuring.save_organisation(ada, OrganisationForm(**{**vars(before), **changes}))
    assert refused.value.field == field
    assert configuring.open_settings(ada).organisation == before
