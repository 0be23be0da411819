"""Invoices as PDF: made once for what they say, stored, and served unchanged from then on (product.md invariant 18)."""

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlmodel import Session

from invoice_app.clock import utc_now
from invoice_app.config import settings
from invoice_app.db import reading, transaction
from invoice_app.documents.pdf_pool import document_key, shared_pool
from invoice_app.documents.printed import PrintedInvoice, restore_printed
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import AppError, NotFound
from invoice_app.gateways.files import DocumentStore, FileStore, sanitise_name
from invoice_app.models import CreditNote, Invoice, InvoiceRevision
from invoice_app.repositories.invoices import read_invoice, read_revision
from invoice_app.repositories.organisations import read_organisation
from invoice_app.repositories.printing import print_invoice
from invoice_app.repositories.sharing import find_live_link

Pdf = tuple[bytes, str]
Issued = InvoiceRevision | CreditNote

log = structlog.get_logger()


class Unissued(NamedTuple):
    """What is not finalised: printed as it stands now."""

    printed: PrintedInvoice
    logo: bytes | None


class DocumentLost(AppError):
    """An issued PDF is gone from the store and can no longer be made byte for byte."""

    code = "document_lost"
    status = 500


def render_pdf(actor: Actor | None, invoice_id: int, revision: int | None = None) -> Pdf:
    """An invoice as a PDF, at one revision or as it is now, and the name to offer it under.

    A finalised revision is always the same file; what is not finalised prints the payments of now. Raises NotFound, PdfFailed,
    DocumentLost.
    """
    require(actor, Permission.VIEW)
    with reading() as session:
        found = _find_document(session, read_invoice(session, invoice_id), revision)
    return _serve(found)


def render_shared_pdf(token: str) -> Pdf:
    """The same as it is now, for the customer of a live link. Raises the uniform NotFound, and as `render_pdf`."""
    with reading() as session:
        link = find_live_link(session, token, now=utc_now())
        found = _find_document(session, read_invoice(session, link.invoice_id))
    return _serve(found)


def render_credit_pdf(actor: Actor | None, credit_note_id: int) -> Pdf:
    """A credit note as it was issued. Raises as `render_pdf`."""
    require(actor, Permission.VIEW)
    with reading() as session:
        note = _read_credit_note(session, credit_note_id)
    return _serve(note)


def render_shared_credit_pdf(token: str, credit_note_id: int) -> Pdf:
    """The same for the customer of the invoice it corrects. Raises the uniform NotFound, and as `render_pdf`."""
    with reading() as session:
        link = find_live_link(session, token, now=utc_now())
        note = _read_credit_note(session, credit_note_id)
        if note.invoice_id != link.invoice_id:
            raise NotFound("page")
    return _serve(note)


def keep_issued_pdf(invoice_id: int, revision: int) -> None:
    """Make and store the PDF of an issued revision now; if that fails, the first download does it from the same snapshot."""
    with reading() as session:
        row = read_revision(session, invoice_id, revision)
    _keep(row)


def keep_credit_pdf(credit_note_id: int) -> None:
    """The same for a credit note."""
    with reading() as session:
        note = _read_credit_note(session, credit_note_id)
    _keep(note)


def read_logo(logo_key: str) -> bytes | None:
    """The organisation's logo as it was uploaded, or None."""
    if not logo_key:
        return None
    with FileStore(upload_root()).open(logo_key) as logo:
        return logo.read()


def upload_root() -> Path:
    """Where uploads lie: outside anything a web server publishes."""
    return settings().data_dir / "uploads"


def document_store() -> DocumentStore:
    """Where the documents we made lie."""
    return DocumentStore(settings().data_dir / "documents")


def _read_credit_note(session: Session, credit_note_id: int) -> CreditNote:
    note = session.get(CreditNote, credit_note_id)
    if note is None:
        raise NotFound("credit note", credit_note_id)
    return note


def _find_document(session: Session, invoice: Invoice, revision: int | None = None) -> Issued | Unissued:
    row = read_revision(session, invoice.id or 0, invoice.revision if revision is None else revision)
    # Of a void invoice there is a copy that says so; each of its issued revisions stays what it was.
    if row.issued and (revision is not None or invoice.stage != "void"):
        return row
    printed = print_invoice(session, invoice, revision=revision)
    return Unissued(printed, read_logo(read_organisation(session).logo_key))


def _keep(row: Issued) -> None:
    try:
        _serve(row)
    except AppError as error:
        log.warning("issued_pdf_not_made", document=row.id, error=error.message)


def _serve(found: Issued | Unissued) -> Pdf:
    if isinstance(found, Unissued):
        return _render(found.printed, found.logo), _name_file(found.printed)
    printed = restore_printed((found.issued or {})["document"])
    name = sanitise_name(f"{found.number}.pdf") if isinstance(found, CreditNote) else _name_file(printed)
    return _serve_issued(found, printed), name


def _serve_issued(row: Issued, printed: PrintedInvoice) -> bytes:
    """The stored PDF of an issued document; its hash, written down when it was first made, is its name in the store."""
    store = document_store()
    stored = store.read(row.pdf_sha256) if row.pdf_sha256 else None
    if stored is None:
        made = shared_pool().render(printed, read_logo((row.issued or {})["logo_key"]))
        store.store_once(sha256(made).hexdigest(), made)
        stored = store.read(row.pdf_sha256 or _settle_hash(row, sha256(made).hexdigest()))
    if stored is None:
        raise DocumentLost("The stored PDF of this document is missing. An administrator can restore it from a backup.")
    return stored


def _settle_hash(row: Issued, made: str) -> str:
    """Write down the hash of what was made; answers the one that counts, which somebody quicker may have written."""
    with transaction() as session:
        session.add(row)
        session.refresh(row, with_for_update=True)
        row.pdf_sha256 = row.pdf_sha256 or made
        return row.pdf_sha256


def _render(printed: PrintedInvoice, logo: bytes | None) -> bytes:
    return document_store().get_or_make(document_key(printed, logo), lambda: shared_pool().render(printed, logo))


def _name_file(printed: PrintedInvoice) -> str:
    return sanitise_name(f"{printed.number or printed.reference} revision {printed.revision}.pdf".replace("#", ""))
