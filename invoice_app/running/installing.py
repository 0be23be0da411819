"""Make the virtual environment and bring it to the lock file. Runs on the system's own Python: standard library only.

    python3 invoice_app/running/installing.py run     what serving needs (requirements.txt)
    python3 invoice_app/running/installing.py test    and what tests need (requirements-dev.txt)

Nothing is installed that the lock does not name with its hash, and nothing happens while the lock is unchanged.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {"run": "requirements.txt", "test": "requirements-dev.txt"}
INSTALLER = "requirements-uv.txt"
OLDEST = (3, 11)


class InstallError(Exception):
    """The environment cannot be made; the message says what to do."""


def install(purpose: str, environment: Path) -> bool:
    """Bring `environment` to the lock of `purpose` ("run" or "test"); answers whether anything was installed.

    An environment that already has the tests' packages also serves. Raises InstallError.
    """
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        raise InstallError("Python 3.11 or newer is needed, this is " + found + ": name another with PYTHON=python3.11")
    environment.mkdir(exist_ok=True)
    with open(environment / ".installing", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = environment / "installed.json"
        if _is_current(stamp, purpose):
            return False
        python = environment / "bin" / "python"
        if not (environment / "bin" / "uv").exists():
            _make_environment(environment, python)
        print("Installing packages …", flush=True)
        uv = (str(environment / "bin" / "uv"), "--quiet", "pip", "sync", "--python", str(python), "--require-hashes")
        # Compiled once here: a start that may not write bytecode itself would compile every package anew.
        _run(*uv, "--compile-bytecode", str(ROOT / LOCKS[purpose]))
        stamp.write_text(json.dumps({purpose: _hash_lock(purpose)}))
        return True


def _make_environment(environment: Path, python: Path) -> None:
    print("Making " + environment.name + " …", flush=True)
    try:
        _run(sys.executable, "-m", "venv", str(environment))
    except InstallError:
        raise InstallError("Python's venv module does not work here; on Debian and Ubuntu: apt install python3-venv") from None
    _run(str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(ROOT / INSTALLER))


def _is_current(stamp: Path, purpose: str) -> bool:
    try:
        installed = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return False
    # The tests' lock holds everything serving needs, so that `make run` after `make test` changes nothing.
    return any(installed.get(done) == _hash_lock(done) for done in {purpose, "test"})


def _hash_lock(purpose: str) -> str:
    content = (ROOT / LOCKS[purpose]).read_bytes() + (ROOT / INSTALLER).read_bytes()
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def _run(*argv: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    ended = subprocess.run(argv, check=False, env=environment)
    if ended.returncode:
        raise InstallError("Installing stopped: " + Path(argv[0]).name + " answered " + str(ended.returncode) + " (see above)")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        sys.exit("usage: installing.py run|test")
    try:
        install(sys.argv[1], ROOT / ".venv")
    except InstallError as error:
        sys.exit(str(error))
