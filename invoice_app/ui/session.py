"""Between a page's State and the services: who is asking, what may come through the door, and how a refusal is shown.

Every public method of a State can be called by any client with any argument. So each handler is a `@door`, which checks its
arguments' types, and reaches its service by `call`, which finds the actor anew from the signed session cookie.
"""

import asyncio
import functools
import inspect
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, get_type_hints

import reflex as rx
from reflex.event import EventSpec
from reflex.istate.proxy import MutableProxy

from invoice_app.domain.access import Actor
from invoice_app.domain.errors import AppError, NotSignedIn, ValidationFailed
from invoice_app.domain.plain_text import is_plain_text
from invoice_app.services.signing_in import SESSION_COOKIE, resolve_actor
from invoice_app.ui.components.feedback import show_toast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NOT_UNDERSTOOD = "That was not understood. Reload the page and try again."
NOT_TYPED = "This text holds a character that cannot be typed, perhaps from copying. Type that part by hand."
MAX_TEXT = 20_000
MAX_NUMBER = 2**63 - 1
P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound=rx.State)
FormType = TypeVar("FormType", bound="DataclassInstance")
log = logging.getLogger(__name__)


def _cookie(state: rx.State) -> str | None:
    jar = SimpleCookie()
    try:
        jar.load(state.router.headers.cookie)
    except CookieError:
        return None
    morsel = jar.get(SESSION_COOKIE)
    return morsel.value if morsel else None


async def call(state: rx.State, service: Callable[Concatenate[Actor | None, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run one service for whoever holds the session cookie, in a thread. Raises NotSignedIn and what the service raises.

    >>> self.order = await call(self, open_order, number)
    """
    cookie = _cookie(state)
    # What a State holds comes wrapped, to notice changes; services take the plain values.
    plain: Any = tuple(_unwrap(value) for value in args)
    named: Any = {name: _unwrap(value) for name, value in kwargs.items()}

    def run() -> T:
        actor = resolve_actor(cookie)
        if actor is None:
            raise NotSignedIn()
        return service(actor, *plain, **named)

    return await asyncio.to_thread(run)


def _unwrap(value: Any) -> Any:
    return value.__wrapped__ if isinstance(value, MutableProxy) else value


async def whoami(state: rx.State) -> Actor:
    """The signed-in member of staff. Raises NotSignedIn."""
    actor = await asyncio.to_thread(resolve_actor, _cookie(state))
    if actor is None:
        raise NotSignedIn()
    return actor


def door(handler: Callable[Concatenate[S, P], Any]) -> Any:
    """Make a State method an event handler that refuses arguments of the wrong type before it runs (ValidationFailed)."""
    signature = inspect.signature(handler)
    hints = {name: kind for name, kind in get_type_hints(handler).items() if name != "return"}

    def check(self: S, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        try:
            given = signature.bind(self, *args, **kwargs).arguments
        except TypeError:
            raise ValidationFailed(NOT_UNDERSTOOD) from None
        for name, value in list(given.items())[1:]:
            _check(name, value, hints[name])

    if inspect.isasyncgenfunction(handler):

        @functools.wraps(handler)
        async def stepwise(self: S, *args: Any, **kwargs: Any) -> Any:
            check(self, args, kwargs)
            async for step in handler(self, *args, **kwargs):
                yield step

        return rx.event(stepwise)

    @functools.wraps(handler)
    async def at_once(self: S, *args: Any, **kwargs: Any) -> Any:
        check(self, args, kwargs)
        return await handler(self, *args, **kwargs)

    return rx.event(at_once)


class FormState(rx.State, mixin=True):
    """A State with a form that does something once: `_await_submit` when it opens, a `@form_door` where it arrives.

    `error` is why it was refused, said at its field `error_field`, or above all fields when that is empty.
    """

    submitting: bool = False
    error: str = ""
    error_field: str = ""
    _awaits_submit: bool = False

    def _await_submit(self) -> None:
        self._awaits_submit, self.submitting = True, False
        self.error = self.error_field = ""

    def _refuse(self, refusal: AppError) -> None:
        self.error, self.error_field = refusal.message, refusal.field


class DialogState(FormState, mixin=True):
    """A State that is one dialog with one form."""

    is_open: bool = False

    def _open_dialog(self) -> None:
        self.is_open = True
        self._await_submit()

    @door
    async def closed(self) -> None:
        """The dialog was closed."""
        self.is_open = False


F = TypeVar("F", bound=FormState)


def form_door(handler: Callable[Concatenate[F, P], Any]) -> Any:
    """A door for the submit of a form: one press, one effect. `submitting` says meanwhile that it is being done.

    A tab's events come one after the other, so the second press of a double click arrives when the first is done: it is
    ignored, unless the first was refused. A handler that answers with no event was refused; any other has closed its form.

    >>> @form_door
    ... async def save(self, form: dict[str, Any]) -> EventSpec | None: ...
    """

    @functools.wraps(handler)
    async def once(self: F, *args: Any, **kwargs: Any) -> Any:
        if not self._awaits_submit:
            return
        self._awaits_submit, self.submitting = False, True
        yield
        done = False
        try:
            async for step in _take_steps(handler(self, *args, **kwargs)):
                done = done or step is not None
                yield step
        except Exception as refusal:  # noqa: BLE001 (shown as everywhere; but the form must take another press)
            yield show_refusal(refusal)
        self._awaits_submit, self.submitting = not done, False

    return door(once)


async def _take_steps(answer: Any) -> AsyncIterator[Any]:
    if inspect.isasyncgen(answer):
        async for step in answer:
            yield step
    else:
        yield await answer


def _check(name: str, value: object, kind: Any) -> None:
    expected = getattr(kind, "__origin__", kind)
    fits = type(value) is expected and not (isinstance(value, str) and len(value) > MAX_TEXT)
    if isinstance(value, int):
        fits = fits and abs(value) <= MAX_NUMBER
    if expected is dict and isinstance(value, dict):
        fits = all(isinstance(key, str) and _is_field(text) for key, text in value.items())
    if not fits:
        raise ValidationFailed(NOT_UNDERSTOOD, field=name)
    texts = (*value.keys(), *value.values()) if isinstance(value, dict) else (value,)
    if not all(is_plain_text(text) for text in texts if isinstance(text, str)):
        raise ValidationFailed(NOT_TYPED, field=name)


def _is_field(value: object) -> bool:
    # A field that is not on the form at the moment arrives as None.
    return value is None or isinstance(value, bool) or (isinstance(value, str) and len(value) <= MAX_TEXT)


def show_refusal(exception: Exception) -> list[EventSpec]:
    """How a refusal looks that no handler shows in its place: the sign-in page, or a toast. The last resort too."""
    if isinstance(exception, NotSignedIn):
        return [rx.call_script("ui.signIn()")]
    if isinstance(exception, AppError):
        return [show_toast(exception.message, tone="bad")]
    log.error("A page's handler failed", exc_info=exception)
    return [show_toast("Something went wrong on our side. Nothing was changed; please try again.", tone="bad")]


def read_form(kind: type[FormType], values: dict[str, Any]) -> FormType:
    """A service's form from what a submitted form carries; unknown fields are left out, missing ones keep their default.

    >>> read_form(ItemForm, {"description": "Drone photos", "unit_price": "240"})
    """
    known = {field.name: field.type for field in fields(kind)}
    return kind(**{name: _as(known[name], value) for name, value in values.items() if name in known and value is not None})


def _as(kind: Any, value: object) -> object:
    return value in (True, "on", "true") if kind is bool else str(value)
