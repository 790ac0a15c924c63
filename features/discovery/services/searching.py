"""Finding things. Everything here has a bound, however many documents there are and however common a word is."""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.contrib.postgres.search import SearchQuery
from django.core import signing
from django.db import connection
from django.db.models import BigIntegerField, Case, CharField, QuerySet, When
from django.db.models.functions import Cast
from django.utils import timezone

from features.discovery import query
from features.discovery.kinds import in_order
from features.discovery.models import Document
from features.discovery.services.publishing import STEMMERS

MOST = 2000  # of a kind that are counted
RANKED = 200  # of those with the words in their title, and of the others: the rest of that many can be left unread
SIZE = 20
SALT = "features.discovery.search"


@dataclass(frozen=True)
class Results:
    """One page. `counts` say how many there are of each kind; MOST means as many or more."""

    documents: list[Document] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)
    wanted: str = ""  # the query as Postgres has written it down
    next: str = ""  # the cursor of the next page
    is_first: bool = True
    is_cut: bool = False  # there are more than can be paged through

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def search(
    words: str,
    *,
    kinds: Collection[str] | None = None,
    person=None,
    after: str = "",
    size: int = SIZE,
    now=None,
    counts_all: bool = True,
) -> Results:
    """What `person` (None: a stranger) may find, best first. Understands "a phrase", -not and or; the last word may be
    unfinished. Nothing to look for finds nothing. All kinds are counted, also where only some are asked for, unless
    the caller shows no counts: that costs a tenth where a word is common."""
    wanted = written(words)
    if not wanted:
        return Results()
    now = now or timezone.now()
    counts, ranked = _ranked(wanted, kinds, person, now, counts_all)
    asked = [counts[kind] for kind in counts if kinds is None or kind in kinds]
    is_cut = sum(asked) > len(ranked)
    position = _read(after)
    if position:
        ranked = [hit for hit in ranked if hit > position]
    page = ranked[:size]
    found = Document.objects.visible_to(person).defer("words").in_bulk([-pk for _, pk in page])
    return Results(
        documents=[found[-pk] for _, pk in page if -pk in found],
        counts=counts,
        wanted=wanted,
        next=signing.dumps(page[-1], salt=SALT) if len(ranked) > size else "",
        is_first=not position,
        is_cut=is_cut and len(ranked) <= size,
    )


def exists(words: str, person) -> bool:
    """Whether this finds anything that `person` may see."""
    wanted = written(words)
    return bool(wanted) and Document.objects.filter(words=_Ready(_labelled(wanted, person))).exists()


def matching_refs(kind: str, words: str) -> QuerySet:
    """The ids of the things of one kind that match, for `filter(pk__in=…)`: one subquery, answered from the index. Who
    may see the things themselves is for the caller to say."""
    wanted = written(words)
    found = Document.objects.filter(words=_Ready(f"({wanted}) & 'kind:{kind}'")) if wanted else Document.objects.none()
    return found.values_list(Cast("ref", BigIntegerField()), flat=True)


BEST = ("-is_titled", "-standing", "-id")


def best(kind: str, words: str, among: QuerySet) -> tuple[QuerySet[Document], str]:
    """Those of the things `among` (their ids) that match, to be read in the order BEST: first what has the words in its
    title, then what stands higher, then what is newer. All of them, in one query that no number of them changes. And
    the query as Postgres has written it down. For what a feature narrows down by filters of its own."""
    wanted = written(words)
    if not wanted:
        return Document.objects.none(), wanted
    titled = Document.objects.filter(words=_Ready(f"({_titled(wanted)}) & 'kind:{kind}'"))
    found = Document.objects.filter(
        kind=kind,
        words=_Ready(f"({wanted}) & 'kind:{kind}'"),
        ref__in=among.order_by().values_list(Cast("pk", CharField()), flat=True),
    )
    # Asked of the index, for all at once: to look into each text would cost twenty times as much.
    is_titled = Case(When(pk__in=titled.values("pk"), then=1), default=0)
    return found.annotate(is_titled=is_titled).defer("words"), wanted


def _titled(wanted: str) -> str:
    """The same query, of titles and names."""
    return IN_A_ROW.sub("&", LEXEME.sub(r"'=\1'", wanted))


def documents(kind: str, refs: Collection[str]) -> list[Document]:
    """What is known of these things, in this order."""
    found = {row.ref: row for row in Document.objects.filter(kind=kind, ref__in=list(refs)).defer("words")}
    return [found[ref] for ref in refs if ref in found]


class _Ready(SearchQuery):
    """A query as Postgres itself has written it down. From a subquery, whose words it does not know beforehand: else it
    believes that walking through all texts costs little where a word is common, and forgets that they must be read."""

    def as_sql(self, compiler, connection, function=None, template=None):  # type: ignore[override]
        return super().as_sql(compiler, connection, template="(SELECT %(expressions)s::tsquery)")


def _labelled(wanted: str, person) -> str:
    is_member = person is not None and person.is_authenticated
    return wanted if is_member else f"({wanted}) & 'for:public'"


Hit = tuple[int, int]  # score and id, both as negative numbers: the best comes first, and of equals the newest


def _ranked(wanted, kinds, person, now: datetime, counts_all: bool) -> tuple[dict[str, int], list[Hit]]:
    """How many there are of each kind, and the best of those asked for, in order."""
    names = [name for name, _ in in_order() if counts_all or kinds is None or name in kinds]
    visible = _labelled(wanted, person)
    is_one = len(names) == 1  # then the first look is at that kind alone, and there is no second
    if is_one:
        visible = f"({visible}) & 'kind:{names[0]}'"
    values = {
        "kinds": names,
        "is_one": is_one,
        "asked": [kinds is None or name in kinds for name in names],
        "query": wanted,
        "visible": visible,
        "titled": _titled(wanted),
        "most": MOST,
        "ranked": RANKED,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, values)
        counts: dict[str, int] = {}
        hits = []
        for kind, count, pk, score in cursor:
            counts[kind] = count
            if pk is not None:
                hits.append((-score, -pk))
    return {kind: counts[kind] for kind in names if kind in counts}, sorted(hits)


LEXEME = re.compile(r"'([^']+)'")
IN_A_ROW = re.compile(r"<(?:-|\d+)>")

# All kinds are looked up at once. Where that is more than is counted, each is looked up by itself, so that none is
# crowded out. Of more than can be ranked, what has the words in its title goes first, then what is still to come, then
# what stands higher. Only the few that are ranked are read whole: the rest is answered from the index and from rows
# that are kept thin. The query comes from a table, which keeps Postgres from taking a walk through all texts for the
# shorter way where a word is common; `OFFSET 0` keeps it from the same walk where the few are read.
FIND = """
    WITH asked AS (
        SELECT kind, is_asked, quote_literal('kind:' || kind)::tsquery AS label
        FROM unnest(%(kinds)s::text[], %(asked)s::bool[]) AS asked (kind, is_asked)
    ), wanted AS (
        SELECT %(visible)s::tsquery AS query
    ), whole AS MATERIALIZED (
        SELECT kind, id, starts_at, standing FROM discovery_document
        WHERE words @@ (SELECT query FROM wanted) LIMIT %(most)s
    ), found AS MATERIALIZED (
        SELECT kind, is_asked, id, starts_at, standing FROM asked JOIN whole USING (kind)
        WHERE %(is_one)s OR (SELECT count(*) FROM whole) < %(most)s
        UNION ALL
        SELECT asked.kind, is_asked, id, starts_at, standing FROM asked, LATERAL (
            SELECT * FROM discovery_document WHERE words @@ (%(visible)s::tsquery && label) LIMIT %(most)s
        ) AS hit
        WHERE NOT %(is_one)s AND (SELECT count(*) FROM whole) >= %(most)s
    ), titled AS MATERIALIZED (
        SELECT id, starts_at, standing FROM asked, LATERAL (
            SELECT * FROM discovery_document WHERE words @@ (%(titled)s::tsquery && label) LIMIT %(most)s
        ) AS hit
        WHERE is_asked AND (SELECT count(*) FROM found WHERE is_asked) > %(ranked)s
    ), candidate AS (
        (SELECT id FROM found WHERE is_asked
        ORDER BY starts_at > %(now)s DESC NULLS LAST, standing DESC, id DESC LIMIT %(ranked)s)
        UNION
        (SELECT id FROM titled ORDER BY starts_at > %(now)s DESC NULLS LAST, standing DESC, id DESC LIMIT %(ranked)s)
    ), scored AS (
        SELECT kind, id, (
            1e6 * ts_rank(words, %(query)s::tsquery, 1) * standing / 10
            * CASE WHEN starts_at > %(now)s THEN 1.5 ELSE 1 END
        )::int AS score
        FROM candidate, LATERAL (
            SELECT kind, words, standing, starts_at FROM discovery_document
            WHERE id = candidate.id AND words @@ %(visible)s::tsquery OFFSET 0
        ) AS whole_row
    )
    SELECT kind, counted, id, score
    FROM (SELECT kind, count(*) AS counted FROM found GROUP BY kind) AS counts LEFT JOIN scored USING (kind)
"""


def written(words: str) -> str:
    """The query in Postgres' own writing, with every stem: most words have one stem in all languages. Written out once,
    it is found in the index in a tenth of the time."""
    asked = query.parse(words)
    if asked is None:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(EVERY_STEM, {**asdict(asked), "configs": CONFIGS})
        return cursor.fetchone()[0] or ""


CONFIGS = ["simple", *STEMMERS.values()]
# The whole by every stemmer; and while the last word is being typed, the words before it by every stemmer with any word
# that begins so. A stemmer that drops a word (as "the" in English) asks for the others alone, or for nothing.
EVERY_STEM = """
    SELECT string_agg(DISTINCT '(' || one || ')', ' | ') FROM unnest(%(configs)s::regconfig[]) AS config,
    LATERAL (VALUES
        (websearch_to_tsquery(config, %(whole)s)::text),
        (CASE WHEN %(typing)s <> '' THEN
            (websearch_to_tsquery(config, %(before)s) && (quote_literal(%(typing)s) || ':*')::tsquery)::text
        END)
    ) AS asked (one)
    WHERE one <> ''
"""


def _read(after: str) -> Hit | None:
    try:
        score, pk = signing.loads(after, salt=SALT) if after else (None, None)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (score, pk) if isinstance(score, int) and isinstance(pk, int) else None
