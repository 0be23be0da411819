"""Files on disk: what people upload, and the documents we made and must serve unchanged.

Both live in folders no web server publishes, under names we chose. A file appears under its name complete or not at all: it is
written beside it, forced to the disk, then renamed.
"""

import errno
import fcntl
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, ClassVar
from urllib.parse import quote

from invoice_app.domain.errors import AppError, NotFound

CHUNK = 1 << 16
SNIFF_BYTES = 64
NAME_LETTERS = 150

_UPLOAD_KEY = re.compile(r"[0-9a-f]{32}")
_DOCUMENT_KEY = re.compile(r"[0-9a-f]{64}")
_DOCUMENT_MAGIC = b"DOC1"
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
)
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV", b"mmp4"}
)
_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_EXTENSIONS = {
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/tiff": ("tif", "tiff", "dng", "nef", "nrw", "cr2", "arw", "sr2", "pef", "3fr", "iiq", "erf", "mef", "mos"),
    "application/pdf": ("pdf", "ai"),
    "application/zip": ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "epub", "kmz", "usdz"),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov", "qt"),
}
_RESERVED_NAMES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class FileTooLarge(AppError):
    """More than `limit_bytes` were sent; nothing was kept."""

    code: ClassVar[str] = "file_too_large"
    status: ClassVar[int] = 413

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"This file is too large: at most {limit_bytes // 1_000_000 or 1} MB can be uploaded.", field="file")
        self.limit_bytes = limit_bytes


class FileTypeRefused(AppError):
    """The content, whatever the name says, is not of an allowed type; `found` is "" when it is none we know."""

    code: ClassVar[str] = "file_type_refused"
    status: ClassVar[int] = 415

    def __init__(self, found: str, allowed: Collection[str]) -> None:
        names = ", ".join(sorted(kind.rpartition("/")[2].upper() for kind in allowed))
        super().__init__(f"This kind of file cannot be uploaded. Allowed: {names}.", field="file")
        self.found = found
        self.allowed = frozenset(allowed)


class StorageFull(AppError):
    """The disk took no more; nothing half-written stays behind."""

    code: ClassVar[str] = "storage_full"
    status: ClassVar[int] = 507

    def __init__(self) -> None:
        super().__init__("There is no room left to store this. Nothing was lost; try again when space has been freed.")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What the database keeps of an upload: our name for it, bytes, hash in hex, type by content."""

    key: str
    size: int
    sha256: str
    media_type: str


class FileStore:
    """Uploads under random names below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(self, source: bytes | BinaryIO, *, max_bytes: int, allowed_types: Collection[str]) -> StoredFile:
        """Keep an upload. Raises FileTooLarge, FileTypeRefused or StorageFull, and then nothing is kept."""
        stream = BytesIO(source) if isinstance(source, bytes) else source
        head = stream.read(SNIFF_BYTES)
        media_type = sniff_type(head)
        if media_type not in allowed_types:
            raise FileTypeRefused(media_type, allowed_types)
        key, digest, size = secrets.token_hex(16), hashlib.sha256(), 0
        with _written_whole(self._path(key)) as target:
            piece = head
            while piece:
                size += len(piece)
                if size > max_bytes:
                    raise FileTooLarge(max_bytes)
                digest.update(piece)
                target.write(piece)
                piece = stream.read(CHUNK)
        return StoredFile(key, size, digest.hexdigest(), media_type)

    def path(self, key: str) -> Path:
        """Where an upload lies, for sending it. Raises NotFound."""
        path = self._path(key)
        if not path.is_file():
            raise NotFound("file", key)
        return path

    def open(self, key: str) -> BinaryIO:
        """Open an upload for reading. Raises NotFound."""
        return self.path(key).open("rb")

    def delete(self, key: str) -> None:
        """Remove an upload; one that is gone already is no error."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _UPLOAD_KEY.fullmatch(key):
            raise NotFound("file", key)
        return self.root / key[:2] / key


class DocumentStore:
    """Documents we made, each under the hash of what it was made from, served exactly as they were first stored.

    Every file starts with its length and hash, so one that was cut short or altered is noticed and made again.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, key: str) -> bytes | None:
        """The document, or None if there is none or it is damaged."""
        try:
            stored = self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        head = len(_DOCUMENT_MAGIC) + 8 + 32
        content = stored[head:]
        return content if stored[:head] == _seal(content) else None

    def store_once(self, key: str, content: bytes) -> bytes:
        """Store a document and return what is stored: the first one, if somebody was quicker. Raises StorageFull."""
        path = self._path(key)
        with _alone_in(path.parent):
            stored = self.read(key)
            if stored is not None:
                return stored
            with _written_whole(path) as target:
                target.write(_seal(content))
                target.write(content)
            return content

    def get_or_make(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The stored document, else the one `make` returns, stored. Raises what `make` raises, and StorageFull."""
        stored = self.read(key)
        return stored if stored is not None else self.store_once(key, make())

    def _path(self, key: str) -> Path:
        if not _DOCUMENT_KEY.fullmatch(key):
            raise NotFound("document", key)
        return self.root / key[:2] / key


def sniff_type(head: bytes) -> str:
    """The media type by the first bytes (64 are enough); "" when it is none we know."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "video/quicktime" if brand == b"qt  " else "video/mp4" if brand in _MP4_BRANDS else ""
    return "video/quicktime" if head[4:8] in _QUICKTIME_ATOMS else ""


def sanitise_name(name: str) -> str:
    """A file name fit to offer for download: no folders, no invisible or reserved characters, at most 150 letters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(letter for letter in unicodedata.normalize("NFC", last) if unicodedata.category(letter)[0] != "C")
    clean = re.sub(r'[<>:"|?*\s]+', " ", visible).strip(" .")
    if not clean:
        return "file"
    if _RESERVED_NAMES.fullmatch(clean):
        clean = f"_{clean}"
    stem, dot, extension = clean.rpartition(".")
    if len(clean) <= NAME_LETTERS or not dot or len(extension) > 10:
        return clean[:NAME_LETTERS]
    return f"{stem[: NAME_LETTERS - len(extension) - 1]}.{extension}"


def name_download(name: str, media_type: str) -> str:
    """`sanitise_name`, with the extension of what the file is when its own says something else: "menu.exe" → "menu.exe.png".

    Extensions of formats that are built on the type, such as a camera's raw files on TIFF, say nothing else.
    """
    safe = sanitise_name(name)
    extensions = _EXTENSIONS.get(media_type, ())
    if not extensions or safe.rpartition(".")[2].lower() in extensions:
        return safe
    return f"{safe[: NAME_LETTERS - len(extensions[0]) - 1]}.{extensions[0]}"


def content_disposition(name: str) -> str:
    """The header that makes a browser save instead of show, with the name for old and new readers (RFC 6266)."""
    safe = sanitise_name(name)
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode("ascii").replace('"', "").strip() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _seal(content: bytes) -> bytes:
    return _DOCUMENT_MAGIC + len(content).to_bytes(8, "big") + hashlib.sha256(content).digest()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Until the block ends, whoever else wants to be alone in the folder waits, in this process and in others."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # and the lock with it


@contextmanager
def _written_whole(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path`, force it to the disk, give it its name; leaves nothing behind on any failure."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with part.open("xb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        os.replace(part, path)
        _sync_folder(path.parent)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull from error
        raise
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
