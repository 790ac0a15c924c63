"""The words around what was found, with marks that only we can set."""

import re
from collections.abc import Sequence
from itertools import islice

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.text import words as folded_words
from features.discovery.models import Document
from features.discovery.services.publishing import STEMMERS

READ = 6000  # letters of a text: what is found further on is not shown
SHOWN = 28  # words
BEFORE = 6  # of them before what was found
TOKEN = re.compile(r"\w+")
LEXEME = re.compile(r"'([^']+)'(:\*)?")


class _Folded(dict):
    """Each word is folded once: a page of texts says the same few hundred again and again."""

    def __missing__(self, word: str) -> str:
        self[word] = folded_words(word)
        return self[word]


def with_snippets(documents: Sequence[Document], wanted: str) -> list[tuple[Document, SafeString]]:
    """Each document with a line of its text, escaped, and marked where it holds what was asked for."""
    if not documents:
        return []
    folded = _Folded()
    texts = [" ".join(document.text[:READ].split()) for document in documents]
    tokens = [[folded[word] for word in TOKEN.findall(text)] for text in texts]
    languages = [document.language for document in documents]
    hits = _hits({(word, lang) for lang, row in zip(languages, tokens, strict=True) for word in row}, wanted)
    return [
        (document, _snippet(text, [(word, document.language) in hits for word in row]))
        for document, text, row in zip(documents, texts, tokens, strict=True)
    ]


def _hits(pairs: set[tuple[str, str]], wanted: str) -> set[tuple[str, str]]:
    """Those (word, language) that the query asks for, by the word, its stem or its beginning."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT querytree(%s::tsquery)", [wanted])  # what may not be there is not among it
        lexemes = LEXEME.findall(cursor.fetchone()[0])
        whole = {lexeme for lexeme, is_beginning in lexemes if not is_beginning}
        beginnings = tuple(lexeme for lexeme, is_beginning in lexemes if is_beginning)
        hits = {pair for pair in pairs if pair[0] in whole or (beginnings and pair[0].startswith(beginnings))}
        rest = [pair for pair in pairs - hits if pair[1] in STEMMERS]
        words, languages = [word for word, _ in rest], [language for _, language in rest]
        stemmers = [STEMMERS[language] for language in languages]
        cursor.execute(STEMMED, [words, languages, stemmers, list(whole)])
        return hits | set(cursor.fetchall())


STEMMED = """
    SELECT word, language FROM unnest(%s::text[], %s::text[], %s::regconfig[]) AS token (word, language, stemmer)
    WHERE tsvector_to_array(to_tsvector(stemmer, word)) && %s::text[]
"""


def _snippet(text: str, is_hit: list[bool]) -> SafeString:
    """The stretch that holds most of what was found; the beginning where nothing was. `is_hit` says of each word of the
    text whether it was."""
    found = [number for number, is_one in enumerate(is_hit) if is_one]
    best = max(found, key=lambda n: sum(n <= other < n + SHOWN - BEFORE for other in found), default=0)
    first = max(0, best - BEFORE)
    if len(is_hit) <= SHOWN:
        first = 0
    shown = list(islice(TOKEN.finditer(text), first, first + SHOWN))
    if not shown:
        return mark_safe("")
    parts = ["… " if first else ""]
    position = shown[0].start() if first else 0
    for match, is_one in zip(shown, is_hit[first:], strict=False):
        word = escape(match[0])
        parts += [escape(text[position : match.start()]), f"<mark>{word}</mark>" if is_one else word]
        position = match.end()
    is_all = first + SHOWN >= len(is_hit)
    parts.append(escape(text[position:]) if is_all else " …")
    return mark_safe("".join(parts))  # noqa: S308 - every part of the text is escaped above
