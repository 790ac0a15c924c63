"""A second tap: the same form sent once more, before the page that the first one leads to is there.

By then what the first one took away is gone, and whoever asks for what is gone is told the same as whoever asks for
what is somebody else's. So no view says where it would have led: the session of the browser remembers its last act.
"""

from django.contrib.messages import get_messages
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.htmx import came_by_htmx, see_other
from core.middleware import has_session

LAST_ACT = "last_act"
SECONDS = 60  # who comes later with the same wants to know what is said to it
DONE = (302, 303)
REFUSED = (400, 404, 422)  # what was in order a moment ago can only be gone, or done


def is_secret(field: str) -> bool:
    """Whether what is typed into it is kept nowhere, whatever else of the form is."""
    return field == "code" or "password" in field or "secret" in field


def second_tap(get_response):
    """Stands innermost: it sees what views answered, not where the gates before them led."""

    def middleware(request):
        response = get_response(request)
        if request.method != "POST" or not has_session(request) or request.FILES or any(map(is_secret, request.POST)):
            return response  # of a file its name alone would be compared
        if response.status_code in DONE and request.user.is_authenticated:
            request.session[LAST_ACT] = [_mark(request), response["Location"], timezone.now().timestamp()]
        elif response.status_code in REFUSED and (to := _led_to(request)):
            get_messages(request).used = False  # the refusal that nobody sees has shown what the next page is to say
            return see_other(to)
        return response

    return middleware


def _led_to(request) -> str | None:
    """Where the same act led, if it was the last one and a moment ago. Read anew, as the first may have ended since.
    But htmx sends a form once at a time, and of it a thousand may be refused at once."""
    known = request.session if came_by_htmx(request) else type(request.session)(request.session.session_key)
    mark, to, at = known.get(LAST_ACT) or ("", "", 0)
    return to if timezone.now().timestamp() - at < SECONDS and mark == _mark(request) else None


def _mark(request) -> str:
    """Of one form with what is in it."""
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    return salted_hmac(LAST_ACT, f"{request.get_full_path()} {fields.urlencode()}", algorithm="sha256").hexdigest()
