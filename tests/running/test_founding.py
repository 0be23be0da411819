"""`make owner`: an empty production database becomes one that its owner can sign in to, once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from invoice_app.db import reading
from invoice_app.models import BookingFlow, Organisation, Tax, User
from invoice_app.services import signing_in
from tests.environment import ROOT

FOUND = (sys.executable, "-m", "invoice_app.running.founding")
PASSWORD = "a long enough one"


def found(typed: str) -> subprocess.CompletedProcess[str]:
    # Without a terminal the password is read from standard input, as when it is piped in.
    return subprocess.run(
        FOUND,
        check=False,
        cwd=ROOT,
        env=dict(os.environ),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
    )


def test_the_owner_can_sign_in_and_everything_an_order_needs_is_there(data_dir: Path) -> None:
    answer = found(f"Quay Studio\nRuth Adler\nRuth@Quay.example\n{PASSWORD}\n")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.endswith("Done. Sign in as ruth@quay.example; currency, taxes and numbering are under Settings.\n")
    assert signing_in.sign_in("ruth@quay.example", PASSWORD, address="192.0.2.7")
    with reading() as session:
        assert session.exec(select(Organisation.name)).one() == "Quay Studio"
        assert session.exec(select(User.role)).one() == "owner"
        assert session.exec(select(BookingFlow.payments_enabled)).one() is True
        assert session.exec(select(Tax.name)).one() == "No tax"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"\nRuth Adler\nruth@quay.example\n{PASSWORD}\n", "organisation"),
        (f"Quay Studio\nRuth Adler\nno address\n{PASSWORD}\n", "e-mail"),
        ("Quay Studio\nRuth Adler\nruth@quay.example\nshort\n", "Use 10 to 200 characters."),
        ("Quay Studio\n", "Nothing was set up."),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence_and_sets_nothing_up(data_dir: Path, typed: str, said: str) -> None:
    answer = found(typed)
    assert answer.returncode == 1
    assert said in answer.stderr.splitlines()[-1]
    with reading() as session:
        assert session.exec(select(User)).all() == []


def test_a_database_in_use_is_left_alone(data_dir: Path) -> None:
    found(f"Quay Studio\nRuth Adler\nruth@quay.example\n{PASSWORD}\n")
    answer = found(f"Other Studio\nEve Moor\neve@other.example\n{PASSWORD}\n")
    assert answer.returncode == 1
    with reading() as session:
        assert session.exec(select(User.email)).all() == ["ruth@quay.example"]
