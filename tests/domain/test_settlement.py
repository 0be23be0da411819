from datetime import date

import pytest

from invoice_app.domain.settlement import Billing, Settlement, amount_due, derive_billing, derive_settlement
from invoice_app.domain.stages import Stage

DUE_ON = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("allocated", "credited", "refunded", "disputed", "settlement"),
    [
        (0, 0, 0, 0, Settlement.UNPAID),
        (0, 400, 0, 0, Settlement.UNPAID),
        (1, 0, 0, 0, Settlement.PARTIAL),
        (999, 0, 0, 0, Settlement.PARTIAL),
        (1000, 0, 0, 0, Settlement.PAID),
        (600, 400, 0, 0, Settlement.PAID),
        (0, 1000, 0, 0, Settlement.PAID),
        (1001, 0, 0, 0, Settlement.OVERPAID),
        (1000, 400, 0, 0, Settlement.OVERPAID),
        (0, 0, 1000, 0, Settlement.REFUNDED),
        (0, 1000, 1000, 0, Settlement.REFUNDED),
        (700, 0, 300, 0, Settlement.PARTIAL),
        (1000, 0, 0, 1000, Settlement.DISPUTED),
        (0, 0, 1000, 500, Settlement.DISPUTED),
    ],
)
def test_settlement_says_how_far_the_money_has_come(
    allocated: int, credited: int, refunded: int, disputed: int, settlement: Settlement
) -> None:
    assert derive_settlement(1000, allocated, credited, refunded, disputed) is settlement


def test_an_invoice_over_nothing_is_paid() -> None:
    assert derive_settlement(0, 0, 0, 0, 0) is Settlement.PAID


def test_due_is_the_total_less_money_and_credit() -> None:
    assert amount_due(61250, 20000, 0) == 41250
    assert amount_due(1000, 1000, 250) == -250


@pytest.mark.parametrize(
    ("today", "grace_days", "billing"),
    [
        (date(2026, 11, 9), 0, Billing.UPCOMING),
        (date(2026, 11, 10), 0, Billing.DUE),
        (date(2026, 11, 11), 0, Billing.OVERDUE),
        (date(2026, 11, 13), 3, Billing.DUE),
        (date(2026, 11, 14), 3, Billing.OVERDUE),
    ],
)
def test_billing_follows_the_due_date_and_its_grace(today: date, grace_days: int, billing: Billing) -> None:
    assert derive_billing(Stage.FINALIZED, False, 1, DUE_ON, today, grace_days) is billing
    assert derive_billing(Stage.SENT, False, 1, DUE_ON, today, grace_days) is billing


@pytest.mark.parametrize(
    ("stage", "in_flight", "due_minor", "billing"),
    [
        (Stage.VOID, True, 100, Billing.VOID),
        (Stage.VOID, False, 0, Billing.VOID),
        (Stage.DRAFT, True, 0, Billing.PENDING),
        (Stage.SENT, True, 0, Billing.PROCESSING),
        (Stage.FINALIZED, True, 100, Billing.PROCESSING),
        (Stage.SENT, False, 0, Billing.PAID),
        (Stage.FINALIZED, False, -5, Billing.PAID),
    ],
)
def test_the_first_label_that_fits_wins(stage: Stage, in_flight: bool, due_minor: int, billing: Billing) -> None:
    assert derive_billing(stage, in_flight, due_minor, DUE_ON, date(2027, 1, 1)) is billing


def test_without_a_due_date_an_open_invoice_is_due() -> None:
    assert derive_billing(Stage.SENT, False, 100, None, date(2026, 1, 1)) is Billing.DUE
