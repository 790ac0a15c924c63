"""Counting, in one table, exactly: N are allowed, however many ask at once."""

import pickle
import re
import threading

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.db import connection
from django.test import RequestFactory
from django.urls import path

from core import limits, tasks
from core.limits import LIMITS, RateLimited, Window, client_address, hit
from core.models import CacheEntry, RateCounter
from core.urls import urlpatterns as site
from core.views import robots


def in_parallel(count, act):
    """What `count` threads got, each with a connection of its own, all at once."""
    results, start = [], threading.Barrier(count)

    def run():
        start.wait()
        try:
            results.append(act())
        except RateLimited as limited:
            results.append(limited)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def limited(request):
    hit("search", client_address(request), limit=2, seconds=50)
    return robots(request)


urlpatterns = [path("limited/", limited), *site]


def test_the_table_that_people_read_is_the_one_that_counts():
    units = {"minute": 60, "hour": 3600, "day": 24 * 3600}
    rows = re.findall(r"^    (\w+) +(\d+)  (\d+) (minute|hour|day) ", limits.__doc__, re.MULTILINE)
    assert {name: (int(times), int(count) * units[unit]) for name, times, count, unit in rows} == LIMITS


class TestHit:
    def test_n_are_allowed_and_the_next_is_not(self, db):
        for _ in range(LIMITS["registration"][0]):
            hit("registration", 7)
        with pytest.raises(RateLimited) as refused:
            hit("registration", 7)
        assert 3590 < refused.value.retry_after <= 3600
        hit("registration", 8)
        hit("session_publish", 7)

    def test_a_burst_of_fifty_does_not_exceed_it(self, transactional_db):
        results = in_parallel(50, lambda: hit("test", "burst", 20, 60))
        assert sum(isinstance(result, Window) for result in results) == 20
        assert sum(isinstance(result, RateLimited) for result in results) == 30
        assert RateCounter.objects.get().count == 50

    def test_a_window_that_is_over_starts_anew(self, db):
        for _ in range(3):
            hit("test", "k", 3, 60)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_ratecounter SET ends_at = statement_timestamp() - interval '1 second'")
        for _ in range(3):
            hit("test", "k", 3, 60)
        with pytest.raises(RateLimited):
            hit("test", "k", 3, 60)

    def test_asking_while_refused_does_not_prolong_it(self, db):
        for _ in range(2):
            hit("test", "k", 2, 60)
        ends = RateCounter.objects.get().ends_at
        for _ in range(5):
            with pytest.raises(RateLimited):
                hit("test", "k", 2, 60)
        assert RateCounter.objects.get().ends_at == ends

    @pytest.mark.urls("tests.core.test_limits")
    def test_a_page_says_when_it_works_again(self, db, client):
        assert [client.get("/limited/").status_code for _ in range(2)] == [200, 200]
        refused = client.get("/limited/")
        assert refused.status_code == 429
        assert 40 <= int(refused["Retry-After"]) <= 50

    def test_every_limit_is_documented(self):
        import core.limits

        for action, (times, _seconds) in LIMITS.items():
            line = next(line for line in core.limits.__doc__.splitlines() if line.split()[:1] == [action])
            assert line.split()[1] == str(times)


class TestClientAddress:
    def address(self, peer, forwarded=None):
        headers = {"x-forwarded-for": forwarded} if forwarded else {}
        return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))

    def test_a_forged_header_changes_nothing(self):
        assert {self.address("203.0.113.9", f"198.51.100.{n}") for n in range(100)} == {"203.0.113.9"}

    def test_as_many_headers_are_believed_as_there_are_proxies_of_ours(self, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        assert self.address("10.0.0.1", "6.6.6.6, 203.0.113.9") == "203.0.113.9"
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
        assert self.address("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2") == "203.0.113.9"

    def test_with_fewer_addresses_than_proxies_the_nearest_counts_and_the_log_says_so(
        self, settings, caplog, client, db
    ):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3
        assert self.address("10.0.0.1", "6.6.6.6, 203.0.113.9") == "203.0.113.9"
        assert self.address("10.0.0.1", "203.0.113.9:4711") == "203.0.113.9"
        assert [record.message for record in caplog.records] == ["fewer_proxies_than_said"] * 2
        form = {"login": "nobody@example.org", "password": "wrong"}
        for forwarded, status in (("203.0.113.9", 422), ("unknown", 403), (" , ", 403)):
            answer = client.post("/account/login/", form, headers={"X-Forwarded-For": forwarded})
            assert answer.status_code == status

    def test_one_network_of_addresses_is_one(self):
        assert self.address("2001:db8:1:2:aaaa::1") == self.address("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::"
        assert self.address("2001:db8:1:3::1") != "2001:db8:1:2::"


class TestCache:
    def test_it_is_the_sites_cache_and_its_tables_are_not_logged(self, db):
        cache.set("a", [1.5, "x", None, {"b": True}])
        assert CacheEntry.objects.count() == 1
        assert cache.get("a") == [1.5, "x", None, {"b": True}]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT relpersistence FROM pg_class WHERE relname IN ('core_cacheentry', 'core_ratecounter')"
            )
            assert cursor.fetchall() == [("u",)]

    def test_absent_and_expired_are_the_default(self, db):
        cache.set("gone", 1, timeout=0)
        cache.set("long-gone", 1, timeout=-5)
        cache.set("forever", 1, timeout=None)
        assert [cache.get(key, "no") for key in ("never", "gone", "long-gone", "forever")] == ["no", "no", "no", 1]
        assert cache.get_many(["gone", "forever"]) == {"forever": 1}

    def test_add_is_for_who_comes_first(self, db):
        assert cache.add("a", 1)
        assert not cache.add("a", 2)
        assert cache.get("a") == 1
        cache.set("a", 1, timeout=0)
        assert cache.add("a", 3)
        assert cache.get("a") == 3
        cache.set("b", 1, timeout=None)
        assert not cache.add("b", 2)

    def test_of_twenty_at_once_one_adds(self, transactional_db):
        assert in_parallel(20, lambda: cache.add("lock", True, timeout=10)).count(True) == 1

    def test_an_expired_lock_is_taken_by_one(self, transactional_db):
        cache.set("lock", True, timeout=0)
        assert in_parallel(20, lambda: cache.add("lock", True, timeout=10)).count(True) == 1

    def test_incr_counts_every_call(self, transactional_db):
        cache.set("n", 5, timeout=60)
        assert sorted(in_parallel(20, lambda: cache.incr("n"))) == list(range(6, 26))
        assert cache.decr("n", 5) == 20
        with pytest.raises(ValueError, match="not found"):
            cache.incr("absent")
        cache.set("n", 5, timeout=0)
        with pytest.raises(ValueError, match="not found"):
            cache.incr("n")

    def test_touch_and_delete_tell_whether_there_was_something(self, db):
        cache.set("a", 1, timeout=60)
        before = CacheEntry.objects.get().expires_at
        assert cache.touch("a", 3600)
        assert CacheEntry.objects.get().expires_at > before
        assert cache.delete("a")
        assert not cache.delete("a")
        assert not cache.touch("a")
        cache.set("a", 1, timeout=0)
        assert not cache.touch("a")
        assert not cache.delete("a")

    def test_each_act_is_one_statement(self, db, django_assert_num_queries):
        for act in (
            lambda: cache.set("a", 1), lambda: cache.get("a"), lambda: cache.add("a", 1), lambda: cache.incr("a"),
            lambda: cache.touch("a"), lambda: cache.delete("a"), lambda: hit("test", 1, 5, 5),
        ):  # fmt: skip
            with django_assert_num_queries(1):
                act()

    def test_a_flood_pushes_nothing_out(self, db):
        cache.set("guard", "here")
        CacheEntry.objects.bulk_create(CacheEntry(key=f"flood-{n}", value=1) for n in range(2000))
        assert cache.get("guard") == "here"
        cache.clear()
        assert not CacheEntry.objects.exists()

    def test_what_is_over_is_cleared_away(self, db):
        cache.set("old", 1, timeout=0)
        cache.set("new", 1, timeout=60)
        cache.set("always", 1, timeout=None)
        hit("test", "new", 1, 60)
        hit("test", "old", 1, 60)
        RateCounter.objects.filter(key="test:old").update(ends_at="2020-01-01T00:00Z")
        tasks.forget_expired()
        assert set(CacheEntry.objects.values_list("key", flat=True)) == {":1:new", ":1:always"}
        assert RateCounter.objects.get().key == "test:new"


def test_a_hundred_parallel_attempts_use_up_no_more_than_the_limit(transactional_db, rf):
    """allauth's counting over this cache: what guards the password hasher when all ask at once."""
    from allauth.core.internal import ratelimit

    def attempt():
        request = rf.post("/account/login/")
        return ratelimit.consume(
            request, app="allauth.account", action="login_failed", config={"login_failed": "5/300s/key"}, key="a@b.c"
        )

    results = in_parallel(100, attempt)
    assert 1 <= sum(result is not None for result in results) <= 5


class TestInRedis:
    """There is none here: what lies in it is what the client of Django's own backend hands over."""

    @pytest.fixture
    def serializer(self):
        options = {"OPTIONS": {"serializer": "core.cache.Signed"}}
        return RedisCache("redis://nowhere.invalid", options)._cache._serializer

    @pytest.mark.parametrize("value", [7, -1, True, None, "words", [1.5, "a"], {"a": b"bytes"}])
    def test_what_goes_in_comes_out(self, serializer, value, settings):
        lies = serializer.dumps(value)
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
        assert serializer.loads(lies if isinstance(lies, bytes) else str(lies).encode()) == value

    def test_what_somebody_else_put_there_does_not_run(self, serializer, monkeypatch):
        monkeypatch.setattr(pickle, "loads", lambda data: pytest.fail("unpickled what is not ours"))
        signed = serializer.dumps({"a": 1})
        for forged in (pickle.dumps({"a": 1}), b"", b"x" * 32 + pickle.dumps([]), signed[:-1] + b"x"):
            assert serializer.loads(forged) is None
