"""What all of this feature's API has in common: its scopes, and refusals in the words of the API."""

from functools import wraps

from django.utils.translation import gettext_lazy as _

from core.api_parts import Refusal, Scope
from features.mentoring import services

READ = Scope("mentoring:read", _("See your meetings with mentors and your requests to them"))
WRITE = Scope("mentoring:write", _("Book, confirm and call off meetings, send and answer work, and take back requests"))


def refusing(verb):
    """A refusal of the services in the words of the API."""

    @wraps(verb)
    def asked(*args, **kwargs):
        try:
            return verb(*args, **kwargs)
        except services.MentoringRefused as refused:
            raise Refusal(refused.code, refused.words) from refused

    return asked
