"""Faults of the running product: its web server, the local Stripe and the database, each a process of its own.

A customer acts over HTTP as their browser does, staff in another process on the same database, Stripe by its own webhooks.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest

from invoice_app.domain.errors import AppError
from invoice_app.services import itemising
from tests.faults import flows, house
from tests.faults.application import Desk, full_disk, locked_database
from tests.faults.dying import open_nest
from tests.faults.flows import Case
from tests.faults.table import CHARGED, PAID, PAID_AS_EDITED, Truth
from tests.faults.truth import find_faults, read_truth

PAID_PAGE = "</svg>Paid</span>"
OTHERS = 50


def assert_true(desk: Desk, case: Case, truth: Truth = PAID, *, words: str = PAID_PAGE) -> None:
    desk.wait_until(case, words)
    desk.control.settle()
    assert read_truth(case) == truth
    assert find_faults() == {}


# ── Killed ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("call", ["POST /v1/customers", "POST /v1/checkout/sessions"])
def test_killed_while_stripe_opens_the_page_the_customer_presses_pay_again(desk: Desk, call: str) -> None:
    case = house.shared(desk.house)
    desk.control.fail(call, "slow", seconds=1)
    with ThreadPoolExecutor(1) as customer:
        pressed = customer.submit(desk.press_pay, case)
        wait_until_met(desk)
        desk.web.kill()
        assert isinstance(pressed.exception(), httpx.TransportError)
    desk.web.start()
    page = desk.open_page(case)
    case.local.pay(page)
    assert PAID_PAGE in desk.come_back(case, page).text
    assert_true(desk, case)


def test_killed_while_the_customer_comes_back_webhooks_tell_of_the_payment(desk: Desk) -> None:
    case = house.shared(desk.house)
    page = desk.open_page(case)
    desk.control.webhooks("*", "delay", times=OTHERS, seconds=3)
    case.local.pay(page)
    desk.control.fail("GET /v1/checkout/sessions/*", "slow", seconds=1)
    with ThreadPoolExecutor(1) as customer:
        back = customer.submit(desk.come_back, case, page)
        wait_until_met(desk)
        desk.web.kill()
        assert isinstance(back.exception(), httpx.TransportError)
    desk.control.clear()
    desk.web.start()
    assert_true(desk, case)


def test_killed_alone_while_it_applies_a_webhook_the_background_work_begins_again(desk: Desk) -> None:
    case = house.shared(desk.house)
    page = desk.open_page(case)
    desk.control.fail("GET /v1/payment_intents/*", "slow", seconds=1)
    case.local.pay(page)
    wait_until_met(desk)
    killed = desk.find_background()
    os.kill(killed, signal.SIGKILL)
    assert_true(desk, case)
    assert desk.find_background() != killed


def wait_until_met(desk: Desk) -> None:
    """Until the call that is to be slow is under way."""
    deadline = time.monotonic() + 30
    while any(fault["do"] == "slow" for fault in desk.control.faults()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


# ── Webhooks ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("how", "seconds"), [("duplicate", 0), ("reorder", 0.2), ("delay", 1), ("bad_signature", 0), ("old", 600)]
)
def test_webhooks_in_whatever_state_tell_of_a_payment_whose_customer_never_came_back(
    desk: Desk, how: str, seconds: float
) -> None:
    case = house.shared(desk.house)
    page = desk.open_page(case)
    desk.control.webhooks("*", how, times=3, seconds=seconds)
    case.local.pay(page)
    assert_true(desk, case)
    desk.control.clear()


def test_webhooks_five_times_each_and_newest_first_change_nothing_more(desk: Desk) -> None:
    case = house.paid_by_card(desk.house)
    desk.control.settle()
    for event in flows.list_events(case.local)[:10]:
        for _ in range(5):
            desk.control.redeliver(event["id"])
    assert_true(desk, case)


def test_webhooks_that_come_before_stripe_has_answered_change_nothing_more(desk: Desk) -> None:
    case = house.card_left(desk.house)
    desk.control.fail("POST /v1/payment_intents", "webhooks_first")
    flows.staff_charge(case)
    assert_true(desk, case, CHARGED)


def test_a_customer_who_comes_back_needs_no_webhook(desk: Desk) -> None:
    case = house.shared(desk.house)
    page = desk.open_page(case)
    desk.control.webhooks("*", "drop", times=OTHERS)
    case.local.pay(page)
    assert PAID_PAGE in desk.come_back(case, page).text
    desk.control.clear()
    assert_true(desk, case)


def test_the_sweep_needs_neither_webhook_nor_customer(desk: Desk) -> None:
    case = house.shared(desk.house)
    page = desk.open_page(case)
    desk.control.webhooks("*", "drop", times=OTHERS)
    case.local.pay(page)
    desk.control.settle()
    desk.control.clear()
    with open_nest() as nest:
        nest.live([flows.sweep], case)
    assert_true(desk, case)


# ── At the same moment ────────────────────────────────────────────────────────────────────────────────────────────────────


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do things at the same moment; what each answered, or the refusal it met."""
    barrier = threading.Barrier(len(acts))

    def do(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except AppError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def test_ten_presses_of_pay_open_one_page_and_two_tabs_on_it_pay_once(desk: Desk) -> None:
    case = house.shared(desk.house)
    (page,) = set(at_once(*[partial(desk.open_page, case)] * 10))
    at_once(*[partial(case.local.pay, page)] * 2)
    at_once(*[partial(desk.come_back, case, page)] * 2)
    assert_true(desk, case)


@pytest.mark.parametrize("again", range(3))
def test_staff_who_charge_the_card_while_the_customer_pays_take_the_money_once(desk: Desk, again: int) -> None:
    case = house.card_left(desk.house)
    page = desk.open_page(case)
    at_once(partial(case.local.pay, page), partial(flows.staff_charge, case))
    desk.come_back(case, page)
    assert_true(desk, case, CHARGED)


@pytest.mark.parametrize("again", range(3))
def test_staff_who_edit_while_the_customer_pays_are_stopped_or_close_the_page(desk: Desk, again: int) -> None:
    case = house.shared(desk.house)
    page = desk.open_page(case)
    add = partial(itemising.add_item, case.actor, case.order_id, flows.EXTRA)
    _, edited = at_once(partial(case.local.pay, page), add)
    desk.come_back(case, page)
    if isinstance(edited, AppError):
        assert_true(desk, case, PAID)
    elif read_truth(case).paid:
        # The money was here before the edit began: what it added is due besides.
        assert_true(desk, case, replace(PAID, page="payable", due="$120.00 USD"), words="Pay $120.00 USD")
    else:
        assert "Pay $840.00 USD" in desk.show(case)
        anew = desk.open_page(case)
        case.local.pay(anew)
        desk.come_back(case, anew)
        assert_true(desk, case, PAID_AS_EDITED)


# ── The database ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Fault = Callable[[Desk], AbstractContextManager[None]]
BOUND_S = 30.0


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (locked_database, "The database is busy. Nothing was saved; please try again in a moment."),
        (full_disk, "There is no room left to store this. Nothing was saved; free some space, then try again."),
    ],
)
def test_what_cannot_be_written_is_said_and_recovered_from(desk: Desk, fault: Fault, told: str) -> None:
    """Two customers: one presses Pay meanwhile, the other has just paid, and neither their return nor a webhook is stored."""
    pressing, paying = house.shared(desk.house), house.shared(desk.house)
    page = desk.open_page(paying)
    with fault(desk):
        paying.local.pay(page)
        started = time.monotonic()
        for answer in at_once(partial(desk.press_pay, pressing), partial(desk.come_back, paying, page)):
            assert (answer.status_code, told in answer.text) == (503, True)
        assert time.monotonic() - started < BOUND_S
        assert "Pay $720.00 USD" in desk.show(pressing)
        assert (read_truth(pressing), read_truth(paying).paid) == (Truth(), 0)
    # Stripe sends again what was refused, ever more rarely.
    desk.control.advance(minutes=2)
    assert_true(desk, paying)
    page = desk.open_page(pressing)
    pressing.local.pay(page)
    desk.come_back(pressing, page)
    assert_true(desk, pressing)
