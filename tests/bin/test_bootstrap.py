"""The way from a bare clone to the project's own Python, on a small project without packages."""

import ast
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.preconditions import ROOT

NOWHERE = "http://127.0.0.1:9/simple"  # port 9 answers nobody
PROJECT = """
[project]
name = "small"
version = "1"
requires-python = ">=3.12,<3.15"
dependencies = [{dependencies}]
[dependency-groups]
embedded = []
dev = []
[tool.uv]
package = false
default-groups = []
"""
LOCK = """version = 1
revision = 3
requires-python = ">=3.12, <3.15"

[[package]]
name = "small"
version = "1"
source = { virtual = "." }

[package.dev-dependencies]
dev = []
embedded = []

[package.metadata]

[package.metadata.requires-dev]
dev = []
embedded = []
"""
ABSENT = f"""
[[package]]
name = "absent"
version = "1.0"
source = {{ registry = "{NOWHERE}" }}
wheels = [{{ url = "http://127.0.0.1:9/absent-1.0-py3-none-any.whl", hash = "sha256:{"0" * 64}" }}]
"""


@pytest.fixture
def project(tmp_path):
    shutil.copytree(ROOT / "bin", tmp_path / "bin", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "core").mkdir()
    (tmp_path / "core/launch.py").write_text(
        "import sys\nprint('started with', sys.prefix, *sys.argv[1:])\nimport keep\n"
    )
    (tmp_path / "keep.py").touch()
    (tmp_path / "pyproject.toml").write_text(PROJECT.format(dependencies=""))
    (tmp_path / "uv.lock").write_text(LOCK)
    return tmp_path


def run(project: Path, *arguments: str, path: str = "", **more: str):
    path = path or f"{Path(sys.executable).resolve().parent}:{os.defpath}"
    environment = {
        **os.environ,
        "PATH": path,
        "PIP_INDEX_URL": NOWHERE,
        "PIP_RETRIES": "0",
        "UV_DEFAULT_INDEX": NOWHERE,
    }
    environment |= {
        "PYTHONDONTWRITEBYTECODE": "1",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_CONFIG_FILE": os.devnull,
        **more,
    }
    for name in ("UV_PYTHON", "VIRTUAL_ENV", "PIP_FIND_LINKS"):
        environment.pop(name, None)
    return subprocess.run(
        [project / "bin/run", *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def is_a_sentence(text: str) -> bool:
    return "Traceback" not in text and text.strip().count("\n") == 0 and text.strip().endswith(".")


class TestAStart:
    def test_the_first_makes_the_environment_and_the_second_only_uses_it(self, project, tools):
        first = run(project, "and", "more", path=f"{tools}:{Path(sys.executable).resolve().parent}:{os.defpath}")
        assert "packages are installed" in first.stdout, first.stderr
        assert f"started with {project}/.venv and more" in first.stdout
        # No uv, no index, no network: none of them is asked for.
        assert run(project).stdout == f"started with {project}/.venv\n"
        # What is compiled is kept for the processes that follow, whatever the environment has of that.
        assert list(project.glob("__pycache__/keep.*"))

        (project / "uv.lock").write_text(LOCK + "\n")
        changed = run(project, path=f"{tools}:{os.defpath}")
        assert "packages are installed" in changed.stdout, changed.stderr

    def test_a_user_without_a_home_keeps_what_was_fetched_beside_it(self, project, tools, monkeypatch):
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.delenv("UV_CACHE_DIR", raising=False)
        done = run(project, path=f"{tools}:{Path(sys.executable).resolve().parent}:{os.defpath}", HOME=os.devnull)
        assert "packages are installed" in done.stdout, done.stderr
        assert (project / ".boot/cache").is_dir()

    def test_what_is_ours_is_compiled_meanwhile(self, tmp_path, monkeypatch):
        sys.path.insert(0, str(ROOT / "bin"))
        import bootstrap

        monkeypatch.chdir(tmp_path)
        (tmp_path / "features").mkdir()
        (tmp_path / "features/one.py").write_text("ONE = 1\n")
        until = time.monotonic() + 60
        with bootstrap.compiling(sys.executable):
            while not list(tmp_path.glob("features/__pycache__/one.*.pyc")):
                assert time.monotonic() < until
                time.sleep(0.02)
        with bootstrap.compiling("3.13"):  # no path: only uv knows where that is
            pass

    def test_a_name_that_only_a_version_manager_knows_is_passed_over(self, tmp_path, monkeypatch):
        sys.path.insert(0, str(ROOT / "bin"))
        import bootstrap

        for version in bootstrap.PYTHONS:
            shim = tmp_path / f"python{version}"
            shim.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
            shim.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("UV_PYTHON", raising=False)
        found = bootstrap.find_python()
        asked = [found, "-c", "import sys; print((3, 12) <= sys.version_info < (3, 15))"]
        assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "True\n"

    def test_it_is_written_for_any_python_from_3_8_on(self):
        for name in ("bootstrap.py", "pypi.py"):
            ast.parse((ROOT / "bin" / name).read_text(), feature_version=(3, 8))


class TestWhatIsMissing:
    def test_uv_without_a_network(self, project):
        done = run(project)
        assert done.returncode == 1
        assert "uv could not be fetched" in done.stderr
        assert is_a_sentence(done.stderr), done.stderr

    def test_packages_without_a_network(self, project, tools, tmp_path):
        (project / "pyproject.toml").write_text(PROJECT.format(dependencies='"absent"'))
        needs = LOCK.replace(
            'source = { virtual = "." }', 'source = { virtual = "." }\ndependencies = [{ name = "absent" }]'
        )
        needs = needs.replace("[package.metadata]", '[package.metadata]\nrequires-dist = [{ name = "absent" }]')
        (project / "uv.lock").write_text(needs.replace("[[package]]", ABSENT + "\n[[package]]", 1))
        path = f"{tools}:{Path(sys.executable).resolve().parent}:{os.defpath}"
        done = run(project, path=path, UV_CACHE_DIR=str(tmp_path / "cache"), UV_HTTP_RETRIES="0")
        assert done.returncode == 1
        assert "packages could not be installed" in done.stderr
        assert "UV_DEFAULT_INDEX" in done.stderr
        assert is_a_sentence(done.stderr), done.stderr

    def test_any_python(self, project, tmp_path):
        (tmp_path / "empty").mkdir()
        for name in ("sh", "dirname"):
            (tmp_path / "empty" / name).symlink_to(shutil.which(name))
        # The last place that is looked at is /usr/bin/python3; a machine that has it cannot show this.
        launch = (project / "bin/launch").read_text().replace(" /usr/bin/python3;", ";")
        (project / "bin/launch").write_text(launch)
        done = run(project, path=str(tmp_path / "empty"))
        assert done.returncode == 1
        assert "No Python 3.8 or newer" in done.stderr
        assert is_a_sentence(done.stderr), done.stderr

    def test_a_python_that_is_new_enough(self, project, tools, tmp_path):
        old = next((path for path in ("/usr/bin/python3",) if is_old(path)), None)
        if not old:
            pytest.skip("this machine's own Python is new enough")
        (tmp_path / "old").mkdir()
        (tmp_path / "old/python3").symlink_to(old)
        more = {"PYENV_ROOT": str(tmp_path), "HOME": str(tmp_path), "UV_PYTHON_DOWNLOADS": "never"}
        done = run(project, path=f"{tmp_path}/old:{tools}:/bin", **more)
        assert done.returncode == 1
        assert "No Python 3.12, 3.13 or 3.14" in done.stderr
        assert is_a_sentence(done.stderr), done.stderr


def is_old(path: str) -> bool:
    command = [path, "-c", "import sys; print(sys.version_info < (3, 12))"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout == "True\n"
    except OSError:
        return False
