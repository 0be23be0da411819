"""Reading an id or a running number where it comes in as text: from an address, a form or a search."""

MOST_DIGITS = 18


def parse_identifier(text: str) -> int:
    """A record's number, of at most 18 digits so that every database can compare it; for any other text 0, which is none's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0
