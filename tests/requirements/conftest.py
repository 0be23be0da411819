"""What tests of requirements share beside tests/conftest.py."""

import pytest

from invoice_app.domain.access import Actor
from tests.factories import make_actor, make_organisation
from tests.local_stripe import local_stripe, stripe_process

__all__ = ["local_stripe", "stripe_process"]


@pytest.fixture
def ada(data_dir: object) -> Actor:
    """Whoever takes the bookings: the owner of a new organisation."""
    make_organisation()
    return make_actor()
