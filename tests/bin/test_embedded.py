"""The embedded Postgres on real folders: it starts, finds its data again, and says what is wrong with a folder."""

import contextlib
import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from core.embedded import Postgres
from core.embedded_programs import MAJOR
from core.processes import FULL_DISK, Trouble

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")


@contextlib.contextmanager
def running(folder):
    server = Postgres(folder, durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A cluster with one row, stopped; tests take copies."""
    folder = tmp_path_factory.mktemp("made")
    with running(folder) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    return folder


@pytest.fixture
def folder(made, tmp_path):
    subprocess.run(["cp", "-a", f"{made}/.", tmp_path], check=True)
    return tmp_path


def kept(server) -> int:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT number FROM kept").fetchone()[0]


class TestStarting:
    def test_the_data_is_there_again_on_a_server_of_its_own_version(self, folder):
        with running(folder) as server:
            assert kept(server) == 7
            with psycopg.connect(server.url) as connection:
                assert connection.info.server_version // 10000 == int(MAJOR)

    def test_its_socket_is_private_and_gone_afterwards(self, folder):
        with running(folder) as server:
            sockets = Path(server.sockets)
            assert sockets.stat().st_mode & 0o777 == 0o700
        assert not sockets.exists()

    @as_root
    def test_below_a_private_home_it_runs_as_nobody_and_changes_no_mode(self, made, tmp_path):
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        (home / "clone").mkdir(mode=0o700)
        subprocess.run(["cp", "-a", made, home / "clone/data"], check=True)
        with running(home / "clone/data") as server:
            status = Path(f"/proc/{server.server.pid}/status").read_text()
            assert re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE).group(1) != "0"
            assert kept(server) == 7
        assert home.stat().st_mode & 0o777 == (home / "clone").stat().st_mode & 0o777 == 0o700

    @as_root
    def test_a_cluster_that_root_copied_is_given_back_to_its_user(self, folder):
        for path in [folder / "postgres", *(folder / "postgres").rglob("*")]:
            os.chown(path, 0, 0)
        with running(folder) as server:
            assert kept(server) == 7

    def test_a_data_folder_with_a_long_path_is_no_matter(self, made, tmp_path):
        deep = tmp_path / ("a" * 60) / ("b" * 60)
        deep.mkdir(parents=True)
        subprocess.run(["cp", "-a", f"{made}/.", deep], check=True)
        with running(deep) as server:
            assert kept(server) == 7

    def test_an_interrupted_creation_is_begun_again(self, tmp_path):
        (tmp_path / "postgres.new/base").mkdir(parents=True)
        with running(tmp_path) as server:
            assert psycopg.connect(server.url).close() is None


class TestWhatALauncherLeftBehind:
    def test_a_living_server_is_taken_over_and_stopped(self, folder):
        with running(folder) as orphan:
            with running(folder) as server:
                assert server.server is None
                assert kept(server) == 7
            assert orphan.server.wait(60) == 0

    def test_a_number_that_another_program_has_now_is_not_taken_for_the_server(self, folder):
        """As in a container that starts again: the same few numbers go round."""
        owner = (folder / "postgres").stat().st_uid if os.geteuid() == 0 else None
        with subprocess.Popen(["sleep", "60"], user=owner) as other:
            lines = [str(other.pid), str(folder / "postgres"), "1", "5432", "/tmp/masteryhub-gone", "", "0 0", "ready"]
            (folder / "postgres/postmaster.pid").write_text("\n".join(lines) + "\n")
            try:
                with running(folder) as server:
                    assert kept(server) == 7
            finally:
                other.kill()


class TestWhatIsWrong:
    def refused(self, folder) -> str:
        with pytest.raises(Trouble) as trouble, running(folder):
            pass
        assert str(trouble.value).count("\n") == 0
        return str(trouble.value)

    @pytest.mark.parametrize("damage", ["PG_VERSION", "global/pg_control", "postgresql.conf"])
    def test_a_damaged_folder_names_the_cure(self, folder, damage):
        (folder / "postgres" / damage).unlink()
        words = self.refused(folder)
        assert "does not start" in words
        assert "backup" in words

    def test_damage_inside_a_file_is_told_too(self, folder):
        path = folder / "postgres/global/pg_control"
        path.write_bytes(b"\0" * path.stat().st_size)
        assert "does not start" in self.refused(folder)

    def test_another_version_says_which(self, folder):
        (folder / "postgres/PG_VERSION").write_text("16\n")
        assert "made by Postgres 16, this is 18" in self.refused(folder)

    @as_root
    def test_a_full_disk(self, tmp_path):
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", tmp_path], check=False).returncode:
            pytest.skip("no right to mount a small disk")
        try:
            assert self.refused(tmp_path) == FULL_DISK
        finally:
            subprocess.run(["umount", tmp_path], check=True)

    @as_root
    def test_somebody_elses_folder(self, folder, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        assert "belongs to another user" in self.refused(folder)

    def test_without_the_wheel_a_server_is_asked_for(self, tmp_path, monkeypatch):
        monkeypatch.setattr("core.embedded_programs.PACKAGE", "not_installed_here")
        assert "DATABASE_URL" in self.refused(tmp_path)
