"""Telling staff that what they saved closed the page on which the customer was about to pay."""

CLOSED_CHECKOUT = "The customer had the payment page open; it was closed, and their invoice shows the new amount."


def tell_saved(told: str, *, closed_checkout: bool) -> str:
    """What was saved and, if so, that a payment page was closed for it."""
    return f"{told}. {CLOSED_CHECKOUT}" if closed_checkout else told
