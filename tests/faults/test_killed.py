"""kill -9 of the application at every step of every way money moves, then a restart: the money moves once, and all agree.

Rows are the ways money moves, on either database. In each, a process is killed at its first step, another one at its second,
and so on until one gets through; what comes first after the restart takes turns.
"""

from collections.abc import Callable
from fnmatch import fnmatch
from itertools import count

import pytest

from tests.faults.dying import open_nest
from tests.faults.flows import Act, hear_webhooks, sweep_until_given_up
from tests.faults.house import House
from tests.faults.table import ROWS, Row
from tests.faults.truth import find_faults, read_truth

Restart = Callable[[Row], tuple[Act, ...]]


def sweep_first(row: Row) -> tuple[Act, ...]:
    return (sweep_until_given_up, row.act)


def hear_first(row: Row) -> tuple[Act, ...]:
    return (hear_webhooks, row.act, sweep_until_given_up, row.act)


def repeat_first(row: Row) -> tuple[Act, ...]:
    return (row.act, hear_webhooks, sweep_until_given_up, row.act)


# Each step is killed with one on SQLite and with the next on PostgreSQL.
RESTARTS: tuple[Restart, ...] = (sweep_first, hear_first, repeat_first)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_killed_at_any_step_the_money_moves_once(house: House, migrated_url: str, row: Row) -> None:
    offset = migrated_url.startswith("postgresql")
    with open_nest() as nest:
        case = row.before(house)
        nest.rehearse([row.act, *repeat_first(row)], case)
        assert read_truth(case) == row.truth
        for dies_at in count(1):
            case = row.before(house)
            life = nest.live([row.act], case, dies_at=dies_at)
            restart = RESTARTS[(dies_at + offset) % len(RESTARTS)]
            nest.live(restart(row), case)
            told = f"killed {life.steps[-1]} (step {dies_at}), then {restart.__name__}"
            assert read_truth(case) == row.truth, told
            assert find_faults() == {}, told
            if not life.killed:
                break
    assert "before a commit" in life.steps
    for call in row.calls:
        assert any(fnmatch(step, f"before {call}") for step in life.steps), call
