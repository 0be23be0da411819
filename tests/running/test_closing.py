"""What other users of the machine can read of us: no secret, and nothing in the data folder."""

from pathlib import Path

import pytest

from invoice_app.config import load_settings
from invoice_app.running.preparing import close_folder
from invoice_app.running.programs import serve_local_stripe
from invoice_app.sandbox.__main__ import read_arguments


def test_the_signing_secret_reaches_the_local_stripe_outside_its_command_line(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings()
    secret = settings.stripe_webhook_secret.get_secret_value()
    program = serve_local_stripe(settings)
    assert secret.startswith("whsec_")
    assert secret not in " ".join(program.argv)
    for name, value in program.environment.items():
        monkeypatch.setenv(name, value)
    assert read_arguments(list(program.argv[3:])).webhook_secret == secret


def test_a_secret_named_on_the_command_line_goes_before_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_WEBHOOK_SECRET", "whsec_environment")
    given = read_arguments(["--webhook-url", "http://127.0.0.1:9/hook", "--webhook-secret", "whsec_given"])
    assert given.webhook_secret == "whsec_given"


@pytest.mark.parametrize("exists", [False, True])
def test_the_data_folder_is_closed_to_other_users(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "data"
    if exists:
        folder.mkdir(mode=0o755)
    close_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
