"""Identifiers of Stripe's look: a prefix and random letters and digits."""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_" + random_text(length)


def random_text(length: int) -> str:
    number = secrets.randbits(length * 6)
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        letters.append(ALPHABET[digit])
    return "".join(letters)
