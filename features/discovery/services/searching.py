"""Finding things. Everything here has a bound, however many documents there are and however common a word is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core import signing
from django.db import connection
from django.db.models import BigIntegerField, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from core.arrays import array_text
from features.discovery.kinds import in_order
from features.discovery.models import Document
from features.discovery.places import KEYS, rings
from features.discovery.services.asking import Asked, Ready, asked, labelled, titled, visible, written

MOST = 250  # of a kind that are looked at: the newest, and further back what stands higher. More are not counted
RANKED = 250  # of all that was found, first of all what has the words in its title: the rest can be left unread
NEWEST = 3  # rings that are looked at in any case
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
    question = asked(words)
    if question is None:
        return Results()
    now = now or timezone.now()
    counts, ranked = _ranked(question, kinds, person, now, counts_all)
    of_those = [counts[kind] for kind in counts if kinds is None or kind in kinds]
    is_cut = sum(of_those) > len(ranked) or MOST in of_those
    position = _read(after)
    if position:
        ranked = [hit for hit in ranked if hit > position]
    page = ranked[:size]
    found = Document.objects.visible_to(person).defer("words").in_bulk([-pk for _, pk in page])
    return Results(
        documents=[found[-pk] for _, pk in page if -pk in found],
        counts=counts,
        wanted=question.wanted,
        next=signing.Signer(salt=SALT).sign_object(page[-1]) if len(ranked) > size else "",
        is_first=not position,
        is_cut=is_cut and len(ranked) <= size,
    )


def exists(words: str, person, kind: str = "", now: datetime | None = None) -> bool:
    """Whether this finds anything that `person` may see; of a kind, what is over by `now` is none."""
    wanted = written(words)
    if not wanted:
        return False
    shown = visible(labelled(wanted, f"kind:{kind}") if kind else wanted, person)
    found = Document.objects.filter(words=Ready(shown))
    return found.exclude(starts_at__lte=now or timezone.now()).exists() if kind else found.exists()


def matching_refs(kind: str, words: str) -> QuerySet:
    """The ids of the things of one kind that match, for `filter(pk__in=…)`: one subquery, answered from the index. Who
    may see the things themselves is for the caller to say."""
    wanted = written(words)
    found = (
        Document.objects.filter(words=Ready(labelled(wanted, f"kind:{kind}"))) if wanted else Document.objects.none()
    )
    return found.values_list(Cast("ref", BigIntegerField()), flat=True)


def documents(kind: str, refs: Collection[str]) -> list[Document]:
    """What is known of these things, in this order."""
    found = {row.ref: row for row in Document.objects.filter(kind=kind, ref__in=list(refs)).defer("words")}
    return [found[ref] for ref in refs if ref in found]


Hit = tuple[int, int]  # score and id, both as negative numbers: the best comes first, and of equals the newest


def _ranked(question: Asked, kinds, person, now: datetime, counts_all: bool) -> tuple[dict[str, int], list[Hit]]:
    """How many there are of each kind, and the best of those asked for, in order."""
    names = [name for name, _ in in_order() if counts_all or kinds is None or name in kinds]
    is_one = len(names) == 1  # then the first look is at that kind alone, and there is no second
    shown, near = visible(question.wanted, person), visible(question.near, person)
    if is_one:
        shown, near = labelled(shown, f"kind:{names[0]}"), labelled(near, f"kind:{names[0]}")
    values = {
        "kinds": names,
        "is_one": is_one,
        "asked": [kinds is None or name in kinds for name in names],
        "query": question.wanted,
        "visible": shown,
        "near": near,
        "titled": visible(titled(question.wanted), person),
        "titled_near": visible(titled(question.near), person),
        "is_typing": question.is_typing,
        "is_plain": question.is_plain,
        "most": MOST,
        "ranked": RANKED,
        "now": now,
        **backwards(question.top),
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


def backwards(top: int) -> dict:
    """The values that `around` asks for."""
    keys = [array_text(ring) for ring in rings(top)]
    return {"newest": keys[:NEWEST], "older": keys[NEWEST:]}


def around(query: str, limit: str, columns: str = "kind, id, starts_at, standing") -> str:
    """SQL for what `query` finds, ring by ring: it ends with the ring in which there are enough. Where the newest hold
    nothing it is rare, and all that is older is looked through at once."""
    # Nothing of all this was typed by anybody.
    found = f"SELECT {columns} FROM discovery_document WHERE words @@ {query}"  # noqa: S608

    def within(those):
        return f"""SELECT hit.* FROM unnest(%({those})s::text[]) AS ring (keys), LATERAL (
            {found} AND {KEYS} && keys::bigint[] LIMIT {limit}
        ) AS hit"""  # noqa: S608

    return f"""(
        WITH newest AS MATERIALIZED ({within("newest")} LIMIT {limit})
        SELECT * FROM newest
        UNION ALL ({found} AND NOT EXISTS (SELECT FROM newest) LIMIT {limit})
        UNION ALL {within("older")} WHERE EXISTS (SELECT FROM newest)
        LIMIT {limit}
    )"""  # noqa: S608


# All kinds are looked up at once. Where that is more than is looked at, each is looked up by itself, so that none is
# crowded out. Then, where a word is still being typed, whatever begins so, of the kinds of which there are not enough.
# Of more than can be ranked, what has the words in its title goes first, then what is still to come, then what stands
# higher. Only the few that are ranked are read whole: the rest is answered from the index and from rows that are kept
# thin. The query comes from a table, which keeps Postgres from taking a walk through all texts for the shorter way
# where a word is common; `OFFSET 0` keeps it from the same walk where the few are read.
FIND = f"""
    WITH asked AS (
        SELECT kind, is_asked, quote_literal('kind:' || kind)::tsquery AS label
        FROM unnest(%(kinds)s::text[], %(asked)s::bool[]) AS asked (kind, is_asked)
    ), wanted AS (
        SELECT %(visible)s::tsquery AS query, %(near)s::tsquery AS near, %(titled)s::tsquery AS titled
    ), whole AS MATERIALIZED (
        {around("(SELECT near FROM wanted)", "%(most)s")}
    ), near AS MATERIALIZED (
        SELECT * FROM whole WHERE %(is_one)s OR (SELECT count(*) FROM whole) < %(most)s
        UNION ALL
        SELECT hit.* FROM asked, LATERAL {around("(%(near)s::tsquery && asked.label)", "%(most)s")} AS hit
        WHERE NOT %(is_one)s AND (SELECT count(*) FROM whole) >= %(most)s
    ), short AS MATERIALIZED (
        SELECT kind, label FROM asked
        WHERE %(is_typing)s AND (SELECT count(*) FROM near WHERE near.kind = asked.kind) < %(most)s
    ), begun AS MATERIALIZED (
        SELECT kind, id, starts_at, standing FROM discovery_document WHERE words @@ (
            SELECT query && string_agg(label::text, ' | ')::tsquery FROM wanted, short GROUP BY query
        ) LIMIT %(most)s
    ), begun_each AS MATERIALIZED (
        SELECT hit.* FROM short, LATERAL (
            SELECT kind, id, starts_at, standing FROM discovery_document
            WHERE words @@ (%(visible)s::tsquery && label) LIMIT %(most)s
        ) AS hit
        WHERE (SELECT count(*) FROM begun) >= %(most)s
    ), found AS MATERIALIZED (
        SELECT hit.*, is_asked FROM asked JOIN (
            SELECT * FROM near UNION SELECT * FROM begun UNION SELECT * FROM begun_each
        ) AS hit USING (kind)
    ), titled AS MATERIALIZED (
        SELECT hit.* FROM asked, LATERAL {around("(%(titled_near)s::tsquery && asked.label)", "%(ranked)s")} AS hit
        WHERE is_asked AND (SELECT count(*) FROM found WHERE is_asked) >= %(ranked)s
    ), titled_begun AS MATERIALIZED (
        SELECT kind, id, starts_at, standing FROM discovery_document WHERE words @@ (
            SELECT titled && string_agg(label::text, ' | ')::tsquery FROM wanted, short JOIN asked USING (kind, label)
            WHERE is_asked AND (SELECT count(*) FROM found WHERE is_asked) >= %(ranked)s GROUP BY titled
        ) LIMIT %(ranked)s
    ), candidate AS (
        SELECT id, bool_or(is_found) AS is_found FROM (
            SELECT *, true AS is_titled, %(is_plain)s AS is_found FROM titled UNION ALL
            SELECT *, true, %(is_plain)s FROM titled_begun UNION ALL
            SELECT kind, id, starts_at, standing, false, true FROM found WHERE is_asked
        ) AS hit GROUP BY id, starts_at, standing
        ORDER BY bool_or(is_titled) DESC, starts_at > %(now)s DESC NULLS LAST, standing DESC, id DESC LIMIT %(ranked)s
    ), scored AS (
        SELECT kind, id, (
            1e6 * ts_rank(words, %(query)s::tsquery, 1) * standing / 10
            * CASE WHEN starts_at > %(now)s THEN 1.5 ELSE 1 END
        )::int AS score
        FROM candidate, LATERAL (
            SELECT kind, words, standing, starts_at FROM discovery_document
            WHERE id = candidate.id AND (is_found OR words @@ %(visible)s::tsquery) OFFSET 0
        ) AS whole_row
    )
    SELECT kind, counted, id, score
    FROM (SELECT kind, least(count(*), %(most)s) AS counted FROM found GROUP BY kind) AS counts
    LEFT JOIN scored USING (kind)
"""  # noqa: S608 - nothing of it was typed by anybody


def _read(after: str) -> Hit | None:
    try:
        score, pk = signing.Signer(salt=SALT).unsign_object(after) if after else (None, None)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (score, pk) if isinstance(score, int) and isinstance(pk, int) else None
