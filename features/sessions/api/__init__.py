"""Sessions as JSON. The same verbs as the pages; the refusals' codes are those of joining.VERDICTS."""

from features.sessions.api import cohosts, reviews, roster, seats

routers = {
    "/sessions/": reviews.router,  # with those of browsing and absence
    "/registrations/": seats.router,
    "/hosting/": cohosts.router,  # with those of hosting and absence
    "/hosting/roster/": roster.router,
}
