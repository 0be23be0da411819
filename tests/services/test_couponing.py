"""Coupons made in settings: what is wrong is named at its field, and nothing is cut silently."""

import pytest

from invoice_app.domain.errors import ValidationFailed
from invoice_app.services import couponing
from invoice_app.services.draft_views import CouponForm
from tests.factories import make_actor, make_organisation

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "10 %"}, "code"),
        ({"code": "<b>SAVE"}, "code"),
        ({"label": "x" * 201}, "label"),
        ({"eligible_items": "\n".join(["Drone photos"] * 154)}, "eligible_items"),
        ({"account_id": "9" * 26}, "account_id"),
        ({"account_id": "\u00b2"}, "account_id"),
        ({"account_id": "77"}, "account_id"),
    ],
)
def test_a_wrong_coupon_is_named_at_its_field_and_not_made(changes: dict[str, str], field: str) -> None:
    make_organisation()
    ada = make_actor()
    right = {"code": "AUTUMN10", "label": "Autumn", "method": "percent", "value": "10"}
    with pytest.raises(ValidationFailed) as refused:
        couponing.create_coupon(ada, CouponForm(**{**right, **changes}))
    assert refused.value.field == field
    assert couponing.list_coupons(ada) == ()


def test_eligible_items_of_two_thousand_characters_are_kept() -> None:
    make_organisation()
    ada = make_actor()
    items = "\n".join(["x" * 199] * 10)
    form = CouponForm(code="AUTUMN10", label="y" * 200, method="percent", value="10", eligible_items=items)
    view = couponing.create_coupon(ada, form)
    assert view.conditions == "on " + ", ".join(["x" * 199] * 10)
