"""Where the project lies, and settings of this process that follow its environment, which each test changes."""

from pathlib import Path

from invoice_app.config import load_settings, settings

ROOT = Path(__file__).resolve().parents[1]


def read_settings_again() -> None:
    """Read the settings once more, and see that they are kept.

    A thread that the last test left behind may be reading the settings of before: whoever ends first is kept.
    """
    settings.cache_clear()
    settings()
    while settings() != load_settings():
        settings.cache_clear()
        settings()
