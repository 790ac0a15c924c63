from functools import cache

from core.middleware import has_session
from features.accounts.models import SiteRules
from features.accounts.services import site_rules
from features.marketing.announcing import said_to_strangers


def announcement(request):
    """The line at the top, as (words, address). It comes with the person behind a session; for a stranger's page it is
    asked when the frame asks for it."""
    return {"announcement": cache(lambda: _said(request))}


def _said(request) -> tuple[str, str] | None:
    person = getattr(request, "user", None) if has_session(request) else None
    said = person.announcement if hasattr(person, "announcement") else said_to_strangers()
    if said and not hasattr(person, "announcement") and site_rules().audience == SiteRules.Audience.MEMBERS:
        return None  # the log-in page is all that strangers see
    return (said["words"], said["url"]) if said else None
