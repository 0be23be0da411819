"""The orders list: its filters stand in the URL, its rows come from one service."""

from dataclasses import asdict, fields, replace
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from invoice_app import routes
from invoice_app.domain.errors import ValidationFailed
from invoice_app.gateways.signals import ORDERS
from invoice_app.services.ordering import (
    create_order,
    list_assignee_choices,
    list_customer_choices,
    list_flow_choices,
    list_missing,
    list_orders,
)
from invoice_app.services.views import Choice, OrderForm, OrderList, OrderQuery
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import FormState, call, door, form_door, read_form

_FILTERS = frozenset(field.name for field in fields(OrderQuery)) - {"sort", "page"}


def read_query(parameters: dict[str, str]) -> OrderQuery:
    """The filters in a page's address; what cannot be read is left out."""
    texts = {name: parameters[name][:200] for name in _FILTERS | {"sort"} if name in parameters}
    page = parameters.get("page", "")
    return OrderQuery(**texts, page=int(page) if page.isdecimal() and len(page) < 6 else 1)


def write_address(query: OrderQuery) -> str:
    """The address of the list with these filters, without those that say nothing."""
    usual = asdict(OrderQuery())
    said = {name: value for name, value in asdict(query).items() if value != usual[name]}
    return f"{routes.ORDERS}?{urlencode(said)}" if said else routes.ORDERS


class OrdersState(LiveState, FormState, rx.State):
    """The orders list."""

    loaded: bool = False
    query: OrderQuery = OrderQuery()
    filtered: bool = False
    orders: OrderList = OrderList((), 0, 1, 1, "")
    creating: bool = False
    saving: bool = False
    customers: tuple[Choice, ...] = ()
    flows: tuple[Choice, ...] = ()
    assignees: tuple[Choice, ...] = ()
    customer: str = ""
    errors: dict[str, str] = {}

    @door
    async def load(self) -> None:
        """Show the orders the address asks for."""
        self.query = read_query(dict(self.router.url.query_parameters))
        self.filtered = any(getattr(self.query, name) for name in _FILTERS)
        await self._reload()
        watch(self, ORDERS)

    async def _reload(self) -> None:
        self.orders = await call(self, list_orders, self.query)
        self.loaded = True

    @door
    async def choose(self, name: str, value: str) -> EventSpec | None:
        """Change one filter: the list loads from its new address."""
        if name not in _FILTERS or getattr(self.query, name) == value:
            return None
        return rx.redirect(write_address(replace(self.query, page=1, **{name: value})))

    @door
    async def search(self, text: str) -> EventSpec | None:
        """Search while typing; the history keeps one entry, not one a letter."""
        if text.strip() == self.query.search:
            return None
        return rx.redirect(write_address(replace(self.query, page=1, search=text.strip())), replace=True)

    @door
    async def sort_by(self, sort: str) -> EventSpec:
        """Sort by a column; "-" in front for descending."""
        return rx.redirect(write_address(replace(self.query, page=1, sort=sort)))

    @door
    async def go_to(self, page: int) -> EventSpec:
        """Show another page of the list."""
        return rx.redirect(write_address(replace(self.query, page=max(1, page))))

    @door
    async def start(self) -> None:
        """Open the form for a new order."""
        self.customers = await call(self, list_customer_choices)
        self.flows = await call(self, list_flow_choices)
        self.assignees = await call(self, list_assignee_choices)
        self.customer, self.errors = "", {}
        self.creating = True
        self._await_submit()

    @door
    async def choose_customer(self, customer: str) -> None:
        """Remember whether a customer or "new customer" is chosen."""
        self.customer = customer

    @door
    async def closed(self) -> None:
        """The form was closed."""
        self.creating = False

    @form_door
    async def create(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Create the order and go to it; what is wrong is said at its field."""
        typed = read_form(OrderForm, form)
        self.errors = list_missing(typed)
        if self.errors:
            return None
        try:
            number = await call(self, create_order, typed)
        except ValidationFailed as refusal:
            self.errors = {refusal.field: refusal.message}
            return None
        return [close_overlay("new-order"), rx.redirect(routes.order(number))]
