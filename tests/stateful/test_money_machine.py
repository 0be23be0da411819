"""Random lives of two invoices: edits, payments, failures, refunds, disputes, faults, late and doubled webhooks, time.

After each step every rule of the self-check holds; at the end of each life our books equal Stripe's. 200 lives of 40 steps;
MONEY_LIVES asks for more.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from invoice_app import config, db
from invoice_app.running.preparing import quiet_logs
from invoice_app.services import ordering, sharing
from invoice_app.services.offering import PaymentChoice
from invoice_app.services.views import OrderForm
from tests.local_stripe import LocalStripe, run_local_stripe
from tests.services.collecting_steps import leave_card, share_order
from tests.services.stage_steps import set_up
from tests.stateful.money_steps import TROUBLES, Studio, World

LIVES = int(os.environ.get("MONEY_LIVES", "200"))
STEPS = 40

VISA, DECLINED, NO_FUNDS = "4242424242424242", "4000000000000002", "4000000000009995"
DISPUTED, REFUND_PENDING, REFUND_FAILS = "4000000000000259", "4000000000007726", "4000000000005126"
BANK, BANK_WITHOUT_FUNDS = "000123456789", "000222222227"

WHICH = st.integers(0, 1)
ANY_OF = st.integers(0, 9)
AMOUNTS = st.integers(1, 100_000)
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

    @rule(which=WHICH, price=AMOUNTS)
    def staff_edit(self, which: int, price: int) -> None:
        self.world.edit(which, price)

    @rule(which=WHICH, amount=AMOUNTS, keep_rest=st.booleans())
    def staff_take_cash(self, which: int, amount: int, keep_rest: bool) -> None:
        self.world.pay_cash(which, amount, keep_rest)

    @rule(which=WHICH)
    def staff_use_credit(self, which: int) -> None:
        self.world.use_credit(which)

    @rule(which=WHICH)
    def staff_charge_the_card(self, which: int) -> None:
        self.world.charge_card(which)

    @rule(which=ANY_OF, percent=st.sampled_from([1, 33, 50, 100]))
    def staff_refund(self, which: int, percent: int) -> None:
        self.world.refund(which, percent)

    @rule(which=WHICH, percent=st.sampled_from([0, 30, 50]))
    def staff_schedule(self, which: int, percent: int) -> None:
        self.world.schedule(which, percent)

    @rule(which=WHICH)
    def staff_finalise(self, which: int) -> None:
        self.world.finalise(which)

    @rule(which=WHICH, percent=st.sampled_from([1, 33, 100]))
    def staff_credit(self, which: int, percent: int) -> None:
        self.world.credit(which, percent)

    @rule(which=WHICH)
    def staff_void(self, which: int) -> None:
        self.world.void(which)

    @rule(which=WHICH)
    def staff_bring_back(self, which: int) -> None:
        self.world.bring_back(which)

    @rule(parts=st.booleans(), fees=st.booleans())
    def owner_switches(self, parts: bool, fees: bool) -> None:
        self.world.settings(parts, fees)

    @rule(which=WHICH, choice=CHOICES)
    def customer_presses_pay(self, which: int, choice: PaymentChoice) -> None:
        self.world.open_page(which, choice)

    @precondition(lambda self: self.world.pages)
    @rule(which=ANY_OF, number=NUMBERS)
    def customer_fills_in_the_page(self, which: int, number: str) -> None:
        self.world.submit_page(which, number)

    @precondition(lambda self: self.world.pages)
    @rule(which=ANY_OF)
    def customer_comes_back(self, which: int) -> None:
        self.world.come_back(which)

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

    @rule(which=ANY_OF)
    def bank_returns_a_refund(self, which: int) -> None:
        self.world.fail_refund(which)

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


@pytest.fixture(scope="module")
def memory_stripe() -> Iterator[LocalStripe]:
    with run_local_stripe(":memory:", "--settle-seconds", "0") as local:
        yield local


@pytest.fixture
def studio(memory_stripe: LocalStripe, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Two orders of one customer, both shared, and a card the customer left."""
    monkeypatch.setenv("SANDBOX_PORT", memory_stripe.url.rpartition(":")[2])
    monkeypatch.setenv("BASE_URL", "http://desk.example")
    quiet_logs()
    config.settings.cache_clear()
    first = share_order(hold_card=True)
    card_id = leave_card(first, memory_stripe)
    form = OrderForm(title="Second", customer_id=str(first.invoice().account_id), flow_id=str(first.order.flow_id))
    order_view = ordering.open_order(first.actor, ordering.create_order(first.actor, form))
    token = sharing.create_link(first.actor, order_view.panel.invoice_id).url.rpartition("/")[2]
    invoices = (
        (first.invoice_id, first.order.id or 0, first.token),
        (order_view.panel.invoice_id, order_view.id, token),
    )
    set_up(allow_unvoid=True)
    db.engine().dispose()
    template = tmp_path / "template.db"
    shutil.copy(data_dir / "invoices.db", template)
    yield Studio(template, first.actor, invoices, card_id)
    structlog.reset_defaults()


@pytest.mark.timeout(0)
def test_money_never_lies(studio: Studio, memory_stripe: LocalStripe, data_dir: Path) -> None:
    run_state_machine_as_test(
        lambda: MoneyMachine(World(studio, memory_stripe, data_dir)),
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
