"""Sessions as JSON. The same verbs as the pages; the refusals' codes are those of joining.VERDICTS."""

from features.sessions.api import hosting, reviews, roster, seats

routers = {
    "/sessions/": reviews.router,  # with those of browsing
    "/registrations/": seats.router,
    "/hosting/": hosting.router,
    "/hosting/roster/": roster.router,
}
