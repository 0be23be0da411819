"""Whether one invoice can be paid online (D30): on for each new one, and staff can untick it."""

from invoice_app.clock import utc_now
from invoice_app.db import transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.repositories.event_log import record_event
from invoice_app.repositories.invoices import lock_invoice
from invoice_app.services.closing_checkouts import close_open_checkout
from invoice_app.services.signalling import signal_invoice


def switch_online_payment(actor: Actor | None, invoice_id: int, pay_online: bool) -> None:
    """Let the invoice be paid online, or not; then a payment page the customer has open is closed first.

    Raises NotFound, AttemptInProgress while they are paying, GatewayUnavailable when it is not known whether it was closed.
    """
    editor = require(actor, Permission.EDIT_INVOICES)
    if not pay_online:
        close_open_checkout(invoice_id)
    with transaction() as session:
        invoice = lock_invoice(session, invoice_id)
        if invoice.pay_online == pay_online:
            return
        invoice.pay_online, invoice.updated_at = pay_online, utc_now()
        session.add(invoice)
        record_event(
            session,
            editor,
            subject=f"invoice:{invoice_id}",
            action="switched online payment",
            before={"pay_online": not pay_online},
            after={"pay_online": pay_online},
        )
        signal_invoice(session, invoice)
