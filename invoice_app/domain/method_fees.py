"""The fee for a way of paying: worked out when the customer chooses it, part of the invoice only while the money is there.

money.md 11. It carries no tax of its own (category E), so that the total rises by exactly what was shown.
"""

from dataclasses import dataclass, replace

from invoice_app.domain.content import ContentAdjustment, InvoiceContent
from invoice_app.domain.money import WHOLE, round_half_away

KEY_PREFIX = "methodfee"
LABELS = {"card": "Card fee", "bank": "Bank fee"}


@dataclass(frozen=True, slots=True)
class FeeRule:
    """`rate` of the charge in ten-thousandths of a percent, and `fixed` minor units on top.

    `covers_itself`: the fee also covers what the processor takes of the fee, so that the whole amount is left.
    """

    rate: int
    fixed: int
    covers_itself: bool = True

    def fee_on(self, amount: int) -> int:
        """The fee in minor units for paying `amount`: plain, or the smallest that leaves at least `amount`.

        >>> FeeRule(29_000, 30).fee_on(10_000)
        330
        """
        if amount <= 0:
            return 0
        plain = self._taken_of(amount)
        if not self.covers_itself:
            return plain
        charge = max(amount, (amount + self.fixed) * WHOLE // (WHOLE - self.rate) - 1)
        while charge - self._taken_of(charge) < amount:
            charge += 1
        while charge > amount and charge - 1 - self._taken_of(charge - 1) >= amount:
            charge -= 1
        return charge - amount

    def _taken_of(self, charge: int) -> int:
        return round_half_away(charge * self.rate + self.fixed * WHOLE, WHOLE)


def may_carry_fee(content: InvoiceContent) -> bool:
    """Whether a method's fee may come on top: not where the invoice passes on what a payment costs already (A17)."""
    return not any(adjustment.method == "transaction" for adjustment in content.adjustments)


def add_method_fee(content: InvoiceContent, *, method: str, fee: int, key: str) -> InvoiceContent:
    """The content with the fee of a payment that arrived; the total rises by exactly `fee` minor units."""
    adjustment = ContentAdjustment(
        key=name_fee(key),
        kind="fee",
        method="fixed",
        label=LABELS[method],
        amount=fee,
        tax_category="E",
    )
    return replace(content, adjustments=(*content.adjustments, adjustment))


def name_fee(key: str) -> str:
    """The key of the adjustment that is the fee of payment attempt `key`."""
    return f"{KEY_PREFIX}{key}"


def is_method_fee(key: str) -> bool:
    """Whether the adjustment with this key is the fee of a payment, which only its payment adds, changes and takes off."""
    return key.startswith(KEY_PREFIX)


def keep_method_fees(content: InvoiceContent, saved: InvoiceContent) -> InvoiceContent:
    """The content with the fees of payments as the invoice has them, whatever an edit says of them."""
    before, after = ([one for one in each.adjustments if is_method_fee(one.key)] for each in (saved, content))
    if before == after:
        return content
    others = (one for one in content.adjustments if not is_method_fee(one.key))
    return replace(content, adjustments=(*others, *before))


def find_method_fee(content: InvoiceContent, key: str) -> int:
    """What stands on the invoice as the fee of payment attempt `key`, in minor units."""
    return sum(adjustment.amount for adjustment in content.adjustments if adjustment.key == name_fee(key))


def change_method_fee(content: InvoiceContent, *, method: str, fee: int, key: str) -> InvoiceContent:
    """The content with another fee (minor units) for payment attempt `key`: added where it was not, gone at 0."""
    if not find_method_fee(content, key):
        return add_method_fee(content, method=method, fee=fee, key=key) if fee else content
    changed = (replace(one, amount=fee) if one.key == name_fee(key) else one for one in content.adjustments)
    return replace(content, adjustments=tuple(one for one in changed if one.key != name_fee(key) or one.amount))


def share_of_fee(fee: int, *, gone: int, amount: int) -> int:
    """What of a payment's fee goes back once `gone` of its `amount` went back; minor units.

    All of it with the last of the money, so that any number of parts leaves nothing behind.

    >>> share_of_fee(2_181, gone=37_090, amount=74_181)
    1090
    """
    return round_half_away(fee * min(max(gone, 0), amount), amount) if amount > 0 else 0


def sum_method_fees(content: InvoiceContent) -> int:
    """What the fees of payments so far come to, in minor units."""
    return sum(adjustment.amount for adjustment in content.adjustments if is_method_fee(adjustment.key))
