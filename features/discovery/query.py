"""What people type into a search field, taken apart. Plain text in and out."""

import re
from dataclasses import dataclass

from core.text import words

LONGEST = 200  # a question, not a document; what lies beyond is not read
QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))
TERM = re.compile(r'(-?)"([^"]*)"?|(\S+)')


@dataclass(frozen=True)
class Query:
    """`whole` in the syntax of websearch_to_tsquery, holding only letters, digits, quotes, "or" and "-". While the last
    word is still being typed, `typing` is that word and `before` the rest."""

    whole: str
    before: str = ""
    typing: str = ""


def parse(text: str) -> Query | None:
    """None when there is nothing to look for."""
    terms, has_words, is_plain = [], False, True
    for minus, phrase, word in TERM.findall(text[:LONGEST].translate(QUOTES)):
        if word.startswith("-") and not phrase:
            minus, word = "-", word[1:]
        folded = words(phrase or word)
        if not folded:
            continue
        several = " " in folded and (phrase or minus)
        terms.append(f'{minus}"{folded}"' if several or phrase else minus + folded)
        has_words = has_words or not minus
        is_plain = is_plain and not phrase and not minus and folded != "or"
    if not has_words:
        return None
    whole = " ".join(terms)
    before, _space, typing = whole.rpartition(" ")
    if is_plain and len(typing) > 1 and not text[:LONGEST][-1:].isspace():
        return Query(whole, before, typing)
    return Query(whole)
