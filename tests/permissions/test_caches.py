"""H3: what is personal is kept by nobody but its reader; what a cache keeps for all is the same for all."""

import re

from tests.permissions.table import each, rows
from tests.permissions.world import DRAFT, NOTE, ROOM

FILES = {"stored_file"}  # a public picture is for everybody, and for good: see tests/accounts/test_files.py
READ = [row for row in rows() if "GET" in row.cells and row.name not in FILES]

# What strangers see and no cache may keep: forms, which carry a token; pages whose address is a key; and what is
# only true at this moment.
FORMS = {
    "account_login", "account_signup", "account_request_login_code", "account_reset_password", "registration",
}  # fmt: skip
MOMENTARY = {"healthz", "dev_mail"}

FRAGMENT = {"hx_request": "true"}
BOOSTED = {"hx_request": "true", "hx_boosted": "true"}
VISITS = [
    ("stranger", {}),
    ("owner", {}),
    ("owner", FRAGMENT),
    ("member", FRAGMENT),
    ("member", {}),
    ("stranger", BOOSTED),
    ("stranger", FRAGMENT),
    ("stranger", {}),
]


def may_be_kept(row) -> bool:
    """Whether a shared cache may give one stranger what it was told for another."""
    if row.cells["GET"]["stranger"] == "200":
        return row.url_name not in FORMS | MOMENTARY and not row.is_secret
    return row.cells["GET"]["stranger"] == "301"


def directives(answer) -> set[str]:
    return {part.strip() for part in answer.get("Cache-Control", "").split(",")}


def canaries(world) -> list[str]:
    """What of the owner's nobody else may read."""
    tokens = [world.seat.join_token, world.seat.public_id, world.now_seat.join_token, world.entry.public_id]
    return [NOTE, ROOM, DRAFT, world.guest.email, world.host.email, *tokens]


def page(row, world, persona, **headers):
    return row.look(world, persona, **headers).answer


def read(answer) -> str:
    return answer.content.decode(errors="replace")  # it may be a picture


def bones(answer):
    """Status and tags: some pages hold a secret or a challenge that is made anew each time."""
    tags = re.findall(r"<\w+", read(answer))
    return answer.status_code, answer.get("Location"), answer.get("HX-Redirect"), tags


class TestWhoMayKeepIt:
    @each(READ)
    def test_with_a_session_nobody(self, world, row):
        for persona in ("unverified", "owner", "suspended"):
            for headers in ({}, FRAGMENT):
                said = directives(page(row, world, persona, **headers))
                assert "no-store" in said
                assert "private" in said or row.name in MOMENTARY
                assert not {"public", "s-maxage=60"} & said

    @each(READ)
    def test_without_one_a_page_is_for_all_or_for_nobody(self, world, row):
        answer = page(row, world, "stranger")
        if may_be_kept(row):
            assert directives(answer) == {"public", "max-age=0", "s-maxage=60"}
            assert not answer.cookies
            assert "csrfmiddlewaretoken" not in read(answer)
            assert "nonce" not in read(answer)
        else:
            assert "no-store" in directives(answer)
            assert "public" not in directives(answer)

    @each([row for row in READ if not row.is_secret])
    def test_a_stranger_reads_nothing_private(self, world, row):
        text = read(page(row, world, "stranger"))
        assert not [canary for canary in (*canaries(world), "@example.org") if canary in text]

    @each(READ)
    def test_what_htmx_gets_otherwise_is_said_to_vary(self, world, row):
        for persona in ("stranger", "owner"):
            plain, swapped = (page(row, world, persona, **headers) for headers in ({}, FRAGMENT))
            if bones(plain) != bones(swapped):
                for answer in (plain, swapped):
                    assert "hx-request" in answer.get("Vary", "").lower(), persona

    def test_fragments_are_told_apart_at_all(self, world):
        """Otherwise the test above would compare nothing."""
        row = next(row for row in READ if row.name == "sessions")
        plain, swapped = (page(row, world, "stranger", **headers) for headers in ({}, FRAGMENT))
        assert bones(plain) != bones(swapped)


class SharedCache:
    """A cache for everybody, in front of the site, that keeps to RFC 9111: what it may keep, for whom, and nothing
    else. One that `heeds` nothing is the proof that a wrong header would be seen."""

    def __init__(self, *, heeds=True):
        self.heeds, self.kept, self.hits = heeds, {}, 0

    def ask(self, row, world, persona, **headers):
        client = row.browser(world, persona)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["cookie"] = "; ".join(sorted(f"{name}={cookie.value}" for name, cookie in client.cookies.items()))
        for varies_by, first_sent, answer in self.kept.get(row.path(world), []):
            if all(sent.get(name, "") == first_sent.get(name, "") for name in varies_by):
                self.hits += 1
                return answer
        answer = page(row, world, persona, **headers)
        varies_by = {name.strip().lower() for name in answer.get("Vary", "").split(",") if name.strip()}
        if self._may_keep(answer) and "*" not in varies_by:
            self.kept.setdefault(row.path(world), []).append((varies_by if self.heeds else set(), sent, answer))
        return answer

    def _may_keep(self, answer) -> bool:
        said = directives(answer)
        if not self.heeds:
            return answer.status_code == 200
        if said & {"no-store", "no-cache", "private"}:
            return False
        lifetime = next((d for d in said if d.startswith("s-maxage=")), None) or next(
            (d for d in said if d.startswith("max-age=")), "max-age=60"
        )
        return not lifetime.endswith("=0") and answer.status_code in (200, 203, 204, 300, 301, 308, 404, 405, 410)


class TestThroughASharedCache:
    @each(READ)
    def test_everybody_reads_what_the_site_would_have_told_them(self, world, row):
        cache, private = SharedCache(), canaries(world)
        for persona, headers in VISITS:
            hits = cache.hits
            answer = cache.ask(row, world, persona, **headers)
            if cache.hits > hits:
                assert answer.content == page(row, world, persona, **headers).content, (persona, headers)
            if persona != "owner" and not row.is_secret:
                assert not [canary for canary in private if canary in read(answer)], (persona, headers)
        assert bool(cache.hits) == may_be_kept(row)

    def test_a_cache_that_heeds_nothing_would_be_seen(self, world):
        row = next(row for row in READ if row.name == "registration")
        cache, private = SharedCache(heeds=False), canaries(world)
        cache.ask(row, world, "owner")
        assert [canary for canary in private if canary in read(cache.ask(row, world, "stranger"))]
