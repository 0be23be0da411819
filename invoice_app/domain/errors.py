"""The one tree of refusals.

Every message is plain words, safe to show to whoever asked; `str(error) == error.message`. `code` is stable
(logs, tests, JSON), `status` is the HTTP status a route answers with, `field` names the form field that is
wrong. Each subclass carries what it is about.
"""

from collections.abc import Sequence
from typing import ClassVar


class AppError(Exception):
    """Base of everything the product refuses on purpose."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return self.message


class NotSignedIn(AppError):
    """Nobody is signed in, or the session ended."""

    code = "not_signed_in"
    status = 401

    def __init__(self, message: str = "Please sign in to go on.") -> None:
        super().__init__(message)


class PermissionDenied(AppError):
    """The actor's role does not include `permission`."""

    code = "permission_denied"
    status = 403

    def __init__(self, permission: str = "", role: str = "", message: str = "") -> None:
        super().__init__(message or "Your role does not allow this. Ask an administrator of your organisation.")
        self.permission = permission
        self.role = role


class NotFound(AppError):
    """`what` with this reference does not exist, or is out of the actor's reach: both read the same."""

    code = "not_found"
    status = 404

    def __init__(self, what: str = "page", reference: object = None) -> None:
        super().__init__(f"This {what} does not exist, or it is not yours to see.")
        self.what = what
        self.reference = reference


class ValidationFailed(AppError):
    """A value the form can be corrected with; `field` says where."""

    code = "validation_failed"
    status = 422

    def __init__(self, message: str, field: str = "", value: object = None) -> None:
        super().__init__(message, field=field)
        self.value = value


class Conflict(AppError):
    """The request is well-formed, but the state of the thing forbids it now."""

    code = "conflict"
    status = 409


class StaleRevision(Conflict):
    """Somebody saved in between: the caller worked from `expected`, the invoice is at `actual`."""

    code = "stale_revision"

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(
            f"This invoice changed in the meantime: you are looking at revision {expected}, it is now at revision {actual}."
        )
        self.expected = expected
        self.actual = actual


class ActionRefused(Conflict):
    """`action` is not possible in the invoice's present state; the message says why."""

    code = "action_refused"

    def __init__(self, message: str, action: str = "", barrier: str = "") -> None:
        super().__init__(message)
        self.action = action
        self.barrier = barrier


class InvoiceAlreadyFinalized(ActionRefused):
    """Finalised revenue never changes (invariant 4)."""

    code = "invoice_already_finalized"

    def __init__(self, reference: str = "", message: str = "", action: str = "") -> None:
        named = f"Invoice {reference}" if reference else "This invoice"
        super().__init__(message or f"{named} is finalised. Correct it with a credit note.", action, "finalized")
        self.reference = reference


class InvoiceIsVoid(ActionRefused):
    """A void invoice takes no change and no money (invariant 8, D15)."""

    code = "invoice_is_void"

    def __init__(self, reference: str = "", message: str = "", action: str = "") -> None:
        named = f"Invoice {reference}" if reference else "This invoice"
        super().__init__(message or f"{named} is void. It can be neither changed nor paid.", action, "void")
        self.reference = reference


class AttemptInProgress(ActionRefused):
    """A charge is being processed: the amount stands still until it ends."""

    code = "attempt_in_progress"

    def __init__(self, reference: str = "", message: str = "", action: str = "") -> None:
        super().__init__(
            message or "A payment is being processed. Wait until it succeeds or fails, then try again.",
            action,
            "in_flight",
        )
        self.reference = reference


class NothingToPay(Conflict):
    """The amount due is zero or in the customer's favour."""

    code = "nothing_to_pay"

    def __init__(self, reference: str = "", due_minor: int = 0) -> None:
        super().__init__("Nothing is due on this invoice.")
        self.reference = reference
        self.due_minor = due_minor


class CreditExceedsInvoice(Conflict):
    """Σ credit notes ≤ invoice, per tax rate too (invariant 14). Amounts in minor units."""

    code = "credit_exceeds_invoice"

    def __init__(self, asked_minor: int, left_minor: int) -> None:
        super().__init__("This is more than is left to credit on the invoice.", field="amount")
        self.asked_minor = asked_minor
        self.left_minor = left_minor


class PaymentsSwitchedOff(Conflict):
    """One or both payment switches are off (A1); `switches` names the missing ones in words."""

    code = "payments_switched_off"

    def __init__(self, switches: str | Sequence[str]) -> None:
        names = (switches,) if isinstance(switches, str) else tuple(switches)
        super().__init__(f"Payments are switched off: turn on {' and '.join(names)} in Settings.")
        self.switches = names


class CouponRefused(Conflict):
    """The coupon cannot be used here.

    `reason` is a coupons.RefusalReason value, the message its explanation in plain words.
    """

    code = "coupon_refused"

    def __init__(self, reason: str, message: str, coupon_code: str = "") -> None:
        super().__init__(message, field="coupon")
        self.reason = reason
        self.coupon_code = coupon_code
