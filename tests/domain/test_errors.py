import pytest

from invoice_app.domain import errors

EVERY_REFUSAL = [
    (errors.NotSignedIn(), "not_signed_in", 401),
    (errors.PermissionDenied("refund", "staff"), "permission_denied", 403),
    (errors.NotFound("invoice", 7), "not_found", 404),
    (errors.ValidationFailed("Enter a number.", "amount", "x"), "validation_failed", 422),
    (errors.Conflict("Something changed."), "conflict", 409),
    (errors.StaleRevision(3, 4), "stale_revision", 409),
    (errors.ActionRefused("Not now.", "void", "connected"), "action_refused", 409),
    (errors.InvoiceAlreadyFinalized("INV-1"), "invoice_already_finalized", 409),
    (errors.InvoiceIsVoid("INV-1"), "invoice_is_void", 409),
    (errors.AttemptInProgress("INV-1"), "attempt_in_progress", 409),
    (errors.NothingToPay("INV-1"), "nothing_to_pay", 409),
    (errors.CreditExceedsInvoice(200, 100), "credit_exceeds_invoice", 409),
    (errors.PaymentsSwitchedOff(["account-wide payments", "payments of this booking flow"]), "payments_switched_off", 409),
    (errors.CouponRefused("expired", "Expired on 3 November 2026", "A"), "coupon_refused", 409),
]


@pytest.mark.parametrize(("error", "code", "status"), EVERY_REFUSAL, ids=[code for _, code, _ in EVERY_REFUSAL])
def test_every_refusal_has_a_code_a_status_and_words(error: errors.AppError, code: str, status: int) -> None:
    assert (error.code, error.status) == (code, status)
    assert str(error) == error.message != ""


def test_no_two_refusals_share_a_code() -> None:
    codes = [code for _, code, _ in EVERY_REFUSAL]

    assert len(set(codes)) == len(codes)


def test_messages_name_what_they_are_about() -> None:
    assert "revision 3" in errors.StaleRevision(3, 4).message
    assert "revision 4" in errors.StaleRevision(3, 4).message
    assert errors.InvoiceIsVoid("INV-1").message.startswith("Invoice INV-1 is void.")
    assert (
        errors.PaymentsSwitchedOff(["account-wide payments", "payments of this booking flow"]).message
        == "Payments are switched off: turn on account-wide payments and payments of this booking flow in Settings."
    )
    assert errors.PaymentsSwitchedOff("account-wide payments").switches == ("account-wide payments",)


def test_what_is_missing_and_what_is_not_yours_read_the_same() -> None:
    assert errors.NotFound("invoice", 7).message == errors.NotFound("invoice", 8).message
