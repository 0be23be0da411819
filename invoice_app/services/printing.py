"""Invoices as PDF: made once for what they say, stored, and served unchanged from then on (product.md invariant 18)."""

from pathlib import Path

from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading
from invoice_app.documents.pdf_pool import document_key, shared_pool
from invoice_app.documents.printed import PrintedInvoice
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import NotFound
from invoice_app.gateways.files import DocumentStore, FileStore, sanitise_name
from invoice_app.models import Invoice
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.sharing import find_live_link


def render_pdf(actor: Actor | None, invoice_id: int) -> tuple[bytes, str]:
    """The saved revision as a PDF and the name to offer it under. Raises NotFound, PdfFailed."""
    require(actor, Permission.VIEW)
    with reading() as session:
        printed, logo = _read_printed(session, read_invoice(session, invoice_id))
    return _render(printed, logo), _name_file(printed)


def render_shared_pdf(token: str) -> tuple[bytes, str]:
    """The same for the customer of a live link. Raises the uniform NotFound, PdfFailed."""
    with reading() as session:
        link = find_live_link(session, token, now=utc_now())
        if link is None:
            raise NotFound("page")
        printed, logo = _read_printed(session, read_invoice(session, link.invoice_id))
    return _render(printed, logo), _name_file(printed)


def read_logo(logo_key: str) -> bytes | None:
    """The organisation's logo as it was uploaded, or None."""
    if not logo_key:
        return None
    with FileStore(upload_root()).open(logo_key) as logo:
        return logo.read()


def upload_root() -> Path:
    """Where uploads lie: outside anything a web server publishes."""
    return settings().data_dir / "uploads"


def _read_printed(session: Session, invoice: Invoice) -> tuple[PrintedInvoice, bytes | None]:
    return print_invoice(session, invoice), read_logo(read_organisation(session).logo_key)


def _render(printed: PrintedInvoice, logo: bytes | None) -> bytes:
    store = DocumentStore(settings().data_dir / "documents")
    return store.get_or_make(document_key(printed, logo), lambda: shared_pool().render(printed, logo))


def _name_file(printed: PrintedInvoice) -> str:
    return sanitise_name(f"{printed.number or printed.reference} revision {printed.revision}.pdf".replace("#", ""))
