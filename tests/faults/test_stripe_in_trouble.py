"""Stripe answers 500, or nothing, although it did the work: what was asked for happens once, and people get on.

Rows are the calls that move something; columns the trouble, met once (so that asking again helps) or by every call until it
is over. Then the sweep looks, and whoever was at it does what the page still offers.
"""

from dataclasses import dataclass

import pytest

from invoice_app.sandbox.control import Control
from tests.faults.dying import open_nest
from tests.faults.flows import sweep_until_given_up
from tests.faults.house import House
from tests.faults.table import ROWS, Row
from tests.faults.truth import find_faults, read_truth


@dataclass(frozen=True)
class Trouble:
    """What happens to a call, and to how many after it."""

    do: str
    times: int

    def __str__(self) -> str:
        return f"{self.do}-{'once' if self.times == 1 else 'always'}"


ALWAYS = 20
TROUBLES = tuple(Trouble(do, times) for do in ("error_after", "timeout_after", "reset_before") for times in (1, ALWAYS))


@pytest.mark.parametrize("row", [row for row in ROWS if row.calls], ids=str)
def test_a_call_that_meets_trouble_moves_the_money_once(house: House, row: Row) -> None:
    control = Control(house.local.url)
    with open_nest() as nest:
        for call in row.calls:
            for trouble in TROUBLES:
                case = row.before(house)
                control.fail(call, trouble.do, times=trouble.times, seconds=0.2)
                nest.live([row.act], case)
                assert len(control.faults()) == (trouble.times > 1)
                control.clear()
                nest.live([sweep_until_given_up, row.act], case)
                told = f"{call} met {trouble}"
                assert read_truth(case) == row.truth, told
                assert find_faults() == {}, told
