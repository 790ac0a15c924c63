"""What was typed, as Postgres' own full text search is asked for it."""

import re
from dataclasses import asdict, dataclass

from django.contrib.postgres.search import SearchQuery
from django.db import connection

from features.discovery import query
from features.discovery.services.publishing import STEMMERS

CONFIGS = ["simple", *STEMMERS.values()]
COMPLETIONS = 40  # words that an unfinished one may become, of those that are known
LEXEME = re.compile(r"'([^']+)'")
IN_A_ROW = re.compile(r"<(?:-|\d+)>")


@dataclass(frozen=True)
class Asked:
    """`wanted` is the query in Postgres' own writing. `near` is the same without beginnings of words, some words that
    begin so in their place: the index answers it for a part of all documents, a beginning only for all of them."""

    wanted: str
    near: str
    top: int = 0  # the newest document

    @property
    def is_typing(self) -> bool:
        return self.wanted != self.near

    @property
    def is_plain(self) -> bool:
        """Whether whatever has the words in its title fits: no word is left out, and none has to follow another."""
        return not set("!<") & set(self.wanted)


def asked(words: str) -> Asked | None:
    """With every stem: most words have one stem in all languages. Written out once, it is found in the index in a tenth
    of the time. None when there is nothing to look for."""
    parsed = query.parse(words)
    if parsed is None:
        return None
    values = asdict(parsed) | {"configs": CONFIGS, "like": f"{parsed.typing}%", "most": COMPLETIONS}
    with connection.cursor() as cursor:
        cursor.execute(EVERY_STEM, values)
        wanted, near, top = cursor.fetchone()
    return Asked(wanted, near, top) if wanted else None


def written(words: str) -> str:
    found = asked(words)
    return found.wanted if found else ""


def titled(wanted: str) -> str:
    """The same query, of titles and names."""
    return IN_A_ROW.sub("&", LEXEME.sub(r"'=\1'", wanted))


def labelled(wanted: str, *labels: str) -> str:
    return " & ".join([f"({wanted})", *(f"'{label}'" for label in labels)])


def visible(wanted: str, person) -> str:
    is_member = person is not None and person.is_authenticated
    return wanted if is_member else labelled(wanted, "for:public")


class Ready(SearchQuery):
    """A query as Postgres itself has written it down. From a subquery, whose words it does not know beforehand: else it
    believes that walking through all texts costs little where a word is common, and forgets that they must be read."""

    def as_sql(self, compiler, connection, function=None, template=None):  # type: ignore[override]
        return super().as_sql(compiler, connection, template="(SELECT %(expressions)s::tsquery)")


# The whole by every stemmer; and while the last word is being typed, the words before it by every stemmer with any word
# that begins so. A stemmer that drops a word (as "the" in English) asks for the others alone, or for nothing.
EVERY_STEM = """
    WITH completion AS (
        SELECT string_agg(quote_literal(word), ' | ')::tsquery AS words FROM (
            SELECT %(typing)s AS word UNION
            (SELECT word FROM discovery_word WHERE word LIKE %(like)s ORDER BY word LIMIT %(most)s)
        ) AS known WHERE %(typing)s <> ''
    )
    SELECT string_agg(DISTINCT '(' || one || ')', ' | ') FILTER (WHERE is_wanted AND one <> ''),
        string_agg(DISTINCT '(' || one || ')', ' | ') FILTER (WHERE is_near AND one <> ''),
        coalesce((SELECT max(id) FROM discovery_document), 0)
    FROM unnest(%(configs)s::regconfig[]) AS config,
    LATERAL (VALUES
        (true, true, websearch_to_tsquery(config, %(whole)s)::text),
        (true, false, CASE WHEN %(typing)s <> '' THEN
            (websearch_to_tsquery(config, %(before)s) && (quote_literal(%(typing)s) || ':*')::tsquery)::text
        END),
        (false, true, (websearch_to_tsquery(config, %(before)s) && (SELECT words FROM completion))::text)
    ) AS asked (is_wanted, is_near, one)
"""
