"""Hypothesis strategies for whole documents, from the ordinary to the perverse."""

from dataclasses import replace

from hypothesis import strategies as st

from invoice_app.domain.adjustments import Adjustment, AdjustmentBase, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.lines import Line
from invoice_app.domain.money import MICRO, WHOLE
from invoice_app.domain.tax import TaxCategory, TaxPart, TaxRate, TaxRounding, combined_rate
from invoice_app.domain.totals import Document

TAXES = (
    TaxRate(TaxCategory.S, 200_000),
    TaxRate(TaxCategory.S, 190_000),
    TaxRate(TaxCategory.S, 50_000),
    TaxRate(TaxCategory.S, 82_500),
    TaxRate(TaxCategory.S, WHOLE),
    TaxRate(TaxCategory.Z, 0),
    TaxRate(TaxCategory.E, 0),
    combined_rate(TaxPart("GST", 50_000), TaxPart("QST", 99_750)),
    combined_rate(TaxPart("First", 50_000), TaxPart("Second", 100_000, compound=True)),
)

taxes = st.sampled_from(TAXES)
small_or_large = st.one_of(st.integers(1, 300), st.integers(1, 50_000_000))
quantities = st.one_of(st.integers(1, 5).map(lambda whole: whole * MICRO), st.integers(1, 10 * MICRO))
prices = st.one_of(st.integers(0, 500).map(lambda cents: cents * 10_000), st.integers(0, 90_000 * MICRO))
rates = st.one_of(st.sampled_from((0, 1, 100_000, 250_000, 333_333, WHOLE)), st.integers(0, WHOLE))


@st.composite
def lines(draw: st.DrawFn, key: str, *, favourable: bool) -> Line:
    """`favourable` lines may be in the customer's favour."""
    sign = draw(st.sampled_from((1, 1, 1, -1))) if favourable else 1
    plain = Line(key, sign * draw(quantities), draw(prices), draw(taxes))
    if draw(st.integers(0, 3)):
        return plain
    return replace(
        plain,
        discount_rate=draw(rates),
        discount_amount=draw(st.integers(0, 500)),
        charge=sign * draw(st.integers(0, 500)),
        base_quantity=draw(st.sampled_from((MICRO, 12 * MICRO, 100 * MICRO, 7))),
    )


@st.composite
def discounts(draw: st.DrawFn, key: str, line_keys: tuple[str, ...]) -> Adjustment:
    return Adjustment(
        key,
        draw(st.sampled_from((AdjustmentKind.COUPON, AdjustmentKind.DISCOUNT))),
        draw(st.sampled_from((AdjustmentMethod.PERCENT, AdjustmentMethod.FIXED))),
        rate=draw(rates),
        amount=draw(small_or_large),
        base=draw(st.sampled_from(AdjustmentBase)),
        line_keys=draw(_some_of(line_keys)),
        tax=draw(st.one_of(st.none(), st.none(), taxes)),
    )


@st.composite
def fees(draw: st.DrawFn, key: str, line_keys: tuple[str, ...]) -> Adjustment:
    method = draw(st.sampled_from(AdjustmentMethod))
    return Adjustment(
        key,
        AdjustmentKind.FEE,
        method,
        rate=draw(st.integers(0, 250_000 if method is AdjustmentMethod.TRANSACTION else 2 * WHOLE)),
        amount=draw(st.integers(0, 2_000)),
        base=draw(st.sampled_from(AdjustmentBase)),
        line_keys=draw(_some_of(line_keys)),
        tax=draw(st.one_of(st.none(), taxes)),
    )


@st.composite
def documents(
    draw: st.DrawFn,
    *,
    favourable: bool = True,
    discounted: bool = True,
    with_fees: bool = True,
    prices_include_tax: bool | None = None,
) -> Document:
    """Any document; the switches leave out what a property is not about."""
    keys = [str(number) for number in range(1, draw(st.integers(0, 6)) + 1)]
    line_list = [draw(lines(key, favourable=favourable)) for key in keys]
    adjustments: list[Adjustment] = []
    if discounted:
        adjustments += [draw(discounts(f"d{n}", tuple(keys))) for n in range(draw(st.integers(0, 3)))]
    if with_fees:
        adjustments += [draw(fees(f"f{n}", tuple(keys))) for n in range(draw(st.integers(0, 2)))]
    return Document(
        draw(st.sampled_from(("EUR", "EUR", "JPY", "KWD"))),
        tuple(line_list),
        tuple(draw(st.permutations(adjustments))),
        prices_include_tax=draw(st.booleans()) if prices_include_tax is None else prices_include_tax,
        rounding=draw(st.sampled_from(TaxRounding)),
    )


def _some_of(keys: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    if not keys:
        return st.just(())
    chosen = st.lists(st.sampled_from(keys), unique=True, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.just(()), st.just(()), chosen)
