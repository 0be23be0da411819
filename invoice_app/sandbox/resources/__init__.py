"""One module a family of objects; importing this package registers every served operation."""

from . import (
    balance,
    charges,
    checkout_sessions,
    customers,
    disputes,
    events,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
    test_clocks,
    webhook_endpoints,
)

__all__ = [
    "balance",
    "charges",
    "checkout_sessions",
    "customers",
    "disputes",
    "events",
    "payment_intents",
    "payment_methods",
    "refunds",
    "setup_intents",
    "test_clocks",
    "webhook_endpoints",
]
