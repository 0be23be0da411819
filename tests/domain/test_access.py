from itertools import pairwise

import pytest

from invoice_app.domain.access import PERMISSIONS, Actor, Permission, Role, require
from invoice_app.domain.errors import NotSignedIn, PermissionDenied


def _actor(role: Role) -> Actor:
    return Actor(user_id=1, name="Mara Keller", email="mara@example.com", role=role)


def test_nobody_may_do_anything_without_signing_in() -> None:
    for permission in Permission:
        with pytest.raises(NotSignedIn):
            require(None, permission)


def test_a_read_only_member_may_only_look() -> None:
    assert {one for one in Permission if _actor(Role.READ_ONLY).may(one)} == {Permission.VIEW}


def test_staff_may_neither_refund_nor_change_settings_or_users() -> None:
    assert set(Permission) - PERMISSIONS[Role.STAFF] == {
        Permission.REFUND,
        Permission.MANAGE_SETTINGS,
        Permission.MANAGE_USERS,
        Permission.MANAGE_OWNERS,
    }


def test_only_an_owner_may_manage_owners() -> None:
    assert {role for role in Role if _actor(role).may(Permission.MANAGE_OWNERS)} == {Role.OWNER}
    assert PERMISSIONS[Role.OWNER] == set(Permission)


def test_each_role_may_all_that_the_one_below_it_may() -> None:
    ladder = [PERMISSIONS[role] for role in (Role.READ_ONLY, Role.STAFF, Role.ADMIN, Role.OWNER)]

    assert all(lower < higher for lower, higher in pairwise(ladder))


def test_requiring_returns_the_actor_or_says_what_is_missing() -> None:
    staff = _actor(Role.STAFF)

    assert require(staff, Permission.SEND) is staff
    with pytest.raises(PermissionDenied) as refusal:
        require(staff, Permission.REFUND)
    assert (refusal.value.permission, refusal.value.role, refusal.value.status) == ("refund", "staff", 403)
