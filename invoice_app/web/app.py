"""Every plain HTTP route: sign-in, webhooks, downloads and uploads, the customer's page, health."""

import asyncio

import structlog
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from invoice_app import routes
from invoice_app.db import check_database
from invoice_app.domain.identifying import parse_identifier
from invoice_app.web import customer_page, documents, live, signing_in, webhooks
from invoice_app.web.documents import Endpoint, refusing_plainly
from invoice_app.web.responses import CLOSED_POLICY, private_headers

log = structlog.get_logger()


class IdentifierConvertor(Convertor[int]):
    """An id in a path, as "{name:id}"; one too long for any record is 0, which no record has."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        """The id that the path names."""
        return parse_identifier(value)

    def to_string(self, value: int) -> str:
        """The id as the path writes it."""
        return str(value)


register_url_convertor("id", IdentifierConvertor())


def http_app() -> Starlette:
    """The HTTP application; the interface is mounted behind it, so that these routes are matched first."""
    return Starlette(routes=[*_staff_routes(), *_customer_routes()])


def _staff_routes() -> list[Route]:
    return [
        Route(routes.SESSION, signing_in.open_session, methods=["POST"]),
        Route(routes.SIGN_OUT, refusing_plainly(signing_in.close_session), methods=["POST"]),
        Route(routes.HEALTH, show_health),
        Route(routes.STRIPE_WEBHOOK, webhooks.receive_stripe_event, methods=["POST"]),
        Route("/documents/invoices/{invoice_id:id}.pdf", documents.download_invoice),
        Route("/documents/invoices/{invoice_id:id}/revisions/{revision:id}.pdf", documents.download_revision),
        Route("/documents/credit-notes/{credit_note_id:id}.pdf", documents.download_credit_note),
        Route(routes.report_csv("{key}"), documents.download_report),
        Route(routes.REPORTS_XLSX, documents.download_reports),
        Route("/documents/files/{file_id:id}", documents.download_file),
        Route("/documents/orders/{order_id:id}/files", documents.upload_files, methods=["POST"]),
    ]


def _customer_routes() -> list[Route]:
    def route(part: str, endpoint: Endpoint, *, method: str = "GET", packed: bool = False) -> Route:
        path = routes.shared_invoice_part("{token}", part) if part else routes.shared_invoice("{token}")
        # Only what is text and whole: a stream must not wait in a compressor's buffer.
        middleware = [Middleware(GZipMiddleware, minimum_size=600)] if packed else None
        return Route(path, endpoint, methods=[method], middleware=middleware)

    return [
        route("", customer_page.show_invoice, packed=True),
        route("body", customer_page.show_body, packed=True),
        route("live", customer_page.guarding_link(live.follow_invoice)),
        route("pay", customer_page.pay, method="POST", packed=True),
        route("card", customer_page.leave_card, method="POST"),
        route("hold", customer_page.hold_amount, method="POST"),
        route("return", customer_page.come_back),
        route("pdf", customer_page.download_shared_pdf),
        route("credits/{credit_note_id:id}.pdf", customer_page.download_shared_credit),
        route("logo", customer_page.show_logo),
        route("files/{file_id:id}", customer_page.download_shared_file),
    ]


async def show_health(request: Request) -> Response:
    """GET /health: 200 while the database answers, else 503."""
    try:
        await asyncio.to_thread(check_database)
    except Exception as error:  # noqa: BLE001 (whatever is wrong with it, the answer is that it does not answer)
        log.error("database_unreachable", error=repr(error))
        return JSONResponse({"status": "database_unreachable"}, 503, headers=private_headers(CLOSED_POLICY))
    return JSONResponse({"status": "ok"}, headers=private_headers(CLOSED_POLICY))
