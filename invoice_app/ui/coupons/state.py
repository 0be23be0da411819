"""Coupons: the list, switching one off and on, and creating one."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.access import Permission
from invoice_app.domain.errors import ValidationFailed
from invoice_app.gateways.signals import ORDERS, SETTINGS
from invoice_app.services.configuring import open_settings
from invoice_app.services.couponing import create_coupon, list_coupons, set_coupon_active
from invoice_app.services.draft_views import CouponForm, CouponView
from invoice_app.services.ordering import list_customer_choices
from invoice_app.services.views import Choice
from invoice_app.ui.components.feedback import show_toast
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.live import LiveState, watch
from invoice_app.ui.session import FormState, call, door, form_door, read_form, whoami

DIALOG = "new-coupon"
UNDO = "undo-coupon"


class CouponsState(LiveState, FormState, rx.State):
    """All coupons and the form of a new one."""

    loaded: bool = False
    coupons: tuple[CouponView, ...] = ()
    can_edit: bool = False
    creating: bool = False
    method: str = "percent"
    currency: str = ""
    customers: tuple[Choice, ...] = ()
    _switched: tuple[int, bool] = (0, False)

    @door
    async def load(self) -> None:
        """Show every coupon."""
        self.can_edit = (await whoami(self)).may(Permission.MANAGE_COUPONS)
        await self._reload()
        watch(self, SETTINGS, ORDERS)

    async def _reload(self) -> None:
        self.coupons = await call(self, list_coupons)
        self.loaded = True

    @door
    async def start(self) -> None:
        """Open the form of a new coupon."""
        self.customers = await call(self, list_customer_choices)
        self.currency = (await call(self, open_settings)).organisation.currency
        self.method = "percent"
        self.creating = True
        self._await_submit()

    @door
    async def closed(self) -> None:
        """The form was closed."""
        self.creating = False

    @door
    async def choose_method(self, method: str) -> None:
        """Percent or a flat amount."""
        self.method = "fixed" if method == "fixed" else "percent"

    @form_door
    async def create(self, form: dict[str, Any]) -> list[EventSpec] | None:
        """Create the coupon; what is wrong is said at its field and nothing typed is lost."""
        try:
            coupon = await call(self, create_coupon, read_form(CouponForm, form))
        except ValidationFailed as refusal:
            self._refuse(refusal)
            return None
        await self._reload()
        return [close_overlay(DIALOG), show_toast(f"Coupon {coupon.code} created")]

    @door
    async def switch(self, coupon_id: int, active: bool) -> EventSpec:
        """Switch a coupon on or off; Undo switches it back."""
        code = await self._switch(coupon_id, active)
        self._switched = (coupon_id, active)
        return show_toast(f"{code} is {'on' if active else 'off'}", undo=UNDO)

    @door
    async def undo(self) -> EventSpec | None:
        """Switch the coupon switched last back."""
        coupon_id, active = self._switched
        if not coupon_id:
            return None
        self._switched = (0, False)
        code = await self._switch(coupon_id, not active)
        return show_toast(f"{code} is {'off' if active else 'on'} again")

    async def _switch(self, coupon_id: int, active: bool) -> str:
        await call(self, set_coupon_active, coupon_id, active)
        await self._reload()
        return next((coupon.code for coupon in self.coupons if coupon.id == coupon_id), "The coupon")
