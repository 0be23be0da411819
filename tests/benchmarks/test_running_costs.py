"""What the running product costs: memory, and how long a start takes when nothing has changed."""

import os
import signal
import statistics
import subprocess
import time
from pathlib import Path

from invoice_app.running.building import build_frontend
from tests.benchmarks.report import report
from tests.e2e.desk import answers, find_free_ports, make_environment, make_template
from tests.environment import ROOT

STARTS = 3
WARM_UP_REQUESTS = 20


def test_start_and_memory(tmp_path: Path) -> None:
    build_frontend()
    web, stripe = find_free_ports(2)
    environment = make_environment(DATA_DIR=str(make_template(tmp_path)), PORT=str(web), SANDBOX_PORT=str(stripe))
    took: list[float] = []
    for _ in range(STARTS):
        started = time.perf_counter()
        run = subprocess.Popen(("make", "run"), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            while not answers(f"http://localhost:{web}"):
                assert run.poll() is None
                time.sleep(0.02)
            took.append(time.perf_counter() - started)
            for _ in range(WARM_UP_REQUESTS):
                assert answers(f"http://localhost:{web}")
            memory = list_memory(run.pid)
        finally:
            os.killpg(run.pid, signal.SIGINT)
            run.wait(20)
    workers = [megabytes for command, megabytes in memory if "granian" in command]
    report("warm start of make run", statistics.median(took), 10, "s")
    report("memory of the web worker (RSS)", max(workers), 150, "MB")
    report("memory of the whole of make run (RSS)", sum(megabytes for _, megabytes in memory), 400, "MB")


def list_memory(pid: int) -> list[tuple[str, float]]:
    """Command and resident megabytes of a process and all below it."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    found = [(Path(f"/proc/{pid}/cmdline").read_text(), int(kilobytes) / 1000)]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += list_memory(int(child))
    return found
