"""One believable invoice, to be varied by keyword."""

from datetime import date
from typing import Any

from invoice_app.documents.printed import (
    PrintedAdjustment,
    PrintedBrief,
    PrintedInvoice,
    PrintedLine,
    PrintedParty,
    PrintedPayment,
    PrintedTax,
)

SERVICES = (
    "Drone photography, exterior and plot boundary",
    "Twilight shoot",
    "Interior stills, 24 images",
    "Virtual tour with floor plan",
    "Floor plan, two levels",
    "Retouching, per image",
)
SELLER = PrintedParty(
    "Harbour Light Studio",
    ("14 Quay Street", "Aberdeen AB11 5DQ"),
    "billing@harbourlight.example",
    (("VAT", "GB 123 4567 89"),),
)
BUYER = PrintedParty("Lindt & Partners", ("22 Marine Parade", "Brighton BN2 1TL"), "vera@lindt.example")


def make_line(description: str, *, key: str = "1", amount: str = "240.00", discount: str = "") -> PrintedLine:
    return PrintedLine(key, description, "1", "240.00", "20 %", amount, discount)


def make_lines(count: int) -> tuple[PrintedLine, ...]:
    return tuple(make_line(SERVICES[number % len(SERVICES)], key=str(number)) for number in range(count))


PAYMENT = PrintedPayment("18 Nov 2026", "Visa ··4242", "200.00")


def make_brief(**changes: Any) -> PrintedBrief:
    content: dict[str, Any] = {
        "name": "INV-2026-0117",
        "seller": SELLER.name,
        "due_date": "5 Dec 2026",
        "total_label": "$3,152.40 USD",
        "due_label": "$2,952.40 USD",
    }
    return PrintedBrief(**(content | changes))


def make_printed(**changes: Any) -> PrintedInvoice:
    content: dict[str, Any] = {
        "revision": 3,
        "number": "INV-2026-0117",
        "reference": "Order #1042 · Harbour Loft shoot",
        "currency": "USD",
        "language": "en-US",
        "issued_on": date(2026, 11, 21),
        "issued": "21 Nov 2026",
        "due": "5 Dec 2026 (in 14 days)",
        "due_date": "5 Dec 2026",
        "seller": SELLER,
        "buyer": BUYER,
        "lines": make_lines(12),
        "subtotal": "2,880.00",
        "adjustments": (
            PrintedAdjustment("c", "Coupon AUTUMN10 · 10 %", "−288.00"),
            PrintedAdjustment("f", "Travel", "35.00", "Ferry to the island"),
        ),
        "taxes": (PrintedTax("Tax 20 %", "2,627.00", "525.40"),),
        "tax_note": "",
        "total": "3,152.40",
        "total_label": "$3,152.40 USD",
        "payments": (PAYMENT,),
        "paid": "−200.00",
        "due_amount": "2,952.40",
        "due_label": "$2,952.40 USD",
        "total_minor": 315240,
        "due_minor": 295240,
        "terms": "Payment within 14 days.",
        "note": "Thank you for working with us.",
    }
    return PrintedInvoice(**(content | changes))
