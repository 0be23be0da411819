"""What comes through a State's door: arguments of the right kind, and forms read into a service's form."""

import asyncio
from typing import Any

import pytest
import reflex as rx

from invoice_app.domain.errors import NotFound, NotSignedIn, ValidationFailed
from invoice_app.services.draft_views import CouponForm
from invoice_app.services.order_views import ItemForm
from invoice_app.services.views import OrganisationForm
from invoice_app.ui.session import door, form_door, read_form, show_refusal


class Porch:
    """Stands in for a State: door() only looks at the handler."""

    def __init__(self) -> None:
        self.heard: list[object] = []


async def hear(self: Any, key: str, steps: int, form: dict[str, Any]) -> None:
    self.heard.append((key, steps, form))


def knock(*given: object) -> list[object]:
    porch = Porch()
    handler: Any = door(hear)
    asyncio.run(handler(porch, *given))
    return porch.heard


def test_arguments_of_the_right_kind_come_through() -> None:
    form = {"description": "Drone photos", "gone": None, "ticked": True}
    assert knock("line", -1, form) == [("line", -1, form)]


@pytest.mark.parametrize(
    "given",
    [
        (1, 1, {}),
        (None, 1, {}),
        (["line"], 1, {}),
        ("line", "1", {}),
        ("line", True, {}),
        ("line", 1.0, {}),
        ("line", 1, []),
        ("line", 1, {"nested": {"deep": 1}}),
        ("line", 1, {1: "text"}),
        ("x" * 20_001, 1, {}),
        ("line", 1, {"description": "x" * 20_001}),
        ("line", 2**63, {}),
        ("line", 1),
        ("half a pair \ud800", 1, {}),
        ("nul\0", 1, {}),
        ("line", 1, {"code": "SUMMER\u202e01"}),
        ("line", 1, {"co\0de": "SUMMER"}),
    ],
)
def test_anything_else_is_refused_before_the_handler_runs(given: tuple[object, ...]) -> None:
    porch = Porch()
    handler: Any = door(hear)
    with pytest.raises(ValidationFailed):
        asyncio.run(handler(porch, *given))
    assert porch.heard == []


def test_a_form_takes_known_fields_and_leaves_the_rest_at_their_default() -> None:
    typed = {"description": "Drone photos", "unit_price": "240", "discount": None, "role": "owner"}
    assert read_form(ItemForm, typed) == ItemForm(description="Drone photos", quantity="1", unit_price="240", discount="")
    assert read_form(CouponForm, {}) == CouponForm()


def test_a_ticked_box_is_true_and_a_missing_one_stays_off() -> None:
    assert read_form(OrganisationForm, {"prices_include_tax": "on"}).prices_include_tax is True
    assert read_form(OrganisationForm, {}).prices_include_tax is False


def test_what_people_write_comes_through_in_any_script() -> None:
    assert knock("Ærø – שלום, 東京 👩‍🚀\n\tzweite Zeile", 1, {})[0][0].endswith("Zeile")


class Dialog:
    """Stands in for a FormState: form_door() only looks at these."""

    def __init__(self, *answers: object) -> None:
        self.submitting, self._awaits_submit = False, True
        self.answers, self.heard = list(answers), 0


async def submit(self: Any, form: dict[str, Any]) -> object:
    self.heard += 1
    answer = self.answers.pop(0)
    if isinstance(answer, Exception):
        raise answer
    return answer


def press(dialog: Dialog, times: int) -> list[object]:
    async def in_turn() -> list[object]:
        handler: Any = form_door(submit)
        return [step for _ in range(times) async for step in handler(dialog, {})]

    return asyncio.run(in_turn())


def test_a_second_press_of_a_form_that_did_its_work_is_ignored() -> None:
    dialog = Dialog("closed")
    assert press(dialog, 3) == [None, "closed"]
    assert (dialog.heard, dialog.submitting) == (1, False)


@pytest.mark.parametrize("refusal", [None, ValidationFailed("Enter an amount."), RuntimeError("broken")])
def test_a_refused_form_takes_another_press(refusal: object) -> None:
    dialog = Dialog(refusal, "closed")
    press(dialog, 1)
    assert (dialog.heard, dialog.submitting) == (1, False)
    assert press(dialog, 2) == [None, "closed"]
    assert dialog.heard == 2


def _code(refusal: Exception) -> str:
    (event,) = show_refusal(refusal)
    return str(rx.Var.create(event))


def test_a_refusal_is_told_in_its_own_words_and_a_fault_in_none_of_its_own() -> None:
    assert "This order does not exist" in _code(NotFound("order"))
    assert "secret" not in _code(RuntimeError("secret"))
    assert "ui.signIn()" in _code(NotSignedIn())
