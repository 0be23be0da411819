"""Files for the customer: uploaded by staff, locked until the order is settled (A8)."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session, func, select

from invoice_app.clock import utc_now
from invoice_app.db import after_commit, reading, transaction
from invoice_app.domain.access import Actor, Permission, require
from invoice_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from invoice_app.domain.labels import put_in_sentence, read_labels
from invoice_app.gateways import signals
from invoice_app.gateways.files import FileStore, name_download
from invoice_app.models import Deliverable
from invoice_app.repositories.contexts import InvoiceContext, read_context
from invoice_app.repositories.event_log import CUSTOMER, record_event
from invoice_app.repositories.invoices import read_invoice
from invoice_app.repositories.orders import are_files_unlocked, list_order_invoices, read_order
from invoice_app.repositories.sharing import find_live_link
from invoice_app.services.order_page import build_file_view
from invoice_app.services.order_views import FileView
from invoice_app.services.printing import upload_root

MAX_FILE_BYTES = 200_000_000
MAX_FILES = 500
ALLOWED_TYPES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "image/tiff",
        "application/pdf",
        "application/zip",
        "video/mp4",
        "video/quicktime",
    }
)


@dataclass(frozen=True)
class OpenedFile:
    """A file to send: under which name, of which type, from where."""

    name: str
    media_type: str
    path: Path


class FilesLocked(PermissionDenied):
    """The files are the customer's once the invoice is paid."""

    code = "files_locked"


def add_file(actor: Actor | None, order_id: int, name: str, source: bytes | BinaryIO) -> FileView:
    """Keep an uploaded file for the customer.

    Raises FileTooLarge, FileTypeRefused, StorageFull, ValidationFailed for field "file".
    """
    editor = require(actor, Permission.UPLOAD_FILES)
    with reading() as session:
        read_order(session, order_id)
        if _count_files(session, order_id) >= MAX_FILES:
            raise ValidationFailed(f"An order has at most {MAX_FILES} files.", field="file")
    stored = FileStore(upload_root()).save(source, max_bytes=MAX_FILE_BYTES, allowed_types=ALLOWED_TYPES)
    with transaction() as session:
        file = Deliverable(
            order_id=order_id,
            name=name_download(name, stored.media_type),
            file_key=stored.key,
            size=stored.size,
            sha256=stored.sha256,
            media_type=stored.media_type,
            position=_count_files(session, order_id),
            uploaded_at=utc_now(),
        )
        session.add(file)
        session.flush()
        record_event(session, editor, subject=f"order:{order_id}", action="added a file", after={"name": file.name})
        _signal(session, order_id)
        return build_file_view(file)


def remove_file(actor: Actor | None, file_id: int) -> None:
    """Take a file away from the customer. Raises NotFound."""
    editor = require(actor, Permission.UPLOAD_FILES)
    with transaction() as session:
        file = _read(session, file_id)
        key = file.file_key
        session.delete(file)
        record_event(session, editor, subject=f"order:{file.order_id}", action="removed a file", before={"name": file.name})
        _signal(session, file.order_id)
        after_commit(session, lambda: FileStore(upload_root()).delete(key))


def open_file(actor: Actor | None, file_id: int) -> OpenedFile:
    """A file for staff, locked or not. Raises NotFound."""
    require(actor, Permission.VIEW)
    with reading() as session:
        return _open(_read(session, file_id))


def open_shared_file(token: str, file_id: int) -> OpenedFile:
    """A file for the customer of a live link. Raises NotFound for files of other orders, FilesLocked until paid (A8)."""
    with transaction() as session:
        link = find_live_link(session, token, now=utc_now())
        if link is None:
            raise NotFound("page")
        context = read_context(session, read_invoice(session, link.invoice_id))
        order_id = context.invoice.order_id
        file = _read(session, file_id)
        if file.order_id != order_id:
            raise NotFound("file", file_id)
        if locked := explain_lock(session, context):
            raise FilesLocked(message=locked)
        record_event(session, CUSTOMER, subject=f"order:{order_id}", action="downloaded a file", after={"name": file.name})
        return _open(file)


def explain_lock(session: Session, context: InvoiceContext) -> str:
    """Why the customer cannot download the order's files yet (A8), "" when they can.

    It promises nothing that paying would not bring: an order credited whole, or void, has nothing to pay and stays locked.
    """
    invoice, organisation = context.invoice, context.organisation
    if are_files_unlocked(session, invoice.order_id):
        return ""
    owing = [other.id for other in list_order_invoices(session, invoice.order_id) if other.due > 0]
    if not owing:
        return f"There is nothing to pay that would unlock these files. Please ask {organisation.name} about them."
    if owing != [invoice.id]:
        return "These files can be downloaded once everything due on this order is paid."
    labels = read_labels(organisation.labels if invoice.labels is None else invoice.labels)
    return f"These files can be downloaded once the {put_in_sentence(labels.invoice)} is paid."


def _open(file: Deliverable) -> OpenedFile:
    return OpenedFile(file.name, file.media_type, FileStore(upload_root()).path(file.file_key))


def _read(session: Session, file_id: int) -> Deliverable:
    file = session.get(Deliverable, file_id)
    if file is None:
        raise NotFound("file", file_id)
    return file


def _count_files(session: Session, order_id: int) -> int:
    query = select(func.count()).select_from(Deliverable).where(Deliverable.order_id == order_id)
    return session.exec(query).one()


def _signal(session: Session, order_id: int) -> None:
    invoices = [signals.invoice_topic(invoice.id or 0) for invoice in list_order_invoices(session, order_id)]
    topics = (signals.order_topic(order_id), *invoices)
    after_commit(session, lambda: signals.publish_all(topics))
