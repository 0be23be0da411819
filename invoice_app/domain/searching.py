"""What a search compares: texts without case and accents, cut into the words that can be looked up by how they begin."""

import unicodedata

LONGEST_WORD = 60
MOST_WORDS = 6
_AROUND = "#,.;:!?()[]\"'"
# No text sorts after it in UTF-8: the end of everything that begins with a word.
_LAST = "\U0010ffff"


def fold_text(text: str) -> str:
    """A text as searches and sorting see it: "Émile" is "emile"."""
    parted = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


def list_words(*texts: str) -> frozenset[str]:
    """Everything in these texts that a search may begin with.

    "INV-2026-00012" is found by its beginning, by "2026-00012", by "00012" and by "12"; an address by its domain too.
    """
    words: set[str] = set()
    for token in fold_text(" ".join(texts)).split():
        words.add(token[:LONGEST_WORD])
        for at, letter in enumerate(token):
            if letter.isalnum() and at and not token[at - 1].isalnum():
                words.add(token[at : at + LONGEST_WORD])
        digits = token.rpartition("-")[2]
        if digits.isdigit():
            words.add(digits.lstrip("0")[:LONGEST_WORD])
    return frozenset(words - {""})


def read_search(text: str) -> tuple[str, ...]:
    """The beginnings of words that a typed search asks for, all of which must be there."""
    tokens = (token.strip(_AROUND) or token for token in fold_text(text).split())
    return tuple(dict.fromkeys(token[:LONGEST_WORD] for token in tokens))[:MOST_WORDS]


def end_of(beginning: str) -> str:
    """The end, itself not in it, of the range of words that begin so, compared by code point."""
    return beginning + _LAST
