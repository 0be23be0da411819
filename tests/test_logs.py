"""Logs never hold a secret, whoever writes them, and not a page for each malformed request."""

import io
import logging
from collections.abc import Iterator

import pytest

from invoice_app.logs import LONGEST_MESSAGE, TRACEBACKS_A_MINUTE, hide_secrets, keep_logs_clean

HEADERS = "{'host': 'localhost', 'cookie': 'session=canary.of.a-session; theme=dark', 'origin': 'http://localhost'}"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler writes that knows nothing of secrets."""
    usual, text = logging.getLogRecordFactory(), io.StringIO()
    handler = logging.StreamHandler(text)
    logger = logging.getLogger("somebody.elses.library")
    logger.addHandler(handler)
    keep_logs_clean()
    yield text
    logging.setLogRecordFactory(usual)
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (HEADERS, "{'host': 'localhost', 'cookie': [hidden], 'origin': 'http://localhost'}"),
        ("Cookie: session=canary; theme=dark", "Cookie: [hidden]"),
        ("sent session=canary; and more", "sent session=[hidden]; and more"),
        ("key sk_live_canary1", "key sk_live_[hidden]"),
        ("secret whsec_canary1", "secret whsec_[hidden]"),
        ("GET /i/canarycanarycanarycanary/pay", "GET /i/[hidden]/pay"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_a_secret_is_replaced_and_the_rest_stays(text: str, clean: str) -> None:
    assert hide_secrets(text) == clean


def test_neither_the_message_nor_the_traceback_of_any_library_holds_a_cookie(written: io.StringIO) -> None:
    log = logging.getLogger("somebody.elses.library")
    try:
        raise ValueError(HEADERS)
    except ValueError:
        log.exception("Refused %s", HEADERS)
    assert "Refused" in written.getvalue()
    assert "ValueError" in written.getvalue()
    assert "canary" not in written.getvalue()


def test_a_flood_of_errors_is_a_line_each(written: io.StringIO) -> None:
    log = logging.getLogger("somebody.elses.library")
    for number in range(50):
        try:
            raise ValueError(f"malformed {number}")
        except ValueError:
            log.exception("x" * 10_000)
    assert written.getvalue().count("Traceback") <= 2 * TRACEBACKS_A_MINUTE
    assert written.getvalue().count("ValueError: malformed") == 50
    assert len(written.getvalue()) < 50 * (LONGEST_MESSAGE + 200) + 20 * 2_000
