"""E-mails go out once, wait for a mail server that is away, and give up on one that says never."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import select

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.gateways.mail import Mail, send_mail
from invoice_app.models import OutgoingEmail
from invoice_app.repositories.outbox import AT_ONCE, LEASE, claim_due_emails, queue_email
from invoice_app.services import notifying
from tests.environment import read_settings_again

pytestmark = pytest.mark.usefixtures("data_dir")


class Mailbox(MessageHandler):
    """Takes messages, or answers what it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[Message] = []
        self.answer = ""

    def handle_message(self, message: Message) -> None:
        self.received.append(message)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name there)
        if self.answer:
            return self.answer
        answer: str = await super().handle_DATA(server, session, envelope)
        return answer


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch, data_dir: Any) -> Iterator[Mailbox]:
    """A mail server on loopback, set as ours."""
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
    controller.start()
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("MAIL_FROM", "Northlight Studio <invoices@northlight.example>")
    read_settings_again()
    yield box
    controller.stop()


def queue(subject: str = "Your invoice", *, to: str = "vera@lindt.example") -> None:
    with transaction() as session:
        queue_email(session, invoice_id=None, recipient=to, subject=subject, text="Plain", html="<p>Rich</p>")


def read_only_email() -> OutgoingEmail:
    with reading() as session:
        return session.exec(select(OutgoingEmail)).one()


def test_what_many_payments_of_one_moment_write_goes_out_at_once(mailbox: Mailbox) -> None:
    subjects = [f"Receipt {number}" for number in range(AT_ONCE + 5)]
    for subject in subjects:
        queue(subject)
    assert notifying.deliver_due_emails() == len(subjects)
    assert sorted(message["subject"] for message in mailbox.received) == sorted(subjects)


def test_whoever_leaves_sends_no_more_and_gives_back_what_is_left(mailbox: Mailbox) -> None:
    for number in range(3):
        queue(f"Receipt {number}")
    assert notifying.deliver_due_emails(is_leaving=lambda: len(mailbox.received) == 1) == 1
    with reading() as session:
        assert sorted(message.attempts for message in session.exec(select(OutgoingEmail))) == [0, 0, 1]
    assert notifying.deliver_due_emails() == 2
    assert len(mailbox.received) == 3


def test_with_a_slow_server_nothing_is_sent_after_its_lease_and_nothing_twice(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(utc_now(), tick=False) as clock:
        for number in range(4):
            queue(f"Receipt {number}")
        others: list[OutgoingEmail] = []

        def send_slowly(mail: Mail) -> None:
            send_mail(mail)
            clock.shift(LEASE / 3)
            with transaction() as session:
                others.extend(claim_due_emails(session, now=utc_now()))

        monkeypatch.setattr(notifying, "send_mail", send_slowly)
        assert notifying.deliver_due_emails() == 4
    assert sorted(message["subject"] for message in mailbox.received) == [f"Receipt {number}" for number in range(4)]
    assert others == []
    with reading() as session:
        assert [message.attempts for message in session.exec(select(OutgoingEmail))] == [1, 1, 1, 1]


def test_a_message_goes_out_once_with_both_bodies(mailbox: Mailbox) -> None:
    queue()
    assert notifying.deliver_due_emails() == 1
    assert notifying.deliver_due_emails() == 0
    (message,) = mailbox.received
    assert (message["To"], message["Subject"]) == ("vera@lindt.example", "Your invoice")
    assert message["From"] == "Northlight Studio <invoices@northlight.example>"
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]
    stored = read_only_email()
    assert (stored.status, stored.attempts, stored.message_id) == ("sent", 1, message["Message-ID"])


def test_a_server_that_is_busy_is_asked_again_later_and_ever_more_rarely(mailbox: Mailbox) -> None:
    queue()
    mailbox.answer = "451 try again later"
    assert notifying.deliver_due_emails() == 0
    first = read_only_email()
    assert (first.status, first.attempts) == ("queued", 1)
    assert "451" in first.error
    assert notifying.deliver_due_emails() == 0
    assert read_only_email().attempts == 1
    with time_machine.travel(utc_now() + timedelta(seconds=31)):
        assert notifying.deliver_due_emails() == 0
        again = read_only_email()
        assert again.attempts == 2
        assert timedelta(seconds=55) < again.next_attempt_at - utc_now() < timedelta(seconds=65)
    mailbox.answer = ""
    with time_machine.travel(utc_now() + timedelta(minutes=5)):
        assert notifying.deliver_due_emails() == 1
    assert read_only_email().status == "sent"


def test_a_server_that_says_never_is_not_asked_again(mailbox: Mailbox) -> None:
    queue()
    mailbox.answer = "550 no such person"
    assert notifying.deliver_due_emails() == 0
    assert read_only_email().status == "failed"
    with time_machine.travel(utc_now() + timedelta(days=1)):
        assert notifying.deliver_due_emails() == 0
    assert read_only_email().attempts == 1


def test_a_server_that_is_away_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")
    read_settings_again()
    queue()
    assert notifying.deliver_due_emails() == 0
    stored = read_only_email()
    assert (stored.status, stored.attempts) == ("queued", 1)
    assert "ConnectionRefusedError" in stored.error


def test_one_bad_message_does_not_stop_the_next(mailbox: Mailbox) -> None:
    queue("First")
    queue("Second")
    mailbox.answer = ""
    assert notifying.deliver_due_emails() == 2
    assert sorted(message["Subject"] for message in mailbox.received) == ["First", "Second"]


def test_two_workers_at_once_send_each_message_once(mailbox: Mailbox) -> None:
    for number in range(10):
        queue(f"Message {number}")

    async def both() -> list[int]:
        return await asyncio.gather(*(asyncio.to_thread(notifying.deliver_due_emails) for _ in range(2)))

    assert sum(asyncio.run(both())) == 10
    assert sorted(message["Subject"] for message in mailbox.received) == [f"Message {number}" for number in range(10)]


def test_a_domain_beyond_ascii_goes_out_as_every_server_takes_it(mailbox: Mailbox) -> None:
    queue(to="vera@lindström.com")
    assert notifying.deliver_due_emails() == 1
    assert mailbox.received[0]["To"] == "vera@xn--lindstrm-t4a.com"


def test_a_name_beyond_ascii_that_the_server_does_not_take_is_not_tried_again(mailbox: Mailbox) -> None:
    queue(to="véra@lindt.com")
    assert notifying.deliver_due_emails() == 0
    assert (read_only_email().status, mailbox.received) == ("failed", [])
    assert "beyond ASCII" in read_only_email().error
