"""Where the browser of the end-to-end tests is: Playwright's own, else the system's, else it is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# The one without windows first: it opens a page in a fifth of the time, because it draws no buttons around it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
ADVICE = (
    "No Chromium was found for the end-to-end tests: run `.venv/bin/python -m playwright install chromium`, or install "
    "your system's (apt-get install chromium, brew install --cask chromium), or name one in CHROMIUM."
)


def find(own: str | None = None) -> str | None:
    """`own` is what Playwright names; without it, it is asked, which cannot be done while it runs."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if _runs(named) else None
    if own is None:
        with sync_playwright() as playwright:
            own = playwright.chromium.executable_path
    candidates = [own, *(shutil.which(name) for name in NAMES), *APPLICATIONS]
    return next((path for path in candidates if path and Path(path).exists() and _runs(path)), None)


def _runs(path: str) -> bool:
    """Ubuntu has a `chromium` that only says that it is to be had elsewhere."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["install", "-y", "--no-install-recommends", "fonts-liberation"]
        for command in (["update"], [*install, "chromium-headless-shell"], [*install, "chromium"]):
            subprocess.run(["apt-get", "-q", *command], env=quiet, stdin=subprocess.DEVNULL, check=False)
            if find():
                return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], stdin=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    if not find():
        install()
    found = find()
    print(found or ADVICE)
    sys.exit(0 if found else 1)
