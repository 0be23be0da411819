"""A studio on a database of its own, and the situations that money starts from; each with a customer of its own."""

from dataclasses import dataclass, replace
from itertools import count

from invoice_app.domain.access import Actor
from invoice_app.services import sharing
from tests.factories import invoice_of, make_actor, make_flow, make_order, make_organisation
from tests.faults import flows
from tests.faults.flows import Case
from tests.local_stripe import LocalStripe

_counter = count(1)


@dataclass(frozen=True)
class House:
    """Who works there, the booking flow that keeps cards, and the local Stripe."""

    actor: Actor
    card_flow: str
    local: LocalStripe


def open_house(local: LocalStripe) -> House:
    """Found the studio on the empty database of the settings."""
    make_organisation()
    actor = make_actor()
    return House(actor, make_flow(actor=actor, hold_card=True), local)


def shared(house: House, *, flow_id: str = "") -> Case:
    """An order over 720.00 whose customer has the link."""
    number = next(_counter)
    order = make_order(
        actor=house.actor, flow_id=flow_id, customer=f"Customer {number}", email=f"customer{number}@lindt.example"
    )
    invoice_id = invoice_of(order).id or 0
    token = sharing.create_link(house.actor, invoice_id).url.rpartition("/")[2]
    told = flows.list_events(house.local)
    return Case(house.actor, order.id or 0, invoice_id, token, house.local, after=told[0]["id"] if told else "")


def shared_where_cards_are_held(house: House) -> Case:
    """The same in a booking flow that asks for a card."""
    return shared(house, flow_id=house.card_flow)


def card_left(house: House) -> Case:
    """The customer has left a card."""
    case = shared_where_cards_are_held(house)
    flows.customer_leaves_card(case)
    return case


def hold_placed(house: House) -> Case:
    """What is due is held on the card."""
    case = card_left(house)
    flows.staff_place_hold(case)
    return case


def paid_by_card(house: House) -> Case:
    """The customer has paid."""
    case = shared(house)
    flows.customer_pays(case)
    return case


def paid_in_cash(house: House) -> Case:
    """Staff have recorded cash."""
    case = shared(house)
    flows.staff_take_cash(case)
    return case


def page_open(house: House) -> Case:
    """The customer has Stripe's page open."""
    case = shared(house)
    return replace(case, page=flows.open_page(case))


def paid_and_gone(house: House) -> Case:
    """The customer has paid at Stripe and closed the browser: nobody told us."""
    case = page_open(house)
    house.local.pay(case.page)
    return case
