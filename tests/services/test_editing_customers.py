"""A customer's own record: what is wrong is named, open pages follow, finalised invoices keep who they were issued to."""

import pytest
from sqlmodel import select

from invoice_app.db import reading
from invoice_app.domain.access import Role
from invoice_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from invoice_app.models import EventLog
from invoice_app.services.editing_customers import CustomerForm, open_customer, save_customer
from invoice_app.services.finalising import finalise_invoice
from invoice_app.services.showing_shared import open_shared_invoice
from tests.factories import make_actor
from tests.services.stage_steps import add_case, open_case

pytestmark = pytest.mark.usefixtures("data_dir")
FORM = CustomerForm("Lindt Interiors", "company", "Vera Lindt", "desk@lindt.example", "3 Quay Street\nBristol", "GB1")


def test_open_invoices_follow_and_finalised_ones_keep_who_they_were_issued_to() -> None:
    case = open_case()
    account_id = case.invoice.account_id
    token = case.share()
    before = open_shared_invoice(token)
    save_customer(case.actor, account_id, FORM)
    after = open_shared_invoice(token)
    buyer = after.printed.buyer
    assert (buyer.name, buyer.address, buyer.email, buyer.tax_ids) == (
        "Lindt Interiors", ("3 Quay Street", "Bristol"), "desk@lindt.example", (("Tax ID", "GB1"),),
    )  # fmt: skip
    assert after.version != before.version
    finalise_invoice(case.actor, case.invoice_id)
    save_customer(case.actor, account_id, CustomerForm("Somebody Else"))
    assert open_shared_invoice(token).printed.buyer == buyer
    assert open_customer(case.actor, account_id) == CustomerForm("Somebody Else")
    with reading() as session:
        events = session.exec(select(EventLog.action).where(EventLog.subject == f"account:{account_id}")).all()
    assert events == ["added the customer", "changed the customer", "changed the customer"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"kind": "robot"}, "kind"),
        ({"contact_name": "x" * 121}, "contact_name"),
        ({"email": "no address"}, "email"),
        ({"address": "\n".join("1234567")}, "address"),
        ({"tax_id": "x" * 61}, "tax_id"),
    ],
)
def test_what_is_wrong_is_named_at_its_field_and_nothing_changes(changes: dict[str, str], field: str) -> None:
    case = open_case()
    account_id = case.invoice.account_id
    before = open_customer(case.actor, account_id)
    with pytest.raises(ValidationFailed) as refused:
        save_customer(case.actor, account_id, CustomerForm(**{**vars(FORM), **changes}))
    assert refused.value.field == field
    assert open_customer(case.actor, account_id) == before


def test_the_read_only_change_nobody_and_nobody_unknown_is_changed() -> None:
    case = add_case(open_case().actor)
    with pytest.raises(PermissionDenied):
        save_customer(make_actor(role=Role.READ_ONLY, name="Rea Donly"), case.invoice.account_id, FORM)
    with pytest.raises(NotFound):
        save_customer(case.actor, 999, FORM)
    assert open_customer(case.actor, case.invoice.account_id).name == "Vera Lindt"
