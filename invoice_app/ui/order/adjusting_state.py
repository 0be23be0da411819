"""+ Add item: what was typed for a coupon, discount or fee, and its effect before it is added (A13–A19)."""

from dataclasses import asdict, replace
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from invoice_app.domain.errors import AppError, ValidationFailed
from invoice_app.services.adjusting import add_adjustment, preview_adjustment, read_adjustment_form
from invoice_app.services.couponing import choose_coupons, create_coupon
from invoice_app.services.draft_views import AdjustmentForm, CouponChoice, CouponForm, EffectView
from invoice_app.services.drafting import open_draft
from invoice_app.services.views import Choice
from invoice_app.ui.components.overlay import close_overlay
from invoice_app.ui.session import DialogState, call, door, form_door, read_form

_TYPED = frozenset(asdict(AdjustmentForm())) - {"kind", "key"}
_FRESH = {
    "coupon": AdjustmentForm(),
    "discount": AdjustmentForm(kind="discount"),
    "fee": AdjustmentForm(kind="fee", method="fixed"),
}


ELIGIBLE = "eligible_"  # and the key of a line: a tick of the new coupon's form


class AdjustingState(DialogState, rx.State):
    """The + Add item dialog."""

    invoice_id: int = 0
    customer_id: str = ""
    customer: str = ""
    form: AdjustmentForm = AdjustmentForm()
    effect: EffectView = EffectView()
    coupons: tuple[CouponChoice, ...] = ()
    creating: bool = False
    coupon_method: str = "percent"
    lines: tuple[Choice, ...] = ()
    taxes: tuple[Choice, ...] = ()

    @door
    async def start(self, invoice_id: int, customer_id: str, customer: str, kind: str) -> None:
        """Open the dialog for something new."""
        await self._open(invoice_id, customer_id, customer, _FRESH.get(kind, AdjustmentForm()))

    @door
    async def start_on_line(self, invoice_id: int, customer_id: str, customer: str, kind: str, target: str) -> None:
        """Open the dialog for a discount on one line."""
        await self._open(invoice_id, customer_id, customer, replace(_FRESH.get(kind, AdjustmentForm()), target=target))

    @door
    async def edit(self, invoice_id: int, customer_id: str, customer: str, key: str) -> None:
        """Open the dialog with an adjustment as it was typed."""
        await self._open(invoice_id, customer_id, customer, await call(self, read_adjustment_form, invoice_id, key))
        await self._preview()

    async def _open(self, invoice_id: int, customer_id: str, customer: str, form: AdjustmentForm) -> None:
        draft = await call(self, open_draft, invoice_id)
        self.lines = tuple(Choice(line.key, line.description) for line in draft.lines if line.description)
        self.taxes = draft.taxes_choices
        self.coupons = await call(self, choose_coupons, invoice_id)
        self.invoice_id, self.customer_id, self.customer, self.form = invoice_id, customer_id, customer, form
        self._forget()
        self.creating = False
        self._open_dialog()

    def _forget(self) -> None:
        self.effect, self.error, self.error_field = EffectView(), "", ""

    @door
    async def choose_kind(self, kind: str) -> None:
        """Coupons, Discounts or Fees."""
        self.form = _FRESH.get(kind, AdjustmentForm())
        self.creating = False
        self._forget()

    @door
    async def type(self, name: str, text: str) -> None:
        """Take over one field and show what it does to the total."""
        if name in _TYPED and getattr(self.form, name) != text:
            self.form = replace(self.form, **{name: text})
            self._forget()
            await self._preview()

    async def _preview(self) -> None:
        asked = self.form.coupon_code if self.form.kind == "coupon" else self.form.value
        if not asked.strip():
            return
        named = replace(self.form, label=self.form.label.strip() or "Fee")
        self.effect = await call(self, preview_adjustment, self.invoice_id, named)
        self.error, self.error_field = self.effect.error, self.effect.field

    @door
    async def search_coupons(self, text: str) -> None:
        """Find coupons by code or name."""
        self.coupons = await call(self, choose_coupons, self.invoice_id, text)

    @form_door
    async def add(self, form: dict[str, Any]) -> EventSpec | None:
        """Put it on the draft; when something is wrong, say so at its field and add nothing."""
        typed = {name: text for name, text in form.items() if name in _TYPED and text is not None}
        self.form = read_form(AdjustmentForm, {**asdict(self.form), **typed})
        try:
            await call(self, add_adjustment, self.invoice_id, self.form)
        except AppError as refusal:
            self.effect, self.error, self.error_field = EffectView(), refusal.message, refusal.field
            return None
        return close_overlay("add-item-dialog")

    def _read_coupon(self, form: dict[str, Any]) -> CouponForm:
        ticked = (line.label for line in self.lines if form.get(f"{ELIGIBLE}{line.value}"))
        return read_form(CouponForm, {**form, "account_id": self.customer_id, "eligible_items": "\n".join(ticked)})

    @door
    async def toggle_new_coupon(self) -> None:
        """Show or hide the form of a new coupon for this customer."""
        self.creating = not self.creating
        self._forget()

    @door
    async def choose_coupon_method(self, method: str) -> None:
        """Percent or a fixed amount."""
        self.coupon_method = "fixed" if method == "fixed" else "percent"

    @door
    async def create_coupon(self, form: dict[str, Any]) -> None:
        """Create a coupon for this customer, and choose it."""
        if not self.creating:
            return
        try:
            coupon = await call(self, create_coupon, self._read_coupon(form))
        except ValidationFailed as refusal:
            self._refuse(refusal)
            return
        self.creating = False
        self.coupons = await call(self, choose_coupons, self.invoice_id)
        self.form = replace(self.form, coupon_code=coupon.code)
        self._forget()
        await self._preview()
