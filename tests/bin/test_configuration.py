"""`.env.example` is the list of what can be set; here it is held to what is read."""

import os
import re
import subprocess
import sys

import pytest

from core.launch import stands_in
from core.preconditions import ROOT, configuration
from core.processes import Trouble
from tests import ground

ASKED_BY_THE_LAUNCHER = {"PORT", "WEB_WORKERS", "LOCAL_STRIPE"}
RECORD = """
import os
class Recorder(dict):
    asked = set()
    def __contains__(self, key): self.asked.add(key); return super().__contains__(key)
    def __getitem__(self, key): self.asked.add(key); return super().__getitem__(key)
    def get(self, key, default=None): self.asked.add(key); return super().get(key, default)
import sys, django, environs, dj_database_url, django.utils.csp, psycopg_pool
os.environ = Recorder(os.environ)
import core.settings
print(*sorted(os.environ.asked))
"""


def asked_by_settings() -> set[str]:
    # Some names are asked only of those who need them.
    some = {f"{name}_CLIENT_ID": "id" for name in ("GOOGLE", "GITHUB", "OIDC")}
    some |= {"TESTING": "1", "SITE_URL": "https://learn.example.org"}
    done = subprocess.run(
        [sys.executable, "-c", RECORD], cwd=ROOT, env=os.environ | some, capture_output=True, text=True, check=True
    )
    return {name for name in done.stdout.split() if re.fullmatch("[A-Z_]+", name)}


def test_what_is_read_is_listed_and_what_is_listed_is_read():
    assert ground.names() == asked_by_settings() | ASKED_BY_THE_LAUNCHER


class TestDefaults:
    def test_a_newcomer_gets_the_demo_on_localhost(self):
        values = configuration({})
        assert (values["SITE_URL"], values["DEMO"]) == ("http://localhost:8000", "1")
        assert values["DATA_DIR"] == str(ROOT / ".data")

    @pytest.mark.parametrize("brought", [{"HOST": "0.0.0.0"}, {"DATABASE_URL": "postgres:///theirs"}, {"DEMO": "0"}])
    def test_no_demo_where_others_come_or_into_a_database_that_somebody_brought(self, brought):
        assert configuration(brought)["DEMO"] == "0"

    def test_an_empty_value_counts_as_none(self):
        assert configuration({"PORT": "", "HOST": ""})["PORT"] == "8000"

    @pytest.mark.parametrize(
        ("wrong", "word"),
        [
            ({"PORT": "http"}, "PORT"),
            ({"PORT": "70000"}, "PORT"),
            ({"WEB_WORKERS": "0"}, "WEB_WORKERS"),
            ({"DEMO": "1", "HOST": "0.0.0.0"}, "DEMO"),
        ],
    )
    def test_what_cannot_work_is_refused_by_name(self, wrong, word):
        with pytest.raises(Trouble, match=word):
            configuration(wrong)


def test_the_stand_in_for_stripe_is_beside_the_demo_unless_somebody_says_no_or_gives_a_key():
    assert stands_in(configuration({}))
    assert not stands_in(configuration({"LOCAL_STRIPE": "0"}))
    assert not stands_in(configuration({"STRIPE_SECRET_KEY": "sk_test_of_their_own"}))
    assert not stands_in(configuration({"HOST": "0.0.0.0"}))
