"""The organisation and what hangs on it: flows, taxes, number series."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from invoice_app.domain.errors import NotFound
from invoice_app.models import BookingFlow, Organisation, Tax


def read_organisation(session: Session) -> Organisation:
    """The organisation of this deployment. Raises NotFound before the first set-up."""
    organisation = session.get(Organisation, 1)
    if organisation is None:
        raise NotFound("organisation", 1)
    session.info["organisation"] = organisation  # a session holds its rows weakly; this one is asked for again and again
    return organisation


def read_flow(session: Session, flow_id: int) -> BookingFlow:
    """A booking flow. Raises NotFound."""
    flow = session.get(BookingFlow, flow_id)
    if flow is None:
        raise NotFound("booking flow", flow_id)
    return flow


def list_flows(session: Session) -> Sequence[BookingFlow]:
    """All booking flows by name."""
    return session.exec(select(BookingFlow).order_by(col(BookingFlow.name))).all()


def list_taxes(session: Session, *, active_only: bool = True) -> Sequence[Tax]:
    """Taxes, the default first."""
    query = select(Tax).order_by(col(Tax.is_default).desc(), col(Tax.name))
    return session.exec(query.where(col(Tax.active)) if active_only else query).all()
