"""Sessions as JSON. The same verbs as the pages; the refusals' codes are those of joining.VERDICTS."""

from features.sessions.api.browsing import router as browsing
from features.sessions.api.hosting import router as hosting
from features.sessions.api.roster import router as roster
from features.sessions.api.seats import router as seats

routers = {"/sessions/": browsing, "/registrations/": seats, "/hosting/": hosting, "/hosting/roster/": roster}
