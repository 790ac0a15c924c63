"""Sessions as JSON. The same verbs as the pages; the refusals' codes are those of joining.VERDICTS."""

from features.sessions.api import browsing, hosting, roster, seats

routers = {
    "/sessions/": browsing.router,
    "/registrations/": seats.router,
    "/hosting/": hosting.router,
    "/hosting/roster/": roster.router,
}
