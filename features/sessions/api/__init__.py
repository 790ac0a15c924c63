"""Sessions as JSON. The same verbs as the pages; the refusals' codes are those of joining.VERDICTS."""

from features.sessions.api import cohosts, recaps, roster, seats

routers = {
    "/sessions/": recaps.router,  # with those of browsing, absence and reviews
    "/registrations/": seats.router,
    "/hosting/": cohosts.router,  # with those of hosting, absence and recaps
    "/hosting/roster/": roster.router,
}
