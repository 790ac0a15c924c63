"""Pages kept for strangers: the same for all of them, never a member's, and gone when what they show changes."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from core import page_cache
from features.accounts.models import RoleGrant
from features.calendar import services as calendar
from features.forum import services as forum
from features.forum.models import Board
from features.moderation import services as moderation
from features.notifications import services as notifications
from features.skills import services as skills
from tests.factories import make_session, make_skill, make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-words-of-a-member"


@pytest.fixture(autouse=True)
def empty():
    page_cache.store.clear()
    yield
    page_cache.store.clear()


@pytest.fixture
def thread():
    skill, author = make_skill("PostgreSQL"), make_user("Sofia Mendes")
    board = Board.objects.create(name="Databases", slug="databases", about="Queries", skill=skill)
    return ask(board, author, skill)


def statements(client, path, **headers):
    """The answer, and how many statements it took."""
    with connection.execute_wrapper(seen := Counter()):
        answer = client.get(path, headers=headers)
    return answer, seen.count


class Counter:
    count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)


def plain(answer):
    return re.sub(r"\d\d:\d\d", "", answer.text)


def test_a_page_is_kept_until_a_row_it_shows_changes(thread):
    path, stranger = thread.get_absolute_url(), Client()
    first, taken = statements(stranger, path)
    again, asked = statements(stranger, path)
    assert taken > 1
    assert asked == 1  # whether anything has changed
    assert again.content == first.content
    kept = {name: value for name, value in first.items() if name != "X-Request-ID"}
    assert {name: value for name, value in again.items() if name != "X-Request-ID"} == kept
    assert not again.cookies
    post = forum.reply(author=make_user("Amara Okonjo"), thread=thread, text=CANARY)
    assert CANARY in stranger.get(path).text
    moderator = make_user("Ines Falk", role="moderator")
    moderation.act(by=moderator, name="remove", keys=[f"post:{post.pk}"], reason="personal")
    assert CANARY not in stranger.get(path).text
    assert "removed a post" in stranger.get(path).text


def test_pages_in_redis_are_kept_and_dropped_alike(thread, settings, monkeypatch):
    """What stands in for Redis here is another of Django's caches: pages go through the same door, and as bytes."""
    settings.CACHES = {**settings.CACHES, "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with monkeypatch.context() as patch:
        patch.setattr(page_cache, "store", page_cache.Shared())
        path, stranger = thread.get_absolute_url(), Client()
        first = stranger.get(path)
        again, asked = statements(stranger, path)
        assert (again.content, asked) == (first.content, 1)
        forum.reply(author=make_user("Amara Okonjo"), thread=thread, text=CANARY)
        assert CANARY in stranger.get(path).text
        page_cache.store.clear()
        assert statements(stranger, path)[1] > 1


def test_what_was_written_while_the_page_was_made_is_not_missed(thread):
    """A transaction that began before the page was made and ends after: the page that did not see it is not given."""
    path, stranger = thread.get_absolute_url(), Client()

    def look():
        try:
            return stranger.get(path).text
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        forum.reply(author=make_user("Amara Okonjo"), thread=thread, text=CANARY)
        assert CANARY not in pool.submit(look).result()  # made and kept meanwhile
    assert CANARY in stranger.get(path).text


def test_members_neither_fill_it_nor_are_given_from_it(thread):
    path, stranger, member = thread.get_absolute_url(), Client(), Client()
    forum.reply(author=thread.author, thread=thread, text="One answer.")
    member.force_login(make_user("Amara Canary"))
    assert "Amara Canary" in member.get(path).text
    assert "Amara Canary" not in stranger.get(path).text
    assert "Amara Canary" in member.get(path).text
    assert "Log in to answer" not in member.get(path).text


def test_a_page_and_its_fragment_are_kept_apart(thread):
    stranger = Client()
    for _ in range(2):
        page, fragment = stranger.get("/forum/"), stranger.get("/forum/", headers={"HX-Request": "true"})
        assert page.text.strip().startswith("<!doctype html>")
        assert fragment.text.strip().startswith("<section")
        assert "gzip" in stranger.get("/forum/", headers={"Accept-Encoding": "gzip"})["Content-Encoding"]


def test_a_search_an_error_and_another_host_are_not_kept(thread, settings):
    stranger = Client()
    for path, status in (("/forum/?q=index", 200), ("/forum/threads/999999/nothing/", 404)):
        assert stranger.get(path).status_code == status
        assert statements(stranger, path)[1] > 1
    stranger.get("/forum/")
    assert Client(raise_request_exception=False).get("/forum/", headers={"Host": "evil.example"}).status_code == 400
    settings.PAGE_CACHE_MB = 0
    assert statements(stranger, "/forum/")[1] > 1


def test_sessions_people_and_skills_are_kept_too(thread):
    host = make_user("Kwame Boateng", role="expert")
    session = make_session(host, about=list(thread.skills.all()))
    stranger = Client()
    skill = thread.skills.get()
    paths = ["/sessions/", session.get_absolute_url(), host.get_absolute_url(), skill.get_absolute_url(), "/forum/"]
    for path in paths:
        assert stranger.get(path).status_code == 200
        assert statements(stranger, path)[1] == 1, path
    host.name = "Kwame A. Boateng"
    host.save()
    for path in paths[:3]:
        assert "Kwame A. Boateng" in stranger.get(path).text, path
    type(session).objects.update(title="Another title altogether")
    for path in paths[:4]:
        assert "Another title altogether" in stranger.get(path).text, path


def test_other_features_names_on_it_are_watched_as_well(thread, monkeypatch):
    """A thread names the session that it is about, a list says how many wait, a mentor's page what they sell."""
    host, stranger = make_user("Kwame Boateng", role="expert"), Client()
    session = make_session(host, about=list(thread.skills.all()))
    type(thread).objects.filter(pk=thread.pk).update(about=f"session:{session.pk}")
    assert session.title in stranger.get(thread.get_absolute_url()).text
    type(session).objects.update(title="Another title altogether")
    assert "Another title altogether" in stranger.get(thread.get_absolute_url()).text
    type(session).objects.update(seats_taken=1)
    assert statements(stranger, thread.get_absolute_url())[1] == 1  # seats are not named there
    assert "1 person has waited" in stranger.get("/forum/unanswered/").text
    notifications.follow(person=host, key=f"thread:{thread.pk}", level="digest")
    assert "2 people have waited" in stranger.get("/forum/unanswered/").text
    assert "payments_package" in page_cache.watched["packages"]


class TestWhatIsNeverKept:
    @pytest.mark.parametrize(
        "answer",
        [
            HttpResponse("x", status=422),
            HttpResponse("x", headers={"Vary": "Accept-Language"}),
        ],
    )
    def test_by_its_answer(self, answer):
        assert not page_cache._is_for_all(answer)

    def test_what_sets_a_cookie(self):
        answer = HttpResponse("x")
        assert page_cache._is_for_all(answer)
        answer.set_cookie("a", "b")
        assert not page_cache._is_for_all(answer)

    def test_by_its_request(self, settings):
        ask = RequestFactory()
        assert page_cache.may_be_kept(ask.get("/"))
        assert not page_cache.may_be_kept(ask.post("/"))
        assert not page_cache.may_be_kept(ask.get("/?q=x"))
        ask.cookies[settings.SESSION_COOKIE_NAME] = "anything"
        assert not page_cache.may_be_kept(ask.get("/"))


def test_memory_is_bounded_and_forgets_what_is_asked_for_least():
    store = page_cache.Memory(20 * (page_cache.ASIDE + 50))
    page = page_cache.Kept((), "", 200, (), b"x" * 50, "", 0.0)
    for n in range(20):
        store.set(str(n), page)
    store.get("0")
    store.set("20", page)
    assert store.size == store.most
    assert store.get("0")
    assert store.get("1") is None
    store.set("0", page)  # again: it takes no more
    assert store.size == store.most
    for large in (((), b"x" * 51), ((("Link", "x" * 51),), b"")):
        store.set("large", page_cache.Kept((), "", 200, *large, "", 0.0))
        assert store.get("large") is None
    store.delete("0")
    assert store.size == store.most - page_cache.weight(page)


def test_however_long_an_address_is_the_key_is_short():
    keys = {page_cache._key(RequestFactory().get(f"/forum/?a={'x' * n}")) for n in (1, 8000)}
    assert {len(key) for key in keys} == {64}


def test_pages_are_made_while_redis_is_away(thread, settings, monkeypatch):
    gone = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://localhost:1"}
    settings.CACHES = {**settings.CACHES, "pages": gone}
    with monkeypatch.context() as patch:
        patch.setattr(page_cache, "store", page_cache.Shared())
        for _ in range(2):
            assert Client().get("/forum/").status_code == 200


def test_a_process_that_changed_nothing_drops_its_page_too(thread, monkeypatch):
    """Each keeps its own; what one of them changes is gone from the others by the next request."""
    path, stranger = thread.get_absolute_url(), Client()
    post = forum.reply(author=make_user("Amara Okonjo"), thread=thread, text=CANARY)
    for store in (page_cache.Memory(10**6), page_cache.store):
        monkeypatch.setattr(page_cache, "store", store)
        assert CANARY in stranger.get(path).text
    moderator = make_user("Ines Falk", role="moderator")
    moderation.act(by=moderator, name="redact", keys=[f"post:{post.pk}"], reason="personal", given={"passage": CANARY})
    for store in (page_cache.Memory(10**6), page_cache.store):
        monkeypatch.setattr(page_cache, "store", store)
        assert CANARY not in stranger.get(path).text


FROM = re.compile(r'(?:FROM|JOIN)\s+"?([a-z]+_[a-z_]+)"?')
# Asked of each stranger, about nobody: whether they themselves have a seat, wait for one, or hold it with others.
OF_THE_VIEWER = {"skill_sessions_registration", "skill_sessions_waitlistentry", "skill_sessions_cohost"}
# Files have random names and never change; whether somebody in line has proved an address may be a minute old.
MAY_BE_OLD = {"accounts_storedfile", "account_emailaddress"}


def test_each_table_of_which_a_kept_page_asks_is_watched(thread):
    """Also of what is asked in passing: whether a host may teach, a mentor was paused, somebody's hours are open."""
    host = make_user("Kwame Boateng", role="expert")
    skill = thread.skills.get()
    session = make_session(host, about=[skill])
    type(thread).objects.filter(pk=thread.pk).update(about=f"session:{session.pk}")
    forum.reply(author=host, thread=thread, text="One answer.")
    skills.declare_level(person=host, skill=skill, level=4)
    paths = ["/forum/", "/forum/unanswered/", "/sessions/", "/forum/boards/databases/"]
    paths += [thing.get_absolute_url() for thing in (thread, session, host, skill)]
    paths += [f"{skill.get_absolute_url()}{page}/" for page in ("people", "held")]
    for path in paths:
        asked: set[str] = set()

        def listen(execute, sql, params, many, context, asked=asked):
            asked.update(FROM.findall(sql))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(listen):
            answer = Client().get(path)
        assert answer.status_code == 200, path
        groups = answer.wsgi_request.page_groups
        watched = {table.partition("(")[0] for group in groups for table in page_cache.watched[group]}
        assert asked - watched - OF_THE_VIEWER - MAY_BE_OLD - {"core_pagetouch"} == set(), path


def test_what_a_role_or_hours_opened_is_gone_with_them(thread):
    host, stranger = make_user("Kwame Boateng", role="expert"), Client()
    people = f"{thread.skills.get().get_absolute_url()}people/"
    skills.record_evidence(
        person=host, skill=thread.skills.get(), kind="declared", strength=0.5, happened_at=timezone.now(), source="x:1"
    )
    for path in (host.get_absolute_url(), people):
        stranger.get(path)
        assert statements(stranger, path)[1] == 1
        RoleGrant.objects.update(until=timezone.now())
        assert statements(stranger, path)[1] > 1
    calendar.keep_free(person=host, hours=[(0, time(9), time(10))])
    assert statements(stranger, host.get_absolute_url())[1] > 1


def test_each_table_that_is_watched_has_its_trigger():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname || ' ' || tgrelid::regclass FROM pg_trigger WHERE tgname LIKE 'page\\_%'")
        found = {row[0].replace('"', "") for row in cursor.fetchall()}
    wanted = {
        f"page_{group} {table.partition('(')[0]}" for group, names in page_cache.watched.items() for table in names
    }
    assert found == wanted
    assert len(wanted) > 20
