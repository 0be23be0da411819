"""The browser of the tests: the distribution's Chromium when it is there, else Playwright's own.

The build without windows comes first: the same engine, and tests take three quarters of the time.

python -m tests.chromium    install one when there is none
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A distribution that cannot be reached is not waited for.
APT = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20")
APT_SECONDS = 300

# No sandbox, GPU or shared memory in containers; no traffic of the browser's own.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The path of the distribution's browser; None leaves the choice to Playwright."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def is_installed() -> bool:
    """Whether there is a browser that can be started."""
    if find_chromium():
        return True
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def prepare_chromium() -> None:
    """Install the distribution's package when we may, else, where there is no browser at all, Playwright's own build."""
    if shutil.which(SHELL) or _install_package(SHELL) or is_installed() or _install_package("chromium"):
        return
    subprocess.run((sys.executable, "-m", "playwright", "install", "chromium"), check=True)


def _install_package(name: str) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing {name} …", flush=True)
    try:
        for command in (("update",), ("install", "-y", "--no-install-recommends", name)):
            subprocess.run((*APT, *command), check=True, timeout=APT_SECONDS, stdout=subprocess.DEVNULL)
    except subprocess.SubprocessError:
        return False
    return True


if __name__ == "__main__":
    prepare_chromium()
