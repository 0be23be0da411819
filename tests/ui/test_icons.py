"""Every icon a page or a badge asks for is drawn: a missing symbol would leave a hole without an error."""

import re

from invoice_app.services import badges, couponing
from invoice_app.services.views import Badge
from tests.environment import ROOT

CALLS = re.compile(r'(?:\bicon\(\s*|icon_name=|empty_state\(\s*|icon_button\([^"]*(?:f?"[^"]*",\s*))"([a-z-]+)"')


def list_symbols() -> set[str]:
    return set(re.findall(r'<symbol id="([a-z-]+)"', (ROOT / "assets/icons.svg").read_text()))


def test_every_icon_of_the_pages_is_in_the_sprite() -> None:
    asked = {name for file in (ROOT / "invoice_app/ui").rglob("*.py") for name in CALLS.findall(file.read_text())}
    assert {"search", "plus", "download"} <= asked
    assert asked - list_symbols() == set()


def test_every_badge_has_a_symbol_in_the_sprite() -> None:
    known = [value for module in (badges, couponing) for value in vars(module).values()]
    tables = [row for value in known if isinstance(value, dict) for row in value.values()]
    shown = {badge.icon for badge in (*known, *tables) if isinstance(badge, Badge)}
    assert len(shown) > 8
    assert shown - list_symbols() == set()
