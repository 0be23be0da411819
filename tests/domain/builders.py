"""Documents for the tests, written as people write them: "12.50", "20" percent."""

from invoice_app.domain.adjustments import Adjustment, AdjustmentBase, AdjustmentKind, AdjustmentMethod
from invoice_app.domain.lines import Line
from invoice_app.domain.money import parse_amount, parse_micro, parse_rate
from invoice_app.domain.tax import UNTAXED, TaxCategory, TaxRate, TaxRounding, standard_rate
from invoice_app.domain.totals import Document

EXEMPT = TaxRate(TaxCategory.E, 0)


def minor(text: str, currency: str = "EUR") -> int:
    return parse_amount(text, currency)


def percent(text: str) -> int:
    return parse_rate(text, "rate")


def vat(text: str) -> TaxRate:
    return standard_rate(percent(text))


def make_line(
    price: str,
    tax: TaxRate = UNTAXED,
    *,
    key: str = "1",
    quantity: str = "1",
    base_quantity: str = "1",
    discount: str = "0",
    discount_amount: str = "0",
    charge: str = "0",
) -> Line:
    return Line(
        key=key,
        quantity=parse_micro(quantity, "quantity"),
        unit_price=parse_micro(price, "unit_price"),
        tax=tax,
        discount_rate=percent(discount),
        discount_amount=minor(discount_amount),
        charge=minor(charge),
        base_quantity=parse_micro(base_quantity, "base_quantity"),
    )


def make_discount(
    *,
    key: str = "discount",
    kind: AdjustmentKind = AdjustmentKind.DISCOUNT,
    percentage: str | None = None,
    amount: str = "0",
    base: AdjustmentBase = AdjustmentBase.AFTER_DISCOUNTS,
    line_keys: tuple[str, ...] = (),
    tax: TaxRate | None = None,
) -> Adjustment:
    method = AdjustmentMethod.FIXED if percentage is None else AdjustmentMethod.PERCENT
    rate = percent(percentage or "0")
    return Adjustment(key, kind, method, rate=rate, amount=minor(amount), base=base, line_keys=line_keys, tax=tax)


def make_fee(
    *,
    key: str = "fee",
    percentage: str | None = None,
    amount: str = "0",
    base: AdjustmentBase = AdjustmentBase.AFTER_DISCOUNTS,
    line_keys: tuple[str, ...] = (),
    tax: TaxRate | None = None,
) -> Adjustment:
    method = AdjustmentMethod.FIXED if percentage is None else AdjustmentMethod.PERCENT
    return Adjustment(
        key,
        AdjustmentKind.FEE,
        method,
        rate=percent(percentage or "0"),
        amount=minor(amount),
        base=base,
        line_keys=line_keys,
        tax=tax,
    )


def make_transaction_fee(*, percentage: str, amount: str, key: str = "card", tax: TaxRate | None = None) -> Adjustment:
    return Adjustment(
        key, AdjustmentKind.FEE, AdjustmentMethod.TRANSACTION, rate=percent(percentage), amount=minor(amount), tax=tax
    )


def make_document(
    *rows: Line | Adjustment,
    currency: str = "EUR",
    prices_include_tax: bool = False,
    rounding: TaxRounding = TaxRounding.SUM_BY_NET,
) -> Document:
    return Document(
        currency,
        tuple(row for row in rows if isinstance(row, Line)),
        tuple(row for row in rows if isinstance(row, Adjustment)),
        prices_include_tax=prices_include_tax,
        rounding=rounding,
    )
