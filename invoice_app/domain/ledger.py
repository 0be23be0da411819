"""The running amounts of a document while its discounts are taken off, by tax group and, if need be, by line.

Everything is minor units in the document's price basis. Groups stand in a canonical order and lines share by
key, so the order in which lines were typed can never move a cent of the totals.
"""

from collections.abc import Collection, Iterable, Sequence

from invoice_app.domain.lines import Line, LinePrice
from invoice_app.domain.money import allocate
from invoice_app.domain.tax import TaxRate


class Ledger:
    """`opening` and `running` hold one amount for each of `groups`;

    `by_line` is None unless lines are tracked.
    """

    __slots__ = (
        "by_line",
        "groups",
        "lines",
        "members",
        "opening",
        "place_of",
        "places",
        "prices",
        "running",
    )

    def __init__(
        self,
        lines: Sequence[Line],
        prices: Sequence[LinePrice],
        fee_taxes: Iterable[TaxRate],
        *,
        track_lines: bool,
    ) -> None:
        self.lines = lines
        self.prices = prices
        seen: dict[TaxRate, int] = {}
        order = [seen.setdefault(line.tax, len(seen)) for line in lines]
        for tax in fee_taxes:
            seen.setdefault(tax, len(seen))
        self.groups = sorted(seen, key=_canonical)
        self.place_of = {tax: place for place, tax in enumerate(self.groups)}
        canonical = [self.place_of[tax] for tax in seen]
        self.places = [canonical[place] for place in order]
        self.opening = self.sum_by_group([price.net for price in prices])
        self.running = list(self.opening)
        self.by_line = [price.net for price in prices] if track_lines else None
        self.members = self._index_members() if track_lines else []

    def _index_members(self) -> list[list[int]]:
        members: list[list[int]] = [[] for _ in self.groups]
        for index in sorted(range(len(self.lines)), key=lambda index: self.lines[index].key):
            members[self.places[index]].append(index)
        return members

    def copy(self) -> "Ledger":
        """A second ledger to try something on; only the running amounts are its own."""
        twin = object.__new__(Ledger)
        twin.lines, twin.prices, twin.groups, twin.place_of = (
            self.lines,
            self.prices,
            self.groups,
            self.place_of,
        )
        twin.places, twin.opening, twin.members = self.places, self.opening, self.members
        twin.running = list(self.running)
        twin.by_line = None if self.by_line is None else list(self.by_line)
        return twin

    def opening_of(self, line_keys: Collection[str], only: TaxRate | None = None) -> list[int]:
        """What the chosen lines (none named: all) came to before any discount, by group."""
        if not line_keys:
            return self._restrict(self.opening, only)
        chosen = [p.net if line.key in line_keys else 0 for line, p in zip(self.lines, self.prices, strict=True)]
        return self._restrict(self.sum_by_group(chosen), only)

    def running_of(self, line_keys: Collection[str], only: TaxRate | None = None) -> list[int]:
        """What is left of the chosen lines (none named: all), by group."""
        if not line_keys:
            return self._restrict(self.running, only)
        assert self.by_line is not None, "rules on single lines need them tracked"
        chosen = [left if line.key in line_keys else 0 for line, left in zip(self.lines, self.by_line, strict=True)]
        return self._restrict(self.sum_by_group(chosen), only)

    def take(self, shares: Sequence[int], line_keys: Collection[str]) -> list[int] | None:
        """Take each group's share off, and off its (chosen) lines in proportion.

        Returns the part of each line if lines are tracked.
        """
        for place, share in enumerate(shares):
            self.running[place] -= share
        if self.by_line is None:
            return None
        parts = [0] * len(self.lines)
        for place, share in enumerate(shares):
            members = [i for i in self.members[place] if not line_keys or self.lines[i].key in line_keys]
            for index, part in zip(members, allocate(share, [self.by_line[i] for i in members]), strict=True):
                parts[index] = part
                self.by_line[index] -= part
        return parts

    def sum_by_group(self, line_amounts: Sequence[int]) -> list[int]:
        """Add one amount a line up by tax group."""
        sums = [0] * len(self.groups)
        for place, amount in zip(self.places, line_amounts, strict=True):
            sums[place] += amount
        return sums

    def _restrict(self, amounts: list[int], only: TaxRate | None) -> list[int]:
        if only is None:
            return amounts
        place = self.place_of.get(only)
        return [amount if index == place else 0 for index, amount in enumerate(amounts)]


def _canonical(tax: TaxRate) -> tuple[int, str, str]:
    return -tax.rate, tax.category.value, repr(tax.parts) if tax.parts else ""
