"""Settings, users and signing in."""

import pytest
import time_machine

from invoice_app.domain.access import Role
from invoice_app.domain.errors import PermissionDenied, ValidationFailed
from invoice_app.services import configuring, signing_in
from invoice_app.services.signing_in import SignInFailed, TooManyTries, resolve_actor, sign_in, sign_out
from invoice_app.services.views import OrganisationForm
from tests.factories import PASSWORD, make_actor, make_order, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    signing_in._limiter.cache_clear()


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


def test_tries_are_limited_for_the_account_and_counted_anew_after_ten_minutes() -> None:
    make_organisation()
    ada = make_actor()
    with time_machine.travel("2026-03-02 10:00:00+00:00", tick=False) as clock:
        for index in range(8):
            with pytest.raises(SignInFailed):
                sign_in(ada.email, "wrong password", address=f"10.0.0.{index}")
        with pytest.raises(TooManyTries):
            sign_in(ada.email, PASSWORD, address="10.0.0.99")
        clock.shift(601)
        assert resolve_actor(sign_in(ada.email, PASSWORD, address="10.0.0.99")) == ada


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
        configuring.save_user(
            admin, admin.user_id, name=admin.name, email=admin.email, role="staff", password="", active=True
        )
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
        ({"payment_terms_days": "soon"}, "payment_terms_days"),
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
