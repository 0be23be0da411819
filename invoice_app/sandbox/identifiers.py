"""Identifiers of Stripe's look: a prefix and random letters and digits."""

import secrets
import string

ALPHABET = (string.ascii_letters + string.digits).encode()
LETTER_OF_BYTE = bytes(ALPHABET[byte % len(ALPHABET)] for byte in range(256))


def new_id(prefix: str, length: int = 24) -> str:
    """`pi_` and 24 random letters and digits."""
    return f"{prefix}_{random_text(length)}"


def random_text(length: int) -> str:
    """Random letters and digits; good for ids and for secrets of 24 and more."""
    return secrets.token_bytes(length).translate(LETTER_OF_BYTE).decode()
