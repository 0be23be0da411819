"""What changed between the revision a page shows and the current one, so that it can be marked line by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from invoice_app.documents.printed import PrintedAdjustment, PrintedInvoice, PrintedLine


@dataclass(frozen=True, slots=True)
class Before:
    """What an open page showed: the former rows by key, and which rows were since added or removed."""

    differs: bool
    total: str
    subtotal: str
    lines: Mapping[str, PrintedLine] = field(default_factory=dict)
    adjustments: Mapping[str, PrintedAdjustment] = field(default_factory=dict)
    taxes: Mapping[str, str] = field(default_factory=dict)
    added: frozenset[str] = frozenset()
    removed_lines: tuple[PrintedLine, ...] = ()
    removed_adjustments: tuple[PrintedAdjustment, ...] = ()


def compare_with_shown(shown: PrintedInvoice | None, current: PrintedInvoice) -> Before:
    """What `shown` said where it differs from `current`; nothing differs when there is no `shown`."""
    if shown is None or shown.revision == current.revision:
        return Before(differs=False, total=current.total, subtotal=current.subtotal)
    lines = {line.key: line for line in shown.lines}
    adjustments = {adjustment.key: adjustment for adjustment in shown.adjustments}
    line_keys = {line.key for line in current.lines}
    adjustment_keys = {adjustment.key for adjustment in current.adjustments}
    return Before(
        differs=True,
        total=shown.total,
        subtotal=shown.subtotal,
        lines=lines,
        adjustments=adjustments,
        taxes={tax.label: tax.amount for tax in shown.taxes},
        added=frozenset((line_keys - lines.keys()) | (adjustment_keys - adjustments.keys())),
        removed_lines=tuple(line for line in shown.lines if line.key not in line_keys),
        removed_adjustments=tuple(row for row in shown.adjustments if row.key not in adjustment_keys),
    )
