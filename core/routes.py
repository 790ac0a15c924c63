"""Which view an address leads to, found by its first part instead of by asking one route after the other."""

from collections.abc import Iterator

from django.urls import Resolver404, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern
from django.utils.functional import cached_property

Route = URLPattern | URLResolver


class ByFirstPart(URLResolver):
    """All routes of a site, in their order. Django tries them all: for the last of some six hundred that takes as long
    as a statement of the database. Of those that begin with words of their own only the ones are tried here that begin
    as the address does."""

    def __init__(self, routes: list[Route]):
        super().__init__(RoutePattern(""), routes)

    def resolve(self, path):
        path = str(path)
        for route in self._routes.get(path.partition("/")[0], self._routes[None]):
            try:
                match = route.resolve(path)
            except Resolver404:
                continue
            if match:
                if isinstance(route, URLResolver):
                    match.route = self._join_route(str(route.pattern), match.route)
                return match
        raise Resolver404({"path": path, "tried": []})

    @cached_property
    def _routes(self) -> dict[str | None, list[Route]]:
        """By first part; under None those that may begin with anything, which stand among all the others as well."""
        known = [(_first_part(route), route) for route in _flat(self.url_patterns)]
        return {
            part: [route for own, route in known if own in (part, None)]
            for part in {part for part, _ in known} | {None}
        }


def _flat(routes: list[Route]) -> Iterator[Route]:
    """Lists of routes that are included as they are make no difference to what they lead to."""
    for route in routes:
        is_plain = isinstance(route, URLResolver) and not (route.namespace or route.app_name or route.default_kwargs)
        if is_plain and isinstance(route.pattern, RoutePattern) and not str(route.pattern):
            yield from _flat(route.url_patterns)
        else:
            yield route


def _first_part(route: Route) -> str | None:
    """None where it may be anything."""
    if not isinstance(route.pattern, RoutePattern):
        return None
    part, slash, _rest = str(route.pattern).partition("/")
    is_whole = bool(slash) or isinstance(route, URLPattern)
    return part if is_whole and "<" not in part else None
