"""`python -m invoice_app.running`, started as people start it: a process of its own on a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from invoice_app.running.building import build_frontend
from tests.e2e.desk import answers, find_free_ports, make_environment, make_template
from tests.environment import ROOT

START = (sys.executable, "-m", "invoice_app.running")
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    build_frontend()
    base = tmp_path_factory.getbasetemp()
    return make_template(base if worker_id == "master" else base.parent)


class Run:
    """A started product: its output, and every process it brought with it."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.url = f"http://localhost:{environment['PORT']}"
        self.data_dir = Path(environment["DATA_DIR"])
        self.log = log
        with open(log, "w") as output:
            self.process = subprocess.Popen(
                START, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def wait_until(self, condition: str) -> str:
        """Wait until the output holds this text; answers the output."""
        deadline = time.monotonic() + PATIENCE_S
        while condition not in (output := self.log.read_text()):
            assert self.process.poll() is None, output
            assert time.monotonic() < deadline, output
            time.sleep(0.05)
        return output

    def list_processes(self) -> list[int]:
        """The supervisor's descendants, the guard among them."""
        return list_descendants(self.process.pid)


def list_descendants(pid: int) -> list[int]:
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *list_descendants(child)]
    return found


def read_command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def read_umask(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text()
    return status.partition("Umask:")[2].split()[0]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: list[int], within_s: float) -> list[int]:
    deadline = time.monotonic() + within_s
    while (left := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def copy_sample(sample: Path, folder: Path) -> dict[str, str]:
    """Settings of a product with the sample data, on free ports."""
    shutil.copytree(sample, folder / "data")
    web, stripe = find_free_ports(2)
    return make_environment(DATA_DIR=str(folder / "data"), PORT=str(web), SANDBOX_PORT=str(stripe))


@contextmanager
def running(environment: dict[str, str], log: Path) -> Iterator[Run]:
    """A product that is up, and gone afterwards."""
    started = Run(environment, log)
    try:
        started.wait_until("Ctrl-C stops everything.")
        yield started
    finally:
        started.process.send_signal(signal.SIGINT)
        started.process.wait(20)


@pytest.fixture
def environment(tmp_path: Path, sample: Path) -> dict[str, str]:
    return copy_sample(sample, tmp_path)


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Iterator[Run]:
    """A product of one's own, to be stopped."""
    with running(environment, tmp_path / "log.txt") as started:
        yield started


@pytest.fixture(scope="module")
def shared_run(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A product for tests that leave it running."""
    folder = tmp_path_factory.mktemp("shared")
    with running(copy_sample(sample, folder), folder / "log.txt") as started:
        yield started


def start_and_end(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(START, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)


def test_the_start_tells_the_address_the_sign_ins_and_a_customers_link(shared_run: Run) -> None:
    output = shared_run.log.read_text()

    assert f"Ready: {shared_run.url}\n" in output
    assert "owner@northlight.example" in output
    assert "northlight-owner" in output
    assert f"{shared_run.url}/i/" in output
    assert answers(shared_run.url)


def test_no_command_line_tells_a_secret_and_what_is_written_is_closed_to_other_users(shared_run: Run) -> None:
    pids = shared_run.list_processes()
    assert not [command for command in map(read_command, pids) if "whsec_" in command]
    assert (shared_run.data_dir.stat().st_mode & 0o777) == 0o700
    assert {read_umask(pid) for pid in pids} == {"0077"}


def test_a_second_start_builds_nothing(shared_run: Run) -> None:
    assert "Building" not in shared_run.log.read_text()
    assert "Loading the sample" not in shared_run.log.read_text()


def test_ctrl_c_ends_every_process(run: Run) -> None:
    pids = run.list_processes()
    commands = " ".join(map(read_command, pids))
    assert "granian" in commands
    assert "invoice_app.sandbox" in commands

    # A terminal sends the signal to the whole group at once.
    os.killpg(run.process.pid, signal.SIGINT)

    assert run.process.wait(15) == 0
    assert wait_until_gone(pids, 1) == []
    assert not answers(run.url)


def test_killing_the_supervisor_leaves_no_process_behind(run: Run) -> None:
    pids = run.list_processes()

    run.process.kill()
    run.process.wait()

    assert wait_until_gone(pids, 15) == []


def test_a_local_stripe_that_dies_is_started_again(shared_run: Run) -> None:
    before = next(pid for pid in shared_run.list_processes() if "invoice_app.sandbox" in read_command(pid))

    os.kill(before, signal.SIGKILL)
    shared_run.wait_until("The local Stripe ended with exit code -9; starting it again in 1 s.")

    deadline = time.monotonic() + 20
    while not [pid for pid in shared_run.list_processes() if "invoice_app.sandbox" in read_command(pid)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_web_worker_that_dies_is_started_again(shared_run: Run) -> None:
    server = next(pid for pid in shared_run.list_processes() if "granian" in read_command(pid))
    worker = list_descendants(server)[-1]

    os.kill(worker, signal.SIGKILL)
    assert wait_until_gone([worker], 5) == []

    deadline = time.monotonic() + 30
    while not answers(shared_run.url):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_port_in_use_stops_the_start_with_one_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        ended = start_and_end(environment)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        f"Cannot listen on 127.0.0.1:{environment['PORT']} (Address already in use): "
        "stop what uses it, or choose another with PORT=\n"
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT: Input should be a valid integer, unable to parse string as an integer\n"),
        ({"PORT": "70000"}, "PORT: Input should be less than or equal to 65535\n"),
        (
            {"BASE_URL": "pay.example.com"},
            "BASE_URL must start with http:// or https://, for example https://pay.example.com\n",
        ),
        ({"DATABASE_URL": "mysql://root@localhost/x"}, "DATABASE_URL must start with sqlite:/// or postgresql+psycopg://\n"),
        ({"WORKERS": "3"}, "WORKERS above 1 needs REDIS_URL, which carries live updates between workers\n"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short: use at least 32 random characters\n"),
        ({"INVOICE_MODE": "production"}, "SECRET_KEY is required in production: set it to at least 32 random characters\n"),
        (
            {"INVOICE_MODE": "production", "SECRET_KEY": "k" * 32},
            "STRIPE_SECRET_KEY is required in production\n",
        ),
        (
            {"STRIPE_SECRET_KEY": "sk_test_mine"},
            "STRIPE_WEBHOOK_SECRET is required with your own Stripe key (whsec_…, from the dashboard)\n",
        ),
        (
            {"STRIPE_SECRET_KEY": "sk_live_mine", "STRIPE_API_BASE": "http://127.0.0.1:9"},
            "STRIPE_API_BASE is not Stripe's but the key is live: remove one of the two\n",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    environment: dict[str, str], wrong: dict[str, str], sentence: str
) -> None:
    ended = start_and_end(environment | wrong)

    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", sentence)
