"""Statement descriptors. Source: docs.stripe.com/get-started/account/statement-descriptors."""

import re

from .errors import JsonObject, invalid

FORBIDDEN = re.compile(r"[<>\\'\"*]")
LETTER = re.compile(r"[A-Za-z]")
LONGEST = 22


def check_suffix(params: JsonObject, merchant: str) -> None:
    """A suffix of Latin characters, at least one a letter, that fits beside the account's prefix.

    Raises:
        StripeError: 400 naming the parameter.
    """
    if params.get("statement_descriptor"):
        raise invalid(
            "The statement_descriptor parameter is not supported for the payment methods in this request. Use "
            "`statement_descriptor_suffix` to provide additional information about the charge.",
            "statement_descriptor",
        )
    suffix = params.get("statement_descriptor_suffix")
    if not suffix:
        return
    param = "statement_descriptor_suffix"
    if FORBIDDEN.search(suffix):
        raise invalid("The statement descriptor suffix can't contain any of these characters: <, >, \\, ', \", *", param)
    if not LETTER.search(suffix) or not suffix.isascii():
        raise invalid(
            "The statement descriptor suffix must contain at least one letter and only Latin characters.",
            param,
        )
    prefix = merchant[:10]
    if len(prefix) + len("* ") + len(suffix) > LONGEST:
        raise invalid(
            f"The statement descriptor prefix and suffix together must be at most {LONGEST} characters.",
            param,
        )
