"""The event log in plain words: what kind of thing an action is, what its facts are called and how they read."""

from typing import Any

from invoice_app.documents.formatting import format_amount, format_quantity, format_rate, format_unit_price
from invoice_app.services.badges import DISPUTES, ORDER_STATUSES, REFUNDS, STAGES
from invoice_app.services.views import Choice

CHANGES, MONEY, SENDING, ACCESS = "changes", "money", "sending", "access"
KINDS = (
    Choice("", "Everything"),
    Choice(CHANGES, "Changes"),
    Choice(MONEY, "Money"),
    Choice(SENDING, "Links and files"),
    Choice(ACCESS, "Sign-ins"),
)
ICONS = {CHANGES: "pencil", MONEY: "cash", SENDING: "send", ACCESS: "user"}
# What is in none of these is a change.
ACTIONS = {
    MONEY: (
        "added the payment fee",
        "amount held",
        "applied credit",
        "asked for a hold",
        "charged a card",
        "could not leave a card",
        "brought the payment fee back",
        "dispute",
        "hold expired",
        "hold released",
        "gave the payment fee back",
        "issued a credit note",
        "kept the card",
        "left a card",
        "payment failed",
        "payment received",
        "refund",
        "released a held amount",
        "started a refund",
        "took a held amount",
    ),
    SENDING: ("downloaded a file", "made a link", "revoked a link", "sent", "sent a link", "viewed"),
    ACCESS: ("changed the password", "signed in", "signed out"),
}
_KIND_OF = {action: kind for kind, actions in ACTIONS.items() for action in actions}
_AMOUNTS = frozenset(
    {"total", "credited", "due", "paid", "amount", "fee", "received", "allocated", "to_account", "refunded", "minimum"}
)
# What only the program knows records by.
_UNSAID = frozenset({"id", "attempt", "payment", "hold", "refund", "invoice", "account_id", "key", "position", "file_key"})
_LABELS = {
    "allocated": "Applied to the invoice",
    "code": "Code",
    "credit_note": "Credit note",
    "due_on": "Due date",
    "ends_on": "Ends on",
    "flow": "Booking flow",
    "hold_card": "Holds a card",
    "instalments": "Payment schedule",
    "invoices": "Its invoices",
    "is_default": "Default",
    "ordered_on": "Ordered on",
    "assignee": "Looked after by",
    "items_stay": "Items stay on the booking",
    "pay_online": "Payable online",
    "starts_on": "Starts on",
    "to_account": "To the customer's credit",
    "unit_price": "Unit price",
}
_STATUSES = {
    **{status.value: badge.word for status, badge in ORDER_STATUSES.items()},
    **{name: badge.word for name, badge in (*REFUNDS.items(), *DISPUTES.items())},
}
_STAGES = {stage.value: badge.word for stage, badge in STAGES.items()}


def kind_of(action: str) -> str:
    """Which of the kinds an action is of."""
    return _KIND_OF.get(action, CHANGES)


def list_facts(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The names of what differs and says something to people."""
    names = [name for name in dict.fromkeys((*before, *after)) if name not in _UNSAID]
    return [name for name in names if before.get(name) != after.get(name)]


def name_fact(name: str) -> str:
    """What a fact is called."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


def read_fact(name: str, value: Any, currency: str, locale: str) -> str:
    """A fact as people read it; "" for none. Numbers are in the units that services record: minor units, millionths."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return _read_number(name, value, currency, locale)
    if isinstance(value, dict):
        return ", ".join(
            f"{name_fact(key)}: {read_fact(key, inner, currency, locale)}" for key, inner in value.items() if inner
        )
    if isinstance(value, list):
        return "; ".join(read_fact(name, inner, currency, locale) for inner in value)
    if name == "stage":
        return _STAGES.get(str(value), str(value))
    return _STATUSES.get(str(value), str(value)) if name == "status" else str(value)


def _read_number(name: str, value: int, currency: str, locale: str) -> str:
    if name in _AMOUNTS:
        return format_amount(value, currency, locale)
    if name == "unit_price":
        return format_unit_price(value, currency, locale)
    if name == "quantity":
        return format_quantity(value, locale)
    return format_rate(value, locale) if name == "rate" else str(value)
