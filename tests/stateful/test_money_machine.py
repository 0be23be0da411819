"""Random lives of two invoices: edits, payments, holds, failures, refunds, disputes, faults, late and doubled webhooks, time.

After each step every rule of the self-check holds; at the end of each life our books equal Stripe's. 200 lives of 40 steps, the
same ones each time; MONEY_LIVES asks for that many new ones.
"""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from invoice_app import db
from invoice_app.repositories.orders import find_order
from invoice_app.running.preparing import quiet_logs
from invoice_app.services import ordering, sharing
from invoice_app.services.offering import PaymentChoice
from invoice_app.services.order_views import OrderForm
from tests.environment import read_settings_again
from tests.factories import invoice_of, make_coupon
from tests.local_stripe import LocalStripe, run_local_stripe
from tests.services.collecting_steps import leave_card, share_order
from tests.services.stage_steps import set_up
from tests.stateful.acting import COUPON, Customer, Outside, Staff
from tests.stateful.world import TROUBLES, Shared, Studio, World

# Parts run side by side, and what Stripe remembers of one does not slow the others down.
PARTS = 8
LIVES = int(os.environ.get("MONEY_LIVES", "200")) // PARTS
SEED = random.randrange(2**32) if "MONEY_LIVES" in os.environ else 0
STEPS = 40

VISA, DECLINED, NO_FUNDS = "4242424242424242", "4000000000000002", "4000000000009995"
DISPUTED, REFUND_PENDING, REFUND_FAILS = "4000000000000259", "4000000000007726", "4000000000005126"
BANK, BANK_WITHOUT_FUNDS = "000123456789", "000222222227"

WHICH = st.integers(0, 1)
ANY_OF = st.integers(0, 9)
AMOUNTS = st.integers(1, 100_000)
PERCENT = st.sampled_from([1, 33, 50, 100])
CHOICES = st.builds(
    PaymentChoice,
    what=st.sampled_from(["", "all", "next", "part"]),
    part=st.sampled_from(["1.00", "55.55", "200.00"]),
    method=st.sampled_from(["card", "bank"]),
)
NUMBERS = st.sampled_from(
    [VISA, VISA, VISA, DECLINED, NO_FUNDS, DISPUTED, REFUND_PENDING, REFUND_FAILS, BANK, BANK_WITHOUT_FUNDS]
)


class MoneyMachine(RuleBasedStateMachine):
    """One life. `world` is made by the test, which knows the studio and the local Stripe."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.staff, self.customer, self.outside = Staff(world), Customer(world), Outside(world)

    @rule(which=WHICH, price=AMOUNTS)
    def staff_edit(self, which: int, price: int) -> None:
        self.staff.edit(which, price)

    @rule(which=WHICH)
    def staff_use_the_coupon(self, which: int) -> None:
        self.staff.use_coupon(which)

    @rule(which=WHICH, amount=AMOUNTS, keep_rest=st.booleans())
    def staff_take_cash(self, which: int, amount: int, keep_rest: bool) -> None:
        self.staff.take_cash(which, amount, keep_rest)

    @rule(which=WHICH)
    def staff_use_credit(self, which: int) -> None:
        self.staff.use_credit(which)

    @rule(which=WHICH)
    def staff_charge_the_card(self, which: int) -> None:
        self.staff.charge_card(which)

    @rule(which=WHICH, percent=PERCENT)
    def staff_hold_an_amount(self, which: int, percent: int) -> None:
        self.staff.place_hold(which, percent)

    @rule(which=ANY_OF, percent=PERCENT)
    def staff_take_what_is_held(self, which: int, percent: int) -> None:
        self.staff.take_hold(which, percent)

    @rule(which=ANY_OF)
    def staff_let_go_what_is_held(self, which: int) -> None:
        self.staff.release_hold(which)

    @rule(which=ANY_OF, percent=PERCENT)
    def staff_refund(self, which: int, percent: int) -> None:
        self.staff.refund(which, percent)

    @rule(which=WHICH, percent=st.sampled_from([0, 30, 50]))
    def staff_schedule(self, which: int, percent: int) -> None:
        self.staff.schedule(which, percent)

    @rule(parts=st.booleans(), fees=st.booleans())
    def owner_switches(self, parts: bool, fees: bool) -> None:
        self.staff.switch(parts, fees)

    @rule(which=WHICH)
    def staff_convert(self, which: int) -> None:
        self.staff.convert(which)

    @rule(which=WHICH)
    def staff_finalise(self, which: int) -> None:
        self.staff.finalise(which)

    @rule(which=WHICH, percent=PERCENT)
    def staff_credit(self, which: int, percent: int) -> None:
        self.staff.credit(which, percent)

    @rule(which=WHICH)
    def staff_void_or_bring_back(self, which: int) -> None:
        self.staff.void(which)

    @rule(which=WHICH, choice=CHOICES)
    def customer_presses_pay(self, which: int, choice: PaymentChoice) -> None:
        self.customer.press_pay(which, choice)

    @rule(which=WHICH)
    def customer_lets_an_amount_be_held(self, which: int) -> None:
        self.customer.press_hold(which)

    @precondition(lambda self: self.world.pages)
    @rule(which=ANY_OF, number=NUMBERS)
    def customer_fills_in_the_page(self, which: int, number: str) -> None:
        self.customer.fill_in(which, number)

    @precondition(lambda self: self.world.pages)
    @rule(which=ANY_OF)
    def customer_comes_back(self, which: int) -> None:
        self.customer.come_back(which)

    @rule(which=ANY_OF)
    def bank_returns_a_refund(self, which: int) -> None:
        self.outside.return_refund(which)

    @rule(which=ANY_OF, evidence=st.sampled_from(["winning_evidence", "losing_evidence"]))
    def bank_rules_on_a_dispute(self, which: int, evidence: str) -> None:
        self.outside.answer_dispute(which, evidence)

    @rule(which=ANY_OF, amount=AMOUNTS)
    def somebody_refunds_in_stripes_dashboard(self, which: int, amount: int) -> None:
        self.outside.refund(which, amount)

    @rule(which=ANY_OF, take=st.booleans())
    def somebody_ends_a_hold_in_stripes_dashboard(self, which: int, take: bool) -> None:
        self.outside.end_hold(which, take=take)

    @rule(trouble=st.sampled_from(TROUBLES))
    def stripe_is_in_trouble(self, trouble: str) -> None:
        self.world.fail_next(trouble)

    @rule()
    def stripe_writes_down(self) -> None:
        self.world.fill_post_bag()

    @precondition(lambda self: self.world.post_bag)
    @rule(which=st.integers(0, 99), times=st.integers(1, 3))
    def webhook_arrives(self, which: int, times: int) -> None:
        self.world.deliver(which, times)

    @rule(hours=st.sampled_from([1, 25, 24 * 5]))
    def time_passes(self, hours: int) -> None:
        self.world.pass_time(hours)

    @rule()
    def sweep(self) -> None:
        self.world.sweep()

    @invariant()
    def every_rule_holds(self) -> None:
        self.world.assert_rules_hold()

    def teardown(self) -> None:
        try:
            self.world.assert_books_agree()
        finally:
            self.world.close()


@pytest.fixture
def memory_stripe() -> Iterator[LocalStripe]:
    with run_local_stripe(":memory:", "--settle-seconds", "0") as local:
        yield local


@pytest.fixture
def studio(memory_stripe: LocalStripe, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Two orders of one customer, both shared, a card the customer left, a coupon that can be redeemed once."""
    monkeypatch.setenv("SANDBOX_PORT", memory_stripe.url.rpartition(":")[2])
    monkeypatch.setenv("BASE_URL", "http://desk.example")
    quiet_logs()
    read_settings_again()
    first = share_order(hold_card=True)
    actor = first.actor
    set_up(allow_unvoid=True)
    make_coupon(actor=actor, code=COUPON, total_limit="1")
    card_id = leave_card(first, memory_stripe)
    form = OrderForm(title="Second", customer_id=str(first.invoice().account_id), flow_id=str(first.order.flow_id))
    number = ordering.create_order(actor, form)
    with db.reading() as session:
        order = find_order(session, number)
    invoice_id = invoice_of(order).id or 0
    token = sharing.create_link(actor, invoice_id).url.rpartition("/")[2]
    invoices = (Shared(first.invoice_id, first.order.id or 0, first.token), Shared(invoice_id, order.id or 0, token))
    db.engine().dispose()
    template = tmp_path / "template.db"
    shutil.copy(data_dir / "invoices.db", template)
    yield Studio(template, actor, invoices, card_id)
    structlog.reset_defaults()


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_money_never_lies(studio: Studio, memory_stripe: LocalStripe, data_dir: Path, part: int) -> None:
    run_state_machine_as_test(
        seed(SEED + part)(lambda: MoneyMachine(World(studio, memory_stripe, data_dir))),  # type: ignore[arg-type]
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
