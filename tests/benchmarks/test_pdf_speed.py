"""PDF figures beside their bars. They assert that the work was done, never how fast it was."""

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest

from invoice_app.documents.pdf_pool import PdfPool
from tests.documents.samples import make_lines, make_printed

pytestmark = pytest.mark.benchmark
TWELVE = make_printed()


def report(what: str, figure: str, bar: str) -> None:
    print(f"\n{what:<52} {figure:>12}   bar: {bar}")


def time_render(pool: PdfPool, count: int) -> float:
    """Milliseconds from asking to having the bytes."""
    started = time.perf_counter()
    assert pool.render(make_printed(lines=make_lines(count))).startswith(b"%PDF-")
    return (time.perf_counter() - started) * 1_000


def pdfs_a_second(pool: PdfPool, count: int) -> float:
    started = time.perf_counter()
    assert all(future.result().startswith(b"%PDF-") for future in [pool.submit(TWELVE) for _ in range(count)])
    return count / (time.perf_counter() - started)


def test_a_pdf_of_twelve_lines_warm() -> None:
    with PdfPool(size=1) as pool:
        pool.warm()
        figures = [time_render(pool, 12) for _ in range(40)]
    report("PDF of 12 lines, warm, median", f"{median(figures):.0f} ms", "75 ms")


def test_a_pdf_of_a_hundred_and_twenty_lines_warm() -> None:
    with PdfPool(size=1) as pool:
        pool.warm()
        figures = [time_render(pool, 120) for _ in range(5)]
    report("PDF of 120 lines, warm, median", f"{median(figures):.0f} ms", "none set")


def test_the_first_pdf_of_all() -> None:
    with PdfPool(size=1) as pool:
        report("First PDF, with the start of its worker", f"{time_render(pool, 12):.0f} ms", "none set")


# Work that shares nothing: says how long it took once it was told to begin.
BARE = """
import sys, time
sys.stdin.readline()
began = time.perf_counter()
for number in range(300_000):
    str(number * number)
print(time.perf_counter() - began)
"""


def bare_seconds(count: int) -> float:
    """Seconds until as many processes as `count`, begun together, have done the same bare work."""
    command = (sys.executable, "-c", BARE)
    with ExitStack() as stack:
        bare = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(count)
        ]
        time.sleep(0.3)  # until they listen
        for process in bare:
            assert process.stdin is not None
            process.stdin.write("begin\n")
            process.stdin.flush()
        return max(float(process.communicate()[0]) for process in bare)


def test_two_bare_processes_at_a_time() -> None:
    ratios = [2 * bare_seconds(1) / bare_seconds(2) for _ in range(9)]
    report("Two bare processes against one, median of 9", f"{median(ratios):.2f} times", "what the machine can do")


def test_two_pdfs_at_a_time() -> None:
    with PdfPool(size=1) as one, PdfPool(size=2) as two:
        for pool, size in ((one, 1), (two, 2)):
            pool.warm(size)
            pdfs_a_second(pool, 4)
        ratios = [pdfs_a_second(two, 24) / pdfs_a_second(one, 12) for _ in range(5)]
        memory = [_resident_megabytes(worker) for worker in two.worker_ids()]
    report("Two PDFs at a time against one, median of 5", f"{median(ratios):.2f} times", "2 times")
    report("Memory of a worker", f"{max(memory):.0f} MB", "within 400 MB for all")


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
