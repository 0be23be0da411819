"""`.env.example` says of every setting what it is and what stands without it."""

import re

from invoice_app.config import Settings
from tests.environment import ROOT


def read_documented() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))


def test_every_setting_is_documented_and_nothing_else() -> None:
    names = {str(field.validation_alias or name).upper() for name, field in Settings.model_fields.items()}

    assert set(read_documented()) == names


def test_the_documented_values_are_the_defaults() -> None:
    written = {str(field.validation_alias or name).upper(): field.default for name, field in Settings.model_fields.items()}
    defaults = {
        name: default.get_secret_value() if hasattr(default, "get_secret_value") else str(default)
        for name, default in written.items()
    }

    assert read_documented() == defaults
