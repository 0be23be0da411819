"""The self-check says zero on healthy records and finds each kind of damage done to them behind the product's back."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Role
from invoice_app.domain.errors import NotSignedIn
from invoice_app.repositories.proofs.broken import Broken
from invoice_app.services import adjusting, collecting, delivering, drafting
from invoice_app.services.checking_books import RULES, check_books, find_broken
from invoice_app.services.checking_out import finish_checkout
from invoice_app.services.comparing_books import compare_books, find_differences
from invoice_app.services.crediting import apply_credit
from invoice_app.services.crediting_invoices import CreditForm, issue_credit_note
from invoice_app.services.draft_views import AdjustmentForm
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.payment_views import ManualPaymentForm
from invoice_app.services.printing import upload_root
from tests.factories import make_actor, make_coupon, make_order
from tests.local_stripe import LocalStripe, session_of
from tests.services.collecting_steps import TOTAL, Ready, second_invoice, share_order
from tests.services.stage_steps import add_case

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
AT = "2026-01-01 00:00:00.000000"


@pytest.fixture
def healthy(data_dir: Path) -> Ready:
    """An invoice with a coupon, overpaid by cash, its credit on another one, a file; a third, finalised and credited."""
    ready = share_order()
    make_coupon(actor=ready.actor, total_limit="1")
    adjusting.add_adjustment(ready.actor, ready.invoice_id, AdjustmentForm(kind="coupon", coupon_code="AUTUMN10"))
    drafting.save_invoice(ready.actor, ready.invoice_id)
    form = ManualPaymentForm(method="cash", amount="700.00", received_on="2026-01-02", keep_rest=True)
    collecting.record_manual_payment(ready.actor, ready.invoice_id, form)
    apply_credit(ready.actor, second_invoice(ready))
    delivering.add_file(ready.actor, ready.order.id or 0, "loft-01.png", PNG)
    issued = add_case(ready.actor)
    finalise_invoice(ready.actor, issued.invoice_id)
    issue_credit_note(ready.actor, issued.invoice_id, CreditForm(scope="amount", amount="12.00", reason="A dark shot"))
    return ready


def broken() -> dict[str, list[Broken]]:
    with reading() as session:
        return find_broken(session)


def break_by(*statements: str) -> None:
    """Do damage that no service would do."""
    with transaction() as session:
        session.connection().execute(text("PRAGMA ignore_check_constraints=ON"))
        for statement in statements:
            session.connection().execute(text(statement))


def test_healthy_records_break_no_rule(healthy: Ready) -> None:
    assert broken() == {}
    view = check_books(healthy.actor)
    assert (view.broken, [rule.name for rule in view.rules]) == (0, list(RULES))


DAMAGE: dict[str, tuple[str, ...]] = {
    "sums": ("UPDATE invoice SET total = total + 1 WHERE id = 1",),
    "totals": ("UPDATE item SET unit_price = unit_price + 10000000 WHERE invoice_id = 1 AND position = 0",),
    "sales": ("UPDATE salesrow SET amount = amount + 1 WHERE invoice_id = 1 AND place = 0",),
    "revisions": ("DELETE FROM invoicerevision WHERE invoice_id = 1 AND revision = 2",),
    "fees": (
        "INSERT INTO adjustment (key, invoice_id, position, kind, method, rate, amount, base, label, description, line_keys,"
        " tax_name, tax_category, tax_rate) VALUES ('methodfee99', 1, 9, 'fee', 'fixed', 0, 100, 'after_discounts', 'Card fee',"
        " '', '[]', '', 'E', 0)",
    ),
    "ledger": ("UPDATE ledgerentry SET amount = amount + 1 WHERE id = 1",),
    "receivable": (
        "UPDATE ledgerentry SET amount = amount - 5 WHERE book = 'receivable' AND id = 1",
        "UPDATE ledgerentry SET amount = amount + 5 WHERE book = 'revenue' AND id = 2",
    ),
    "paid": ("UPDATE invoice SET paid = paid - 1 WHERE id = 1",),
    "allocations": ("UPDATE payment SET amount = 1",),
    "credit": ("UPDATE ledgerentry SET amount = amount - 1 WHERE book = 'customer_credit'",),
    "once": (
        "UPDATE payment SET charge_id = 'ch_1'",
        "INSERT INTO payment"
        " (account_id, method, method_label, amount, currency, reference, charge_id, recorded_by, received_at)"
        f" VALUES (1, 'card', 'Visa', 0, 'USD', '', 'ch_1', 'Ada', '{AT}')",
    ),
    "attempts": ("UPDATE paymentattempt SET payment_id = NULL WHERE method = 'cash'",),
    "flight": ("UPDATE invoice SET in_flight = 1 WHERE id = 1",),
    "currencies": ("UPDATE paymentattempt SET currency = 'EUR' WHERE id = 1",),
    "void": ("UPDATE invoice SET stage = 'void' WHERE id = 1",),
    "kinds": ("UPDATE item SET kind = 'guestroom' WHERE invoice_id = 1 AND position = 0",),
    "shares": ("UPDATE item SET shared = 0 WHERE invoice_id = 1 AND position = 0",),
    "repeats": ("UPDATE sales_order SET balance = balance + 1 WHERE id = 1",),
    "issued": ("UPDATE invoice SET number = 'X-1' WHERE id = 3",),
    "credits": ("UPDATE creditnotetax SET tax = tax + 20000",),
    "pdfs": ("UPDATE creditnote SET pdf_sha256 = '" + "0" * 64 + "'",),
    "gaps": ("UPDATE numberseries SET last = last + 1",),
    "numbers": ("UPDATE invoice SET number = NULL WHERE id = 1",),
    "limits": (
        "INSERT INTO redemption (coupon_id, invoice_id, account_id, email, state, at)"
        f" VALUES (1, 2, 1, '', 'reserved', '{AT}')",
    ),
    "redemptions": ("UPDATE redemption SET state = 'released'",),
    "events": (
        "INSERT INTO receivedevent (id, type, object_id, payload, received_at, attempts, error)"
        f" VALUES ('evt_1', 'charge.updated', 'ch_1', '{{}}', '{AT}', 15, 'no such charge')",
    ),
    "history": ("UPDATE eventlog SET actor_name = 'Somebody else' WHERE id = 2",),
    "files": ("UPDATE deliverable SET size = size + 1",),
}


def test_every_rule_has_a_kind_of_damage_here() -> None:
    assert set(DAMAGE) == set(RULES)


@pytest.mark.parametrize("rule", sorted(DAMAGE))
def test_damage_is_found_by_its_rule(healthy: Ready, rule: str) -> None:
    break_by(*DAMAGE[rule])
    assert rule in broken()
    view = check_books(healthy.actor)
    result = next(one for one in view.rules if one.name == rule)
    assert result.count >= 1 and view.broken >= result.count
    assert result.findings[0].what != "" and result.findings[0].how != ""


def test_a_finding_leads_to_the_order_of_its_record(healthy: Ready) -> None:
    break_by(*DAMAGE["paid"])
    view = check_books(healthy.actor)
    finding = next(rule for rule in view.rules if rule.name == "paid").findings[0]
    number = healthy.invoice().number
    assert finding.what == f"Invoice {number}"
    assert finding.href == f"/orders/{healthy.order.number}"
    assert finding.how == "it says 64799 is paid, its allocations come to 64800"


def test_a_file_missing_from_the_store_is_found(healthy: Ready) -> None:
    for path in Path(upload_root()).rglob("*"):
        if path.is_file():
            path.unlink()
    assert broken() == {"files": [Broken("File loft-01.png", "it is missing from the store", healthy.order.number)]}


def test_two_open_payments_of_one_invoice_are_found(healthy: Ready) -> None:
    break_by("UPDATE paymentattempt SET status = 'open', payment_id = NULL", "UPDATE paymentattempt SET invoice_id = 1")
    assert any(one.how == "2 payments are open at once" for one in broken()["flight"])


def test_an_event_that_waits_a_moment_is_no_finding(healthy: Ready) -> None:
    now = (utc_now() - timedelta(minutes=5)).replace(tzinfo=None)
    break_by(
        "INSERT INTO receivedevent (id, type, object_id, payload, received_at, attempts, error)"
        f" VALUES ('evt_1', 'charge.updated', 'ch_1', '{{}}', '{now}', 3, '')"
    )
    assert broken() == {}


def test_only_staff_may_look(healthy: Ready) -> None:
    with pytest.raises(NotSignedIn):
        check_books(None)
    assert check_books(make_actor(role=Role.READ_ONLY, name="Rea Donly")).broken == 0


# ── Against Stripe ────────────────────────────────────────────────────────────────────────────────────────────────────────


def differences() -> dict[str, list[str]]:
    now = utc_now()
    found = find_differences(now - timedelta(days=1), now + timedelta(minutes=1), grace=timedelta(0))
    return {name: [one.how for one in broken] for name, broken in found.items() if broken}


@pytest.fixture
def paid(local_stripe: LocalStripe) -> Ready:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    assert finish_checkout(ready.token, session_of(page)) == "succeeded"
    return ready


def test_equal_books_differ_in_nothing(paid: Ready) -> None:
    assert differences() == {}
    view = compare_books(paid.actor)
    assert (view.broken, len(view.rules)) == (0, 2)


def test_a_charge_missing_here_is_found_with_its_order(paid: Ready) -> None:
    break_by(
        "UPDATE paymentattempt SET payment_id = NULL, status = 'open'",
        "DELETE FROM allocation",
        "DELETE FROM ledgerentry",
        "DELETE FROM ledgertransaction",
        "DELETE FROM payment",
    )
    now = utc_now()
    (found,) = find_differences(now - timedelta(days=1), now + timedelta(minutes=1))["taken"]
    assert found.how == f"Stripe took {TOTAL} USD; it is not in our books"
    assert found.order_number == paid.order.number


def test_a_charge_missing_at_stripe_is_found(paid: Ready) -> None:
    break_by("UPDATE payment SET payment_intent_id = 'pi_invented'", "UPDATE paymentattempt SET payment_intent_id = NULL")
    assert "it is in our books, but Stripe has no charge pi_invented" in differences()["taken"]


def test_another_amount_here_than_at_stripe_is_found(paid: Ready) -> None:
    break_by("UPDATE payment SET amount = 1")
    assert differences() == {"taken": [f"Stripe took {TOTAL} USD, our books say 1 USD"]}


def test_payments_of_others_on_the_same_stripe_account_are_left_alone(local_stripe: LocalStripe, data_dir: Path) -> None:
    ready = share_order()
    page = ready.start()
    local_stripe.pay(page)
    break_by("UPDATE paymentattempt SET idempotency_key = 'not ours', payment_intent_id = NULL")
    make_order(actor=ready.actor)
    assert differences() == {}
