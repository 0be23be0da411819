"""Before serving: bring the database to the newest migration and, in the sample mode, fill an empty one.

Runs as a process of its own, so that the supervisor keeps none of its memory.
"""

import json
import logging
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config

from invoice_app.config import ConfigurationError, Settings, settings
from invoice_app.demo.describing import describe_sample
from invoice_app.services.founding import is_founded, name_organisation

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Prepared:
    """What the supervisor learns from a finished preparation: whose desk it is, and the lines to tell who started it."""

    organisation: str
    told: str


def upgrade_database() -> None:
    """Run the migrations the configured database has not seen."""
    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")


def close_folder(folder: Path) -> None:
    """Make the folder, readable for our own user alone: it holds invoices, uploads and keys."""
    folder.mkdir(parents=True, exist_ok=True)
    # A folder that belongs to somebody else, as in some containers, is theirs to close.
    with suppress(PermissionError):
        folder.chmod(0o700)


def prepare(current: Settings) -> Prepared:
    """Everything that must be done before the first request."""
    close_folder(current.data_dir)
    upgrade_database()
    if current.mode != "sample":
        return Prepared(name_organisation(), "")
    if not is_founded():
        print("Loading the sample data …", file=sys.stderr, flush=True)
        # Imported only when there is something to load: it takes as long as the rest of a warm start's preparation.
        from invoice_app.demo.loading import load_sample

        load_sample()
    return Prepared(name_organisation(), "\n".join(describe_sample()))


def quiet_logs() -> None:
    """Only what somebody must act on, and not on standard output, which carries the answer."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> int:
    """Prepare, and write to standard output what was prepared, as JSON."""
    quiet_logs()
    try:
        prepared = prepare(settings())
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(asdict(prepared)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
