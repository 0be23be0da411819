"""Saving an invoice of ten lines, from the service call to the commit, on SQLite with synchronous FULL."""

import statistics
import time
from itertools import cycle, islice

import pytest

from invoice_app.gateways import signals
from invoice_app.services import drafting
from tests.factories import invoice_of, make_actor, make_order, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")
ROUNDS = 60


def test_saving_ten_lines() -> None:
    make_organisation()
    ada = make_actor()
    items = tuple((f"Photographs, series {index}", "2", f"{index + 10}.50") for index in range(10))
    invoice_id = invoice_of(make_order(actor=ada, items=items)).id or 0
    key = drafting.open_draft(ada, invoice_id).lines[0].key
    committed: list[float] = []
    took: list[float] = []
    with signals.subscribe(lambda topic: committed.append(time.perf_counter())):
        for quantity in islice(cycle(("3", "4")), ROUNDS):
            drafting.edit_line(ada, invoice_id, key, "quantity", quantity)
            committed.clear()
            started = time.perf_counter()
            drafting.save_invoice(ada, invoice_id)
            took.append((committed[0] - started) * 1000)  # the first signal leaves right after the commit
    print(f"saving an invoice of 10 lines, call to commit: median {statistics.median(took):.1f} ms (bar 5 ms)")
