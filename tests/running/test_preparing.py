"""The preparation of a start: a sample cut short by a crash is no sample."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.desk import find_free_ports, make_environment
from tests.environment import ROOT

PREPARE = (sys.executable, "-m", "invoice_app.running.preparing")


def count_orders(data_dir: Path) -> int:
    try:
        with sqlite3.connect(f"file:{data_dir / 'invoices.db'}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM sales_order").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_a_first_start_killed_while_the_sample_loads_is_followed_by_a_whole_sample(tmp_path: Path) -> None:
    port, sandbox_port = find_free_ports(2)
    environment = make_environment(DATA_DIR=str(tmp_path), PORT=str(port), SANDBOX_PORT=str(sandbox_port))
    first = subprocess.Popen(PREPARE, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while count_orders(tmp_path) < 3:
        assert first.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    half = count_orders(tmp_path)
    answer = subprocess.run(PREPARE, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, timeout=120).stdout
    assert half < count_orders(tmp_path) >= 40
    assert "A customer pays at" in json.loads(answer)["told"]
    assert not (tmp_path / "sample.unfinished").exists()
