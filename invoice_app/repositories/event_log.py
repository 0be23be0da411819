"""The event log: who changed what, written in the transaction of the change (product.md invariant 21)."""

from typing import Any

from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.domain.access import Actor
from invoice_app.models import EventLog

CUSTOMER = "Customer"
SYSTEM = "System"


def record_event(
    session: Session,
    actor: Actor | str,
    *,
    subject: str,
    action: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add one entry. `subject` is "invoice:12", "order:3"…; `actor` is an Actor, or CUSTOMER or SYSTEM."""
    session.add(
        EventLog(
            at=utc_now(),
            actor_id=actor.user_id if isinstance(actor, Actor) else None,
            actor_name=actor.name if isinstance(actor, Actor) else str(actor),
            subject=subject,
            action=action,
            before=before,
            after=after,
        )
    )
