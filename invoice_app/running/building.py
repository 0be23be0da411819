"""Build the frontend once for any address and port, and keep each build under the hash of what went into it.

A build is a folder that never changes: a running server keeps its own while the next is made beside it.
"""

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKSHOP = ROOT / ".web"
BUILDS = ROOT / ".builds"
SOURCES = (
    "rxconfig.py",
    "requirements.txt",
    "reflex.lock",
    "assets",
    "invoice_app/invoice_app.py",
    "invoice_app/routes.py",
    "invoice_app/ui",
    "invoice_app/services/views.py",
    "invoice_app/services/booking_views.py",
    "invoice_app/services/badges.py",
    "invoice_app/services/attending.py",
    "invoice_app/services/reporting.py",
    "invoice_app/domain",
)
PACKAGES = ROOT / "reflex.lock" / "package.json"
KEPT_BUILDS = 3

# The framework bakes the server's address into the JavaScript. We let it bake one that nothing else contains, and
# put the page's own origin in its place.
BAKED_ADDRESS = "localhost:47318"
BAKED_ADDRESS_FILES = "assets/reflex-env-*.js"
OWN_ORIGIN = {
    f"`http://{BAKED_ADDRESS}": "location.origin+`",
    f"`ws://{BAKED_ADDRESS}": "location.origin.replace(/^http/,`ws`)+`",
}


class BuildError(Exception):
    """The frontend could not be built; the message says why."""


def find_build() -> Path | None:
    """The build of the present sources, or None when it is still to be made."""
    build = BUILDS / hash_sources()
    return build if build.exists() else None


def build_frontend() -> Path:
    """The build of the present sources, made now if need be. Raises BuildError with the end of the compiler's output."""
    BUILDS.mkdir(exist_ok=True)
    with _alone():
        _tidy_lock()
        while not (build := find_build()):
            made_from = hash_sources()
            _compile()
            _tidy_lock()
            # Somebody may have edited a page while it compiled: then the result belongs to no hash.
            if made_from == hash_sources():
                _publish(BUILDS / made_from)
        _forget_old_builds()
        return build


def hash_sources() -> str:
    """What the frontend is made from, as one short hash."""
    digest = hashlib.sha256()
    for source in SOURCES:
        for path in _list_files(ROOT / source):
            digest.update(f"{path.relative_to(ROOT)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _list_files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    return sorted(path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _compile() -> None:
    environment = {
        **os.environ,
        "REFLEX_API_URL": f"http://{BAKED_ADDRESS}",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
    }
    argv = (sys.executable, "-m", "reflex", "export", "--no-zip", "--frontend-only")
    ended = subprocess.run(
        argv, check=False, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if ended.returncode:
        raise BuildError("The frontend could not be built:\n" + "\n".join(ended.stdout.splitlines()[-30:]))


def _tidy_lock() -> None:
    """Reflex writes this file with ever other white space: one form, so that a build leaves the repository as it was."""
    if PACKAGES.exists():
        tidy = json.dumps(json.loads(PACKAGES.read_text()), indent=2) + "\n"
        if tidy != PACKAGES.read_text():
            PACKAGES.write_text(tidy)


def _publish(build: Path) -> None:
    unfinished = build.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    client = unfinished / "build" / "client"
    shutil.copytree(WORKSHOP / "build" / "client", client)
    # What the server reads beside the pages: which routes exist, which of them keep state.
    shutil.copytree(WORKSHOP / "backend", unfinished / "backend")
    shutil.copy(WORKSHOP / "routes.json", unfinished)
    serve_from_any_address(client)
    unfinished.rename(build)


def serve_from_any_address(client: Path) -> None:
    """Replace the baked address by the page's own origin, in the plain file and its compressed twin. Raises BuildError."""
    files = list(client.glob(BAKED_ADDRESS_FILES))
    if len(files) != 1:
        raise BuildError(f"expected one {BAKED_ADDRESS_FILES} in the build, found {len(files)}: has the framework changed?")
    script = files[0].read_text()
    for baked, own in OWN_ORIGIN.items():
        if baked not in script:
            raise BuildError(f"{files[0].name} no longer holds {baked}: has the framework changed?")
        script = script.replace(baked, own)
    files[0].write_text(script)
    compressed = files[0].with_name(files[0].name + ".gz")
    if compressed.exists():
        compressed.write_bytes(gzip.compress(script.encode(), mtime=0))
    for path in client.rglob("*"):
        if path.suffix in {".js", ".html", ".json", ".css"} and BAKED_ADDRESS in path.read_text():
            raise BuildError(f"{path.name} still holds {BAKED_ADDRESS}: has the framework changed?")


def _forget_old_builds() -> None:
    builds = sorted(filter(Path.is_dir, BUILDS.iterdir()), key=lambda build: build.stat().st_mtime, reverse=True)
    for build in builds[KEPT_BUILDS:]:
        shutil.rmtree(build, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    with open(BUILDS / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Build, and say where it is."""
    try:
        build = build_frontend()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Frontend built: {build.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
