"""Kept cards beyond one payment: which is charged by default, and what became of one at the gateway."""

from sqlmodel import Session, select

from invoice_app.clock import utc_now
from invoice_app.domain.errors import NotFound
from invoice_app.models import Account, SavedCard
from invoice_app.repositories.payments import list_cards


def read_card(session: Session, card_id: int) -> SavedCard:
    """A card that was not removed. Raises NotFound."""
    card = session.get(SavedCard, card_id)
    if card is None or card.removed_at is not None:
        raise NotFound("card", card_id)
    return card


def find_account_of_customer(session: Session, customer_id: str) -> Account | None:
    """The account registered at the gateway under an id."""
    return session.exec(select(Account).where(Account.stripe_customer_id == customer_id)).first()


def choose_default(session: Session, account_id: int, card_id: int | None) -> None:
    """One card of the account is charged when none is named, or none of them is."""
    for card in list_cards(session, account_id):
        if card.is_default != (card.id == card_id):
            card.is_default = card.id == card_id
            session.add(card)


def drop_card(session: Session, card: SavedCard) -> None:
    """The card can no longer be charged; the row stays, because attempts name it."""
    card.removed_at, card.is_default = utc_now(), False
    session.add(card)
