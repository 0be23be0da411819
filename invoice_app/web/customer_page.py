"""The customer's page: one server-rendered page for first paint, updates, print and browsers without JavaScript (ADR 0002)."""

import asyncio

import structlog
from limits import parse
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from invoice_app import routes
from invoice_app.domain.errors import AppError, CouponRefused, NotFound, StaleRevision
from invoice_app.services.checking_out import finish_checkout, start_checkout
from invoice_app.services.delivering import open_shared_file
from invoice_app.services.placing_holds import finish_hold, start_hold
from invoice_app.services.printing import render_shared_credit_pdf, render_shared_pdf
from invoice_app.services.requesting_cards import finish_card_request, start_card_request
from invoice_app.services.sharing import note_view
from invoice_app.services.showing_shared import (
    PAID,
    PROCESSING,
    SharedInvoice,
    open_shared_change,
    open_shared_invoice,
    open_shared_logo,
)
from invoice_app.web.callers import check_own_form, count_request, find_actor
from invoice_app.web.customer_body import list_values, read_choice, read_number, render_body, tell_time
from invoice_app.web.documents import Endpoint, answer_file, answer_pdf
from invoice_app.web.glancing import glance_together
from invoice_app.web.marking_changes import Before, compare_with_shown
from invoice_app.web.responses import (
    CLOSED_POLICY,
    SECURITY_HEADERS,
    answer_fragment,
    answer_missing,
    answer_notice,
    answer_page,
    private_headers,
)

# Guessing tokens is hopeless anyway; this keeps it from costing us anything.
WRONG_LINKS = parse("30/10minutes")
PAY_CLICKS = parse("60/10minutes")

SHOWN_AT = "X-Shown-At"

log = structlog.get_logger()
Notice = dict[str, str]

# A good one stays through what staff change meanwhile; with `while`, as long as the page has that element.
NOTICES: dict[str, Notice] = {
    "paid": {"tone": "good", "while": "all-kept", "text": "Thank you. Your payment was received."},
    "processing": {"tone": "info", "text": "Thank you. Your payment is on its way; this page shows when it has arrived."},
    "checking": {
        "tone": "info",
        "text": "We are asking the card service about your payment. This page shows the result by itself.",
    },
    "back": {"tone": "info", "text": "Nothing was charged. You can pay whenever you are ready."},
    "card": {"tone": "good", "text": "Thank you. Your card was saved; nothing was charged."},
    "held": {
        "tone": "good",
        "while": "held-amount",
        "text": "Thank you. The amount is held on your card; nothing is taken yet.",
    },
    "hold-back": {"tone": "info", "text": "Nothing was held. You can come back to it whenever you are ready."},
    "card-back": {"tone": "info", "text": "No card was saved. You can leave one whenever you are ready."},
    "stranger": {"tone": "warn", "text": "We know of no such payment. This page shows how the invoice stands."},
    "expired": {"tone": "warn", "text": "The payment page had expired. Nothing was charged; please start again."},
}


def guarding_link(endpoint: Endpoint) -> Endpoint:
    """The endpoint behind a link: unknown links look all the same, only misses are limited, refusals read plainly."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except NotFound:
            # Counted after the look-up: a link that opens something works, whatever others behind its address tried.
            try:
                count_request(request, WRONG_LINKS, "wrong-link")
            except AppError as error:
                return answer_notice("Please wait a little", error.message, status=error.status)
            return answer_missing()
        except AppError as error:
            back = _path(request)
            return answer_notice(
                "That did not work", error.message, status=error.status, link=back, link_text="Back to the invoice"
            )

    return guarded


@guarding_link
async def show_invoice(request: Request) -> Response:
    """GET /i/<token>[?seen=<revision>]: the whole invoice, complete before any script runs, changes since `seen` marked."""
    token, query = request.path_params["token"], request.query_params
    seen = read_number(query.get("seen"))
    view, shown = await asyncio.to_thread(open_shared_change, token, seen, read_choice(query))
    before = compare_with_shown(shown, view.printed)
    notice = _choose_notice(query.get("note", ""), view, before)
    response = _answer(request, view, before, seen=seen, notice=notice)
    if request.method == "GET":
        response.background = BackgroundTask(_note_view, request)
    return response


@guarding_link
async def show_body(request: Request) -> Response:
    """GET /i/<token>/body?seen=<revision>&version=<version>: the page's inside, changes marked; 204 if nothing changed."""
    token, query = request.path_params["token"], request.query_params
    glance = await glance_together(token)
    if glance.version == query.get("version", ""):
        response = Response(status_code=204, headers=dict(SECURITY_HEADERS))
    else:
        response = answer_fragment(await render_body(glance, token, read_number(query.get("seen")), read_choice(query)))
    response.headers[SHOWN_AT] = tell_time(glance.time_zone)
    return response


@guarding_link
async def pay(request: Request) -> Response:
    """POST /i/<token>/pay: to the hosted page for exactly what the form showed; or, if that is no longer true, ask anew."""
    check_own_form(request)
    count_request(request, PAY_CLICKS, "pay")
    token = request.path_params["token"]
    form = await request.form(max_files=0, max_fields=10)
    revision, amount = read_number(form.get("revision")), read_number(form.get("amount"))
    method = form.get("method")
    try:
        url = await asyncio.to_thread(
            start_checkout,
            token,
            revision=revision,
            amount=amount,
            keep_card=form.get("keep_card") == "yes",
            method=method if method in ("card", "bank") else "",
            charge=read_number(form.get("charge")) if "charge" in form else None,
        )
    except StaleRevision:
        return await _ask_anew(request, revision)
    except CouponRefused as refusal:
        return await _tell_coupon(request, refusal)
    return RedirectResponse(url, 303, headers=dict(SECURITY_HEADERS))


async def _ask_anew(request: Request, seen: int) -> Response:
    view, shown = await asyncio.to_thread(open_shared_change, request.path_params["token"], seen)
    before = compare_with_shown(shown, view.printed)
    text = f"The invoice changed while you were looking at it. Nothing was charged. Now due: {view.printed.due_label}."
    return _answer(request, view, before, seen=seen, notice={"tone": "warn", "text": text}, status=409)


async def _tell_coupon(request: Request, refusal: CouponRefused) -> Response:
    view = await asyncio.to_thread(open_shared_invoice, request.path_params["token"])
    text = (
        f"The coupon {refusal.coupon_code} on this invoice cannot be used any more: {refusal.message}. Nothing was charged. "
        f"Please ask {view.printed.seller.name} for a new invoice."
    )
    before = compare_with_shown(None, view.printed)
    return _answer(request, view, before, seen=0, notice={"tone": "warn", "text": text}, status=409)


@guarding_link
async def leave_card(request: Request) -> Response:
    """POST /i/<token>/card: to the hosted page on which the customer leaves a card (A6)."""
    check_own_form(request)
    count_request(request, PAY_CLICKS, "pay")
    url = await asyncio.to_thread(start_card_request, request.path_params["token"])
    return RedirectResponse(url, 303, headers=dict(SECURITY_HEADERS))


@guarding_link
async def hold_amount(request: Request) -> Response:
    """POST /i/<token>/hold: to the hosted page on which the customer lets what the form showed be held (A6)."""
    check_own_form(request)
    count_request(request, PAY_CLICKS, "pay")
    token = request.path_params["token"]
    form = await request.form(max_files=0, max_fields=10)
    revision, amount = read_number(form.get("revision")), read_number(form.get("amount"))
    try:
        url = await asyncio.to_thread(start_hold, token, revision=revision, amount=amount)
    except StaleRevision:
        return await _ask_anew(request, revision)
    return RedirectResponse(url, 303, headers=dict(SECURITY_HEADERS))


@guarding_link
async def come_back(request: Request) -> Response:
    """GET /i/<token>/return: the customer comes from the hosted page; learn what happened, then show the truth."""
    token, query = request.path_params["token"], request.query_params
    await glance_together(token)
    note = await asyncio.to_thread(_learn, token, dict(query))
    seen = read_number(query.get("seen"))
    address = f"{routes.shared_invoice(token)}?note={note}" + (f"&seen={seen}" if seen else "")
    return RedirectResponse(address, 303, headers=dict(SECURITY_HEADERS))


def _learn(token: str, query: dict[str, str]) -> str:
    if session_id := query.get("session_id"):
        status = finish_checkout(token, session_id)
        return {"succeeded": "paid", "processing": "processing", "expired": "expired", "": "stranger"}.get(status, "checking")
    if session_id := query.get("card_session_id"):
        return {"succeeded": "card", "": "stranger"}.get(finish_card_request(token, session_id), "checking")
    if session_id := query.get("hold_session_id"):
        return {"held": "held", "": "stranger"}.get(finish_hold(token, session_id), "checking")
    return {"card": "card-back", "hold": "hold-back"}.get(query.get("back", ""), "back")


@guarding_link
async def download_shared_pdf(request: Request) -> Response:
    """GET /i/<token>/pdf"""
    pdf, name = await asyncio.to_thread(render_shared_pdf, request.path_params["token"])
    return answer_pdf(pdf, name)


@guarding_link
async def download_shared_credit(request: Request) -> Response:
    """GET /i/<token>/credits/<id>.pdf"""
    params = request.path_params
    pdf, name = await asyncio.to_thread(render_shared_credit_pdf, params["token"], params["credit_note_id"])
    return answer_pdf(pdf, name)


@guarding_link
async def download_shared_file(request: Request) -> Response:
    """GET /i/<token>/files/<id>: refused until the invoice is paid (A8)."""
    params = request.path_params
    return answer_file(await asyncio.to_thread(open_shared_file, params["token"], params["file_id"]))


@guarding_link
async def show_logo(request: Request) -> Response:
    """GET /i/<token>/logo: the seller's logo."""
    picture, media_type = await asyncio.to_thread(open_shared_logo, request.path_params["token"])
    headers = {**private_headers(CLOSED_POLICY), "Cache-Control": "private, max-age=3600"}
    return Response(picture, media_type=media_type, headers=headers)


def _answer(
    request: Request, view: SharedInvoice, before: Before, *, seen: int, notice: Notice | None, status: int = 200
) -> Response:
    values = list_values(_path(request), view, before, seen=seen, notice=notice)
    return answer_page("customer.html", status=status, shown_at=tell_time(view.time_zone), **values)


def _choose_notice(name: str, view: SharedInvoice, before: Before) -> Notice | None:
    # Only what is true: "paid" in an old address does not say so of an invoice that is due again.
    if name in ("paid", "processing", "checking", "back") and view.state == PAID:
        return NOTICES["paid"] if view.printed.stamp == "Paid" else None
    if name == "back" and view.state == PROCESSING:
        return None
    if name == "back" and before.differs:
        return _tell_change(before.total, view.printed.total)
    if name == "back" and view.decline:
        return {"tone": "warn", "text": f"Nothing was charged. {view.decline}"}
    if name == "paid" and not view.printed.payments:
        return None
    return NOTICES.get(name)


def _tell_change(former: str, total: str) -> Notice:
    # Stands in the banner of changes, which has a button of its own.
    text = f"{former} → {total}." if former != total else f"the total is still {total}."
    return {"tone": "warn", "banner": "The invoice changed while you were paying", "text": f"{text} Nothing was charged."}


async def _note_view(request: Request) -> None:
    actor = await find_actor(request)
    agent = request.headers.get("user-agent", "")
    try:
        await asyncio.to_thread(note_view, request.path_params["token"], user_agent=agent, is_staff=actor is not None)
    except AppError as error:
        log.warning("view_not_noted", error=error.message)


def _path(request: Request) -> str:
    return routes.shared_invoice(str(request.path_params["token"]))
