"""The Dockerfile without a container engine: its own lines, run by hand below a temporary folder."""

import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from core import processes
from core.preconditions import ROOT
from tests import ground
from tests.prove.site import free_port

NOBODY = 65534
PATIENCE = 300  # seconds: a bound, not an expectation
# What the machine of the tests brings along, and what would change it.
NOT_BY_HAND = ("pip install", "apt-get", "useradd")


def instructions() -> list[tuple[str, str]]:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line and not line.startswith("#")]


class Image:
    """What a container engine would make of the Dockerfile, below `root`; the stages share their files."""

    def __init__(self, root: Path, base: dict[str, str]):
        self.root, self.base, self.folder = root, base, root
        # An image is compiled when it is built. Here what somebody has compiled is kept for the others, or each start
        # would compile all of Django.
        self.compiled = root / "compiled"
        self.compiled.mkdir()
        self.environment: dict[str, str] = {}
        self.commands: dict[str, list[str]] = {}
        for word, rest in instructions():
            getattr(self, f"do_{word.lower()}")(rest)

    def here(self, text: str) -> str:
        """The absolute paths of the image lie below our root."""
        return re.sub(r"(?<![\w.])/(app|data)\b", rf"{self.root}/\1", text)

    def do_from(self, rest):
        self.environment = dict(self.base)

    def do_workdir(self, rest):
        self.folder = Path(self.here(rest))
        self.folder.mkdir(exist_ok=True)

    def do_env(self, rest):
        for name, _, value in (pair.partition("=") for pair in shlex.split(rest)):
            self.environment[name] = self.here(value).replace("$PATH", self.environment["PATH"])

    def do_copy(self, rest):
        *sources, target = rest.split()
        if sources[0] == "--from=build":
            return
        for source in sources:
            if (ROOT / source).is_dir():
                skip = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / source, self.folder / target, ignore=skip)
            else:
                shutil.copy(ROOT / source, self.folder / target)

    def do_run(self, rest):
        if rest.startswith(NOT_BY_HAND):
            return
        command = self.here(rest).replace(" --no-cache", "")
        # Packages come from the machine's cache as they are; copying and compiling them takes time and shows nothing.
        values = self.environment | {"UV_COMPILE_BYTECODE": "0", "UV_LINK_MODE": "hardlink"} | self.keeping
        done = subprocess.run(
            ["sh", "-ec", command], cwd=self.folder, env=values, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{rest}:\n{done.stdout}{done.stderr}"

    def do_user(self, rest):
        assert rest not in ("root", "0")
        (self.root / "data").mkdir()
        for folder in [self.compiled, *self.compiled.glob("**/")]:
            folder.chmod(0o777)
        if os.geteuid() == 0:
            os.chown(self.root / "data", NOBODY, NOBODY)

    def do_cmd(self, rest):
        self.commands["serve"] = json.loads(rest)

    def do_healthcheck(self, rest):
        self.commands["healthcheck"] = json.loads(rest.partition("CMD ")[2])

    def do_volume(self, rest):
        assert rest == "/data"

    def do_expose(self, rest):
        assert rest == self.environment["PORT"]

    def start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen:
        """A process of a container: as a user without rights, with the image's environment and ours."""
        values = self.environment | self.keeping | environment
        program = shutil.which(command[0], path=values["PATH"])
        owner = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        with (self.root / "output.txt").open("ab") as log:
            return processes.start(
                [program, *command[1:]], cwd=self.folder, env=values, stdout=log, stderr=log, **owner
            )

    @property
    def keeping(self) -> dict[str, str]:
        return {"PYTHONPYCACHEPREFIX": str(self.compiled), "PYTHONDONTWRITEBYTECODE": ""}

    @property
    def output(self) -> str:
        return (self.root / "output.txt").read_text(errors="replace")


def base_image(root: Path, tools: Path) -> dict[str, str]:
    """The environment of the image's base, with a Python that its user can run: root's may lie in a private home."""
    base = Path(sys.base_prefix)
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 1 for parent in [base, *base.parents]):
        skip = shutil.ignore_patterns("site-packages", "test", "idlelib", "config-*", "*.a", "__pycache__", "share")
        shutil.copytree(base, root / "python", ignore=skip, symlinks=True)
        base = root / "python"
    cache = subprocess.run([tools / "uv", "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "PATH": f"{base}/bin:{tools}:{os.defpath}",
        "LD_LIBRARY_PATH": f"{base}/lib",
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "UV_PYTHON": f"{base}/bin/python{sys.version_info.major}.{sys.version_info.minor}",
        "UV_CACHE_DIR": cache,
    }


@pytest.fixture(scope="module")
def image(tools):
    root = Path(tempfile.mkdtemp(prefix="masteryhub-image-"))
    root.chmod(0o755)
    try:
        yield Image(root, base_image(root, tools))
    finally:
        shutil.rmtree(root)


@pytest.fixture
def production():
    """The environment that compose.yaml asks for, with an empty database."""
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"image_{secrets.token_hex(6)}"
    with psycopg.connect(server._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield {
            "DATABASE_URL": server._replace(path="/" + name).geturl(),
            "SITE_URL": "https://learn.example.org",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "EMAIL_URL": "smtp+tls://site:letters@mail.example.org:587",
            "TRUSTED_PROXY_COUNT": "1",
            "PORT": str(free_port()),
        }
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def finish(image: Image, command: list[str], environment: dict[str, str]) -> int:
    return image.start(command, environment).wait(PATIENCE)


def test_what_is_in_it(image):
    packages = {path.name for path in (image.root / "app").glob(".venv/lib/python3*/site-packages/*")}
    assert {"django", "granian"} <= packages
    assert not {name for name in packages if name.startswith(("pixeltable", "pytest", "playwright", "mypy"))}
    named = json.loads((image.root / "app/collected/staticfiles.json").read_text())["paths"]
    own = next(name for path, name in named.items() if path.startswith("css/"))
    assert (image.root / f"app/collected/{own}.br").exists()


def test_it_migrates_serves_and_stops_as_a_user_without_rights(image, production):
    migrate = re.search(r'command: (\["sh".+\])', (ROOT / "compose.yaml").read_text()).group(1)
    assert finish(image, json.loads(migrate), production) == 0, image.output

    server = image.start(image.commands["serve"], production)
    try:
        deadline = time.monotonic() + PATIENCE
        while finish(image, image.commands["healthcheck"], production) != 0:
            assert server.poll() is None, image.output
            assert time.monotonic() < deadline, image.output
        if sys.platform == "linux":
            status = Path(f"/proc/{server.pid}/status").read_text()
            assert re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE).group(1) != "0"
    finally:
        processes.stop([server], PATIENCE)
    assert server.returncode == 0, image.output
    assert finish(image, image.commands["healthcheck"], production) == 1


def test_it_does_not_start_half_configured(image, production):
    assert finish(image, ["python", "manage.py", "check", "--deploy"], production | {"EMAIL_URL": ""}) == 1
    assert "EMAIL_URL is missing" in image.output


def test_it_refuses_the_demo(image, production):
    assert finish(image, image.commands["serve"], production | {"DEMO": "1"}) == 1
    assert "public password" in image.output


class TestCompose:
    text = (ROOT / "compose.yaml").read_text()

    # What the image itself decides, or what is for a developer's machine alone.
    NOT_PASSED_ON = {
        "HOST",
        "PORT",
        "DATA_DIR",
        "STATIC_ROOT",
        "DEMO",
        "STRIPE_API_URL",
        "LOCAL_STRIPE",
        "TESTING",
        "KEEP_ENVIRONMENT",
    }

    def test_it_passes_on_every_name_that_the_site_reads(self):
        block = self.text.partition("environment: &environment\n")[2].partition("  volumes:")[0]
        names = set(re.findall(r"^ +([A-Z_]+):", block, re.MULTILINE))
        assert names == ground.names() - self.NOT_PASSED_ON

    def test_its_secrets_come_from_the_environment(self):
        for name in ("SECRET_KEY", "EMAIL_URL", "POSTGRES_PASSWORD"):
            assert re.search(rf"\$\{{{name}:[?]", self.text), name
        assert "    STRIPE_SECRET_KEY:\n" in self.text  # without a value: where it is set, it is passed on

    def test_what_the_image_is_made_of_may_go_in(self):
        let_in = (ROOT / ".dockerignore").read_text().split()
        for word, rest in instructions():
            if word == "COPY" and not rest.startswith("--from"):
                assert {f"!{source}" for source in rest.split()[:-1]} <= set(let_in)
