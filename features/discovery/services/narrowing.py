"""What fits words and the filters of a feature at once."""

from dataclasses import dataclass

from django.core import signing
from django.db import connection
from django.db.models import Case, CharField, QuerySet, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from core.pagination import after as further
from features.discovery.models import Document
from features.discovery.services.asking import Asked, Ready, asked, labelled, titled
from features.discovery.services.searching import MOST, SIZE, Results, around, backwards

SALT = "features.discovery.narrowed"
ORDER = ("-is_titled", "-standing", "-id")


@dataclass(frozen=True)
class Position:
    """Where a page ends: among the newest or behind them, and at what; and what was the newest when reading began."""

    is_behind: bool = False
    last: tuple[int, int, int] | None = None  # of a row: is_titled, standing, id
    top: int = 0


def best(kind: str, words: str, among: QuerySet, *, after: str = "", size: int = SIZE) -> Results:
    """A page of those of the things `among` that match: first what has the words in its title, then what stands higher,
    then what is newer. Where more match than are looked at, that is the order of the newest of them, and behind those
    of all the others: nothing is left out, and the first page costs the same among a million."""
    question = asked(words)
    if question is None:
        return Results()
    position = _read(after)
    top = position.top or question.top
    looked_at, fitting, is_all = _newest(kind, question, top, among)
    page: list[tuple[bool, tuple[int, int, int]]] = []
    if not position.is_behind:
        page = [(False, row) for row in fitting if position.last is None or row < position.last][: size + 1]
    if len(page) <= size and not is_all:
        last = position.last if position.is_behind else None
        page += [(True, row) for row in _behind(kind, question, among, looked_at, last, size + 1 - len(page))]
    found = Document.objects.defer("words").in_bulk([row[2] for _, row in page[:size]])
    return Results(
        documents=[found[row[2]] for _, row in page[:size] if row[2] in found],
        wanted=question.wanted,
        next=signing.Signer(salt=SALT).sign_object([*page[size - 1], top]) if len(page) > size else "",
        is_first=position == Position(),
    )


def _newest(kind: str, question: Asked, top: int, among: QuerySet):
    """The ids of those that were looked at; what of them fits, in order; and whether these are all that match."""
    fits, parameters = (
        among.order_by().filter(pk=RawSQL("candidate.ref::bigint", [])).values("pk").query.sql_with_params()
    )
    names = [f"fits_{number}" for number in range(len(parameters))]
    values = (
        dict(zip(names, parameters, strict=True))
        | backwards(top)
        | {
            "near": labelled(question.near, f"kind:{kind}"),
            "titled": labelled(titled(question.near), f"kind:{kind}"),
            "begun": labelled(question.wanted, f"kind:{kind}"),
            "titled_begun": labelled(titled(question.wanted), f"kind:{kind}"),
            "is_typing": question.is_typing,
            "most": MOST,
        }
    )
    fits = fits.replace("%%", "%%%%") % tuple(f"%({name})s" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(NEWEST.replace("FITS", fits), values)
        rows = cursor.fetchall()
    fitting = sorted(((titled_, standing, pk) for pk, standing, titled_, does_fit, _ in rows if does_fit), reverse=True)
    return [row[0] for row in rows], fitting, not rows or rows[0][4]


def _behind(kind: str, question: Asked, among: QuerySet, looked_at, last, most: int):
    """What else fits, however many match: asked where the newest that match hold too few that fit."""
    in_title = Document.objects.filter(words=Ready(labelled(titled(question.wanted), f"kind:{kind}")))
    found = Document.objects.filter(
        kind=kind,
        words=Ready(labelled(question.wanted, f"kind:{kind}")),
        ref__in=among.order_by().values_list(Cast("pk", CharField()), flat=True),
    ).exclude(pk__in=looked_at)
    # Asked of the index, for all at once: to look into each text would cost twenty times as much.
    found = found.annotate(is_titled=Case(When(pk__in=in_title.values("pk"), then=1), default=0))
    if last:
        found = found.filter(further(ORDER, last))
    return list(found.order_by(*ORDER).values_list("is_titled", "standing", "id")[:most])


# Titles first: where there are enough of them, what has the words elsewhere comes behind. Whether one fits is asked for
# each by itself (`OFFSET 0`): few are looked at, and all that fit may be a million.
COLUMNS = "id, ref, standing"
NEWEST = f"""
    WITH titled AS MATERIALIZED (
        {around("(SELECT %(titled)s::tsquery)", "%(most)s", COLUMNS)}
    ), titled_begun AS MATERIALIZED (
        SELECT {COLUMNS} FROM discovery_document WHERE words @@ (
            SELECT %(titled_begun)s::tsquery WHERE %(is_typing)s AND (SELECT count(*) FROM titled) < %(most)s
        ) LIMIT %(most)s
    ), near AS MATERIALIZED (
        SELECT * FROM {around("(SELECT %(near)s::tsquery)", "%(most)s", COLUMNS)} AS hit
        WHERE (SELECT count(*) FROM titled) < %(most)s AND (SELECT count(*) FROM titled_begun) < %(most)s
    ), begun AS MATERIALIZED (
        SELECT {COLUMNS} FROM discovery_document WHERE words @@ (
            SELECT %(begun)s::tsquery WHERE %(is_typing)s AND (SELECT count(*) FROM titled) < %(most)s
                AND (SELECT count(*) FROM titled_begun) < %(most)s AND (SELECT count(*) FROM near) < %(most)s
        ) LIMIT %(most)s
    ), candidate AS MATERIALIZED (
        SELECT {COLUMNS}, max(is_titled) AS is_titled FROM (
            SELECT *, 1 AS is_titled FROM titled UNION ALL SELECT *, 1 FROM titled_begun
            UNION ALL SELECT *, 0 FROM near UNION ALL SELECT *, 0 FROM begun
        ) AS hit GROUP BY {COLUMNS}
    )
    SELECT id, standing, is_titled, EXISTS (FITS OFFSET 0) AS fits,
        greatest(
            (SELECT count(*) FROM titled), (SELECT count(*) FROM titled_begun), (SELECT count(*) FROM near),
            (SELECT count(*) FROM begun)
        ) < %(most)s AS is_all
    FROM candidate
"""  # noqa: S608 - nothing of it was typed by anybody


def _read(after: str) -> Position:
    try:
        is_behind, (is_titled, standing, pk), top = signing.Signer(salt=SALT).unsign_object(after)
        return Position(bool(is_behind), (int(is_titled), int(standing), int(pk)), int(top))
    except (signing.BadSignature, ValueError, TypeError):
        return Position()
