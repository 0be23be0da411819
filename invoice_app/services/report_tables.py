"""The tables of the reports as figures, before they are shown on a page or written to a file: one source for all three."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from invoice_app.domain.periods import Period
from invoice_app.domain.stages import Stage
from invoice_app.repositories.printing import name_tax
from invoice_app.repositories.reports import sum_ageing, sum_items, sum_rounding, sum_stages, sum_taxes
from invoice_app.services.badges import STAGES

BUCKETS = ("Not due yet", "1–30 days", "31–60 days", "61–90 days", "More than 90 days")
KINDS = {
    "product": "Product",
    "menu": "Menu item",
    "guestroom": "Guestroom",
    "fee": "Fee",
    "coupon": "Coupon",
    "discount": "Discount",
    "": "Credit note",
}
CREDITED_WITHOUT_LINE = "Credited without naming a line"


class Unit(StrEnum):
    """What the figures of a column are: texts, whole numbers, millionths, or minor units of the row's currency."""

    TEXT = "text"
    COUNT = "count"
    QUANTITY = "quantity"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the unit of its figures; `wide` ones are left out where there is little room."""

    title: str
    unit: Unit = Unit.AMOUNT
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of figures. What is not `summed` stands apart from the total."""

    currency: str
    cells: tuple[str | int, ...]
    summed: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A report. Its last column is what charts draw; `total_name` is what the sum of its rows is called."""

    key: str
    title: str
    explained: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total_name: str = "Total"

    def total(self, currency: str) -> tuple[str | int, ...]:
        """The sums of one currency."""
        rows = [row.cells for row in self.rows if row.currency == currency and row.summed]
        sums = [sum(int(cells[at]) for cells in rows) for at in range(len(self.columns)) if self._is_number(at)]
        texts = [""] * (len(self.columns) - len(sums) - 1)
        return (self.total_name, *texts, *sums)

    def _is_number(self, at: int) -> bool:
        return self.columns[at].unit is not Unit.TEXT


def build_tables(session: Session, period: Period, today: date, locale: str) -> tuple[Table, ...]:
    """Every report: stages, ageing (as of today, whatever the period), sales by item, sales by tax."""
    return (
        build_stages(sum_stages(session, period)),
        build_ageing(sum_ageing(session, today)),
        build_items(sum_items(session, period)),
        build_taxes(sum_taxes(session, period), sum_rounding(session, period), locale),
    )


def build_stages(sums: Iterable[Any]) -> Table:
    """Draft apart from what was shared (D9)."""
    order = [Stage.DRAFT, Stage.SENT, Stage.FINALIZED]
    rows = [
        Row(
            one.currency,
            (STAGES[Stage(one.stage)].word, *map(int, (one.documents, one.paid, one.credited, one.due, one.total))),
            summed=one.stage != Stage.DRAFT,
        )
        for one in sorted(sums, key=lambda one: (one.currency, order.index(Stage(one.stage))))
    ]
    return Table(
        key="stages",
        title="Draft and sent",
        explained="Invoices issued in the period, tax included. Drafts stand apart from what customers have seen.",
        columns=(
            Column("Stage", Unit.TEXT),
            Column("Invoices", Unit.COUNT),
            Column("Paid", wide=True),
            Column("Credited", wide=True),
            Column("Due"),
            Column("Total"),
        ),
        rows=tuple(rows),
        total_name="Sent and finalised",
    )


def build_ageing(sums: Sequence[Any]) -> Table:
    """What is owed by how long it is overdue; every bucket is listed for each currency anything is owed in."""
    found = {(one.currency, int(one.bucket)): (int(one.documents), int(one.due)) for one in sums}
    rows = [
        Row(currency, (name, *found.get((currency, bucket), (0, 0))))
        for currency in sorted({one.currency for one in sums})
        for bucket, name in enumerate(BUCKETS)
    ]
    return Table(
        key="ageing",
        title="Ageing",
        explained="What is owed today on sent and finalised invoices, by days past the due date; the period does not matter.",
        columns=(Column("Overdue", Unit.TEXT), Column("Invoices", Unit.COUNT), Column("Due")),
        rows=tuple(rows),
        total_name="Owed in all",
    )


def build_items(sums: Iterable[Any]) -> Table:
    """Sales by item without tax, after all discounts; what sold most first."""
    rows = [
        Row(
            one.currency,
            (
                one.name or CREDITED_WITHOUT_LINE,
                KINDS.get(one.kind, one.kind.capitalize()),
                *map(int, (one.quantity, one.draft, one.sent, one.finalized, one.credited)),
                int(one.sent + one.finalized - one.credited),
            ),
        )
        for one in sums
    ]
    return Table(
        key="items",
        title="Sales by item",
        explained="Without tax, after discounts. Sales are what was sent and finalised, less credit notes of the period.",
        columns=(
            Column("Item", Unit.TEXT),
            Column("Kind", Unit.TEXT, wide=True),
            Column("Quantity", Unit.QUANTITY, wide=True),
            Column("Draft"),
            Column("Sent", wide=True),
            Column("Finalised", wide=True),
            Column("Credited", wide=True),
            Column("Sales"),
        ),
        rows=tuple(sorted(rows, key=lambda row: (row.currency, -int(row.cells[-1]), str(row.cells[0]).casefold()))),
    )


def build_taxes(sums: Iterable[Any], rounding: Iterable[Any], locale: str) -> Table:
    """Tax by rate, highest first; then what prices that include tax left to rounding, so that the rows sum to what was sold."""
    rows = []
    for one in sorted(sums, key=lambda one: (one.currency, -one.rate, one.category, one.name)):
        draft, sent, finalized, credited, taxable = map(int, (one.draft, one.sent, one.finalized, one.credited, one.taxable))
        tax = sent + finalized - credited
        named = name_tax(one.name, one.category, one.rate, locale)
        rows.append(Row(one.currency, (named, draft, sent, finalized, credited, taxable, tax, taxable + tax)))
    rows += [Row(one.currency, ("Rounding", 0, 0, 0, 0, 0, 0, int(one.rounding))) for one in rounding]
    return Table(
        key="taxes",
        title="Sales by tax",
        explained="Sales and their tax are what was sent and finalised, less credit notes of the period.",
        columns=(
            Column("Tax", Unit.TEXT),
            Column("Draft tax"),
            Column("Sent tax", wide=True),
            Column("Finalised tax", wide=True),
            Column("Credited tax", wide=True),
            Column("Taxable sales", wide=True),
            Column("Tax"),
            Column("Sales with tax"),
        ),
        rows=tuple(sorted(rows, key=lambda row: row.currency)),
    )
