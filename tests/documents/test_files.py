import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Barrier

import pytest

from invoice_app.domain.errors import NotFound
from invoice_app.gateways.files import (
    DocumentStore,
    FileStore,
    FileTooLarge,
    FileTypeRefused,
    content_disposition,
    name_download,
    sanitise_name,
    sniff_type,
)

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 500
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 500
KEY = "ab" * 32
PDF = b"%PDF-1.7 " + b"d" * 5_000


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "uploads")


@pytest.fixture
def documents(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


def list_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", ""),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\0\0\0\x20ftypisom\0\0\x02\0", "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\x02\0", "video/quicktime"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "video/quicktime"),
        (b"PK\x03\x04\x14\0", "application/zip"),
        (b"<html><script>", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", ""),
        (b"MZ\x90\0", ""),
        (b" %PDF-1.7", ""),
        (b"", ""),
    ],
)
def test_the_type_is_what_the_content_says(head: bytes, media_type: str) -> None:
    assert sniff_type(head) == media_type


def test_an_upload_is_kept_whole_with_its_hash_and_type(store: FileStore) -> None:
    stored = store.save(JPEG, max_bytes=1_000, allowed_types={"image/jpeg"})
    assert (stored.size, stored.media_type) == (504, "image/jpeg")
    assert stored.sha256 == hashlib.sha256(JPEG).hexdigest()
    with store.open(stored.key) as file:
        assert file.read() == JPEG
    assert list_files(store.root) == [store.path(stored.key)]


def test_a_stream_of_many_pieces_is_kept_whole(store: FileStore) -> None:
    content = PNG + os.urandom(300_000)
    stored = store.save(BytesIO(content), max_bytes=len(content), allowed_types={"image/png"})
    assert store.path(stored.key).read_bytes() == content


def test_the_same_content_twice_is_two_files(store: FileStore) -> None:
    keys = {store.save(PNG, max_bytes=1_000, allowed_types={"image/png"}).key for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize("content", [b"<html>", b"", b"MZ\x90", PNG])
def test_a_type_that_is_not_allowed_leaves_nothing_behind(store: FileStore, content: bytes) -> None:
    with pytest.raises(FileTypeRefused) as refusal:
        store.save(content, max_bytes=1_000, allowed_types={"image/jpeg", "application/pdf"})
    assert refusal.value.message == "This kind of file cannot be uploaded. Allowed: JPEG, PDF."
    assert list_files(store.root) == []


@pytest.mark.parametrize("size", [1_001, 200_000])
def test_an_upload_over_its_limit_leaves_nothing_behind(store: FileStore, size: int) -> None:
    with pytest.raises(FileTooLarge):
        store.save(JPEG.ljust(size, b"x"), max_bytes=1_000, allowed_types={"image/jpeg"})
    assert list_files(store.root) == []


def test_an_upload_of_exactly_its_limit_is_kept(store: FileStore) -> None:
    assert store.save(JPEG.ljust(1_000, b"x"), max_bytes=1_000, allowed_types={"image/jpeg"}).size == 1_000


def test_a_stream_that_breaks_leaves_nothing_behind(store: FileStore) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        store.save(Broken(JPEG), max_bytes=1_000, allowed_types={"image/jpeg"})
    assert list_files(store.root) == []


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "/etc/passwd", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n"])
def test_a_key_that_is_none_of_ours_finds_nothing(store: FileStore, documents: DocumentStore, key: str) -> None:
    with pytest.raises(NotFound):
        store.open(key)
    with pytest.raises(NotFound):
        documents.read(key)


def test_a_deleted_upload_is_gone_and_may_be_deleted_again(store: FileStore) -> None:
    key = store.save(JPEG, max_bytes=1_000, allowed_types={"image/jpeg"}).key
    store.delete(key)
    store.delete(key)
    with pytest.raises(NotFound):
        store.path(key)


def test_a_document_is_made_once_and_then_served_as_it_was(documents: DocumentStore) -> None:
    assert documents.get_or_make(KEY, lambda: PDF) == PDF
    assert documents.get_or_make(KEY, lambda: b"another") == PDF
    assert documents.store_once(KEY, b"another") == PDF
    assert documents.read(KEY) == PDF


def test_a_document_nobody_made_is_none(documents: DocumentStore) -> None:
    assert documents.read(KEY) is None


@pytest.mark.parametrize("length", [0, 1, 4, 20, 43, 44, 45, 3_000, 5_052])
def test_a_document_cut_short_is_never_served_and_made_again(documents: DocumentStore, length: int) -> None:
    documents.store_once(KEY, PDF)
    (path,) = list_files(documents.root)
    assert path.stat().st_size == 5_053
    path.write_bytes(path.read_bytes()[:length])
    assert documents.read(KEY) is None
    assert documents.get_or_make(KEY, lambda: PDF) == PDF
    assert documents.read(KEY) == PDF
    assert list_files(documents.root) == [path]


def test_a_document_with_one_changed_byte_is_never_served(documents: DocumentStore) -> None:
    documents.store_once(KEY, PDF)
    (path,) = list_files(documents.root)
    stored = bytearray(path.read_bytes())
    stored[1_000] ^= 1
    path.write_bytes(stored)
    assert documents.read(KEY) is None


@pytest.mark.parametrize("damaged", [False, True])
def test_of_several_writers_at_once_the_first_wins_for_all(documents: DocumentStore, damaged: bool) -> None:
    barrier = Barrier(8)

    def store(key: str, number: int) -> bytes:
        barrier.wait()
        return documents.store_once(key, PDF + bytes([number]))

    for round_ in range(20):
        key = f"{round_:064x}"
        if damaged:
            documents.store_once(key, PDF)
            path = documents.root / key[:2] / key
            path.write_bytes(path.read_bytes()[:-1])
        with ThreadPoolExecutor(8) as threads:
            answers = set(threads.map(partial(store, key), range(8)))
        assert answers == {documents.read(key)}
    assert len(list_files(documents.root)) == 20


def _kill_while_writing(root: Path) -> Iterator[bytes | None]:
    """Store documents in a process that is killed at ten moments of its work; what is readable after each."""
    code = (
        "import sys; from pathlib import Path; from invoice_app.gateways.files import DocumentStore;"
        "store = DocumentStore(Path(sys.argv[1])); print('ready', flush=True);"
        "[store.store_once(f'{number:064x}', b'%PDF-' + bytes([number % 256]) * 400_000) for number in range(2_000)]"
    )
    for attempt in range(10):
        folder = root / str(attempt)
        with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                process.wait(timeout=0.01 + attempt * 0.013)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        store = DocumentStore(folder)
        for number in range(sum(1 for path in list_files(folder) if path.suffix != ".part")):
            yield store.read(f"{number:064x}")


def test_a_process_killed_while_writing_leaves_whole_documents_only(tmp_path: Path) -> None:
    found = list(_kill_while_writing(tmp_path))
    assert len(found) > 10
    assert all(document is not None and len(document) == 400_005 for document in found)


def test_a_full_disk_is_a_clear_error_and_recovers_by_itself(tmp_path: Path) -> None:
    code = """
import subprocess, sys
from pathlib import Path
from invoice_app.gateways.files import DocumentStore, FileStore, StorageFull
root = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(root)], check=True)
uploads, documents, types = FileStore(root / "u"), DocumentStore(root / "d"), {"image/jpeg"}
large, small = b"\\xff\\xd8\\xff".ljust(400_000, b"x"), b"\\xff\\xd8\\xff".ljust(50_000, b"x")
for attempt in (
    lambda: uploads.save(large, max_bytes=10**6, allowed_types=types), lambda: documents.store_once("a" * 64, large)
):
    try:
        attempt()
    except StorageFull as error:
        print(error.code, error.status, [path.name for path in root.rglob("*") if path.is_file()])
print(uploads.save(small, max_bytes=10**6, allowed_types=types).size, len(documents.store_once("a" * 64, small)))
"""
    command = ["unshare", "--mount", "--map-root-user", sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["storage_full 507 []", "storage_full 507 []", "50000 50000"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("loft-01.jpg", "loft-01.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\vera\\loft.jpg", "loft.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ('a"b<c>|d?.pdf', "a b c d .pdf"),
        ("line\r\nSet-Cookie: x.pdf", "lineSet-Cookie x.pdf"),
        ("\0.pdf", "pdf"),
        ("...", "file"),
        ("", "file"),
        ("con.txt", "_con.txt"),
        ("Φωτογραφία λιμάνι.png", "Φωτογραφία λιμάνι.png"),
        ("x" * 400 + ".jpeg", "x" * 145 + ".jpeg"),
    ],
)
def test_a_name_is_made_safe_to_offer(name: str, safe: str) -> None:
    assert sanitise_name(name) == safe


@pytest.mark.parametrize(
    ("name", "media_type", "offered"),
    [
        ("menu.exe", "image/png", "menu.exe.png"),
        ("invoice.html", "application/pdf", "invoice.html.pdf"),
        ("loft", "image/jpeg", "loft.jpg"),
        ("Loft v2.1", "application/zip", "Loft v2.1.zip"),
        ("Loft.JPEG", "image/jpeg", "Loft.JPEG"),
        ("raw-0001.NEF", "image/tiff", "raw-0001.NEF"),
        ("plan.docx", "application/zip", "plan.docx"),
        ("tour.mp4", "video/quicktime", "tour.mp4.mov"),
        ("", "application/pdf", "file.pdf"),
        ("x" * 400 + ".exe", "image/png", "x" * 146 + ".png"),
    ],
)
def test_a_download_is_named_after_what_it_is(name: str, media_type: str, offered: str) -> None:
    assert name_download(name, media_type) == offered


def test_the_download_header_is_one_line_and_names_the_file_twice() -> None:
    header = content_disposition('Łódź "loft"\r\nX: y.pdf')
    assert header == "attachment; filename=\"odz loft X y.pdf\"; filename*=UTF-8''%C5%81%C3%B3d%C5%BA%20loft%20X%20y.pdf"
