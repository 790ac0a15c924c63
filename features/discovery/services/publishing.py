"""Putting things where they can be found."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from django.db import connection, transaction
from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from core.text import one_line
from core.text import words as folded_words
from features.discovery.kinds import Entry, in_order, kinds
from features.discovery.models import Document

# Postgres refuses a vector of more than a megabyte; nobody looks for a word behind the fiftieth page.
LONGEST_TEXT = 100_000
AT_ONCE = 500
STEMMERS = {
    "en": "english",
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
}


_gathering: ContextVar[dict[str, set[str]] | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered():
    """For hundreds of acts at once: what changes inside is said anew when it is over, each thing once, and within the
    transaction if the caller has one. Nothing is found by its new words before."""
    changed: dict[str, set[str]] = {}
    token = _gathering.set(changed)
    try:
        yield
    finally:
        _gathering.reset(token)
    # Only what went well: the rest was undone with its transaction.
    for kind in changed:
        for some in batched(sorted(changed[kind]), AT_ONCE):
            republish(kind, some)


def publish(**facts) -> None:
    """Make a thing findable, or say anew what it is, within the caller's transaction: the facts of an Entry."""
    publish_all([Entry(**facts)])


def publish_all(entries: Iterable[Entry], as_of: datetime | None = None) -> int:
    """Answers how many were new or had changed. What was said after `as_of`, when these were read, stays."""
    return sum(_write(some, as_of) for some in batched(entries, AT_ONCE))


def stand(kind: str, ref: str, standing: int) -> None:
    """How high a thing stands now, where nothing else of it has changed: its words are not written anew."""
    found = Document.objects.filter(kind=kind, ref=str(ref)).exclude(standing=standing)
    found.update(standing=standing, updated_at=timezone.now())


def withdraw(kind: str, ref: str) -> None:
    Document.objects.filter(kind=kind, ref=str(ref)).delete()


def republish(kind: str, refs: Collection[str]) -> None:
    """Say anew what some things are; those that are no longer to be found go."""
    refs = {str(ref) for ref in refs}
    if (gathering := _gathering.get()) is not None:
        gathering.setdefault(kind, set()).update(refs)
        return
    with transaction.atomic(savepoint=False):
        # Whoever says them anew at the same moment waits here, and then reads what the other has written: else what
        # was hidden a moment ago would be put back by who had read it before.
        list(Document.objects.select_for_update().filter(kind=kind, ref__in=refs).order_by("pk").values_list("pk"))
        entries = list(kinds[kind].entries(refs))
        publish_all(entries)
        Document.objects.filter(kind=kind, ref__in=refs - {entry.ref for entry in entries}).delete()


def changed_at(kind: str) -> Subquery:
    """For a query of things of this kind: since when each has said what it says."""
    documents = Document.objects.filter(kind=kind, ref=Cast(OuterRef("pk"), CharField()))
    return Subquery(documents.values("updated_at"))


def republish_skills(ids: Collection[int]) -> None:
    """These skills have other names now: all that mentions them is found by those."""
    mentioning = Document.objects.filter(skills__overlap=list(ids)).values_list("kind", "ref")
    refs: dict[str, set[str]] = {}
    for kind, ref in mentioning:
        refs.setdefault(kind, set()).add(ref)
    for kind in refs.keys() & kinds.keys():
        for some in batched(sorted(refs[kind]), AT_ONCE):
            republish(kind, some)


@dataclass
class Rebuilt:
    kind: str
    there: int
    written: int
    withdrawn: int


def rebuild() -> Iterator[Rebuilt]:
    """Say anew what everything is, kind by kind. What is as it was stays untouched."""
    began = timezone.now()
    gone = Document.objects.exclude(kind__in=kinds).delete()[0]
    if gone:
        yield Rebuilt("unknown", 0, 0, gone)
    for name, kind in in_order():
        refs: set[str] = set()
        written = 0
        for some in batched(kind.entries(None), AT_ONCE):
            refs.update(entry.ref for entry in some)
            with transaction.atomic():
                written += publish_all(some, began)
        # What was published meanwhile stands in no list of before.
        old = Document.objects.filter(kind=name, updated_at__lt=began)
        stale = [pk for pk, ref in old.values_list("pk", "ref").iterator() if ref not in refs]
        for some_pks in batched(stale, AT_ONCE):
            Document.objects.filter(pk__in=some_pks).delete()
        yield Rebuilt(name, len(refs), written, len(stale))


def _write(entries, as_of) -> int:
    """One statement. A row that says the same already is not touched, nor is its index."""
    now = timezone.now()
    columns = zip(*(_row(entry) for entry in entries), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [now, *map(list, columns), as_of])
        return cursor.rowcount


def _row(entry: Entry):
    names = " \n".join(entry.names)
    return (
        entry.kind,
        str(entry.ref),
        one_line(entry.title)[:200],
        entry.text.replace("\x00", ""),
        "{" + ",".join(str(int(skill)) for skill in entry.skills) + "}",
        entry.language,
        str(entry.visibility),
        entry.url,
        entry.starts_at,
        entry.standing,
        STEMMERS.get(entry.language),
        *(folded_words(text[:LONGEST_TEXT]) for text in (entry.title, names, entry.text)),
    )


# The words of each part as they stand, for exact words and beginnings, and their stems by the text's own language.
# Beside them labels, which have a sign that no folded word has: what kind of thing it is, for whom, and every word that
# stands in its title or its names. So one index answers "sessions with this word", and "this word in the title".
WRITE = """
    INSERT INTO discovery_document AS old
        (kind, ref, title, text, skills, language, visibility, url, starts_at, standing, updated_at, words)
    SELECT kind, ref, title, text, skills::bigint[], language, visibility, url, starts_at, standing, %s,
        called || setweight(to_tsvector('simple', body), 'D')
            || coalesce(setweight(to_tsvector(stemmer::regconfig, body), 'D'), '')
            || array_to_tsvector(ARRAY['kind:' || kind, 'for:' || visibility] || ARRAY(
                SELECT '=' || lexeme FROM unnest(called) WHERE length(lexeme) < 200
            ))
    FROM unnest(
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::timestamptz[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[]
    ) AS new (
        kind, ref, title, text, skills, language, visibility, url, starts_at, standing, stemmer, head, names, body
    ), LATERAL (
        SELECT setweight(to_tsvector('simple', head), 'A')
            || coalesce(setweight(to_tsvector(stemmer::regconfig, head), 'A'), '')
            || setweight(to_tsvector('simple', names), 'B')
            || coalesce(setweight(to_tsvector(stemmer::regconfig, names), 'B'), '') AS called
    ) AS head_words
    ON CONFLICT (kind, ref) DO UPDATE SET
        title = excluded.title, text = excluded.text, skills = excluded.skills, language = excluded.language,
        visibility = excluded.visibility, url = excluded.url, starts_at = excluded.starts_at,
        standing = excluded.standing, updated_at = excluded.updated_at, words = excluded.words
    WHERE (old.title, old.text, old.skills, old.language, old.visibility, old.url, old.starts_at, old.standing,
            old.words)
        IS DISTINCT FROM (excluded.title, excluded.text, excluded.skills, excluded.language, excluded.visibility,
            excluded.url, excluded.starts_at, excluded.standing, excluded.words)
        AND (old.updated_at <= %s::timestamptz) IS NOT FALSE
"""
