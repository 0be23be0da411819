"""Stripe's error object. Source: docs.stripe.com/api/errors and docs.stripe.com/error-codes."""

from typing import Any

JsonObject = dict[str, Any]


class StripeError(Exception):
    """An answer that is not 2xx. `keeps_work`: what was done before it stays done (a decline leaves a failed charge)."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        error_type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keeps_work: bool = False,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps_work = keeps_work
        self.body: JsonObject = {"message": message, "type": error_type}
        if code:
            self.body["code"] = code
            self.body["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param:
            self.body["param"] = param
        self.body.update(extra)

    @property
    def code(self) -> str | None:
        """Stripe's code, where the error has one."""
        code: str | None = self.body.get("code")
        return code


def missing_param(param: str) -> StripeError:
    """`parameter_missing`."""
    return StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown_param(param: str) -> StripeError:
    """`parameter_unknown`."""
    return StripeError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def no_such(label: str, object_id: str, param: str, *, status: int = 400) -> StripeError:
    """404 when the address names it, 400 when a parameter does."""
    message = f"No such {label}: '{object_id}'"
    return StripeError(message, status=status, code="resource_missing", param=param)


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """An `invalid_request_error` with status 400."""
    return StripeError(message, param=param, code=code)
