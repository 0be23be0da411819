"""Who else is in the drawer: everybody once, oneself never, and nothing of it in the database."""

import pytest
from sqlalchemy import event

from invoice_app import db
from invoice_app.domain.access import Role
from invoice_app.domain.errors import NotSignedIn
from invoice_app.gateways import presence, signals
from invoice_app.services import drafting
from invoice_app.services.attending import attend_invoice, attendance_topic, leave_invoice, list_attendees
from tests.factories import invoice_of, make_actor, make_order, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture(autouse=True)
def nobody_yet() -> None:
    presence._here.clear()


def test_each_sees_the_others_once_with_the_field_by_name() -> None:
    make_organisation()
    ada, mika = make_actor(), make_actor(name="Mika Kerr", role=Role.STAFF)
    reader = make_actor(name="Guest Reader", role=Role.READ_ONLY)
    invoice_id = invoice_of(make_order(actor=ada)).id or 0
    key = drafting.open_draft(ada, invoice_id).lines[0].key
    attend_invoice(ada, invoice_id, "tab-1", "")
    attend_invoice(mika, invoice_id, "tab-2", f"line-{key}-unit_price")
    attend_invoice(mika, invoice_id, "tab-3", "")
    attend_invoice(reader, invoice_id, "tab-4", "line-gone-quantity")
    assert [(one.name, one.initials, one.where) for one in list_attendees(ada, invoice_id)] == [
        ("Guest Reader", "GR", "Quantity of a new line"),
        ("Mika Kerr", "MK", "Unit price of Drone photos"),
    ]
    assert [one.name for one in list_attendees(mika, invoice_id)] == ["Ada Voss", "Guest Reader"]
    leave_invoice(mika, invoice_id, "tab-2")
    assert [(one.name, one.where) for one in list_attendees(ada, invoice_id)][1] == ("Mika Kerr", "")


def test_ones_own_second_tab_is_nobody_else() -> None:
    make_organisation()
    ada = make_actor()
    attend_invoice(ada, 1, "tab-1", "")
    assert attend_invoice(ada, 1, "tab-2", "save-invoice") == ()


def test_a_beat_neither_writes_nor_signals_and_news_is_signalled_once() -> None:
    make_organisation()
    ada = make_actor()
    statements: list[str] = []
    engine = db.engine()
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    heard: list[str] = []
    with signals.subscribe(heard.append):
        for field in ("", "", "", "line-a-quantity", "line-a-quantity", "explain-total", ""):
            attend_invoice(ada, 7, "tab-1", field)
        leave_invoice(ada, 7, "tab-1")
        leave_invoice(ada, 7, "tab-1")
    # Come, into the field, out of it, gone.
    assert heard == [attendance_topic(7)] * 4
    assert statements == []


def test_the_anonymous_neither_see_nor_are_seen() -> None:
    for attempt in (
        lambda: attend_invoice(None, 1, "tab", ""),
        lambda: list_attendees(None, 1),
        lambda: leave_invoice(None, 1, "tab"),
    ):
        with pytest.raises(NotSignedIn):
            attempt()
    assert presence.list_sightings("1") == ()
