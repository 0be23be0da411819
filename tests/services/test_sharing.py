"""Links: unguessable, revocable, the same for the same recipient, and seen only when a customer looks (A12)."""

from datetime import timedelta

import pytest
from sqlmodel import select

from invoice_app.clock import utc_now
from invoice_app.db import reading, transaction
from invoice_app.domain.access import Role
from invoice_app.domain.errors import NotFound, NotSignedIn, PaymentsSwitchedOff, PermissionDenied, ValidationFailed
from invoice_app.models import EventLog, OutgoingEmail, ShareLink
from invoice_app.repositories.sharing import read_link
from invoice_app.services import configuring, sharing
from invoice_app.services.showing_shared import open_shared_invoice
from tests.factories import invoice_of, make_actor, make_order, make_organisation
from tests.services.collecting_steps import share_order

pytestmark = pytest.mark.usefixtures("data_dir")

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def read_links() -> list[ShareLink]:
    with reading() as session:
        return list(session.exec(select(ShareLink)))


def list_actions() -> list[str]:
    with reading() as session:
        return [entry.action for entry in session.exec(select(EventLog))]


def test_sending_emails_a_link_and_makes_a_draft_sent() -> None:
    make_organisation()
    ada = make_actor()
    invoice = invoice_of(order := make_order(actor=ada))
    assert invoice.stage == "draft"
    link = sharing.send_link(ada, invoice.id or 0, recipient=" Vera@Lindt.example ", message="See you on Friday.")
    assert invoice_of(order).stage == "sent"
    with reading() as session:
        (mail,) = session.exec(select(OutgoingEmail)).all()
    assert (mail.recipient, mail.status, mail.invoice_id) == ("Vera@lindt.example", "queued", invoice.id)
    assert link.url in mail.text and "See you on Friday." in mail.text
    assert link.recipient == "Vera@lindt.example"


def test_the_same_recipient_gets_the_same_link_again() -> None:
    ready = share_order()
    first = sharing.send_link(ready.actor, ready.invoice_id, recipient="vera@lindt.example", message="")
    again = sharing.send_link(ready.actor, ready.invoice_id, recipient="vera@lindt.example", message="")
    other = sharing.send_link(ready.actor, ready.invoice_id, recipient="books@lindt.example", message="")
    assert first.url == again.url != other.url


def test_the_database_holds_no_token() -> None:
    ready = share_order()
    (link,) = read_links()
    assert len(ready.token) == 43
    stored = " ".join(str(value) for value in link.model_dump().values())
    assert ready.token not in stored
    assert open_shared_invoice(ready.token).invoice_id == ready.invoice_id


@pytest.mark.parametrize("recipient", ["", "vera", "vera@", "vera@lindt.example\nBcc: all@example.com", "a b@example.com"])
def test_what_is_no_address_is_refused_at_the_field_and_nothing_is_sent(recipient: str) -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    with pytest.raises(ValidationFailed) as refused:
        sharing.send_link(ada, invoice_id, recipient=recipient, message="")
    assert refused.value.field == "recipient"
    assert read_links() == []


def test_a_revoked_link_opens_nothing_and_a_new_one_is_another() -> None:
    ready = share_order()
    (link,) = read_links()
    revoked = sharing.revoke_link(ready.actor, link.id or 0)
    assert (revoked.live, revoked.url, revoked.state.word) == (False, "", "Revoked")
    with pytest.raises(NotFound):
        open_shared_invoice(ready.token)
    assert sharing.create_link(ready.actor, ready.invoice_id).url.endswith(ready.token) is False


def test_an_expired_link_opens_nothing() -> None:
    ready = share_order()
    with transaction() as session:
        link = read_link(session, read_links()[0].id or 0)
        link.expires_at = utc_now() - timedelta(seconds=1)
        session.add(link)
    with pytest.raises(NotFound):
        open_shared_invoice(ready.token)
    assert sharing.list_links(ready.actor, ready.invoice_id)[0].state.word == "Expired"


def test_payments_switched_off_stop_sharing() -> None:
    make_organisation()
    ada = make_actor()
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    configuring.set_account_payments(ada, False)
    with pytest.raises(PaymentsSwitchedOff):
        sharing.create_link(ada, invoice_id)
    assert read_links() == []


def test_only_those_who_may_send_see_and_make_links() -> None:
    ready = share_order()
    reader = make_actor(role=Role.READ_ONLY, name="Rea Only")
    assert [link.url for link in sharing.list_links(reader, ready.invoice_id)] == [""]
    with pytest.raises(PermissionDenied):
        sharing.create_link(reader, ready.invoice_id)
    with pytest.raises(PermissionDenied):
        sharing.revoke_link(reader, read_links()[0].id or 0)
    with pytest.raises(NotSignedIn):
        sharing.list_links(None, ready.invoice_id)
    assert len(read_links()) == 1


def test_the_first_look_is_logged_and_later_ones_only_move_the_time() -> None:
    ready = share_order()
    for _ in range(3):
        sharing.note_view(ready.token, user_agent=FIREFOX, is_staff=False)
    assert list_actions().count("viewed") == 1
    (link,) = read_links()
    assert link.first_viewed_at == link.last_viewed_at == ready.invoice().viewed_at


@pytest.mark.parametrize(
    "agent",
    ["", "Mozilla/5.0 (compatible; bingbot/2.0)", "Slackbot-LinkExpanding 1.0", "Proofpoint URL Defense", "curl/8.5.0"],
)
def test_mail_scanners_and_programs_are_no_viewers(agent: str) -> None:
    ready = share_order()
    sharing.note_view(ready.token, user_agent=agent, is_staff=False)
    assert ready.invoice().viewed_at is None


def test_staff_are_no_viewers() -> None:
    ready = share_order()
    sharing.note_view(ready.token, user_agent=FIREFOX, is_staff=True)
    assert ready.invoice().viewed_at is None
