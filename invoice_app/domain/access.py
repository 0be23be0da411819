"""Who may do what: four roles, one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from invoice_app.domain.errors import NotSignedIn, PermissionDenied


class Role(StrEnum):
    """A staff member's role. Customers have none: a share link is enough for them."""

    OWNER = "owner"
    ADMIN = "admin"
    STAFF = "staff"
    READ_ONLY = "read_only"


class Permission(StrEnum):
    """What a service asks for before it does anything."""

    VIEW = "view"
    EDIT_ORDERS = "edit_orders"
    EDIT_INVOICES = "edit_invoices"
    SEND = "send"
    FINALIZE = "finalize"
    VOID = "void"
    CREDIT = "credit"
    DELETE = "delete"
    TAKE_PAYMENTS = "take_payments"
    REFUND = "refund"
    UPLOAD_FILES = "upload_files"
    MANAGE_CUSTOMERS = "manage_customers"
    MANAGE_COUPONS = "manage_coupons"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_USERS = "manage_users"
    MANAGE_OWNERS = "manage_owners"


_READ_ONLY = frozenset({Permission.VIEW})
_STAFF = _READ_ONLY | {
    Permission.EDIT_ORDERS,
    Permission.EDIT_INVOICES,
    Permission.SEND,
    Permission.FINALIZE,
    Permission.VOID,
    Permission.CREDIT,
    Permission.DELETE,
    Permission.TAKE_PAYMENTS,
    Permission.UPLOAD_FILES,
    Permission.MANAGE_CUSTOMERS,
    Permission.MANAGE_COUPONS,
}
_ADMIN = _STAFF | {Permission.REFUND, Permission.MANAGE_SETTINGS, Permission.MANAGE_USERS}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.READ_ONLY: _READ_ONLY,
    Role.STAFF: _STAFF,
    Role.ADMIN: _ADMIN,
    Role.OWNER: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in member of staff on whose behalf a service acts."""

    user_id: int
    name: str
    email: str
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role includes `permission`."""
        return permission in PERMISSIONS[self.role]


def require(actor: Actor | None, permission: Permission) -> Actor:
    """The actor, now known to be somebody who may. Raises NotSignedIn or PermissionDenied."""
    if actor is None:
        raise NotSignedIn()
    if not actor.may(permission):
        raise PermissionDenied(permission.value, actor.role.value)
    return actor
