"""What staff type, and back: texts to values with the error at its field, values to texts that parse again."""

from dataclasses import dataclass
from datetime import date

from invoice_app.domain.bookings import ItemKind, parse_day
from invoice_app.domain.content import ContentLine
from invoice_app.domain.errors import ValidationFailed
from invoice_app.domain.money import format_micro, format_plain, format_rate, parse_amount, parse_micro, parse_rate
from invoice_app.domain.tax import TaxCategory

MAX_TEXT = 200
MAX_DESCRIPTION = 10_000
MAX_QUANTITY = 1_000_000 * 1_000_000
MAX_UNIT_PRICE = 10_000_000 * 1_000_000
WHOLE = 1_000_000
HUNDRED_PERCENT = 1_000_000


@dataclass(frozen=True, slots=True)
class TaxRef:
    """A tax as a form carries it: "S:200000:VAT 20 %" is category, rate in ten-thousandths of a percent, printed name."""

    category: str
    rate: int
    name: str

    def __str__(self) -> str:
        return f"{self.category}:{self.rate}:{self.name}"

    @staticmethod
    def parse(text: str) -> "TaxRef":
        """Read the form's value. Raises ValidationFailed for field "tax_id"."""
        category, _, rest = text.partition(":")
        rate, separator, name = rest.partition(":")
        if not separator or category not in set(TaxCategory) or not rate.isdigit():
            raise ValidationFailed("Choose a tax from the list.", field="tax_id")
        return TaxRef(category, int(rate), name)


def parse_text(text: str, field: str, *, most: int = MAX_TEXT) -> str:
    """A title, name or note of at most `most` characters, or "". Raises ValidationFailed for `field`."""
    cleaned = _clean(text)
    if len(cleaned) > most:
        raise ValidationFailed(f"Use at most {most:,} characters.", field=field)
    return cleaned


def parse_description(text: str) -> str:
    """A description of 1 to 10,000 characters. Raises ValidationFailed for field "description"."""
    cleaned = _clean(text)
    if not cleaned:
        raise ValidationFailed("Say what it is.", field="description")
    if len(cleaned) > MAX_DESCRIPTION:
        raise ValidationFailed(f"Keep it under {MAX_DESCRIPTION:,} characters.", field="description")
    return cleaned


def _clean(text: str) -> str:
    # No keyboard types a NUL, and PostgreSQL cannot store one.
    return text.replace("\0", "").strip()


def parse_quantity(text: str) -> int:
    """A quantity in millionths, above 0. Raises ValidationFailed for field "quantity"."""
    quantity = parse_micro(text, "quantity")
    if not 0 < quantity <= MAX_QUANTITY:
        raise ValidationFailed("The quantity must be above 0 and at most 1,000,000.", field="quantity")
    return quantity


def parse_unit_price(text: str) -> int:
    """A unit price in millionths of the major unit, 0 or more. Raises ValidationFailed for field "unit_price"."""
    price = parse_micro(text, "unit_price")
    if not 0 <= price <= MAX_UNIT_PRICE:
        raise ValidationFailed("The price must be between 0 and 10,000,000.", field="unit_price")
    return price


def parse_discount(text: str, currency: str) -> tuple[int, int]:
    """A line discount as (rate, amount): empty, "10%" or an amount. Raises ValidationFailed for field "discount"."""
    cleaned = text.strip().lstrip("-−").strip()
    if not cleaned:
        return 0, 0
    try:
        if cleaned.endswith("%"):
            rate = parse_rate(cleaned.removesuffix("%").strip(), "discount")
            if rate > HUNDRED_PERCENT:
                raise ValidationFailed("A discount cannot be more than 100 %.", field="discount")
            return rate, 0
        return 0, parse_amount(cleaned, currency)
    except ValidationFailed as error:
        raise ValidationFailed(error.message, field="discount") from None


def parse_line(
    key: str,
    *,
    description: str,
    quantity: str,
    unit_price: str,
    discount: str,
    tax: TaxRef,
    currency: str,
    kind: str = ItemKind.PRODUCT,
    period: tuple[str, str] = ("", ""),
) -> ContentLine:
    """All fields of a line. Raises ValidationFailed naming the first wrong field."""
    rate, amount = parse_discount(discount, currency)
    starts_on, ends_on = parse_period(*period)
    return ContentLine(
        key=key,
        description=parse_description(description),
        quantity=parse_quantity(quantity),
        unit_price=parse_unit_price(unit_price),
        discount_rate=rate,
        discount_amount=amount,
        tax_name=tax.name,
        tax_category=tax.category,
        tax_rate=tax.rate,
        kind=parse_kind(kind),
        starts_on=starts_on,
        ends_on=ends_on,
    )


def parse_kind(kind: str) -> str:
    """What an item is, an ItemKind. Raises ValidationFailed for field "kind"."""
    if kind not in set(ItemKind):
        raise ValidationFailed("Choose a kind from the list.", field="kind")
    return str(kind)


def parse_period(starts_on: str, ends_on: str) -> tuple[date | None, date | None]:
    """The days a line is rendered on: none, one, or from the first to the last. Raises ValidationFailed naming the field."""
    first = parse_day(starts_on, "starts_on") if starts_on.strip() else None
    last = parse_day(ends_on, "ends_on") if ends_on.strip() else None
    if last and not first:
        raise ValidationFailed("Give the first day as well.", field="starts_on")
    if first and last and last < first:
        raise ValidationFailed("The last day cannot be before the first.", field="ends_on")
    return first, last


def write_period(line: ContentLine) -> tuple[str, str]:
    """A line's days as they are typed."""
    return (line.starts_on.isoformat() if line.starts_on else "", line.ends_on.isoformat() if line.ends_on else "")


def write_discount(line: ContentLine, currency: str) -> str:
    """A line's discount as it is typed: "", "10%" or "15.00"."""
    if line.discount_rate:
        return f"{format_rate(line.discount_rate)}%"
    return format_plain(line.discount_amount, currency) if line.discount_amount else ""


def write_unit_price(unit_price: int, decimals: int) -> str:
    """A unit price as it is typed, with at least the currency's decimals: 180000000 → "180.00"."""
    whole, _, fraction = format_micro(unit_price).partition(".")
    fraction = fraction.ljust(decimals, "0")
    return f"{whole}.{fraction}" if fraction else whole
