"""Text from strangers, made fit for one place: nothing invisible that makes a line read differently from what it says."""

import unicodedata

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NEVER_SHOWN = frozenset({"Cc", "Cs"})
_INVISIBLE = frozenset({"Cc", "Cf"})


def drop_controls(text: str) -> str:
    """Drop control characters, lone surrogates and bidirectional overrides; line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or (letter not in BIDI_CONTROLS and unicodedata.category(letter) not in _NEVER_SHOWN)
    )


def drop_invisible(text: str) -> str:
    """Drop whatever prints no ink by design: control and format characters, line ends among them."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) not in _INVISIBLE)


def one_line(text: str, limit: int) -> str:
    """Collapse all white space, line ends of every kind included, and cut at `limit` characters with an ellipsis."""
    flat = " ".join(drop_controls(" ".join(text.split())).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"
