"""Whole pages for strangers, kept until what they show changes.

Kept is what is the same for everybody: the 200 of a view that asks for it (`shows`), to a GET without a session cookie,
that sets no cookie. What a page was made from is compared, not timed: with each page goes the snapshot of the database
that was taken before it was made, triggers write down which transaction changed which group of tables (`watched`), and
a page is given out only if no transaction that this snapshot had not seen has changed its groups since. So all web
processes agree, whoever of them made the page, at the price of one small query; nothing waits for a lock, and a writer
that commits while a page is made cannot leave an old one behind. A counter would make all writers queue for its row; a
time to live alone would show what was hidden a moment ago.

A minute is still the longest that a page is kept: some of what they say is about now.
"""

import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from threading import Lock
from types import SimpleNamespace

from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpResponse

from core import htmx
from core.db import first_row
from core.middleware import has_session

LIFE = 60  # seconds
# Group -> the tables whose rows pages of it show. Features add theirs in `AppConfig.ready()`; triggers are made by
# `install` after each migration.
watched: dict[str, set[str]] = {}

SNAPSHOT = "SELECT pg_current_snapshot()::text"
FRAME = "frame"  # the group of what stands on every page
CHANGED = """
    SELECT EXISTS (
        SELECT FROM core_pagetouch
        WHERE topic = ANY(%s) AND xid >= pg_snapshot_xmin(%s::pg_snapshot)
          AND NOT pg_visible_in_snapshot(xid, %s::pg_snapshot)
    )
"""
FUNCTION = """
CREATE OR REPLACE FUNCTION core_page_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_pagetouch (topic, xid) VALUES (TG_ARGV[0], pg_current_xact_id()) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
# Rows older than any page that is kept.
FORGET = "DELETE FROM core_pagetouch WHERE touched_at < statement_timestamp() - interval '10 minutes'"


@dataclass(frozen=True)
class Kept:
    groups: tuple[str, ...]
    snapshot: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    route: str
    ends_at: float


# --- Where pages are kept ---------------------------------------------------------------------------------------------
ASIDE = 1000  # bytes that a page takes besides, at most: its key and what stands around it


def weight(page: Kept) -> int:
    return ASIDE + len(page.content) + sum(len(name) + len(value) for name, value in page.headers)


class Memory:
    """The newest pages up to a size, in each process; whatever was asked for least recently goes first."""

    def __init__(self, most: int):
        self.most, self.size = most, 0
        self.pages: OrderedDict[str, Kept] = OrderedDict()
        self.lock = Lock()

    def get(self, key: str) -> Kept | None:
        with self.lock:
            page = self.pages.get(key)
            if page is not None:
                self.pages.move_to_end(key)
            return page

    def set(self, key: str, page: Kept) -> None:
        if weight(page) > self.most // 20:
            return
        with self.lock:
            self._drop(key)
            self.pages[key] = page
            self.size += weight(page)
            while self.size > self.most:
                _key, oldest = self.pages.popitem(last=False)
                self.size -= weight(oldest)

    def delete(self, key: str) -> None:
        with self.lock:
            self._drop(key)

    def clear(self) -> None:
        with self.lock:
            self.pages.clear()
            self.size = 0

    def _drop(self, key):
        if known := self.pages.pop(key, None):
            self.size -= weight(known)


class Shared:
    """In Redis, for all processes together; Redis itself forgets what is least used. While it is away pages are made
    each time."""

    def __init__(self):
        from redis.exceptions import RedisError  # only where it is used

        self.away = RedisError

    def get(self, key: str) -> Kept | None:
        with suppress(self.away):
            return caches["pages"].get(key)
        return None

    def set(self, key: str, page: Kept) -> None:
        with suppress(self.away):
            caches["pages"].set(key, page, LIFE)

    def delete(self, key: str) -> None:
        with suppress(self.away):
            caches["pages"].delete(key)

    def clear(self) -> None:
        caches["pages"].clear()


store: Memory | Shared = Shared() if "pages" in settings.CACHES else Memory(settings.PAGE_CACHE_MB * 1024 * 1024)


# --- Asking for it ----------------------------------------------------------------------------------------------------
def shows(*groups: str):
    """For views: what they answer to strangers shows rows of these groups, of all if none is named, and nothing else;
    and it is the same for all."""

    def decorate(view):
        @wraps(view)
        def cached(request, *args, **kwargs):
            if may_be_kept(request):
                request.page_groups = (*groups, FRAME) if groups else tuple(watched)
                request.page_snapshot = _ask(SNAPSHOT)
            return view(request, *args, **kwargs)

        return cached

    return decorate


def may_be_kept(request) -> bool:
    # A search is counted, and nearly each is another one.
    is_plain = request.method == "GET" and not has_session(request) and "q" not in request.GET
    return settings.PAGE_CACHE_MB > 0 and is_plain and not connection.in_atomic_block


def middleware(get_response):
    """Outside of all that makes a page: what it gives out is the finished answer, compressed as it was."""

    def answer(request):
        if request.method != "GET" or has_session(request) or not settings.PAGE_CACHE_MB:
            return get_response(request)
        key = _key(request)
        page = store.get(key)
        if page is not None:
            if page.ends_at > time.time() and not _ask(CHANGED, [list(page.groups), page.snapshot, page.snapshot]):
                request.resolver_match = SimpleNamespace(route=page.route)  # for the log
                return HttpResponse(page.content, status=page.status, headers=dict(page.headers))
            store.delete(key)
        response = get_response(request)
        groups = getattr(request, "page_groups", None)
        if groups and _is_for_all(response):
            store.set(
                key,
                Kept(
                    groups, request.page_snapshot, response.status_code, tuple(response.items()), response.content,
                    request.resolver_match.route, time.time() + LIFE,
                ),
            )  # fmt: skip
        return response

    return answer


def _is_for_all(response) -> bool:
    """Only what every cache may give to everybody, or to everybody who asks by htmx."""
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",")}
    known = {"", "cookie", "accept-encoding", *(name.lower() for name in htmx.HEADERS)}
    return response.status_code == 200 and not response.streaming and not response.cookies and varies <= known


def _key(request) -> str:
    """Of one length, however long an address somebody sends."""
    is_small = "gzip" in request.headers.get("Accept-Encoding", "")
    # What a cookie of a stranger's says is read by no page that is kept: `test_page_cache` holds that.
    about = [request.scheme, request.META.get("HTTP_HOST", ""), request.get_full_path(), str(is_small)]
    return sha256("\n".join([*about, *htmx.asked_for(request)]).encode(errors="surrogatepass")).hexdigest()


def _ask(statement: str, values=()):
    return first_row(statement, values)[0]


# --- Writing down what changes ----------------------------------------------------------------------------------------
def watch(group: str, config, *, leave_out: Collection[str] = (), only: Mapping[str, str] | None = None) -> None:
    """Rows of an app's tables stand on pages of `group`, but for models that no stranger sees: these are left out. With
    `only`, rows of these models alone, and of each these columns ("" for all)."""
    for model in config.get_models(include_auto_created=True):
        name = model._meta.model_name
        if only is None and name not in leave_out:
            watched.setdefault(group, set()).add(model._meta.db_table)
        elif only is not None and name in only:
            columns = f"({only[name]})" if only[name] else ""
            watched.setdefault(group, set()).add(f"{model._meta.db_table}{columns}")


def install(**_signal) -> None:
    """The triggers of all watched tables that are there: after each migration, twice is once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('core_pagetouch') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(FUNCTION)
        there = set(connection.introspection.table_names(cursor))
        for group, tables in sorted(watched.items()):
            for entry in sorted(tables):
                table, _, columns = entry.partition("(")
                if table in there:
                    when = f"INSERT OR DELETE OR UPDATE OF {columns.rstrip(')')}" if columns else _ALL
                    cursor.execute(
                        f'CREATE OR REPLACE TRIGGER "page_{group}" AFTER {when} ON "{table}"'
                        f" FOR EACH STATEMENT EXECUTE FUNCTION core_page_touched('{group}')"
                    )


_ALL = "INSERT OR UPDATE OR DELETE"


def forget() -> None:
    """What no page that is kept can be older than."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
