"""Money that goes back: from where it is taken, and which states of a refund or dispute may follow which."""

from collections.abc import Mapping
from typing import NamedTuple

STARTED = "started"
"""Ours alone: written before the gateway is asked, so that the question can be repeated with the same key."""
GONE = ("failed", "canceled")
REFUND_RANKS: Mapping[str, int] = {
    STARTED: 0,
    "requires_action": 1,
    "pending": 2,
    "succeeded": 3,
    "failed": 4,
    "canceled": 4,
}
DISPUTE_OPEN = ("needs_response", "warning_needs_response", "under_review", "warning_under_review")
DISPUTE_INQUIRY = ("warning_needs_response", "warning_under_review", "warning_closed")
DISPUTE_RANKS: Mapping[str, int] = {
    "warning_needs_response": 0,
    "warning_under_review": 1,
    "warning_closed": 2,
    "needs_response": 3,
    "under_review": 4,
    "won": 5,
    "lost": 5,
    "prevented": 5,
}


class Split(NamedTuple):
    """Where a returned amount comes from, in minor units; `beyond` is what nothing of ours covers."""

    from_credit: int
    from_invoices: Mapping[int, int]
    beyond: int


def split_return(amount: int, *, free: int, allocated: Mapping[int, int], first: int) -> Split:
    """Divide an amount that goes back: what no invoice has taken up first, then invoice `first`, then the others, newest first.

    `free` and `allocated` (by invoice) are what is left of the payment, in minor units.
    """
    from_credit = max(0, min(amount, free))
    rest = amount - from_credit
    from_invoices: dict[int, int] = {}
    for invoice_id in sorted(allocated, key=lambda one: (one != first, -one)):
        part = min(rest, allocated[invoice_id])
        if part > 0:
            from_invoices[invoice_id] = part
            rest -= part
    return Split(from_credit, from_invoices, rest)


def is_live(refund_status: str) -> bool:
    """Whether the money has left or is leaving: pending ones are off our balance already."""
    return refund_status in ("requires_action", "pending", "succeeded")


def may_follow(ranks: Mapping[str, int], before: str, after: str) -> bool:
    """Whether news may replace what we know: late news never does, whatever order they come in."""
    return ranks.get(after, -1) > ranks.get(before, -1)
