"""Orders: list, items as invoice lines, the Order Details panel."""

import pytest

from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.errors import NotFound, NotSignedIn, PermissionDenied, ValidationFailed
from invoice_app.repositories import finding
from invoice_app.repositories.invoices import read_revision
from invoice_app.services import configuring, drafting, itemising, listing, ordering
from invoice_app.services.order_views import ItemForm, OrderForm, OrderQuery
from tests.factories import NO_TAX, VAT_20, invoice_of, make_actor, make_flow, make_order, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")


def test_items_are_the_lines_of_the_orders_invoice() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    view = ordering.open_order(ada, order.number)
    assert [(item.description, item.quantity, item.unit_price, item.amount) for item in view.items] == [
        ("Drone photos", "1", "240.00", "240.00"),
        ("Twilight shoot", "2", "180.00", "360.00"),
    ]
    assert (view.items_total, view.panel.total, view.panel.due_label) == ("600.00", "720.00", "$720.00 USD")
    assert [line.key for line in drafting.open_draft(ada, view.panel.invoice_id).lines] == [item.key for item in view.items]


def test_unit_prices_of_items_are_grouped_like_their_amounts() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    itemising.add_item(ada, order.id or 0, ItemForm(description="Great hall", unit_price="1850", tax_id=VAT_20))
    item = ordering.open_order(ada, order.number).items[-1]
    assert (item.unit_price, item.amount) == ("1,850.00", "1,850.00")


def test_every_saved_change_is_one_revision_and_undo_restores_the_place() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    before = ordering.open_order(ada, order.number)
    assert before.panel.revision == 3
    removed = itemising.remove_item(ada, before.items[0].key)
    assert [item.description for item in ordering.open_order(ada, order.number).items] == ["Twilight shoot"]
    itemising.restore_item(ada, removed)
    itemising.restore_item(ada, removed)
    after = ordering.open_order(ada, order.number)
    assert after.items == before.items
    assert after.panel.revision == 5
    with reading() as session:
        totals = [read_revision(session, before.panel.invoice_id, revision).total for revision in range(1, 6)]
    assert totals == [0, 28_800, 72_000, 43_200, 72_000]


def test_moving_an_item_keeps_the_total() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    first = ordering.open_order(ada, order.number).items[0].key
    itemising.move_item(ada, first, 5)
    view = ordering.open_order(ada, order.number)
    assert [item.description for item in view.items] == ["Twilight shoot", "Drone photos"]
    assert view.panel.total == "720.00"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (ItemForm(description=" ", unit_price="1", tax_id=VAT_20), "description"),
        (ItemForm(description="x", quantity="0", unit_price="1", tax_id=VAT_20), "quantity"),
        (ItemForm(description="x", quantity="1e3", unit_price="1", tax_id=VAT_20), "quantity"),
        (ItemForm(description="x", unit_price="-1", tax_id=VAT_20), "unit_price"),
        (ItemForm(description="x", unit_price="", tax_id=VAT_20), "unit_price"),
        (ItemForm(description="x", unit_price="1", discount="150%", tax_id=VAT_20), "discount"),
        (ItemForm(description="x", unit_price="1", tax_id="S:999:Forged"), "tax_id"),
    ],
)
def test_a_wrong_item_is_named_at_its_field_and_not_added(form: ItemForm, field: str) -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada)
    with pytest.raises(ValidationFailed) as refused:
        itemising.add_item(ada, order.id or 0, form)
    assert refused.value.field == field
    assert len(ordering.open_order(ada, order.number).items) == 2


@pytest.mark.parametrize(
    "email", ["a@b", "a@e.com\r\nBcc: x@y.example", "vera", "@lindt.example", f"{'v' * 250}@lindt.example"]
)
def test_an_address_that_no_mail_reaches_is_refused_at_its_field(email: str) -> None:
    make_organisation()
    ada = make_actor()
    with pytest.raises(ValidationFailed) as refused:
        make_order(actor=ada, email=email)
    assert (refused.value.field, refused.value.message) == (
        "customer_email",
        "Enter an e-mail address such as name@example.com.",
    )
    assert ordering.list_customer_choices(ada) == ()


LONG, ID_PAST_ALL = "x" * 201, "9" * 26


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": LONG}, "title"),
        ({"customer_name": LONG}, "customer_name"),
        ({"location": LONG}, "location"),
        ({"customer_id": ID_PAST_ALL}, "customer_id"),
        ({"customer_id": "\u00b2"}, "customer_id"),
        ({"customer_id": "77"}, "customer_id"),
        ({"flow_id": ID_PAST_ALL}, "flow_id"),
        ({"flow_id": "77"}, "flow_id"),
        ({"ordered_on": "1999-12-31"}, "ordered_on"),
        ({"ordered_on": "2101-01-01"}, "ordered_on"),
        ({"ordered_on": "0001-01-01"}, "ordered_on"),
    ],
)
def test_a_wrong_order_is_named_at_its_field_and_not_made(changes: dict[str, str], field: str) -> None:
    make_organisation()
    ada = make_actor()
    right = {"title": "Loft", "customer_name": "Vera", "flow_id": ordering.list_flow_choices(ada)[0].value}
    with pytest.raises(ValidationFailed) as refused:
        ordering.create_order(ada, OrderForm(**{**right, **changes}))
    assert refused.value.field == field
    assert ordering.list_orders(ada, OrderQuery()).count == 0


def test_two_hundred_letters_and_the_first_and_last_day_are_kept_whole() -> None:
    make_organisation()
    ada = make_actor()
    flow = ordering.list_flow_choices(ada)[0].value
    title, location, customer = "t" * 200, "l" * 200, "c" * 200
    for day in ("2000-01-01", "2100-12-31"):
        form = OrderForm(title=title, customer_name=customer, location=location, flow_id=flow, ordered_on=day)
        view = ordering.open_order(ada, ordering.create_order(ada, form))
        assert (view.title, view.location, view.customer) == (title, location, customer)


def test_an_id_past_every_record_reads_as_one_that_does_not_exist() -> None:
    make_organisation()
    ada = make_actor()
    with pytest.raises(NotFound):
        drafting.open_draft(ada, 10**30)
    with pytest.raises(NotFound):
        ordering.edit_order(ada, 10**30, OrderForm(title="x"))


def test_a_search_for_more_digits_than_a_number_has_finds_nothing() -> None:
    make_organisation()
    ada = make_actor()
    make_order(actor=ada)
    for search in (ID_PAST_ALL, "\u00b2"):
        assert ordering.list_orders(ada, OrderQuery(search=search)).count == 0
        assert listing.list_invoices(ada, search=search).count == 0


def test_the_panel_names_each_missing_switch_until_both_are_on() -> None:
    make_organisation(payments_enabled=False)
    ada = make_actor()
    flow = make_flow(actor=ada, name="Rush", payments_enabled=False)
    order = make_order(actor=ada, flow_id=flow)
    panel = ordering.open_order(ada, order.number).panel
    assert [switch.message for switch in panel.switches] == [
        "Payments are off for the whole account.",
        "Payments are off for the booking flow “Rush”.",
    ]
    assert (panel.can_edit, panel.can_send, panel.can_take_payment) == (False, False, False)
    configuring.set_account_payments(ada, True)
    configuring.save_flow(ada, int(flow), name="Rush", payments_enabled=True, hold_card=False)
    panel = ordering.open_order(ada, order.number).panel
    assert (panel.switches, panel.can_edit, panel.can_send, panel.can_take_payment) == ((), True, True, True)


def test_the_list_searches_filters_sorts_and_pages_in_sql() -> None:
    make_organisation()
    ada = make_actor()
    for index in range(30):
        make_order(
            actor=ada,
            title=f"Shoot {index:02d}",
            customer=f"Customer {index:02d}",
            items=(("Photos", "1", str(index + 1)),),
            tax=NO_TAX,
        )
    first = ordering.list_orders(ada, OrderQuery(sort="total"))
    assert (len(first.rows), first.count, first.pages) == (25, 30, 2)
    assert [row.total for row in first.rows[:3]] == ["1.00", "2.00", "3.00"]
    assert [row.title for row in ordering.list_orders(ada, OrderQuery(sort="-total", page=2)).rows][-1] == "Shoot 00"
    assert [row.customer for row in ordering.list_orders(ada, OrderQuery(search="customer 07")).rows] == ["Customer 07"]
    assert ordering.list_orders(ada, OrderQuery(search="%")).count == 0
    assert ordering.list_orders(ada, OrderQuery(search=f"#{first.rows[0].number}")).count == 1
    assert ordering.list_orders(ada, OrderQuery(billing="pending")).count == 30
    assert ordering.list_orders(ada, OrderQuery(billing="overdue")).count == 0
    assert ordering.list_orders(ada, OrderQuery(since="2999-01-01")).count == 0
    assert listing.list_invoices(ada, search="Shoot 03").rows[0].total == "4.00"
    assert listing.list_accounts(ada, search="Customer 03").rows[0].balance == "4.00"


def test_orders_belong_to_signed_in_staff_only() -> None:
    make_organisation()
    ada, reader = make_actor(), make_actor(role=Role.READ_ONLY, name="Guest Reader")
    order = make_order(actor=ada)
    assert ordering.open_order(reader, order.number).title == "Harbour Loft shoot"
    for refused, actor in ((NotSignedIn, None), (PermissionDenied, reader)):
        with pytest.raises(refused):
            itemising.add_item(actor, order.id or 0, ItemForm(description="x", unit_price="1", tax_id=VAT_20))
        with pytest.raises(refused):
            ordering.create_order(actor, OrderForm(title="x"))
    with pytest.raises(NotSignedIn):
        ordering.list_orders(None, OrderQuery())
    with pytest.raises(NotFound):
        ordering.open_order(ada, 999_999)
    assert invoice_of(order).revision == 3


def test_a_search_that_finds_too_many_says_so_and_shows_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    make_organisation()
    ada = make_actor()
    for number in range(5):
        make_order(actor=ada, items=(), title=f"Shoot {number}")
    monkeypatch.setattr(finding, "RARE", 2)
    monkeypatch.setattr(finding, "MOST_FOUND", 3)
    wide = ordering.list_orders(ada, OrderQuery(search="shoot", sort="title"))
    assert ([row.title for row in wide.rows], wide.count, wide.is_more) == (["Shoot 0", "Shoot 1", "Shoot 2"], 3, True)
    narrow = ordering.list_orders(ada, OrderQuery(search="shoot 4", sort="title"))
    assert ([row.title for row in narrow.rows], narrow.count, narrow.is_more) == (["Shoot 4"], 1, False)


def test_a_search_knows_no_case_no_accents_and_the_parts_of_numbers_and_addresses() -> None:
    make_organisation()
    ada = make_actor()
    order = make_order(actor=ada, title="Émile's loft", customer="Jonas Müller", email="jonas@quay.example")
    for search in ("emile", "ÉMI", "muller", "jon mül", "quay.ex", f"#{order.number}", "loft jonas"):
        assert ordering.list_orders(ada, OrderQuery(search=search)).count == 1, search
    for search in ("mile", "loft anna", "uller"):
        assert ordering.list_orders(ada, OrderQuery(search=search)).count == 0, search
