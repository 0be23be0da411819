from fractions import Fraction

from hypothesis import given

from invoice_app.domain.adjustments import AdjustmentBase
from invoice_app.domain.explain import Step, explain_document
from invoice_app.domain.money import round_half_away
from invoice_app.domain.tax import TaxRounding
from invoice_app.domain.totals import Document, price_document
from tests.domain.builders import make_discount, make_document, make_fee, make_line, make_transaction_fee, vat
from tests.domain.strategies import documents


@given(documents())
def test_the_steps_of_every_amount_sum_to_it(document: Document) -> None:
    totals = price_document(document)
    trace = explain_document(document)

    assert trace.totals == totals
    expected = {f"line:{line.key}": line.net for line in totals.lines}
    expected |= {f"adjustment:{one.key}": one.amount for one in totals.adjustments}
    expected |= {"subtotal": totals.subtotal, "total": totals.total}
    told = {key: sum(step.rounded for step in steps) for key, steps in trace.steps.items()}
    groups = {key: amount for key, amount in told.items() if key.startswith(("tax:", "taxable:"))}
    assert {key: amount for key, amount in told.items() if key not in groups} == expected
    assert sorted(amount for key, amount in groups.items() if key.startswith("tax:")) == sorted(
        group.tax for group in totals.taxes
    )
    assert sorted(amount for key, amount in groups.items() if key.startswith("taxable:")) == sorted(
        group.taxable for group in totals.taxes
    )


@given(documents())
def test_every_step_counts_its_exact_value_to_the_minor_unit_or_says_why_not(document: Document) -> None:
    for steps in explain_document(document).steps.values():
        for step in steps:
            assert abs(step.exact - step.rounded) < 1 or step.note


@given(documents())
def test_a_percentage_step_is_its_rate_of_its_base_rounded(document: Document) -> None:
    trace = explain_document(document)
    for adjustment in document.adjustments:
        step = trace[f"adjustment:{adjustment.key}"][0]
        assert step.rounded == round_half_away(*step.exact.as_integer_ratio())
        assert step.rate in (None, adjustment.rate)


def test_a_line_is_explained_by_quantity_discount_limit_and_charge() -> None:
    line = make_line("64.22", key="a", quantity="2.25", discount="10", discount_amount="200", charge="3")
    trace = explain_document(make_document(line))

    assert trace["line:a"] == (
        Step("2.25 × 64.22", None, None, Fraction(28899, 2), 14450),
        Step("Discount 10 %", 14450, 100_000, Fraction(-1445), -1445),
        Step("Discount", None, None, Fraction(-20000), -20000),
        Step("Limit", None, None, Fraction(6995), 6995, "A discount takes a line down to zero at most."),
        Step("Charge", None, None, Fraction(300), 300),
    )


def test_a_discount_is_explained_with_its_base_its_limit_and_the_taxes_it_falls_on() -> None:
    trace = explain_document(
        make_document(
            make_line("60.00", vat("20"), key="a"),
            make_line("40.00", vat("5"), key="b"),
            make_discount(key="ten", percentage="10"),
            make_discount(key="rest", amount="500"),
        )
    )

    assert trace["adjustment:ten"] == (
        Step(
            "Discount 10 % of what is left after discounts",
            10000,
            100_000,
            Fraction(-1000),
            -1000,
            "Of this -6.00 at 20 % tax, -4.00 at 5 % tax.",
        ),
    )
    assert [(step.label, step.rounded) for step in trace["adjustment:rest"]] == [("Discount", -50000), ("Limit", 41000)]


def test_a_tax_is_explained_by_its_base_and_the_base_by_its_rows() -> None:
    trace = explain_document(
        make_document(
            make_line("80", vat("8.25"), key="a"),
            make_line("20", vat("8.25"), key="b"),
            make_discount(percentage="30"),
        ),
        names={"a": "Drone photos", "discount": "Autumn"},
    )

    assert [(step.label, step.rounded) for step in trace["taxable:S:82500"]] == [
        ("Drone photos", 8000),
        ("Line b", 2000),
        ("Autumn", -3000),
    ]
    assert trace["tax:S:82500"] == (Step("Tax 8.25 %", 7000, 82_500, Fraction(1155, 2), 578),)
    assert [(step.label, step.rounded) for step in trace["total"]] == [
        ("Subtotal", 10000),
        ("Discounts", -3000),
        ("Tax 8.25 %", 578),
    ]


def test_a_transaction_fee_is_explained_by_the_whole_charge() -> None:
    card = make_transaction_fee(percentage="2.9", amount="0.30")
    (step,) = explain_document(make_document(make_line("100"), card))["adjustment:card"]

    assert step == Step("Fee 2.9 % + 0.30 of the whole charge", 10330, 29_000, Fraction(32957, 100), 330)


def test_a_transaction_fee_that_includes_tax_says_so() -> None:
    card = make_transaction_fee(percentage="2.9", amount="0.30", tax=vat("20"))
    document = make_document(make_line("120", vat("20")), card, prices_include_tax=True)
    steps = explain_document(document)["adjustment:card"]

    assert [(step.label, step.base, step.rounded) for step in steps] == [
        ("Fee 2.9 % + 0.30 of the whole charge", 12470, 392),
        ("Tax in the fee", None, 78),
    ]


def test_a_fee_names_its_base() -> None:
    document = make_document(make_line("100", vat("20")), make_fee(percentage="5", base=AdjustmentBase.GROSS))
    (step,) = explain_document(document)["adjustment:fee"]

    assert (step.label, step.base, step.rounded) == ("Fee 5 % of the total with tax", 12000, 600)


def test_rounding_by_line_is_explained_line_by_line() -> None:
    lines = [make_line("0.33", vat("20"), key=key) for key in "ab"]
    trace = explain_document(make_document(*lines, make_fee(amount="1", tax=vat("20")), rounding=TaxRounding.LINE))

    assert [(step.label, step.base, step.rounded) for step in trace["tax:S:200000"]] == [
        ("Tax 20 %: Line a", 33, 7),
        ("Tax 20 %: Line b", 33, 7),
        ("Tax 20 %: Fee fee", 100, 20),
    ]


def test_a_total_that_includes_tax_is_explained_as_it_was_quoted() -> None:
    trace = explain_document(make_document(make_line("15.00", vat("19")), make_discount(amount="5"), prices_include_tax=True))

    assert [(step.label, step.rounded, step.note) for step in trace["total"]] == [
        ("Lines, tax included", 1500, "The total includes 1.60 tax."),
        ("Discount discount", -500, ""),
    ]
