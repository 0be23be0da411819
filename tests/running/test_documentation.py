"""What the documents say of the outside world is what the code does."""

import re

import stripe

from invoice_app import routes
from invoice_app.demo.studio import COLLEAGUES
from tests.environment import ROOT

README = (ROOT / "README.md").read_text()
GOING_LIVE = (ROOT / "docs" / "going-live.md").read_text()


def test_the_webhook_endpoint_is_documented_with_the_librarys_api_version() -> None:
    for text in (README, GOING_LIVE):
        assert f"`{stripe.api_version}`" in text
        assert routes.STRIPE_WEBHOOK in text


def test_the_sign_ins_of_the_sample_are_documented() -> None:
    for colleague in COLLEAGUES:
        assert f"| {colleague.email} | {colleague.password} | {colleague.role.replace('_', ' ')} |" in README


def test_the_two_commands_are_what_ci_runs_and_a_stranger_types() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "make test"
    assert re.search(r"^make test ", README, re.MULTILINE)
