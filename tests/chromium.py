"""The browser of the tests: the distribution's Chromium when it is there, else Playwright's own.

python -m tests.chromium    install one when there is none
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

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


def install_chromium() -> None:
    """Install the distribution's package when we may, else Playwright's own build."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        apt = ("apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq")
        subprocess.run((*apt, "update"), check=True)
        subprocess.run((*apt, "install", "-y", "--no-install-recommends", "chromium"), check=True, stdout=subprocess.DEVNULL)
    else:
        subprocess.run((sys.executable, "-m", "playwright", "install", "chromium"), check=True)


if __name__ == "__main__":
    if not is_installed():
        print("Installing Chromium …", flush=True)
        install_chromium()
