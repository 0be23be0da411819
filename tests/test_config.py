"""Settings: the key of the sample mode is made once, whole, whoever starts at the same moment."""

import stat
import threading
from pathlib import Path

import pytest

from invoice_app.config import load_settings


def test_first_starts_at_the_same_moment_share_one_secret_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        monkeypatch.setenv("DATA_DIR", str(folder))
        monkeypatch.delenv("SECRET_KEY", raising=False)
        keys: list[str] = []
        together = threading.Barrier(8)

        def start(together: threading.Barrier = together, keys: list[str] = keys) -> None:
            together.wait()
            keys.append(load_settings().secret_key.get_secret_value())

        threads = [threading.Thread(target=start) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(keys) == 8 and len(set(keys)) == 1 and len(keys[0]) == 64
        assert [path.name for path in folder.iterdir()] == ["secret.key"]
        assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600
