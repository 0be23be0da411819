"""What may stand in a typed text: anything people write, nothing that only machines can mean."""

import re

# Control characters but tab and line ends; marks that make text read in another order than it is stored; and halves of
# surrogate pairs, which no UTF-8 can hold, so that no database and no browser could be given the text again.
_NEVER_TYPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def is_plain_text(text: str) -> bool:
    """Whether a text can be stored, sent and read as it was typed."""
    return _NEVER_TYPED.search(text) is None
