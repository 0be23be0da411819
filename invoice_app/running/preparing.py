"""Before serving: bring the database to the newest migration and, in the sample mode, fill an empty one.

Runs as a process of its own, so that the supervisor keeps none of its memory.
"""

import json
import logging
import shutil
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
UNFINISHED_SAMPLE = "sample.unfinished"
HALF_A_SAMPLE = ("invoices.db*", "sandbox.db*", "uploads", "documents")


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
    remove_half_a_sample(current)
    upgrade_database()
    if current.mode != "sample":
        return Prepared(name_organisation(), "")
    if not is_founded():
        load_whole_sample(current)
    return Prepared(name_organisation(), "\n".join(describe_sample()))


def load_whole_sample(current: Settings) -> None:
    """Load the sample; a mark in the data folder stands as long as it is not whole."""
    # Imported only when there is something to load: it takes as long as the rest of a warm start's preparation.
    from invoice_app.demo.loading import load_sample

    print("Loading the sample data …", file=sys.stderr, flush=True)
    mark = current.data_dir / UNFINISHED_SAMPLE
    mark.touch()
    load_sample()
    mark.unlink()


def remove_half_a_sample(current: Settings) -> None:
    """Remove what a killed first start left behind, so that this start loads the sample anew; does nothing without its mark.

    Raises ConfigurationError where the half lies in a database server, which is not ours to empty.
    """
    mark = current.data_dir / UNFINISHED_SAMPLE
    if not mark.exists():
        return
    if current.database_url != f"sqlite:///{current.data_dir / 'invoices.db'}":
        raise ConfigurationError(f"Loading the sample was interrupted: empty the database and delete {mark}, then start again.")
    for pattern in HALF_A_SAMPLE:
        for left in current.data_dir.glob(pattern):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
    mark.unlink()


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
