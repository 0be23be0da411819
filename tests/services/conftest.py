"""What service tests share beside tests/conftest.py."""

from collections.abc import Iterator

import pytest

from invoice_app.domain.access import Actor
from invoice_app.sandbox.control import Control
from tests.factories import make_actor, make_organisation
from tests.local_stripe import LocalStripe, local_stripe, stripe_process

__all__ = ["local_stripe", "stripe_process"]


@pytest.fixture
def ada(data_dir: object) -> Actor:
    """The owner of a new organisation."""
    make_organisation()
    return make_actor()


@pytest.fixture
def trouble(local_stripe: LocalStripe) -> Iterator[Control]:
    """What goes wrong at Stripe, until the test is over."""
    control = Control(local_stripe.url)
    control.clear()
    yield control
    control.clear()
