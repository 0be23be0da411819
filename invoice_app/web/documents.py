"""Downloads and uploads of staff: PDFs, reports and the customer's files."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from invoice_app.domain.access import Permission, require
from invoice_app.domain.errors import AppError, NotFound
from invoice_app.services.delivering import MAX_FILE_BYTES, OpenedFile, add_file, open_file
from invoice_app.services.printing import render_credit_pdf, render_pdf
from invoice_app.services.reporting import ReportQuery, export_csv, export_xlsx
from invoice_app.web.callers import check_own_form, find_actor
from invoice_app.web.responses import CLOSED_POLICY, answer_refusal, private_headers
from invoice_app.web.webhooks import BodyTooLarge

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_FILES_AT_ONCE = 50
FORM_OVERHEAD = 1_000_000
# Starlette spools a file to disk above a megabyte; the whole request may be as long as the largest file and its envelope.
LARGEST_UPLOAD = MAX_FILE_BYTES + FORM_OVERHEAD

Endpoint = Callable[[Request], Awaitable[Response]]


def refusing_plainly(endpoint: Endpoint) -> Endpoint:
    """The endpoint, its refusals answered in plain words."""

    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except AppError as error:
            return answer_refusal(request, error)

    return guarded


@refusing_plainly
async def download_invoice(request: Request) -> Response:
    """GET /documents/invoices/<id>.pdf"""
    actor = await find_actor(request)
    pdf, name = await asyncio.to_thread(render_pdf, actor, request.path_params["invoice_id"])
    return answer_pdf(pdf, name)


@refusing_plainly
async def download_revision(request: Request) -> Response:
    """GET /documents/invoices/<id>/revisions/<revision>.pdf"""
    actor = await find_actor(request)
    params = request.path_params
    pdf, name = await asyncio.to_thread(render_pdf, actor, params["invoice_id"], params["revision"])
    return answer_pdf(pdf, name)


@refusing_plainly
async def download_credit_note(request: Request) -> Response:
    """GET /documents/credit-notes/<id>.pdf"""
    actor = await find_actor(request)
    pdf, name = await asyncio.to_thread(render_credit_pdf, actor, request.path_params["credit_note_id"])
    return answer_pdf(pdf, name)


@refusing_plainly
async def download_report(request: Request) -> Response:
    """GET /documents/reports/<key>.csv?period=…"""
    actor = await find_actor(request)
    content, name = await asyncio.to_thread(export_csv, actor, request.path_params["key"], _read_report_query(request))
    return answer_attachment(content, name, "text/csv; charset=utf-8")


@refusing_plainly
async def download_reports(request: Request) -> Response:
    """GET /documents/reports.xlsx?period=…"""
    actor = await find_actor(request)
    content, name = await asyncio.to_thread(export_xlsx, actor, _read_report_query(request))
    return answer_attachment(content, name, XLSX)


def _read_report_query(request: Request) -> ReportQuery:
    asked = {name: request.query_params[name] for name in ("period", "starts_on", "ends_on") if name in request.query_params}
    return ReportQuery(**asked)


@refusing_plainly
async def download_file(request: Request) -> Response:
    """GET /documents/files/<id>"""
    actor = await find_actor(request)
    return answer_file(await asyncio.to_thread(open_file, actor, request.path_params["file_id"]))


@refusing_plainly
async def upload_files(request: Request) -> Response:
    """POST /documents/orders/<id>/files, multipart with one or more parts "file"; each is kept or refused by itself."""
    actor = require(await find_actor(request), Permission.UPLOAD_FILES)
    check_own_form(request)
    if int(request.headers.get("content-length") or 0) > LARGEST_UPLOAD:
        raise BodyTooLarge("A file may be 200 MB at most.")
    limited = Request(request.scope, _limit(request.receive, LARGEST_UPLOAD))
    kept, refused = [], []
    async with limited.form(max_files=MOST_FILES_AT_ONCE, max_fields=10) as form:
        for part in form.getlist("file"):
            if not isinstance(part, UploadFile):
                continue
            name = part.filename or "file"
            try:
                file = await asyncio.to_thread(add_file, actor, request.path_params["order_id"], name, part.file)
                kept.append({"id": file.id, "name": file.name, "size": file.size})
            except AppError as error:
                refused.append({"name": name, "error": error.code, "message": error.message})
    status = 201 if kept and not refused else 207 if kept else 422
    return JSONResponse({"kept": kept, "refused": refused}, status, headers=private_headers(CLOSED_POLICY))


def answer_pdf(pdf: bytes, name: str) -> Response:
    """A PDF as an attachment."""
    return answer_attachment(pdf, name, "application/pdf")


def answer_attachment(content: bytes, name: str, media_type: str) -> Response:
    """Something made this moment, to be kept under `name`."""
    headers = {**private_headers(CLOSED_POLICY), "Content-Disposition": _attach(name)}
    return Response(content, media_type=media_type, headers=headers)


def answer_file(opened: OpenedFile) -> Response:
    """A file as an attachment, whatever it is: nothing uploaded is ever shown inside our own pages."""
    if not opened.path.is_file():
        raise NotFound("file")
    headers = dict(private_headers(CLOSED_POLICY))
    return FileResponse(opened.path, media_type=opened.media_type, filename=opened.name, headers=headers)


def _attach(name: str) -> str:
    # RFC 6266; names come from the services and hold neither quotes nor line ends.
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def _limit(
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]], largest: int
) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    received = 0

    async def limited() -> MutableMapping[str, Any]:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > largest:
            raise BodyTooLarge("A file may be 200 MB at most.")
        return message

    return limited
