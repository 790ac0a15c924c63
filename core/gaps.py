"""Templates that are drawn once for each kind of what they show, with gaps that every answer fills anew.

A page of twenty posts draws one template twenty times, and nearly all of what it writes is the same each time: the same
buttons in the same words at other addresses. A `Mould` draws it once with a mark in each place that differs and cuts it
there; from then on a post costs one filling in of strings. The template stays the one source of what is shown.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from html import escape
from operator import itemgetter
from threading import Lock

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Digits, so that it fits into addresses of all kinds, and each process has its own: nobody can write them into a name
# that a template shows beside its gaps.
MARK = str(10**17 + secrets.randbelow(9 * 10**17))
FOUND = re.compile(rf"{MARK}(\d\d)")


def _ready(value: object) -> str:
    if isinstance(value, SafeString):
        return value
    return str(value) if isinstance(value, int) else escape(str(value))


class Mould:
    """`gaps` are the names of what differs. Where a template asks whether something is so, or counts it, it is no gap:
    it belongs into `kind`."""

    def __init__(self, template: str, gaps: Sequence[str], most: int = 500):
        self.template, self.most = template, most
        self.marks = {name: mark_safe(f"{MARK}{number:02}") for number, name in enumerate(gaps)}  # noqa: S308 - digits
        self.made: OrderedDict[Hashable, tuple[str, Callable]] = OrderedDict()
        self.lock = Lock()

    def fill(
        self,
        kind: Hashable,
        context: Callable[[Mapping[str, str]], dict],
        values: Iterable[object],
        request: HttpRequest | None = None,
        language: str | None = None,
    ) -> SafeString:
        """`context` answers what the template is drawn with, given the marks; it is called once for each kind. Values
        come in the order of the gaps and are escaped as a template would do it. Who fills many names the language: to
        find it out takes a while."""
        key = (language or get_language(), kind)
        pattern, places = self.made.get(key) or self._make(key, context, request)
        ready = [value if value.__class__ is SafeString or value == "" else _ready(value) for value in values]
        return SafeString(pattern % places(ready))

    def _make(self, key, context, request):
        text = render_to_string(self.template, context(self.marks), request).replace("%", "%%")
        places = [int(number) for number in FOUND.findall(text)]
        # A getter of one place answers the value itself, which is no tuple.
        several = itemgetter(*places) if len(places) > 1 else lambda ready: tuple(ready[place] for place in places)
        made = FOUND.sub("%s", text), several
        with self.lock:
            self.made[key] = made
            if len(self.made) > self.most:
                self.made.popitem(last=False)
        return made
