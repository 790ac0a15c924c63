"""Addresses are found by their first part: what each leads to is what Django finds by trying all."""

import re

from django.urls import Resolver404, URLResolver, path, re_path, resolve
from django.urls.resolvers import RegexPattern, RoutePattern

from core.routes import ByFirstPart
from core.urls import routes

# What a part of a route may be: an example of each converter that there is.
EXAMPLES = {"int": "7", "uuid": "00000000-0000-4000-8000-000000000000"}


def addresses(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: EXAMPLES.get(m[1], "abc"), route).strip("^$")


def found(resolver, address):
    try:
        match = resolver(address)
    except Resolver404:
        return None
    return match.func, match.args, match.kwargs, match.url_name, match.route, match.namespaces, match.app_names


def test_every_address_leads_to_what_django_finds_by_trying_all():
    trying_all = URLResolver(RegexPattern("^/"), routes)
    known = list(addresses(routes))
    assert sum(found(resolve, address) is not None for address in known) > 500
    for address in known:
        for asked in (address, address.rstrip("/"), f"{address}x", f"{address}x/"):
            assert found(resolve, asked) == found(trying_all.resolve, asked)


def test_what_may_begin_with_anything_keeps_its_place():
    def view(request): ...

    listed = [
        path("a/first/", view, name="1"),
        path("<slug:any>/first/", view, name="2"),
        path("a/second/", view, name="3"),
    ]
    listed += [path("<slug:any>/second/", view, name="4"), re_path("^b", view, name="5"), path("b/", view, name="6")]
    quick = ByFirstPart(listed)
    asked = ("a/first/", "c/first/", "a/second/", "c/second/", "bee", "b/")
    assert [quick.resolve(address).url_name for address in asked] == ["1", "2", "3", "4", "5", "5"]
    assert not any(found(quick.resolve, address) for address in ("", "a", "a/", "c/third/"))


def test_only_routes_that_begin_as_the_address_does_are_tried(monkeypatch):
    tried = []
    match = RoutePattern.match
    monkeypatch.setattr(RoutePattern, "match", lambda self, path: tried.append(self) or match(self, path))
    assert resolve("/search/").url_name == "search"
    assert len(tried) < 10
