"""Transactions: writers of one process take turns, one that waits too long is told, and what it wrote is gone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import select

from invoice_app import db
from invoice_app.db import DatabaseBusy, reading, transaction
from invoice_app.domain.errors import AppError, NotFound
from invoice_app.models import Tax
from invoice_app.services.signing_in import sign_in
from tests.factories import PASSWORD, make_organisation


def add_tax(name: str) -> None:
    with transaction() as session:
        session.add(Tax(name=name, rate=200_000))


def list_taxes() -> set[str]:
    with reading() as session:
        return {tax.name for tax in session.exec(select(Tax)).all()}


def test_a_writer_waits_until_the_one_before_it_has_ended(data_dir: Path) -> None:
    with transaction() as session:
        second = threading.Thread(target=add_tax, args=("Second",))
        second.start()
        second.join(0.2)
        assert second.is_alive()
        session.add(Tax(name="First", rate=200_000))
    second.join(10)
    assert list_taxes() == {"First", "Second"}


def test_a_writer_whose_turn_does_not_come_is_told_that_nothing_was_saved(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 100)
    with transaction(), ThreadPoolExecutor(1) as threads:
        refusal = threads.submit(add_tax, "Second").exception(10)
    assert isinstance(refusal, DatabaseBusy) and refusal.message == db.BUSY
    assert list_taxes() == set()


def test_the_turn_passes_on_after_an_error(data_dir: Path) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.add(Tax(name="Lost", rate=1 // 0))
    add_tax("Kept")
    assert list_taxes() == {"Kept"}


def test_what_neither_database_can_hold_is_refused_in_words(migrated_url: str) -> None:
    make_organisation()
    with pytest.raises(AppError, match=r"cannot be stored|do not match"):
        sign_in("ada\0@example.com", PASSWORD, address="192.0.2.1")
    with pytest.raises(NotFound), reading() as session:
        session.get(Tax, 2**70)
    with pytest.raises(NotFound), transaction() as session:
        session.get(Tax, 2**70)
