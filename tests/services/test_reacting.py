"""Every event of payments.md's table has a reaction; any other is stored and does nothing."""

import re

import pytest

from invoice_app.services import receiving
from invoice_app.services.reacting import REACTIONS
from tests.environment import ROOT
from tests.local_stripe import LocalStripe
from tests.services.returning_steps import hear
from tests.webhooks import EVENT, accept_event, received, sign

pytestmark = pytest.mark.usefixtures("local_stripe")


def test_the_events_a_new_owner_is_told_to_subscribe_to_are_those_with_a_reaction() -> None:
    lines = [line for line in (ROOT / "docs/going-live.md").read_text().splitlines() if line.startswith("| `")]
    told = [name for line in lines for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", line.split("|")[1])]
    assert sorted(told) == sorted(REACTIONS)
    assert len(told) == 31


@pytest.mark.parametrize("kind", sorted(REACTIONS))
def test_an_event_about_nothing_of_ours_is_applied_and_changes_nothing(kind: str) -> None:
    subject = {"id": "xx_of_somebody", "object": "thing", "metadata": {}}
    accept_event(*sign({**EVENT, "type": kind, "data": {"object": subject}}))
    assert receiving.apply_pending_events() == 1
    (row,) = received()
    assert (row.error, row.applied_at is not None) == ("", True)


def test_every_event_the_local_stripe_has_told_is_applied_without_error(local_stripe: LocalStripe) -> None:
    hear(local_stripe)
    assert [(row.type, row.error) for row in received() if row.applied_at is None] == []


def test_no_module_but_the_gateways_speaks_to_stripe() -> None:
    root = ROOT / "invoice_app"
    speakers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"^(import stripe|from stripe)\b", path.read_text(), re.MULTILINE)
    }
    assert all(name.startswith(("gateways/", "sandbox/")) for name in speakers)
