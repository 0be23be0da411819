"""The inside of a customer's page: for the first answer, and for pages that are open, rendered once for all who ask alike."""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from invoice_app import routes
from invoice_app.clock import utc_now
from invoice_app.services.offering import PaymentChoice
from invoice_app.services.showing_shared import SharedGlance, SharedInvoice, open_shared_change
from invoice_app.web.marking_changes import Before, compare_with_shown
from invoice_app.web.recent_texts import RecentTexts
from invoice_app.web.responses import render_fragment

# Stands for the link's own path while a body is kept for every link of the invoice; no input can contain what nobody knows.
PATH_MARK = f"/i/{token_hex(16)}"
_bodies = RecentTexts(seconds=30.0, most=200)


async def render_body(glance: SharedGlance, token: str, seen: int, choice: PaymentChoice) -> str:
    """The body as of a glance just taken, changes since revision `seen` marked (0: none). Raises NotFound."""

    def render() -> str:
        view, shown = open_shared_change(token, seen, choice)
        before = compare_with_shown(shown, view.printed)
        return render_fragment("customer_body.html", **list_values(PATH_MARK, view, before, seen=seen, notice=None))

    return (await _bodies.get_or_make((glance, seen, choice), render)).replace(PATH_MARK, routes.shared_invoice(token))


def list_values(
    path: str, view: SharedInvoice, before: Before, *, seen: int, notice: Mapping[str, str] | None
) -> dict[str, Any]:
    """What the templates of the page ask for."""
    return {
        "path": path,
        "view": view,
        "printed": view.printed,
        "before": before,
        "seen": seen if before.differs else view.printed.revision,
        "notice": notice,
    }


def tell_time(time_zone: str) -> str:
    """The time of day now in the organisation's zone, wherever the reader is: the page's other dates are in it too."""
    return utc_now().astimezone(ZoneInfo(time_zone)).strftime("%H:%M")


def read_choice(query: Mapping[str, str]) -> PaymentChoice:
    """How the reader would like to pay; only what the page offers makes a page of its own to remember."""
    what, method = query.get("pay", ""), query.get("by", "")
    return PaymentChoice(
        what=what if what in ("all", "next", "part") else "",
        part=query.get("part", "")[:20] if what == "part" else "",
        method=method if method in ("card", "bank") else "",
    )


def read_number(value: object) -> int:
    """A whole number from a form or an address, 0 for anything else."""
    text = value if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
