"""Stripe's published test cards. Source: docs.stripe.com/testing; messages: docs.stripe.com/declines/codes.

A `Card` says what a number does; nothing here decides when. Numbers outside this table are refused in Stripe's words.
"""

from dataclasses import dataclass
from enum import StrEnum


class Authentication(StrEnum):
    """When 3-D Secure is asked for."""

    NEVER = "never"
    OPTIONAL = "optional"
    UNLESS_SET_UP = "unless_set_up"
    """Each payment, except off-session ones of a card that was authenticated when it was set up."""
    ON_SESSION_ONLY = "on_session_only"
    """Already set up: off-session payments go through, on-session ones ask."""
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Decline:
    """What a bank's refusal says, in Stripe's codes."""

    code: str
    decline_code: str | None
    message: str
    advice_code: str | None = None
    network_decline_code: str | None = None


DECLINED = "Your card was declined."
GENERIC = Decline("card_declined", "generic_decline", DECLINED, "try_again_later", "01")
INSUFFICIENT = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.", "try_again_later", "51")
LOST = Decline("card_declined", "lost_card", DECLINED, "do_not_try_again", "41")
STOLEN = Decline("card_declined", "stolen_card", DECLINED, "do_not_try_again", "43")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.", "do_not_try_again", "54")
WRONG_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "try_again_later", "N7")
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "try_again_later",
)
VELOCITY = Decline(
    "card_declined",
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    "try_again_later",
)
FRAUDULENT = Decline("card_declined", "fraudulent", DECLINED, "do_not_try_again")
AUTHENTICATION = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card. "
    "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
)


@dataclass(frozen=True, slots=True)
class Card:
    """One published number and everything it brings about."""

    number: str
    token: str
    """`pm_card_…`, empty when Stripe publishes none."""
    decline: Decline | None = None
    attaches: bool = True
    """False: attaching and setting up are declined as well."""
    authentication: Authentication = Authentication.NEVER
    decline_after_authentication: Decline | None = None
    cvc_check: str = "pass"
    address_check: str = "pass"
    dispute: str | None = None
    """Reason of the dispute that follows, `inquiry:` before it for an inquiry, `warning` for an early fraud warning."""
    refund: str | None = None
    """`pending`: succeeds later; `fail`: fails after having succeeded."""
    available_at_once: bool = False
    risk: str = "normal"
    blocked: bool = False
    country: str = "US"
    funding: str = "credit"


def _declining(number: str, token: str, decline: Decline) -> Card:
    return Card(number, token, decline, attaches=False)


A = Authentication
CARDS = (
    Card("4242424242424242", "pm_card_visa"),
    Card("4000056655665556", "pm_card_visa_debit", funding="debit"),
    Card("5555555555554444", "pm_card_mastercard"),
    Card("2223003122003222", ""),
    Card("5200828282828210", "pm_card_mastercard_debit", funding="debit"),
    Card("5105105105105100", "pm_card_mastercard_prepaid", funding="prepaid"),
    Card("378282246310005", "pm_card_amex"),
    Card("371449635398431", ""),
    Card("6011111111111117", "pm_card_discover"),
    Card("6011000990139424", ""),
    Card("6011981111111113", "", funding="debit"),
    Card("3056930009020004", "pm_card_diners"),
    Card("36227206271667", ""),
    Card("6555900000604105", ""),
    Card("3566002020360505", "pm_card_jcb"),
    Card("6200000000000005", "pm_card_unionpay"),
    Card("6200000000000047", "", funding="debit"),
    Card("6205500000000000004", ""),
    Card("4000000320000021", "pm_card_ar", country="AR"),
    Card("4000003560000008", "pm_card_in", country="IN"),
    Card("4000000760000002", "pm_card_br", country="BR"),
    Card("4000001240000000", "pm_card_ca", country="CA"),
    Card("4000002500000003", "pm_card_fr", country="FR"),
    Card("4000002760000016", "pm_card_de", country="DE"),
    Card("4000003720000005", "pm_card_ie", country="IE"),
    Card("4000007240000007", "pm_card_es", country="ES"),
    Card("4000007560000009", "pm_card_ch", country="CH"),
    Card("4000008260000000", "pm_card_gb", country="GB"),
    Card("4000000360000006", "pm_card_au", country="AU"),
    Card("4000003920000003", "pm_card_jp", country="JP"),
    # declines
    _declining("4000000000000002", "pm_card_visa_chargeDeclined", GENERIC),
    _declining("4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", INSUFFICIENT),
    _declining("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", LOST),
    _declining("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", STOLEN),
    _declining("4000000000000069", "pm_card_chargeDeclinedExpiredCard", EXPIRED),
    _declining("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", WRONG_CVC),
    _declining("4000000000000119", "pm_card_chargeDeclinedProcessingError", PROCESSING),
    _declining("4000000000006975", "pm_card_visa_chargeDeclinedVelocityLimitExceeded", VELOCITY),
    Card("4000000000000341", "pm_card_chargeCustomerFail", GENERIC),
    # fraud prevention
    Card("4100000000000019", "pm_card_radarBlock", FRAUDULENT, attaches=False, risk="highest", blocked=True),
    Card(
        "4000000000004954",
        "pm_card_riskLevelHighest",
        FRAUDULENT,
        attaches=False,
        risk="highest",
        blocked=True,
    ),
    Card("4000000000009235", "pm_card_riskLevelElevated", risk="elevated"),
    Card("4000000000000101", "pm_card_cvcCheckFail", cvc_check="fail"),
    Card("4000000000000036", "pm_card_avsZipFail", address_check="fail"),
    Card("4000000000000028", "pm_card_avsLine1Fail", address_check="fail"),
    Card("4000000000000010", "pm_card_avsFail", address_check="fail"),
    Card("4000000000000044", "pm_card_avsUnchecked", address_check="unavailable"),
    # disputes
    Card("4000000000000259", "pm_card_createDispute", dispute="fraudulent"),
    Card("4000000000002685", "pm_card_createDisputeProductNotReceived", dispute="product_not_received"),
    Card("4000000000001976", "pm_card_createDisputeInquiry", dispute="inquiry:fraudulent"),
    Card("4000000000005423", "pm_card_createIssuerFraudRecord", dispute="warning"),
    # refunds and balance
    Card("4000000000007726", "pm_card_pendingRefund", refund="pending"),
    Card("4000000000005126", "pm_card_refundFail", refund="fail"),
    Card("4000000000000077", "pm_card_bypassPending", available_at_once=True),
    Card("4000003720000278", "pm_card_bypassPendingInternational", available_at_once=True, country="IE"),
    # 3-D Secure
    Card(
        "4000002500003155",
        "pm_card_authenticationRequiredOnSetup",
        authentication=A.UNLESS_SET_UP,
        country="FR",
    ),
    Card("4000002760003184", "pm_card_authenticationRequired", authentication=A.ALWAYS, country="DE"),
    Card(
        "4000003800000446",
        "pm_card_authenticationRequiredSetupForOffSession",
        authentication=A.ON_SESSION_ONLY,
        country="HR",
    ),
    Card(
        "4000008260003178",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        authentication=A.ALWAYS,
        decline_after_authentication=INSUFFICIENT,
        country="GB",
    ),
    Card("4000000000003220", "pm_card_threeDSecure2Required", authentication=A.UNLESS_SET_UP),
    Card("4000000000003063", "pm_card_threeDSecureRequired", authentication=A.UNLESS_SET_UP),
    Card(
        "4000008400001629",
        "pm_card_threeDSecureRequiredChargeDeclined",
        authentication=A.ALWAYS,
        decline_after_authentication=GENERIC,
    ),
    Card(
        "4000008400001280",
        "pm_card_threeDSecureRequiredProcessingError",
        authentication=A.ALWAYS,
        decline_after_authentication=PROCESSING,
    ),
    Card("4000000000003055", "pm_card_threeDSecureOptional", authentication=A.OPTIONAL),
    Card("4000000000003097", "pm_card_threeDSecureOptionalProcessingError", authentication=A.OPTIONAL),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {card.token: card for card in CARDS if card.token}

BRANDS = (
    ("amex", ("34", "37")),
    ("diners", ("30", "36", "38", "39")),
    ("jcb", ("35",)),
    ("discover", ("6011", "644", "645", "646", "647", "648", "649", "65")),
    ("unionpay", ("62", "81")),
    ("mastercard", ("51", "52", "53", "54", "55", "22", "23", "24", "25", "26", "27")),
    ("visa", ("4",)),
)


def find_brand(number: str) -> str:
    """The network by the number's first digits (ISO/IEC 7812)."""
    for brand, prefixes in BRANDS:
        if number.startswith(prefixes):
            return brand
    return "unknown"


def passes_luhn(number: str) -> bool:
    """ISO/IEC 7812-1 check digit."""
    total = 0
    for index, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def cvc_length(brand: str) -> int:
    """Digits of the security code."""
    return 4 if brand == "amex" else 3


def needs_authentication(card: Card, *, off_session: bool, set_up: bool, setting_up: bool) -> bool:
    """Whether the bank asks for 3-D Secure (docs.stripe.com/testing#authentication-and-setup)."""
    match card.authentication:
        case Authentication.ALWAYS:
            return True
        case Authentication.UNLESS_SET_UP:
            return setting_up or not (off_session and set_up)
        case Authentication.ON_SESSION_ONLY:
            return not off_session and not setting_up
        case _:
            return False
