import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from subprocess import PIPE, Popen, run
from sys import executable

import pytest
from pypdf import PdfReader

from invoice_app.documents.pdf import render_invoice_pdf
from invoice_app.documents.pdf_pool import PdfFailed, PdfPool, document_key, submit_pdf
from invoice_app.documents.pdf_worker import MEMORY_BYTES
from tests.documents.samples import make_line, make_lines, make_printed

SMALL = make_printed(lines=make_lines(2))
LONG = make_printed(lines=make_lines(400))


@pytest.fixture
def pool() -> Iterator[PdfPool]:
    with PdfPool(size=2, timeout_seconds=20) as pool:
        yield pool


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.02)


def test_the_pool_gives_the_bytes_the_renderer_gives(pool: PdfPool) -> None:
    assert pool.render(SMALL) == render_invoice_pdf(SMALL)


def test_a_coroutine_can_await_a_pdf(pool: PdfPool) -> None:
    async def render() -> bytes:
        return await asyncio.wrap_future(pool.submit(SMALL))

    assert asyncio.run(render()).startswith(b"%PDF-")


def test_importing_the_pool_loads_no_pdf_library() -> None:
    code = (
        "import sys, invoice_app.documents.pdf_pool, invoice_app.documents.emails, invoice_app.documents.csv_export;"
        "heavy = {'reportlab', 'xhtml2pdf', 'pypdf', 'PIL', 'html5lib'};"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & heavy))"
    )
    assert run([executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_no_worker_runs_before_the_first_pdf(pool: PdfPool) -> None:
    assert pool.worker_ids() == []
    pool.render(SMALL)
    assert len(pool.worker_ids()) == 1


def test_two_pdfs_at_a_time_are_made_by_two_processes(pool: PdfPool) -> None:
    futures = [pool.submit(SMALL) for _ in range(4)]
    assert {future.result() for future in futures} == {render_invoice_pdf(SMALL)}
    assert len(set(pool.worker_ids())) == 2


def test_one_after_the_other_is_made_by_one_process(pool: PdfPool) -> None:
    pool.render(SMALL)
    first = pool.worker_ids()
    pool.render(SMALL)
    assert pool.worker_ids() == first


def test_a_hung_worker_is_killed_and_replaced() -> None:
    with PdfPool(size=1, timeout_seconds=1) as pool:
        pool.warm()
        (hung,) = pool.worker_ids()
        os.kill(hung, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(PdfFailed) as failure:
            pool.render(SMALL)
        assert failure.value.reason == "timeout"
        assert 1 <= time.monotonic() - started < 3
        assert not is_running(hung)
        assert pool.render(SMALL).startswith(b"%PDF-")
        assert pool.worker_ids() != [hung]


def test_a_job_over_its_time_is_killed() -> None:
    with PdfPool(size=1, timeout_seconds=0.3) as pool:
        pool.warm()
        (slow,) = pool.worker_ids()
        with pytest.raises(PdfFailed) as failure:
            pool.render(LONG)
        assert failure.value.reason == "timeout"
        assert not is_running(slow)


def test_a_worker_that_dies_at_work_is_replaced(pool: PdfPool) -> None:
    pool.warm()
    (worker,) = pool.worker_ids()
    future = pool.submit(LONG)
    wait_until(lambda: pool.worker_ids() == [])
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(PdfFailed) as failure:
        future.result()
    assert failure.value.reason == "crashed"
    assert pool.render(SMALL).startswith(b"%PDF-")


def test_a_worker_that_died_while_waiting_costs_no_pdf(pool: PdfPool) -> None:
    pool.warm()
    (worker,) = pool.worker_ids()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not is_running(worker))
    assert pool.render(SMALL).startswith(b"%PDF-")


def test_a_document_that_is_too_large_is_refused_and_the_worker_goes_on(pool: PdfPool) -> None:
    pool.warm()
    before = pool.worker_ids()
    huge = make_printed(lines=tuple(make_line("long " * 2_000, key=str(number)) for number in range(300)))
    with pytest.raises(PdfFailed) as failure:
        pool.render(huge)
    assert failure.value.reason == "refused"
    assert "RenderLimitError" in failure.value.detail
    assert pool.render(SMALL).startswith(b"%PDF-")
    assert pool.worker_ids() == before


def test_the_failure_says_nothing_of_its_cause_to_a_customer() -> None:
    failure = PdfFailed("refused", "Traceback with the customer's name")
    assert (failure.code, failure.status) == ("pdf_failed", 503)
    assert "Traceback" not in str(failure)


def test_a_worker_has_no_secret_in_its_environment_and_a_limit_on_its_memory(
    pool: PdfPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_canary")
    pool.warm()
    (worker,) = pool.worker_ids()
    assert Path(f"/proc/{worker}/environ").read_bytes() == b"LANG=C.UTF-8\0"
    limits = {line[:26].strip(): line[26:].split()[:2] for line in Path(f"/proc/{worker}/limits").read_text().splitlines()}
    assert limits["Max address space"] == [str(MEMORY_BYTES)] * 2
    assert limits["Max core file size"] == ["0", "0"]


def test_an_idle_worker_ends_and_the_next_pdf_starts_another() -> None:
    with PdfPool(size=1, idle_seconds=0.2) as pool:
        pool.render(SMALL)
        (worker,) = pool.worker_ids()
        wait_until(lambda: not is_running(worker))
        assert pool.worker_ids() == []
        assert pool.render(SMALL).startswith(b"%PDF-")


def test_closing_the_pool_ends_its_workers() -> None:
    pool = PdfPool(size=2)
    pool.warm(2)
    workers = pool.worker_ids()
    pool.close()
    assert [is_running(worker) for worker in workers] == [False, False]


def test_workers_end_when_the_process_that_started_them_is_killed() -> None:
    code = (
        "import sys, time; from invoice_app.documents.pdf_pool import PdfPool;"
        "pool = PdfPool(); pool.warm(); print(*pool.worker_ids(), flush=True); time.sleep(60)"
    )
    with Popen([executable, "-c", code], stdout=PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_running(worker)
        parent.kill()
    wait_until(lambda: not is_running(worker))


def test_the_shared_pool_serves_whoever_asks() -> None:
    assert len(PdfReader(BytesIO(submit_pdf(SMALL).result())).pages) == 1


def test_a_document_key_changes_with_anything_printed_and_with_nothing_else() -> None:
    key = document_key(SMALL)
    assert len(key) == 64
    assert document_key(make_printed(lines=make_lines(2), due="5 Dec 2026 (tomorrow)")) == key
    assert document_key(make_printed(lines=make_lines(2), due_date="6 Dec 2026")) != key
    assert document_key(SMALL, b"logo") != key
    assert document_key(make_printed(lines=make_lines(3))) != key
