"""Templates that are drawn once for each kind of what they show, with gaps that every answer fills anew.

A page of twenty posts draws one template twenty times, and nearly all of what it writes is the same each time: the same
buttons in the same words at other addresses. A `Mould` draws it once with a mark in each place that differs and cuts it
there; from then on a post costs one joining of strings. The template stays the one source of what is shown.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from html import escape
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
        self.names = list(gaps)
        self.made: OrderedDict[Hashable, tuple[list[str], list[str]]] = OrderedDict()
        self.lock = Lock()

    def fill(
        self,
        kind: Hashable,
        context: Callable[[Mapping[str, str]], dict],
        values: Mapping[str, object],
        request: HttpRequest | None = None,
    ) -> SafeString:
        """`context` answers what the template is drawn with, given the marks; it is called once for each kind. Values
        are escaped as a template would do it."""
        key = (get_language(), kind)
        between, names = self.made.get(key) or self._make(key, context, request)
        ready = {name: _ready(value) for name, value in values.items()}  # each once: a number stands in many places
        parts = [between[0]]
        for name, words in zip(names, between[1:], strict=True):
            parts += ready[name], words
        return SafeString("".join(parts))

    def _make(self, key, context, request):
        pieces = FOUND.split(render_to_string(self.template, context(self.marks), request))
        made = pieces[::2], [self.names[int(number)] for number in pieces[1::2]]
        with self.lock:
            self.made[key] = made
            if len(self.made) > self.most:
                self.made.popitem(last=False)
        return made
