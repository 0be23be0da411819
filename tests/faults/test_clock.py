"""A clock that is wrong, and nights that are an hour longer or shorter: the money moves once, on the right day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from invoice_app.clock import today_in, utc_now
from invoice_app.db import reading
from invoice_app.documents.formatting import format_date
from invoice_app.gateways.stripe import SignatureRefused
from invoice_app.models import Invoice
from invoice_app.repositories.invoices import read_invoice
from invoice_app.sandbox.control import Control
from invoice_app.services import receiving
from invoice_app.services.showing_shared import open_shared_invoice
from tests.faults import flows
from tests.faults import house as situations
from tests.faults.dying import open_nest
from tests.faults.flows import Case
from tests.faults.house import House
from tests.faults.table import PAID, PARTLY_TAKEN, ROWS, Row
from tests.faults.truth import find_faults, read_truth
from tests.services.stage_steps import set_up
from tests.webhooks import accept_event

DAY = timedelta(days=1)


@dataclass(frozen=True)
class ActWhileWrong:
    """What a row does, by a clock that is `off`."""

    row: Row
    off: timedelta

    def __call__(self, case: Case) -> None:
        with time_machine.travel(utc_now() + self.off):
            self.row.act(case)


@pytest.mark.parametrize("off", [-DAY, DAY], ids=["a day behind", "a day ahead"])
def test_what_was_done_by_a_clock_a_day_off_is_true_when_it_is_set_right(house: House, off: timedelta) -> None:
    with open_nest() as nest:
        for row in ROWS:
            case = row.before(house)
            nest.live([ActWhileWrong(row, off)], case)
            nest.live([flows.sweep_until_given_up, row.act], case)
            assert read_truth(case) == row.truth, row.name
            assert find_faults() == {}, row.name


@pytest.mark.parametrize("off", [-DAY, DAY], ids=["a day behind", "a day ahead"])
def test_webhooks_refused_by_a_clock_a_day_off_are_made_up_for_when_it_is_set_right(house: House, off: timedelta) -> None:
    case = situations.paid_and_gone(house)
    signed = [flows.sign(event) for event in flows.list_events(case.local)]
    with time_machine.travel(utc_now() + off):
        for one in signed:
            with pytest.raises(SignatureRefused):
                accept_event(*one)
    flows.sweep(case)
    assert read_truth(case) == PAID
    assert find_faults() == {}


# ── Daylight saving ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Travel:
    """Takes us and Stripe to an instant together."""

    def __init__(self, control: Control, traveller: time_machine.Traveller) -> None:
        self.control, self.traveller = control, traveller

    def to(self, instant: datetime) -> None:
        self.control.advance(seconds=instant.timestamp() - self.control.now())
        self.traveller.move_to(instant)


@pytest.fixture
def travel(house: House) -> Iterator[Travel]:
    with time_machine.travel(utc_now(), tick=True) as traveller:
        yield Travel(Control(house.local.url), traveller)


def find_changes(zone: str, count: int) -> list[datetime]:
    """The next instants at which the zone's clocks change, in UTC."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=15)
    found: list[datetime] = []
    while len(found) < count:
        after = hour + timedelta(hours=1)
        if hour.astimezone(ZoneInfo(zone)).utcoffset() != after.astimezone(ZoneInfo(zone)).utcoffset():
            found.append(after)
        hour = after
    return found


def invoice_of(case: Case) -> Invoice:
    with reading() as session:
        return read_invoice(session, case.invoice_id)


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
def test_on_the_night_the_clocks_change_money_moves_once_and_days_stay_days(house: House, travel: Travel, zone: str) -> None:
    set_up(time_zone=zone)
    for change in find_changes(zone, 2):
        travel.to(change - timedelta(days=7))
        unpaid = situations.shared(house)
        due_on = today_in(zone) + timedelta(days=14)
        assert invoice_of(unpaid).due_on == due_on
        travel.to(change - timedelta(minutes=10))
        before, held = situations.shared(house), situations.hold_placed(house)
        flows.customer_pays(before)
        travel.to(change + timedelta(minutes=10))
        after = situations.shared(house)
        flows.customer_pays(after)
        flows.staff_take_hold(held)
        assert (read_truth(before), read_truth(after), read_truth(held)) == (PAID, PAID, PARTLY_TAKEN)
        for case in (before, after, held):
            (payment,) = open_shared_invoice(case.token).printed.payments
            assert payment.received == format_date(today_in(zone), "en")
        receiving.sweep_gateway()
        assert find_faults() == {}
        midnight = datetime.combine(due_on + DAY, time(), ZoneInfo(zone)).astimezone(UTC)
        for seconds, is_overdue in ((-1, False), (1, True)):
            travel.to(midnight + timedelta(seconds=seconds))
            assert open_shared_invoice(unpaid.token).is_overdue is is_overdue
