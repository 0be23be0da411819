"""Money: the ledger, payments, allocations, refunds and credit agree with one another (invariants 1, 8–11, 13)."""

from collections.abc import Iterator

from sqlmodel import Session

from invoice_app.repositories.proofs.broken import Broken, name_invoice_row, run


def find_unbalanced_entries(session: Session) -> Iterator[Broken]:
    """The entries of every ledger transaction sum to zero."""
    rows = run(
        session,
        """
        SELECT ledgertransaction.source, sum(ledgerentry.amount) AS amount, count(ledgerentry.id) AS sides
          FROM ledgertransaction LEFT JOIN ledgerentry ON ledgerentry.transaction_id = ledgertransaction.id
         GROUP BY ledgertransaction.id, ledgertransaction.source
        HAVING coalesce(sum(ledgerentry.amount), 0) <> 0 OR count(ledgerentry.id) < 2
        """,
    )
    for row in rows:
        yield Broken(f"Ledger transaction {row.source}", f"its {row.sides} entries sum to {row.amount or 0}")


def find_wrong_receivables(session: Session) -> Iterator[Broken]:
    """What the ledger says a customer owes on an invoice is its total less what is paid and credited; nothing on a void one."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number,
               CASE WHEN invoice.stage = 'void' THEN 0 ELSE invoice.total - invoice.paid - invoice.credited END AS due,
               coalesce((SELECT sum(ledgerentry.amount) FROM ledgerentry
                  JOIN ledgertransaction ON ledgertransaction.id = ledgerentry.transaction_id
                 WHERE ledgertransaction.invoice_id = invoice.id AND ledgerentry.book = 'receivable'), 0) AS receivable
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id
        """,
    )
    for row in rows:
        if row.due != row.receivable:
            how = f"{row.due} is due, the ledger says {row.receivable}"
            yield Broken(name_invoice_row(row.number, row.order_number), how, row.order_number)


def find_wrong_paid(session: Session) -> Iterator[Broken]:
    """What an invoice says is paid is the sum of its allocations, and no more than its total."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number, invoice.paid,
               invoice.total - invoice.credited AS total,
               coalesce((SELECT sum(amount) FROM allocation WHERE allocation.invoice_id = invoice.id), 0) AS allocated
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id
        """,
    )
    for row in rows:
        name = name_invoice_row(row.number, row.order_number)
        if row.paid != row.allocated:
            yield Broken(name, f"it says {row.paid} is paid, its allocations come to {row.allocated}", row.order_number)
        if row.allocated > max(row.total, 0):
            yield Broken(name, f"{row.allocated} is allocated to a total of {row.total}", row.order_number)


def find_overspent_payments(session: Session) -> Iterator[Broken]:
    """A payment pays invoices with no more than was received, less what went back."""
    for row in run(session, _LEFT):
        if row.allocated > row.left_over or row.left_over < 0 or row.allocated < 0:
            how = f"{row.allocated} is allocated of {row.left_over} that is left of it"
            yield Broken(f"Payment {row.id}", how, row.order_number or 0)


def find_wrong_credit(session: Session) -> Iterator[Broken]:
    """A customer's credit in the ledger is what is left of their payments beyond all allocations."""
    rows = run(
        session,
        f"""
        SELECT account.name, coalesce(sum(kept.left_over - kept.allocated), 0) AS expected,
               -coalesce((SELECT sum(ledgerentry.amount) FROM ledgerentry
                  JOIN ledgertransaction ON ledgertransaction.id = ledgerentry.transaction_id
                 WHERE ledgertransaction.account_id = account.id AND ledgerentry.book = 'customer_credit'), 0) AS credit
          FROM account LEFT JOIN ({_LEFT}) AS kept ON kept.account_id = account.id
         GROUP BY account.id, account.name
        """,
    )
    for row in rows:
        if row.expected != row.credit:
            yield Broken(f"Customer {row.name}", f"{row.expected} is left of their payments, the ledger says {row.credit}")


def find_double_payments(session: Session) -> Iterator[Broken]:
    """A PaymentIntent or charge has one payment, and a payment one attempt that succeeded."""
    for column in ("payment_intent_id", "charge_id"):
        rows = run(
            session,
            f"SELECT {column} AS id, count(*) AS times FROM payment WHERE {column} IS NOT NULL"
            f" GROUP BY {column} HAVING count(*) > 1",
        )
        for row in rows:
            yield Broken(f"Charge {row.id}", f"it was posted {row.times} times")
    rows = run(
        session,
        """
        SELECT payment.id, count(paymentattempt.id) AS times
          FROM payment LEFT JOIN paymentattempt ON paymentattempt.payment_id = payment.id
               AND paymentattempt.status = 'succeeded'
         GROUP BY payment.id HAVING count(paymentattempt.id) > 1
        """,
    )
    for row in rows:
        yield Broken(f"Payment {row.id}", f"{row.times} attempts say they brought it")


def find_attempts_without_payment(session: Session) -> Iterator[Broken]:
    """An attempt that succeeded has its payment; one that failed has none; credit has none of its own."""
    rows = run(
        session,
        """
        SELECT paymentattempt.id, paymentattempt.status, paymentattempt.payment_id, sales_order.number AS order_number
          FROM paymentattempt JOIN invoice ON invoice.id = paymentattempt.invoice_id
          JOIN sales_order ON sales_order.id = invoice.order_id
         WHERE paymentattempt.method <> 'credit'
           AND ((paymentattempt.status = 'succeeded' AND paymentattempt.payment_id IS NULL)
             OR (paymentattempt.status <> 'succeeded' AND paymentattempt.payment_id IS NOT NULL))
        """,
    )
    for row in rows:
        how = "it succeeded without a payment" if row.status == "succeeded" else f"it is {row.status} and has a payment"
        yield Broken(f"Payment attempt {row.id}", how, row.order_number)


def find_wrong_flight(session: Session) -> Iterator[Broken]:
    """An invoice is being paid exactly while something is processing, and has one unfinished attempt at most."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number, invoice.in_flight,
               (SELECT count(*) FROM paymentattempt WHERE paymentattempt.invoice_id = invoice.id
                   AND paymentattempt.status = 'processing') AS processing,
               (SELECT count(*) FROM paymentattempt WHERE paymentattempt.invoice_id = invoice.id
                   AND paymentattempt.status IN ('open', 'processing')) AS unfinished,
               (SELECT count(*) FROM hold WHERE hold.invoice_id = invoice.id AND hold.closed_at IS NULL) AS holds
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id
        """,
    )
    for row in rows:
        name = name_invoice_row(row.number, row.order_number)
        if row.in_flight and not row.processing and not row.holds:
            yield Broken(name, "it waits for a payment that nobody is making", row.order_number)
        if row.processing and not row.in_flight:
            yield Broken(name, "a payment is being processed and the invoice does not say so", row.order_number)
        if row.unfinished > 1:
            yield Broken(name, f"{row.unfinished} payments are open at once", row.order_number)


def find_foreign_currencies(session: Session) -> Iterator[Broken]:
    """Payments, attempts and refunds are in the currency of their invoice."""
    rows = run(
        session,
        """
        SELECT 'Payment attempt ' || paymentattempt.id AS what, sales_order.number AS order_number, paymentattempt.currency,
               invoice.currency AS wanted
          FROM paymentattempt JOIN invoice ON invoice.id = paymentattempt.invoice_id
          JOIN sales_order ON sales_order.id = invoice.order_id WHERE paymentattempt.currency <> invoice.currency
        UNION ALL
        SELECT 'Payment ' || payment.id, sales_order.number, payment.currency, invoice.currency
          FROM payment JOIN allocation ON allocation.payment_id = payment.id JOIN invoice ON invoice.id = allocation.invoice_id
          JOIN sales_order ON sales_order.id = invoice.order_id WHERE payment.currency <> invoice.currency
        UNION ALL
        SELECT 'Refund ' || refund.id, 0, refund.currency, payment.currency
          FROM refund JOIN payment ON payment.id = refund.payment_id WHERE refund.currency <> payment.currency
        """,
    )
    for row in rows:
        yield Broken(row.what, f"it is in {row.currency}, not in {row.wanted}", row.order_number)


def find_void_with_money(session: Session) -> Iterator[Broken]:
    """A void invoice holds no money."""
    rows = run(
        session,
        """
        SELECT invoice.number, sales_order.number AS order_number, invoice.paid,
               coalesce((SELECT sum(amount) FROM allocation WHERE allocation.invoice_id = invoice.id), 0) AS allocated
          FROM invoice JOIN sales_order ON sales_order.id = invoice.order_id WHERE invoice.stage = 'void'
        """,
    )
    for row in rows:
        if row.paid or row.allocated:
            how = f"it is void and holds {row.paid or row.allocated}"
            yield Broken(name_invoice_row(row.number, row.order_number), how, row.order_number)


# What is left of each payment: received, less refunds on their way or gone, less disputes lost.
_LEFT = """
    SELECT payment.id, payment.account_id,
           payment.amount
             - coalesce((SELECT sum(amount) FROM refund WHERE refund.payment_id = payment.id
                   AND refund.status IN ('requires_action', 'pending', 'succeeded')), 0)
             - coalesce((SELECT sum(amount) FROM dispute WHERE dispute.payment_id = payment.id
                   AND dispute.status = 'lost' AND dispute.funds_withdrawn), 0) AS left_over,
           coalesce((SELECT sum(amount) FROM allocation WHERE allocation.payment_id = payment.id), 0) AS allocated,
           (SELECT min(sales_order.number) FROM allocation JOIN invoice ON invoice.id = allocation.invoice_id
              JOIN sales_order ON sales_order.id = invoice.order_id WHERE allocation.payment_id = payment.id) AS order_number
      FROM payment
"""
