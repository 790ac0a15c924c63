import sys

import pytest

from core.preconditions import ROOT


@pytest.fixture(scope="session")
def tools(tmp_path_factory):
    """A folder with nothing but the uv that this machine has, or else the one that bin/run would fetch."""
    sys.path.insert(0, str(ROOT / "bin"))
    import bootstrap
    import pypi

    folder = tmp_path_factory.mktemp("tools")
    found = bootstrap.find_uv()
    if not found:
        pypi.fetch("uv", bootstrap.UV, folder / "fetched")
        found = folder / "fetched/bin/uv"
    (folder / "uv").symlink_to(found)
    return folder
