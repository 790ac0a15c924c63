"""What somebody may have meant who mistyped a word: words that stand in what they may find, and no others."""

import re
from datetime import datetime

from django.db import connection

from core.spelling import distance, slips_allowed, without_a_letter
from core.text import words as folded_words
from features.discovery import query
from features.discovery.kinds import kinds
from features.discovery.models import Document, Word
from features.discovery.services.asking import CONFIGS
from features.discovery.services.searching import exists

CANDIDATES = 6  # of the nearest words that are looked for in the documents
AT_ONCE = 1000
WORD = re.compile(r"\b[^\W\d_]{4,30}\b")


def meant(words: str, person) -> str:
    """The same question with its mistyped words put right, if that finds something; otherwise nothing."""
    asked = query.parse(words)
    if asked is None:
        return ""
    typed = list(dict.fromkeys(WORD.findall(re.sub(r'-(?:"[^"]*"|\S+)', " ", asked.whole))))
    right = {word: better for word in _unknown(typed, person) if (better := _nearest(word, person))}
    better = WORD.sub(lambda match: right.get(match[0], match[0]), asked.whole) if right else ""
    return better if better and exists(better, person) else ""


def _unknown(typed: list[str], person) -> list[str]:
    """The words that nothing holds of what this person may find, nor any word that begins so."""
    return [word for word, count in _counts(typed, person) if not count]


def _nearest(typed: str, person) -> str:
    rows = Word.objects.filter(keys__overlap=without_a_letter(typed)).values_list("word", flat=True)
    near = sorted((distance(typed, word), word) for word in rows)
    near = [(slips, word) for slips, word in near if slips <= slips_allowed(typed)][:CANDIDATES]
    held = dict(_counts([word for _, word in near], person))
    ranked = sorted((slips, -held[word], word) for slips, word in near if held[word])
    return ranked[0][2] if ranked else ""


def _counts(words: list[str], person) -> list[tuple[str, int]]:
    """In how many things each of these words stands that this person may find. A hundred are many."""
    audience = ["public", "members"] if person is not None and person.is_authenticated else ["public"]
    label = " | ".join(f"'for:{whom}'" for whom in audience)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"words": words, "configs": CONFIGS, "label": label})
        return cursor.fetchall()


COUNTS = """
    SELECT word, (
        SELECT count(*) FROM (
            SELECT FROM discovery_document WHERE words @@ (stems::tsquery && %(label)s::tsquery) LIMIT 100
        ) AS found
    )
    FROM unnest(%(words)s::text[]) AS word, LATERAL (
        SELECT string_agg(DISTINCT stem, ' | ') AS stems FROM (
            SELECT plainto_tsquery(config, word)::text AS stem FROM unnest(%(configs)s::regconfig[]) AS config
            UNION ALL SELECT quote_literal(word) || ':*'
        ) AS written WHERE stem <> ''
    ) AS asked
"""


# --- What there is to be meant ----------------------------------------------------------------------------------------
def learn_words(since: datetime | None = None) -> int:
    """Take in the words of what was published since; answers how many are new."""
    documents = Document.objects.filter(kind__in=_spelled())
    if since is not None:
        documents = documents.filter(updated_at__gte=since)
    found = _words_of(documents)
    return _add(found - set(Word.objects.filter(word__in=found).values_list("word", flat=True)))


def relearn_words() -> tuple[int, int]:
    """Take in all words there are, and forget those that stand nowhere any more: (new, gone)."""
    found = _words_of(Document.objects.filter(kind__in=_spelled()))
    known = set(Word.objects.values_list("word", flat=True))
    gone = Word.objects.filter(word__in=known - found).delete()[0]
    return _add(found - known), gone


def _spelled() -> list[str]:
    return [name for name, kind in kinds.items() if kind.is_spelled]


def _words_of(documents) -> set[str]:
    found: set[str] = set()
    for title, text in documents.values_list("title", "text").iterator(chunk_size=AT_ONCE):
        found.update(WORD.findall(folded_words(f"{title} {text}")))
    return found


def _add(words: set[str]) -> int:
    rows = [Word(word=word, keys=without_a_letter(word)) for word in sorted(words)]
    Word.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)
    return len(rows)
