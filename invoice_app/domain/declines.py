"""Why a card payment failed and what to do next, for staff in plain words and for the customer in safe ones.

Codes are Stripe's decline codes and card error codes. What a thief must not learn (lost, stolen, suspected fraud)
reads to the customer like any other decline, as Stripe asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A failed attempt explained: `title`, `explanation` and `next_step` for staff, `customer_text` for the payer."""

    title: str
    explanation: str
    next_step: str
    customer_text: str


_ANOTHER_CARD = "Ask for another card, or take the payment another way."
_CALL_BANK = "Ask the customer to call their bank, or to use another card."
_GENERIC_CUSTOMER = "Your bank declined this card. Please use another card or ask your bank."
_CHECK_DETAILS = "Please check the card details and try again."


def _bank(title: str, explanation: str, next_step: str = _CALL_BANK, customer: str = _GENERIC_CUSTOMER) -> Reason:
    return Reason(title, explanation, next_step, customer)


def _typo(what: str) -> Reason:
    return Reason(
        f"Wrong {what}",
        f"The {what} was not right.",
        f"Ask the customer to enter the {what} again.",
        f"The {what} is not right. {_CHECK_DETAILS}",
    )


UNKNOWN = _bank("Declined", "The bank declined the card without saying why.")

_LIMIT = _bank(
    "Over the card's limit",
    "The bank declined it: the card's limit for amount or number of payments is reached.",
    "Ask for another card, or try again tomorrow.",
    "This card's limit is reached. Please use another card.",
)
_UNSUPPORTED = _bank(
    "Card not accepted here",
    "The bank declined it: this card cannot be used for this kind of payment.",
    _ANOTHER_CARD,
    "This card cannot be used for this payment. Please use another card.",
)
_RETRY = _bank(
    "Could not be processed",
    "The bank or the card network had a fault; the card itself was not refused.",
    "Try again in a few minutes.",
    "Your bank could not process this just now. Please try again in a few minutes.",
)
_STOPPED = _bank(
    "Customer stopped these charges",
    "The customer told their bank to stop charges like this one.",
    "Do not charge this card again. Talk to the customer and ask for another way to pay.",
)
_EXPIRED = _bank(
    "Card expired",
    "The card is past its expiry date.",
    "Ask for a new card.",
    "This card has expired. Please use another card.",
)
_AUTHENTICATE = Reason(
    "The bank wants the customer to confirm",
    "The bank asks the customer to confirm this payment (3-D Secure), so it cannot be charged without them.",
    "Send the payment link, so that the customer can confirm it.",
    "Your bank asks you to confirm this payment. Please pay on this page and follow your bank's steps.",
)
_NOT_CONFIRMED = Reason(
    "Not confirmed by the customer",
    "The customer did not pass the bank's confirmation (3-D Secure).",
    "Send the payment link again, or ask for another card.",
    "The confirmation with your bank did not succeed. Please try again or use another card.",
)
_WRONG_ACCOUNT = _bank(
    "Card account not valid",
    "The bank says the card, or the account behind it, is not valid.",
    _ANOTHER_CARD,
)
_PIN = Reason("PIN refused", "The PIN was wrong or missing.", _ANOTHER_CARD, _GENERIC_CUSTOMER)

REASONS: Mapping[str, Reason] = {
    "insufficient_funds": _bank(
        "Not enough funds",
        "The bank declined it: not enough funds.",
        "Ask for another card, or try again after payday.",
        "Your bank declined this card: not enough funds. Please use another card.",
    ),
    "withdrawal_count_limit_exceeded": _LIMIT,
    "card_velocity_exceeded": _LIMIT,
    "invalid_amount": _LIMIT,
    "lost_card": _bank(
        "Card reported lost",
        "The bank declined it: the card is reported lost.",
        "Do not charge this card again. Ask for another one, without giving the reason.",
    ),
    "stolen_card": _bank(
        "Card reported stolen",
        "The bank declined it: the card is reported stolen.",
        "Do not charge this card again. Ask for another one, without giving the reason.",
    ),
    "pickup_card": _bank(
        "Card withdrawn by the bank",
        "The bank declined it: the card may be lost or stolen.",
        "Do not charge this card again. Ask for another one, without giving the reason.",
    ),
    "fraudulent": _bank(
        "Suspected fraud",
        "The payment was stopped because it looks fraudulent.",
        "Check that you know this customer before you take another card. Do not give the reason.",
    ),
    "merchant_blacklist": _bank(
        "On your block list",
        "The payment matches an entry of your own block list.",
        "Review the block list in Stripe. Do not give the reason to the customer.",
    ),
    "highest_risk_level": _bank(
        "Blocked as too risky",
        "Stripe blocked the payment: its risk is the highest.",
        "Check that you know this customer before you take another card. Do not give the reason.",
    ),
    "security_violation": _bank("Declined", "The bank declined the card for a security reason it does not name."),
    "restricted_card": _bank("Card restricted", "The bank restricts what this card may be used for."),
    "expired_card": _EXPIRED,
    "invalid_expiry_month": _typo("expiry date"),
    "invalid_expiry_year": _typo("expiry date"),
    "incorrect_number": _typo("card number"),
    "invalid_number": _typo("card number"),
    "incorrect_cvc": _typo("security code"),
    "invalid_cvc": _typo("security code"),
    "incorrect_zip": _typo("postal code"),
    "incorrect_address": _typo("billing address"),
    "incorrect_pin": _PIN,
    "invalid_pin": _PIN,
    "offline_pin_required": _PIN,
    "online_or_offline_pin_required": _PIN,
    "pin_try_exceeded": _PIN,
    "authentication_required": _AUTHENTICATE,
    "authentication_not_handled": _AUTHENTICATE,
    "approve_with_id": _RETRY,
    "payment_intent_authentication_failure": _NOT_CONFIRMED,
    "setup_intent_authentication_failure": _NOT_CONFIRMED,
    "mobile_device_authentication_required": _AUTHENTICATE,
    "processing_error": _RETRY,
    "issuer_not_available": _RETRY,
    "reenter_transaction": _RETRY,
    "try_again_later": _RETRY,
    "card_not_supported": _UNSUPPORTED,
    "currency_not_supported": _bank(
        "Currency not accepted",
        "The bank declined it: the card cannot pay in this currency.",
        _ANOTHER_CARD,
        "This card cannot pay in this currency. Please use another card.",
    ),
    "not_permitted": _UNSUPPORTED,
    "service_not_allowed": _UNSUPPORTED,
    "transaction_not_allowed": _UNSUPPORTED,
    "invalid_account": _WRONG_ACCOUNT,
    "new_account_information_available": _WRONG_ACCOUNT,
    "duplicate_transaction": Reason(
        "Possible duplicate",
        "A payment of the same amount with this card was made moments ago.",
        "Look at the payments of this invoice first: it may already be paid.",
        "This payment may already have been made. Please look at your statement before you try again.",
    ),
    "revocation_of_authorization": _STOPPED,
    "revocation_of_all_authorizations": _STOPPED,
    "stop_payment_order": _STOPPED,
    "testmode_decline": Reason(
        "Test card",
        "A test card was used where real ones are expected.",
        "Ask for a real card.",
        "This is a test card. Please use another card.",
    ),
    "live_mode_test_card": Reason(
        "Test card",
        "A test card was used where real ones are expected.",
        "Ask for a real card.",
        "This is a test card. Please use another card.",
    ),
    # Codes of ours: not the bank but the service or a hold stood in the way.
    "hold_ended": Reason(
        "The hold had ended",
        "The amount was no longer held on the card, so nothing was taken.",
        "Charge the card, or send the payment link.",
        "The amount held on your card was released. Please pay on this page.",
    ),
    "gateway_unavailable": Reason(
        "Card service not reached",
        "The card service could not be reached. Nothing was charged.",
        "Try again.",
        "The card service could not be reached. Nothing was charged; please try again.",
    ),
    "gateway_refused": Reason(
        "Refused by the card service",
        "The card service refused the request. Nothing was charged.",
        "Try again, or take the payment another way.",
        "The card service refused this. Nothing was charged; please try again or use another card.",
    ),
    "call_issuer": UNKNOWN,
    "card_declined": UNKNOWN,
    "do_not_honor": UNKNOWN,
    "do_not_try_again": _bank(
        "Declined for good",
        "The bank declined the card and asks not to try it again.",
        _ANOTHER_CARD,
    ),
    "generic_decline": UNKNOWN,
    "no_action_taken": UNKNOWN,
}

SECRET_CODES = frozenset({"lost_card", "stolen_card", "pickup_card", "fraudulent", "merchant_blacklist", "highest_risk_level"})
"""Codes whose meaning never reaches the customer."""


def explain_decline(decline_code: str, error_code: str = "") -> Reason:
    """The reason behind Stripe's codes; the decline code is the more telling one. Unknown codes read as a plain decline."""
    return REASONS.get(decline_code) or REASONS.get(error_code) or UNKNOWN
