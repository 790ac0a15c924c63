"""Fetches one wheel from a package index with the standard library alone: for machines whose Python has no pip."""

import hashlib
import html.parser
import os
import pathlib
import platform
import shutil
import stat
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile

INDEX = "https://pypi.org/simple"


class Links(html.parser.HTMLParser):
    """The addresses on a page of the simple index (PEP 503)."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]


def fits(filename, name, version):
    """Whether a file of the index is this release's wheel for this machine."""
    if not filename.startswith(f"{name}-{version}-py3-none-") or not filename.endswith(".whl"):
        return False
    machine = platform.machine().lower().replace("amd64", "x86_64")
    machine = "aarch64" if machine == "arm64" and sys.platform != "darwin" else machine
    if sys.platform == "darwin":
        return "macosx" in filename and (machine in filename or "universal2" in filename)
    return ("manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux") in filename and machine in filename


def fetch(name, version, target):
    """Unpack the wheel into `target`, scripts into `target`/bin. ValueError says why it is not to be had."""
    target = pathlib.Path(target)
    index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or INDEX
    page = f"{index.rstrip('/')}/{name}/"
    request = urllib.request.Request(page, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        links = Links()
        links.feed(answer.read().decode())
        page = answer.geturl()
    for link in links.found:
        address = urllib.parse.urljoin(page, link)
        path, _, fragment = address.partition("#")
        if fits(urllib.parse.unquote(path.rsplit("/", 1)[1]), name, version):
            break
    else:
        raise ValueError(f"the index has no {name} {version} for this machine")
    with tempfile.TemporaryDirectory() as folder:
        wheel = pathlib.Path(folder) / "wheel"
        digest = hashlib.sha256()
        with urllib.request.urlopen(path, timeout=60) as answer, wheel.open("wb") as file:
            for block in iter(lambda: answer.read(1 << 20), b""):
                digest.update(block)
                file.write(block)
        if fragment != "sha256=" + digest.hexdigest():
            raise ValueError(f"the download of {name} is damaged")
        with zipfile.ZipFile(str(wheel)) as archive:
            archive.extractall(str(target))
    (target / "bin").mkdir(exist_ok=True)
    for script in target.glob("*.data/scripts/*"):
        script.chmod(script.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        shutil.move(str(script), str(target / "bin" / script.name))
