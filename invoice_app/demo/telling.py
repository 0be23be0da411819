"""Tell the stories: each step carried out by the services, at the hour it happened, in the order of the calendar."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache, singledispatchmethod
from zoneinfo import ZoneInfo

from invoice_app.clock import standing_still, today_in, utc_now
from invoice_app.demo.local_stripe import LocalStripe
from invoice_app.demo.pictures import draw_photograph
from invoice_app.demo.stories import (
    AddInvoice,
    Adjust,
    ChargeHeldCard,
    Credit,
    Deliver,
    Finalise,
    LeaveCard,
    Line,
    Lose,
    PageExpires,
    PayAtDesk,
    PayByCard,
    Share,
    Step,
    Story,
    Upload,
    UseCoupon,
)
from invoice_app.demo.studio import ORGANISATION
from invoice_app.domain.access import Actor
from invoice_app.domain.money import parse_amount
from invoice_app.services import (
    adding_invoices,
    adding_lines,
    adjusting,
    charging_cards,
    checking_out,
    collecting,
    couponing,
    crediting_invoices,
    delivering,
    drafting,
    finalising,
    itemising,
    losing,
    ordering,
    planning,
    receiving,
    requesting_cards,
    sharing,
)
from invoice_app.services.booking_views import EventForm, InvoiceForm
from invoice_app.services.crediting_invoices import CreditForm
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.order_views import ItemForm, OrderForm
from invoice_app.services.payment_views import ManualPaymentForm

OPENING_HOUR = time(9, 40)
# More drawings than this would only take longer to load.
SEEDS = 8
CUSTOMERS_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True)
class Event:
    """A step of a story at its instant."""

    instant: datetime
    teller: "StoryTeller"
    step: Step | None


def tell(stories: tuple[Story, ...], actors: tuple[Actor, ...], stripe: LocalStripe | None) -> None:
    """Carry out every step of every story by the calendar. Without `stripe`, what happens with cards is left out."""
    present = utc_now()
    zone = ZoneInfo(ORGANISATION.time_zone)
    today = today_in(ORGANISATION.time_zone)
    events: list[Event] = []
    for index, story in enumerate(stories):
        opening = datetime.combine(today - timedelta(days=story.days_ago), OPENING_HOUR, zone) + timedelta(minutes=index)
        teller = StoryTeller(story, actors[index % len(actors)], index, stripe, today)
        for step in (None, *story.steps):
            instant = opening + timedelta(days=step.day if step else 0)
            events.append(Event(min(instant, present), teller, step))
    for event in sorted(events, key=lambda event: event.instant):
        if stripe:
            stripe.set_time(event.instant)
        with standing_still(event.instant):
            event.teller.carry_out(event.step)
    if stripe:
        stripe.set_time(utc_now())
        receiving.sweep_gateway()


class StoryTeller:
    """One story under way: the order it made, and the link its customer holds."""

    def __init__(self, story: Story, actor: Actor, index: int, stripe: LocalStripe | None, today: date) -> None:
        self._story = story
        self._actor = actor
        self._index = index
        self._stripe = stripe
        self._today = today
        self._order_id = 0
        self._invoice_id = 0
        self._tax_id = ""
        self._form = OrderForm()
        self._token = ""

    def carry_out(self, step: Step | None) -> None:
        """Take the order (None) or do the step."""
        if step is None:
            self._take_order()
        else:
            self._do(step)

    def _take_order(self) -> None:
        story = self._story
        known = {choice.label: choice.value for choice in ordering.list_customer_choices(self._actor, story.customer.name)}
        flows = {choice.label: choice.value for choice in ordering.list_flow_choices(self._actor)}
        taxes = {choice.label: choice.value for choice in ordering.list_tax_choices(self._actor)}
        self._form = OrderForm(
            title=story.title,
            customer_id=known.get(story.customer.name, ""),
            customer_name=story.customer.name,
            customer_email=story.customer.email,
            flow_id=flows[story.flow.name],
            location=story.location,
            status=story.status,
            assignee_id=str(self._actor.user_id) if story.events else "",
        )
        order = ordering.open_order(self._actor, ordering.create_order(self._actor, self._form))
        self._order_id, self._invoice_id = order.id, order.panel.invoice_id
        self._form = replace(self._form, customer_id=order.customer_id, ordered_on=order.ordered_on)
        self._tax_id = taxes[story.tax.name]
        for planned in story.events:
            day = (self._today + timedelta(days=planned.in_days)).isoformat()
            form = EventForm(planned.name, day, planned.starts, "", planned.ends, planned.space, str(planned.guests))
            event_id = planning.add_event(self._actor, order.id, form)
            self._sell(planned.lines, event_id=str(event_id))
        self._sell(story.lines)

    def _sell(self, lines: tuple[Line, ...], event_id: str = "") -> None:
        for line in lines:
            item = ItemForm(
                line.description,
                line.quantity,
                line.unit_price,
                line.discount,
                self._tax_id,
                kind=line.kind,
                event_id=event_id,
            )
            itemising.add_item(self._actor, self._order_id, item)

    @singledispatchmethod
    def _do(self, step: Step) -> None:
        raise NotImplementedError(f"no way to tell {step}")

    @_do.register
    def _share(self, step: Share) -> None:
        link = sharing.send_link(self._actor, self._invoice_id, recipient=self._story.customer.email, message=step.message)
        self._token = link.url.rsplit("/", 1)[1]
        with standing_still(utc_now() + timedelta(hours=3)):
            sharing.note_view(self._token, user_agent=CUSTOMERS_BROWSER, is_staff=False)

    @_do.register
    def _use_coupon(self, step: UseCoupon) -> None:
        if step.tailored:
            couponing.create_coupon(self._actor, replace(step.tailored, account_id=self._form.customer_id))
        self._adjust(AdjustmentForm(kind="coupon", coupon_code=step.code))

    @_do.register
    def _discount_or_charge(self, step: Adjust) -> None:
        self._adjust(
            AdjustmentForm(
                kind=step.kind,
                method=step.method,
                value=step.value,
                fixed_part=step.fixed_part,
                label=step.label,
                description=step.description,
                tax_id=self._tax_id if step.kind == "fee" else "",
            )
        )

    def _adjust(self, form: AdjustmentForm) -> None:
        adjusting.add_adjustment(self._actor, self._invoice_id, form)
        drafting.save_invoice(self._actor, self._invoice_id)

    @_do.register
    def _pay_by_card(self, step: PayByCard) -> None:
        if not self._stripe:
            return
        details = collecting.open_payment_details(self._actor, self._invoice_id)
        url = checking_out.start_checkout(
            self._token,
            revision=details.revision,
            amount=parse_amount(details.due_plain, ORGANISATION.currency),
            keep_card=step.keep,
        )
        for card in step.cards:
            session_id = self._stripe.fill_in_card(url, card, name=self._story.customer.name)
        if session_id:
            checking_out.finish_checkout(self._token, session_id)
        if len(step.cards) > 1 or not session_id:
            receiving.sweep_gateway()

    @_do.register
    def _expire_page(self, _step: PageExpires) -> None:
        if self._stripe:
            receiving.sweep_gateway()

    @_do.register
    def _leave_card(self, step: LeaveCard) -> None:
        if not self._stripe:
            return
        url = requesting_cards.start_card_request(self._token)
        session_id = self._stripe.fill_in_card(url, step.card, name=self._story.customer.name)
        requesting_cards.finish_card_request(self._token, session_id)

    @_do.register
    def _charge_held_card(self, step: ChargeHeldCard) -> None:
        if not self._stripe:
            return
        details = collecting.open_payment_details(self._actor, self._invoice_id)
        card = details.cards[0]
        charging_cards.charge_saved_card(self._actor, self._invoice_id, card.id, revision=details.revision)

    @_do.register
    def _pay_at_desk(self, step: PayAtDesk) -> None:
        details = collecting.open_payment_details(self._actor, self._invoice_id)
        form = ManualPaymentForm(step.method, step.amount or details.due_plain, step.reference, details.today)
        collecting.record_manual_payment(self._actor, self._invoice_id, form)

    @_do.register
    def _upload(self, step: Upload) -> None:
        stem = re.sub(r"[^a-z0-9]+", "-", self._story.title.lower()).strip("-")
        exteriors = (False,) * step.rooms + (True,) * step.facades
        for place, exterior in enumerate(exteriors):
            picture = _photograph((self._index + place) % SEEDS, step.twilight, exterior)
            delivering.add_file(self._actor, self._order_id, f"{stem}-{place + 1:02}.jpg", picture)

    @_do.register
    def _add_invoice(self, step: AddInvoice) -> None:
        form = InvoiceForm(kind=step.kind, label=step.label)
        self._invoice_id = adding_invoices.add_invoice(self._actor, self._order_id, form)
        self._token = ""
        typed = [adding_lines.LineForm(line.description, line.quantity, line.unit_price) for line in step.lines]
        for line, form_of_line in zip(step.lines, typed, strict=True):
            if line.kind == "guestroom":
                self._add_rooms(step, form_of_line)
            else:
                adding_lines.add_several_lines(self._actor, self._invoice_id, [form_of_line])
        drafting.save_invoice(self._actor, self._invoice_id)

    def _add_rooms(self, step: AddInvoice, typed: adding_lines.LineForm) -> None:
        key = adding_lines.add_guestroom(self._actor, self._invoice_id).lines[-1].key
        nights = [self._today + timedelta(days=day) for day in step.nights or ()]
        texts = {"description": typed.description, "quantity": typed.quantity, "unit_price": typed.unit_price}
        days = zip(("starts_on", "ends_on"), (night.isoformat() for night in nights), strict=False)
        for field, text in (*texts.items(), *days):
            drafting.edit_line(self._actor, self._invoice_id, key, field, text)

    @_do.register
    def _finalise(self, _step: Finalise) -> None:
        finalising.finalise_invoice(self._actor, self._invoice_id)

    @_do.register
    def _credit(self, step: Credit) -> None:
        form = CreditForm(scope="amount", amount=step.amount, reason=step.reason)
        crediting_invoices.issue_credit_note(self._actor, self._invoice_id, form)

    @_do.register
    def _lose(self, _step: Lose) -> None:
        losing.lose_order(self._actor, self._order_id)

    @_do.register
    def _deliver(self, _step: Deliver) -> None:
        ordering.edit_order(self._actor, self._order_id, replace(self._form, status="completed"))


@lru_cache
def _photograph(seed: int, twilight: bool, exterior: bool) -> bytes:
    return draw_photograph(seed, twilight=twilight, exterior=exterior)
