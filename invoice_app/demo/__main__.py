"""`make sample`: load the sample data into an empty database."""

import sys

from invoice_app.config import ConfigurationError, settings
from invoice_app.demo.describing import describe_sample
from invoice_app.demo.loading import load_sample
from invoice_app.domain.errors import AppError
from invoice_app.running.preparing import quiet_logs, upgrade_database


def main() -> int:
    """Load, and tell how to look around; answers 1 and one sentence when the sample is refused."""
    quiet_logs()
    try:
        settings()
        upgrade_database()
        load_sample()
    except (AppError, ConfigurationError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(describe_sample()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
