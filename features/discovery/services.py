"""Putting things where they can be found, and finding them."""

from collections.abc import Iterable
from dataclasses import asdict
from functools import reduce
from operator import add

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection
from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from core.text import one_line
from core.text import words as folded_words
from features.discovery import query
from features.discovery.models import Document, Visibility

# Postgres refuses a vector of more than a megabyte; nobody looks for a word behind the fiftieth page.
LONGEST_TEXT = 100_000
STEMMERS = {
    "en": "english",
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
}


def publish(
    *,
    kind: str,
    ref: str,
    title: str,
    text: str = "",
    names: Iterable[str] = (),
    skills: Iterable[int] = (),
    language: str = "en",
    visibility: str = Visibility.PUBLIC,
    url: str,
) -> None:
    """Make a thing findable, or say anew what it is, within the caller's transaction. `names` is what the thing may be
    called besides its title, such as every synonym of its skills: it is searched and not shown."""
    document = Document(
        kind=kind,
        ref=str(ref),
        title=one_line(title)[:200],
        text=text.replace("\x00", ""),
        skills=list(skills),
        language=language,
        visibility=visibility,
        url=url,
        updated_at=timezone.now(),
        words=_vector({"A": title, "B": " \n".join(names), "D": text}, language),
    )
    Document.objects.bulk_create(
        [document],
        update_conflicts=True,
        unique_fields=["kind", "ref"],
        update_fields=["title", "text", "skills", "language", "visibility", "url", "updated_at", "words"],
    )


def _vector(parts, language):
    """Every word as it stands, for exact words and beginnings, and its stem by the text's own language."""
    configs = ["simple", *([STEMMERS[language]] if language in STEMMERS else [])]
    return reduce(
        add,
        (
            SearchVector(Value(folded_words(text[:LONGEST_TEXT])), config=config, weight=weight)
            for weight, text in parts.items()
            for config in configs
        ),
    )


def withdraw(kind: str, ref: str) -> None:
    Document.objects.filter(kind=kind, ref=str(ref)).delete()


def search(words: str, *, kinds=None, languages=None, person=None) -> QuerySet[Document]:
    """What `person` (None: a stranger) may find, best first; `rank` says how well it fits. Understands "a phrase", -not
    and or; the last word may be unfinished. Nothing to look for finds nothing."""
    wanted = _query(words, languages)
    if wanted is None:
        return Document.objects.none()
    found = Document.objects.visible_to(person).filter(words=wanted).defer("words")
    if kinds is not None:
        found = found.filter(kind__in=kinds)
    if languages is not None:
        found = found.filter(language__in=languages)
    # 1: a long text holds every word somewhere; how often counts less the longer it is.
    return found.annotate(rank=SearchRank(F("words"), wanted, normalization=1)).order_by("-rank", "-updated_at", "-id")


def matching_refs(kind: str, words: str) -> QuerySet:
    """The ids of the things of one kind that match, for `filter(pk__in=…)`: one subquery, answered from the index. Who
    may see the things themselves is for the caller to say."""
    wanted = _query(words, None)
    found = Document.objects.filter(kind=kind, words=wanted) if wanted else Document.objects.none()
    return found.values_list(Cast("ref", BigIntegerField()), flat=True)


class _Ready(SearchQuery):
    """A query as Postgres itself has written it down."""

    def as_sql(self, compiler, connection, function=None, template=None):  # type: ignore[override]
        return super().as_sql(compiler, connection, template="%(expressions)s::tsquery")


def _query(words, languages):
    asked = query.parse(words)
    if asked is None:
        return None
    stemmers = STEMMERS.values() if languages is None else [STEMMERS[code] for code in languages if code in STEMMERS]
    # Most words have one stem in all languages. Written out once, a query is found in the index in a tenth of the time.
    with connection.cursor() as cursor:
        cursor.execute(EVERY_STEM, {**asdict(asked), "configs": ["simple", *stemmers]})
        (either,) = cursor.fetchone()
    return _Ready(either) if either else None


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
