"""`make owner`: set up an empty production database with an organisation, its owner and what an order needs first."""

import getpass
import sys

from invoice_app.config import ConfigurationError, settings
from invoice_app.domain.errors import AppError
from invoice_app.running.preparing import upgrade_database
from invoice_app.services import configuring
from invoice_app.services.founding import found_organisation


def main() -> int:
    """Ask, and create; answers 1 and one sentence when something is refused."""
    try:
        settings()
        upgrade_database()
        organisation, owner, email = input("Organisation: "), input("Your name: "), input("Your e-mail address: ")
        password = getpass.getpass("Password, 10 characters or more: ")
        actor = found_organisation(organisation=organisation, owner=owner, email=email, password=password)
        configuring.save_flow(actor, None, name="Orders", payments_enabled=True, hold_card=False)
        configuring.save_tax(actor, None, name="No tax", rate="0", category="O", is_default=True, active=True)
    except (AppError, ConfigurationError) as error:
        print(error, file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("\nNothing was set up.", file=sys.stderr)
        return 1
    print(f"Done. Sign in as {actor.email}; currency, taxes and numbering are under Settings.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
