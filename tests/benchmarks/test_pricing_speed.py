"""How fast a document is priced, beside its bars. The totals are checked; the time is only printed."""

from collections.abc import Callable
from statistics import median
from time import perf_counter_ns

import pytest

from invoice_app.domain.adjustments import Adjustment, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.explain import explain_document
from invoice_app.domain.lines import Line
from invoice_app.domain.tax import TaxRounding, standard_rate
from invoice_app.domain.totals import Document, price_document
from tests.benchmarks.report import report

pytestmark = pytest.mark.benchmark

THREE_ADJUSTMENTS = (
    Adjustment("coupon", AdjustmentKind.COUPON, AdjustmentMethod.PERCENT, rate=100_000),
    Adjustment("discount", AdjustmentKind.DISCOUNT, AdjustmentMethod.FIXED, amount=500),
    Adjustment("travel", AdjustmentKind.FEE, AdjustmentMethod.FIXED, amount=3500, tax=standard_rate(200_000)),
)
CARD_FEE = Adjustment("card", AdjustmentKind.FEE, AdjustmentMethod.TRANSACTION, rate=29_000, amount=30)


def make_document(
    line_count: int, adjustments: tuple[Adjustment, ...] = (), rounding: TaxRounding = TaxRounding.SUM_BY_NET
) -> Document:
    """Every line with a rate of its own making, as rows of a database come, over three tax groups."""
    lines = tuple(
        Line(str(n), 1_500_000 + n * 1_000, 19_990_000 + n, standard_rate((50_000, 100_000, 200_000)[n % 3]))
        for n in range(line_count)
    )
    return Document("EUR", lines, adjustments, rounding=rounding)


def median_microseconds(work: Callable[[], object], repetitions: int) -> float:
    durations = []
    for _ in range(repetitions):
        started = perf_counter_ns()
        work()
        durations.append(perf_counter_ns() - started)
    return median(durations) / 1_000


@pytest.mark.parametrize(
    ("what", "adjustments", "total"),
    [
        ("plain", (), 33379),
        ("with a coupon, a discount and a fee", THREE_ADJUSTMENTS, 33686),
        ("with those and a transaction fee", (*THREE_ADJUSTMENTS, CARD_FEE), 34841),
    ],
)
def test_ten_lines(what: str, adjustments: tuple[Adjustment, ...], total: int) -> None:
    document = make_document(10, adjustments)
    assert price_document(document).total == total

    figure = median_microseconds(lambda: price_document(document), 5_000)
    report(f"Pricing 10 lines, {what}", figure, 50, "µs")


def test_ten_lines_with_their_trace() -> None:
    document = make_document(10, THREE_ADJUSTMENTS)
    assert explain_document(document).totals == price_document(document)

    figure = median_microseconds(lambda: explain_document(document), 1_000)
    print(f"\nPricing and explaining 10 lines: {figure:.4g} µs (no bar)")


@pytest.mark.parametrize("rounding", TaxRounding)
def test_a_thousand_lines(rounding: TaxRounding) -> None:
    document = make_document(1_000, (*THREE_ADJUSTMENTS, CARD_FEE), rounding)
    assert len(price_document(document).lines) == 1_000

    figure = median_microseconds(lambda: price_document(document), 100) / 1_000
    report(f"Pricing 1,000 lines with 4 adjustments, rounding {rounding.value}", figure, 5, "ms")
