"""A customer's own record: name, contact person, address, tax number, as they are billed (D27)."""

from dataclasses import dataclass

from sqlmodel import col, select

from invoice_app.clock import utc_now
from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.entry import parse_text
from invoice_app.domain.errors import ValidationFailed
from invoice_app.gateways import signals
from invoice_app.models import Account, Invoice
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.orders import read_account
from invoice_app.services.contacting import parse_address
from invoice_app.services.signalling import signal_invoice

KINDS = ("person", "company", "team")
LONGEST_NAME = 120
MOST_LINES = 6


@dataclass(frozen=True)
class CustomerForm:
    """A customer as typed; `address` one line each."""

    name: str = ""
    kind: str = "person"
    contact_name: str = ""
    email: str = ""
    address: str = ""
    tax_id: str = ""


def open_customer(actor: Actor | None, account_id: int) -> CustomerForm:
    """What is stored of a customer. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        return _write(read_account(session, account_id))


def save_customer(actor: Actor | None, account_id: int, form: CustomerForm) -> None:
    """Change a customer; invoices that were finalised keep who they were issued to (D28).

    Raises ValidationFailed ("name", "kind", "contact_name", "email", "address", "tax_id"), NotFound, PermissionDenied.
    """
    editor = require(actor, Permission.MANAGE_CUSTOMERS)
    name = " ".join(parse_text(form.name, "name", most=LONGEST_NAME).split())
    if not name:
        raise ValidationFailed("Give the customer a name.", "name")
    if form.kind not in KINDS:
        raise ValidationFailed("Choose one of the list.", "kind", form.kind)
    contact = " ".join(parse_text(form.contact_name, "contact_name", most=LONGEST_NAME).split())
    email = parse_address(form.email, "email") if form.email.strip() else ""
    lines = [line.strip() for line in parse_text(form.address, "address", most=600).splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise ValidationFailed(f"An address has at most {MOST_LINES} lines.", "address")
    tax_id = parse_text(form.tax_id, "tax_id", most=60)
    with transaction() as session:
        account = read_account(session, account_id)
        before = vars(_write(account)).copy()
        account.name, account.kind, account.contact_name = name, form.kind, contact
        account.email, account.address, account.tax_id = email, "\n".join(lines), tax_id
        session.add(account)
        after = vars(_write(account)).copy()
        if after == before:
            return
        record_event(
            session, editor, subject=f"account:{account_id}", action="changed the customer", before=before, after=after
        )
        still_follow = select(Invoice).where(Invoice.account_id == account_id, col(Invoice.stage).in_(("draft", "sent")))
        for invoice in session.exec(still_follow.with_for_update()).all():
            invoice.updated_at = utc_now()
            session.add(invoice)
            signal_invoice(session, invoice)
        after_commit(session, lambda: signals.publish(signals.ORDERS))


def _write(account: Account) -> CustomerForm:
    return CustomerForm(account.name, account.kind, account.contact_name, account.email, account.address, account.tax_id)
