"""Two people edit the same invoice: what each changed against the common base, field by field.

Different fields both survive; the same field changed to different values is a conflict that is shown, never overwritten
(product.md, "Two editors" and invariant 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Row = Mapping[str, Any]
Preference = Literal["mine", "theirs"]
# What was decided about single fields, by (key, field).
Choices = Mapping[tuple[str, str], Preference]


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """The same field of the same row, changed by both. `field` is "" when one removed the row the other changed."""

    key: str
    field: str
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merge:
    """The rows with both sides' changes, and the conflicts."""

    rows: tuple[dict[str, Any], ...]
    conflicts: tuple[FieldConflict, ...]


def merge_rows(base: Sequence[Row], mine: Sequence[Row], theirs: Sequence[Row], choices: Choices | None = None) -> Merge:
    """Three-way merge of rows identified by "key". The order is mine, with rows that only they have added at the end.

    A conflict takes the value of the side that `choices` names for it, else mine.
    """
    in_base, in_mine, in_theirs = (_by_key(rows) for rows in (base, mine, theirs))
    order = [row["key"] for row in mine] + [row["key"] for row in theirs if row["key"] not in in_mine]
    merged: list[dict[str, Any]] = []
    conflicts: list[FieldConflict] = []
    for key in order + [key for key in in_base if key not in in_mine and key not in in_theirs]:
        row, found = _merge_row(key, in_base.get(key), in_mine.get(key), in_theirs.get(key), choices or {})
        conflicts.extend(found)
        if row is not None:
            merged.append(row)
    return Merge(tuple(merged), tuple(conflicts))


def _merge_row(
    key: str, base: Row | None, mine: Row | None, theirs: Row | None, choices: Choices
) -> tuple[dict[str, Any] | None, list[FieldConflict]]:
    if mine is None and theirs is None:
        return None, []
    if mine is None or theirs is None:
        present = mine if mine is not None else theirs
        assert present is not None
        if base is None:
            return dict(present), []
        if present == base:
            return None, []
        conflict = FieldConflict(key, "", mine and dict(mine), theirs and dict(theirs))
        chosen = theirs if choices.get((key, "")) == "theirs" else mine
        return (dict(chosen) if chosen is not None else None), [conflict]
    return _merge_fields(key, base or {}, mine, theirs, choices)


def _merge_fields(key: str, base: Row, mine: Row, theirs: Row, choices: Choices) -> tuple[dict[str, Any], list[FieldConflict]]:
    row: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    for field in mine:
        my_value, their_value = mine[field], theirs.get(field)
        if my_value == their_value or their_value == base.get(field):
            row[field] = my_value
        elif my_value == base.get(field):
            row[field] = their_value
        else:
            row[field] = their_value if choices.get((key, field)) == "theirs" else my_value
            conflicts.append(FieldConflict(key, field, my_value, their_value))
    return row, conflicts


def _by_key(rows: Sequence[Row]) -> dict[str, Row]:
    return {row["key"]: row for row in rows}
