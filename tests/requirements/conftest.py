"""What tests of requirements share beside tests/conftest.py."""

from tests.local_stripe import local_stripe, stripe_process

__all__ = ["local_stripe", "stripe_process"]
