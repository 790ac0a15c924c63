"""What the page of results shows: plain data in, a context out."""

from collections import defaultdict

from django.utils.formats import number_format
from django.utils.http import urlencode

from features.discovery import services
from features.discovery.kinds import Row, in_order, kinds
from features.discovery.query import LONGEST

NEAREST = 5


def search_page(typed: str, *, kind: str, after: str, person, path: str, now) -> dict:
    typed = typed.replace("\x00", "")[:LONGEST]
    kind = kind if kind in kinds else ""
    only = [kind] if kind else None
    results = services.search(typed, kinds=only, person=person, after=after, now=now)
    used = typed
    if typed.strip() and not results.total and (better := services.meant(typed, person)):
        # Nothing holds what was typed: what was meant is shown at once, and said to be.
        used, results = better, services.search(better, kinds=only, person=person, after=after, now=now)
    context = {
        "typed": typed,
        "kind": kind,
        "used": used,
        "corrected": used if used != typed else "",
        "hits": _hits(results, now),
        "tabs": _tabs(results, used, kind, path),
        "total": sum(results.counts.get(name, 0) for name in (only or results.counts)),
        "total_words": _count(sum(results.counts.get(name, 0) for name in (only or results.counts))),
        "is_elsewhere": bool(kind and results.total and not results.counts.get(kind)),
        "everything_url": _url(path, used),
        "next_url": _url(path, used, kind, results.next) if results.next else "",
        "first_url": "" if results.is_first else _url(path, used, kind),
        "is_cut": results.is_cut,
    }
    if typed.strip() and not context["hits"]:
        context["nearest"] = _nearest(typed)
        context["is_wished"] = person.is_authenticated and services.is_wished(person, typed)
    return context


def _hits(results, now) -> list[dict]:
    """The documents of a page, each with what its kind says of it: one question a kind."""
    by_kind = defaultdict(list)
    for document in results.documents:
        by_kind[document.kind].append(document)
    rows = {name: kinds[name].rows(documents, now) for name, documents in by_kind.items()}
    return [
        {
            "title": document.title,
            "url": document.url,
            "snippet": snippet,
            "label": kinds[document.kind].one,
            "icon": kinds[document.kind].icon,
            "row": rows[document.kind].get(document.ref, Row()),
        }
        for document, snippet in services.with_snippets(results.documents, results.wanted)
    ]


def _tabs(results, words, chosen, path) -> list[dict]:
    """Everything, and each kind of which there is something. A tab that is open stays, even when it is empty."""
    if not results.counts:
        return []
    tabs = [{"label": "", "count": _count(results.total), "url": _url(path, words), "is_open": not chosen}]
    for name, kind in in_order():
        count = results.counts.get(name, 0)
        if count or name == chosen:
            tab = {"label": kind.label, "count": _count(count), "url": _url(path, words, name)}
            tabs.append(tab | {"is_open": name == chosen})
    return tabs


def _count(number: int) -> str:
    words = number_format(number, use_l10n=True, force_grouping=True)
    return f"{words}+" if number >= services.MOST else words


def _url(path, words, kind="", after="") -> str:
    asked = {"q": words, "kind": kind, "after": after}
    return f"{path}?{urlencode({name: value for name, value in asked.items() if value})}"


def _nearest(typed) -> list[dict]:
    found = [place for _, kind in in_order() for place in kind.nearest(typed)]
    return [{"name": name, "url": url} for name, url in found[:NEAREST]]
