"""What may stand in a log: no cookie, no key, no link of a customer, no page of traceback for each malformed request.

It is done where records are made, so that it holds for every library and every handler, whichever is installed later.
"""

import logging
import re
import time
import traceback
from types import TracebackType
from typing import Any

HIDDEN = "[hidden]"
LONGEST_MESSAGE = 600
TRACEBACKS_A_MINUTE = 10

_SECRETS = (
    # A header as Python prints a dictionary, and as it stands in a request.
    re.compile(r"""(['"]?\b(?:set-)?cookie['"]?\s*[:=]\s*)(?:'[^']*'|"[^"]*"|[^\r\n]*)""", re.IGNORECASE),
    re.compile(r"""(['"]?\bauthorization['"]?\s*[:=]\s*)(?:'[^']*'|"[^"]*"|[^\r\n]*)""", re.IGNORECASE),
    re.compile(r"""(\bsession=)[^;\s'",)}\]]+"""),
    re.compile(r"(\b(?:sk|rk)_(?:test|live)_)\w+"),
    re.compile(r"(\bwhsec_)\w+"),
    re.compile(r"(/i/)[A-Za-z0-9_-]{20,}"),
)
# What Reflex says of an event that no page of ours sends: the name is the caller's, the rest are the headers it came with.
_UNKNOWN_EVENT = "Error processing event queue entry"


def hide_secrets(text: str) -> str:
    """The text with each secret in it replaced.

    >>> hide_secrets("{'cookie': 'session=abc', 'host': 'localhost'}")
    "{'cookie': [hidden], 'host': 'localhost'}"
    """
    for secret in _SECRETS:
        text = secret.sub(rf"\1{HIDDEN}", text)
    return text


def keep_logs_clean() -> None:
    """From now on, no record of any logger of this process holds a secret, nor more tracebacks than a person would read."""
    make_record = logging.getLogRecordFactory()
    if isinstance(make_record, _CleanRecords):
        return
    logging.setLogRecordFactory(_CleanRecords(make_record))


class _CleanRecords:
    """Makes log records that are ready to be written as they are."""

    def __init__(self, make_record: Any) -> None:
        self._make_record = make_record
        self._minute, self._written = 0, 0

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._make_record(*args, **kwargs)
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        if message.startswith(_UNKNOWN_EVENT):
            message, record.exc_info = "An event that no page sends was ignored.", None
        message = hide_secrets(message)
        record.msg = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"
        record.args = ()
        if isinstance(record.exc_info, tuple) and record.exc_info[0] is not None:
            # A formatter writes exc_text when it is there, and formats the exception itself only when it is not.
            record.exc_text = hide_secrets(self._tell(*record.exc_info))
            record.exc_info = None
        return record

    def _tell(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> str:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._written = minute, 0
        self._written += 1
        if self._written > TRACEBACKS_A_MINUTE:
            return "".join(traceback.format_exception_only(kind, error))[:LONGEST_MESSAGE].rstrip()
        return "".join(traceback.format_exception(kind, error, trace)).rstrip()
