"""One build answers at any address, or says loudly why it cannot."""

import gzip
from pathlib import Path

import pytest

from invoice_app.running.building import BuildError, build_frontend, find_build, serve_from_any_address

BUILT = "var e={PING:`http://localhost:47318/ping`,EVENT:`ws://localhost:47318/_event`};export{e as t};"
MOVABLE = "var e={PING:location.origin+`/ping`,EVENT:location.origin.replace(/^http/,`ws`)+`/_event`};export{e as t};"


def make_client(folder: Path, script: str) -> Path:
    """A build's client folder with the one script that holds the server's address, and its compressed twin."""
    path = folder / "assets" / "reflex-env-a1b2.js"
    path.parent.mkdir()
    path.write_text(script)
    path.with_name("reflex-env-a1b2.js.gz").write_bytes(gzip.compress(script.encode()))
    return path


def test_the_baked_address_gives_way_to_the_pages_own_origin(tmp_path: Path) -> None:
    script = make_client(tmp_path, BUILT)

    serve_from_any_address(tmp_path)

    assert script.read_text() == MOVABLE
    assert gzip.decompress(script.with_name("reflex-env-a1b2.js.gz").read_bytes()).decode() == MOVABLE


def test_a_build_without_the_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="expected one assets/reflex-env"):
        serve_from_any_address(tmp_path)


def test_a_build_that_writes_the_address_otherwise_is_refused(tmp_path: Path) -> None:
    make_client(tmp_path, BUILT.replace("`ws://localhost:47318", '"ws://localhost:47318'))

    with pytest.raises(BuildError, match="no longer holds `ws://localhost:47318"):
        serve_from_any_address(tmp_path)


def test_a_build_that_holds_the_address_elsewhere_is_refused(tmp_path: Path) -> None:
    make_client(tmp_path, BUILT)
    (tmp_path / "index.html").write_text('<link rel="preconnect" href="http://localhost:47318">')

    with pytest.raises(BuildError, match=r"index\.html still holds localhost:47318"):
        serve_from_any_address(tmp_path)


def test_the_same_sources_are_built_once() -> None:
    build = build_frontend()

    assert find_build() == build
    made_at = build.stat().st_mtime_ns
    assert build_frontend() == build
    assert build.stat().st_mtime_ns == made_at
