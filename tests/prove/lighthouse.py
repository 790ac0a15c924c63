"""Lighthouse on a phone: 100 for accessibility, best practices and SEO, at least 98 for performance, on main pages."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from core.preconditions import ROOT
from core.processes import Trouble
from tests import chromium
from tests.prove.site import running_site

PACKAGE = "lighthouse@12.8.2"
FOLDER = ROOT / ".data/prove/lighthouse"
PROGRAM = FOLDER / "node_modules/lighthouse/cli/index.js"
LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
# Of each page at most: whatever else the machine does can only take points away, so that the best run is nearest to
# what the page costs. The other three scores have to be there in every run.
RUNS = 5


def install() -> None:
    """From npm, once; the project itself needs neither npm nor Node."""
    if (FOLDER / PACKAGE).exists():
        return
    if not shutil.which("npm"):
        raise Trouble("Lighthouse needs Node.js with npm: install them, then run this again.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    command = ["npm", "install", "--prefix", str(FOLDER), "--no-save", "--no-audit", "--no-fund", "--silent", PACKAGE]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        raise Trouble(f"npm could not fetch {PACKAGE}: is there a network?")
    (FOLDER / PACKAGE).touch()


def run(url: str) -> dict:
    """Lighthouse's own report of one visit: a phone with a slow processor on a slow network, as it simulates them."""
    flags = ["--headless=new", "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            "node", str(PROGRAM), url, "--quiet", "--output=json", f"--output-path={report}",
            f"--only-categories={','.join(LEAST)}", f"--chrome-flags={' '.join(flags)}",
        ]  # fmt: skip
        for _attempt in range(3):  # now and then Chromium's trace has no beginning
            environment = {**os.environ, "CHROME_PATH": chromium.find()}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if not done.returncode:
                return json.loads(report.read_text())
    raise Trouble(f"Lighthouse failed on {url}: {done.stderr.strip()[-500:]}")


def read(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def lost(report: dict) -> list[str]:
    """The audits that cost points, with what they found."""
    found = []
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                found.append(f"{audit['id']}: {audit.get('displayValue') or audit['title']}")
    return found


def scores(report: dict) -> dict[str, int]:
    return {kind: round(report["categories"][kind]["score"] * 100) for kind in LEAST}


def judge(name: str, url: str) -> bool:
    reports: list[dict] = []
    while len(reports) < RUNS and (not reports or scores(reports[-1])["performance"] < LEAST["performance"]):
        reports.append(run(url))
    found = [scores(report) for report in reports]
    judged = {kind: (max if kind == "performance" else min)(each[kind] for each in found) for kind in LEAST}
    runs = ", ".join(str(each["performance"]) for each in found)
    print(f"{name:8}" + "   ".join(f"{kind} {score}" for kind, score in judged.items()) + f"   (runs: {runs})")
    is_good = all(score >= LEAST[kind] for kind, score in judged.items())
    if not is_good:
        print("".join(f"        {fault}\n" for fault in dict.fromkeys(f for report in reports for f in lost(report))))
    return is_good


def main(arguments=()):
    install()
    with running_site(worker=False, seed=True) as site:
        listed = read(f"{site.url}/sessions/")
        detail = re.search(r'<h3><a href="(/sessions/\d+/[^"]+)"', listed)[1]
        pages = {"home": "/", "list": "/sessions/", "detail": detail}
        good = [judge(name, site.url + path) for name, path in pages.items()]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
