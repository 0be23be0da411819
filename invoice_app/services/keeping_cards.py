"""A customer's kept cards: what they agreed to, which is charged by default, and letting one go."""

from datetime import date

from sqlmodel import Session

from invoice_app.clock import today_in
from invoice_app.db import after_commit, reading, transaction
from invoice_app.documents.formatting import format_date
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.gateways import signals, stripe_cards
from invoice_app.gateways.stripe_cards import CustomerFacts
from invoice_app.gateways.stripe_values import label_card
from invoice_app.models import Account, Organisation, SavedCard
from invoice_app.repositories.cards import choose_default, drop_card, find_account_of_customer, read_card
from invoice_app.repositories.event_log import SYSTEM, record_event
from invoice_app.repositories.orders import read_account
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.payments import HELD, find_card, list_cards
from invoice_app.services.payment_views import KeptCards, KeptCardView


def list_kept_cards(actor: Actor | None, account_id: int) -> KeptCards:
    """The cards a customer agreed to have kept, newest first. Raises NotFound."""
    viewer = require(actor, Permission.VIEW)
    with reading() as session:
        return _view(session, read_account(session, account_id), viewer)


def make_default(actor: Actor | None, card_id: int) -> KeptCards:
    """Charge this card when none is named, here and at Stripe. Raises NotFound, GatewayUnavailable, PermissionDenied."""
    person = require(actor, Permission.TAKE_PAYMENTS)
    with reading() as session:
        card = read_card(session, card_id)
        account = read_account(session, card.account_id)
    if account.stripe_customer_id:
        stripe_cards.make_default(account.stripe_customer_id, card.payment_method_id)
    with transaction() as session:
        choose_default(session, card.account_id, card_id)
        _record(session, person, card, "made a card the default")
        session.flush()
        return _view(session, account, person)


def remove_card(actor: Actor | None, card_id: int) -> KeptCards:
    """Let a card go: detached at Stripe first, so that nobody can charge it any more, then here.

    Raises NotFound, GatewayUnavailable, PermissionDenied.
    """
    person = require(actor, Permission.TAKE_PAYMENTS)
    with reading() as session:
        card = read_card(session, card_id)
    stripe_cards.detach_card(card.payment_method_id)
    with transaction() as session:
        stored = session.get(SavedCard, card_id)
        assert stored is not None
        if stored.removed_at is None:
            drop_card(session, stored)
            _record(session, person, stored, "removed a card")
            after_commit(session, lambda: signals.publish(signals.ORDERS))
        session.flush()
        return _view(session, read_account(session, stored.account_id), person)


def _record(session: Session, actor: Actor | str, card: SavedCard, action: str) -> None:
    after = {"card": label_card(card.brand, card.last4)}
    record_event(session, actor, subject=f"account:{card.account_id}", action=action, after=after)


def forget_card(payment_method_id: str) -> None:
    """A card was detached at Stripe: it can no longer be charged."""
    with transaction() as session:
        card = find_card(session, payment_method_id)
        if card is not None and card.removed_at is None:
            drop_card(session, card)
            _record(session, SYSTEM, card, "card removed at Stripe")


def follow_customer(facts: CustomerFacts) -> None:
    """A customer changed at Stripe: follow its default card; one that was deleted has no cards left and is registered anew."""
    with transaction() as session:
        account = find_account_of_customer(session, facts.id)
        if account is None or account.id is None:
            return
        if facts.deleted:
            account.stripe_customer_id = None
            account.registrations += 1
            session.add(account)
            for card in list_cards(session, account.id):
                drop_card(session, card)
                _record(session, SYSTEM, card, "card removed at Stripe")
            return
        card_at_stripe = find_card(session, facts.default_method_id) if facts.default_method_id else None
        mine = card_at_stripe is not None and card_at_stripe.account_id == account.id
        choose_default(session, account.id, card_at_stripe.id if card_at_stripe and mine else None)


def _view(session: Session, account: Account, viewer: Actor) -> KeptCards:
    organisation = read_organisation(session)
    today = today_in(organisation.time_zone)
    cards = list_cards(session, account.id or 0)
    return KeptCards(
        account_id=account.id or 0,
        customer=account.name,
        cards=tuple(_view_card(card, organisation, today) for card in cards),
        can_edit=viewer.may(Permission.TAKE_PAYMENTS),
    )


def _view_card(card: SavedCard, organisation: Organisation, today: date) -> KeptCardView:
    agreed = format_date(card.consented_at.date(), organisation.locale)
    how = "for an order" if card.source == HELD else "when paying"
    return KeptCardView(
        id=card.id or 0,
        label=label_card(card.brand, card.last4),
        expires=f"{card.exp_month:02}/{card.exp_year}",
        expired=(card.exp_year, card.exp_month) < (today.year, today.month),
        agreed=f"Agreed {how} on {agreed}",
        is_default=card.is_default,
    )
