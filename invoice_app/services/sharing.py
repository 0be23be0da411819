"""Sharing an invoice: links that can be copied again, sent, revoked, and the truth about who looked (A12)."""

import re
from datetime import datetime

from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading, transaction
from invoice_app.documents.formatting import format_when
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import PaymentsSwitchedOff, ValidationFailed
from invoice_app.domain.stages import Action, Kind, LockPolicy, Stage, require_allowed
from invoice_app.models import Invoice, Organisation, ShareLink
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.event_log import CUSTOMER, record_event
from invoice_app.repositories.invoices import lock_invoice, read_invoice
from invoice_app.repositories.issuing import settle_facts, tell_dates
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.sharing import (
    add_link,
    build_url,
    find_live_link,
    find_recipient_link,
    is_live,
    read_link,
)
from invoice_app.repositories.sharing import list_links as list_rows
from invoice_app.services.contacting import parse_address
from invoice_app.services.finalising import finalise_in
from invoice_app.services.signalling import signal_invoice
from invoice_app.services.views import Badge, LinkView
from invoice_app.services.writing_emails import queue_link_email

LONGEST_MESSAGE = 4_000
VIEW_PAUSE_SECONDS = 60

# What opens links before people do: mail scanners, link previews, crawlers, tools.
_BOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|telegram|slack|discord|skype|proofpoint|mimecast|barracuda|"
    r"safelinks|scanner|urldefense|google-safety|googleimageproxy|headless|curl|wget|python|httpx|okhttp|java/|go-http",
    re.IGNORECASE,
)


def send_link(actor: Actor | None, invoice_id: int, *, recipient: str, message: str) -> LinkView:
    """E-mail the customer a link of their own; a draft becomes sent.

    Raises ValidationFailed ("recipient", "message"), PaymentsSwitchedOff (A1), InvoiceIsVoid.
    """
    sender = require(actor, Permission.SEND)
    address = parse_address(recipient, "recipient")
    if len(message) > LONGEST_MESSAGE:
        raise ValidationFailed(f"Keep the message under {LONGEST_MESSAGE:,} characters.", "message")
    with transaction() as session:
        context = _share(session, sender, invoice_id)
        link = find_recipient_link(session, invoice_id, address, now=utc_now())
        link = link or add_link(session, invoice_id, recipient=address, created_by=sender.name)
        queue_link_email(session, context, url=build_url(link, settings().base_url), recipient=address, message=message.strip())
        record_event(session, sender, subject=f"invoice:{invoice_id}", action="sent a link", after={"recipient": address})
        session.flush()
        return _view(link, context.organisation)


def create_link(actor: Actor | None, invoice_id: int) -> LinkView:
    """A link to copy and pass on; a draft becomes sent. The same live link is answered again. Raises as `send_link`."""
    sender = require(actor, Permission.SEND)
    with transaction() as session:
        context = _share(session, sender, invoice_id)
        link = find_recipient_link(session, invoice_id, "", now=utc_now())
        if link is None:
            link = add_link(session, invoice_id, recipient="", created_by=sender.name)
            record_event(session, sender, subject=f"invoice:{invoice_id}", action="made a link")
            session.flush()
        return _view(link, context.organisation)


def list_links(actor: Actor | None, invoice_id: int) -> tuple[LinkView, ...]:
    """Every link of an invoice, newest first. Links are only spelled out to those who may send them."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        read_invoice(session, invoice_id)
        organisation = read_organisation(session)
        shown = viewer.may(Permission.SEND)
        return tuple(_view(link, organisation, shown=shown) for link in list_rows(session, invoice_id))


def revoke_link(actor: Actor | None, link_id: int) -> LinkView:
    """End a link at once, also for pages that are open."""
    sender = require(actor, Permission.SEND)
    with transaction() as session:
        link = read_link(session, link_id)
        if link.revoked_at is None:
            link.revoked_at = utc_now()
            session.add(link)
            action_on = f"invoice:{link.invoice_id}"
            record_event(session, sender, subject=action_on, action="revoked a link", before={"recipient": link.recipient})
            signal_invoice(session, read_invoice(session, link.invoice_id))
        return _view(link, read_organisation(session))


def note_view(token: str, *, user_agent: str, is_staff: bool) -> None:
    """Note that the customer looked: not staff, not mail scanners and other programs, at most once a minute."""
    if is_staff or not user_agent or _BOTS.search(user_agent):
        return
    now = utc_now()
    with reading() as session:
        link = find_live_link(session, token, now=now)
        if link.last_viewed_at and (now - link.last_viewed_at).total_seconds() < VIEW_PAUSE_SECONDS:
            return
    with transaction() as session:
        link = find_live_link(session, token, now=now)
        invoice = lock_invoice(session, link.invoice_id)
        if link.first_viewed_at is None:
            link.first_viewed_at = now
            record_event(
                session, CUSTOMER, subject=f"invoice:{invoice.id}", action="viewed", after={"recipient": link.recipient}
            )
        link.last_viewed_at = invoice.viewed_at = now
        session.add(link)
        session.add(invoice)
        signal_invoice(session, invoice)


def _share(session: Session, sender: Actor, invoice_id: int) -> InvoiceContext:
    invoice = lock_invoice(session, invoice_id)
    context = read_context(session, invoice)
    if context.switches_off:
        raise PaymentsSwitchedOff(context.switches_off)
    require_allowed(Action.SEND, stage=Stage(invoice.stage), kind=Kind(invoice.kind), reference=context.reference)
    mark_sent(session, sender, invoice)
    if (
        context.organisation.lock_policy == LockPolicy.ON_SEND
        and invoice.kind == Kind.STANDALONE
        and invoice.stage == Stage.SENT
    ):
        # Under this policy sending is posting: it takes the number, and nothing changes any more (B11).
        finalise_in(session, invoice, sender)
    return context


def mark_sent(session: Session, sender: Actor | str, invoice: Invoice) -> None:
    """A draft that a customer can open is no longer one."""
    if invoice.stage == Stage.DRAFT:
        before = {"stage": invoice.stage, **tell_dates(invoice)}
        invoice.stage, invoice.sent_at = Stage.SENT.value, utc_now()
        settle_facts(session, invoice, read_organisation(session))
        session.add(invoice)
        record_event(
            session,
            sender,
            subject=f"invoice:{invoice.id}",
            action="sent",
            before=before,
            after={"stage": invoice.stage, **tell_dates(invoice)},
        )
    signal_invoice(session, invoice)


def _view(link: ShareLink, organisation: Organisation, *, shown: bool = True) -> LinkView:
    now = utc_now()
    live = is_live(link, now)

    def tell(at: datetime) -> str:
        return format_when(at, now, organisation.locale, organisation.time_zone)

    if live:
        state = Badge("Live", "good", "link")
    else:
        state = Badge("Revoked", "neutral", "ban") if link.revoked_at else Badge("Expired", "neutral", "clock")
    return LinkView(
        id=link.id or 0,
        url=build_url(link, settings().base_url) if live and shown else "",
        recipient=link.recipient,
        created=tell(link.created_at),
        viewed=f"Viewed {tell(link.last_viewed_at)}" if link.last_viewed_at else "Not viewed yet",
        state=state,
        live=live,
    )
