"""How to look around in the sample: who signs in, and where a customer pays. Read at every start, so it imports little."""

from sqlmodel import col, select

from invoice_app.db import reading
from invoice_app.demo.studio import COLLEAGUES, OWNER, Colleague
from invoice_app.domain.access import Actor, Role
from invoice_app.models import Invoice, Order, User
from invoice_app.services import sharing
from invoice_app.services.signing_in import to_sign_in_name

# The order whose link is shown at the start: partly paid, with a coupon, a fee and a discount.
SHOWN_ORDER = "Harbor Loft shoot"


def describe_sample() -> list[str]:
    """How to sign in, and a customer's link: what whoever starts the sample wants to know. Empty for other data."""
    owner = find_actor(OWNER)
    if owner is None:
        return []
    lines = ["Staff sign in as"]
    lines += [f"  {colleague.email:<26}{colleague.password:<20}{colleague.role.replace('_', ' ')}" for colleague in COLLEAGUES]
    with reading() as session:
        shown = select(Invoice.id).join(Order, col(Order.id) == Invoice.order_id).where(Order.title == SHOWN_ORDER)
        invoice_id = session.exec(shown.order_by(col(Invoice.id))).first()
    links = [link for link in sharing.list_links(owner, invoice_id) if link.live] if invoice_id else []
    return [*lines, "A customer pays at", f"  {links[0].url}"] if links else lines


def find_actor(colleague: Colleague) -> Actor | None:
    """A colleague of the sample as somebody who acts; None where there is no such user."""
    with reading() as session:
        user = session.exec(select(User).where(User.email == to_sign_in_name(colleague.email))).first()
        if user is None or user.id is None:
            return None
        return Actor(user_id=user.id, name=user.name, email=user.email, role=Role(user.role))
