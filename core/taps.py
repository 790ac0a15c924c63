"""A second tap: the same form sent once more, before the page that the first one leads to is there.

By then what the first one took away is gone, and whoever asks for what is gone is told the same as whoever asks for
what is somebody else's; and what the first one made would be made twice. No view knows where the first one led: the
session of the browser remembers its last act.
"""

import json
from contextlib import contextmanager, nullcontext, suppress

from django.contrib.messages import get_messages
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.htmx import came_by_htmx, see_other
from core.middleware import has_session

LAST_ACT = "last_act"
SECONDS = 60  # who comes later with the same wants to know what is said to it, or has it done once more
DONE = (302, 303)
REFUSED = (400, 404, 422)  # what was in order a moment ago can only be gone, or done
TOKEN = "csrfmiddlewaretoken"  # noqa: S105  # a field's name; what is in it is drawn anew for each page


def is_secret(field: str) -> bool:
    """Whether what is typed into it is kept nowhere, whatever else of the form is."""
    return field == "code" or "password" in field or "secret" in field


def second_tap(get_response):
    """Stands innermost: it sees what views answered, not where the gates before them led."""

    def middleware(request):
        if request.method != "POST" or not has_session(request) or any(map(is_secret, request.POST)):
            return get_response(request)
        with _one_at_a_time(request) if _has_twin(request) else nullcontext() as is_waited_for:
            if to := _led_to(request, from_the_page=True):
                return see_other(to)
            response = get_response(request)
            if response.status_code in DONE and request.user.is_authenticated:
                marks = [_mark(request), _mark(request, from_the_page=True)]
                request.session[LAST_ACT] = [*marks, response["Location"], timezone.now().timestamp()]
                if is_waited_for:
                    with suppress(UpdateError):  # logged out meanwhile: said where sessions are saved in the end
                        request.session.save()
            elif response.status_code in REFUSED and not request.FILES and (to := _led_to(request)):
                get_messages(request).used = False  # the refusal that nobody sees has shown what the next page says
                return see_other(to)
            return response

    return middleware


def _has_twin(request) -> bool:
    """Whether the same may be on its way at the same time: htmx sends a form once at a time, and of it a thousand may
    be refused at once."""
    return not came_by_htmx(request)


@contextmanager
def _one_at_a_time(request):
    """Of one form of one page. Whoever would wait longer than a statement may goes on, as who cannot wait at all."""
    key = None
    if TOKEN in request.POST:
        asked = f"{request.session.session_key} {_mark(request, from_the_page=True)}"
        with suppress(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [asked])
            key = asked
    try:
        yield bool(key)
    finally:
        if key:
            with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def _led_to(request, *, from_the_page=False) -> str | None:
    """Where the same act led, if it was the last one and a moment ago; wanted may be one of the very page. Read anew,
    as the first may have ended since."""
    if from_the_page and TOKEN not in request.POST:
        return None
    known = type(request.session)(request.session.session_key) if _has_twin(request) else request.session
    if not (last := known.get(LAST_ACT)):
        return None
    act, act_of_page, to, at = last
    if timezone.now().timestamp() - at >= SECONDS:
        return None
    mark = act_of_page if from_the_page else act
    return to if mark == _mark(request, from_the_page=from_the_page) else None


def _mark(request, *, from_the_page=False) -> str:
    """Of one form with what is in it. Of a file it is the name and the size, so that it says something only together
    with the page that it was chosen in, which has a token of its own."""
    fields = request.POST.copy()
    token = fields.pop(TOKEN, None)
    said = [request.get_full_path(), fields.urlencode()]
    if from_the_page:
        said += [token, [(name, one.name, one.size) for name in request.FILES for one in request.FILES.getlist(name)]]
    return salted_hmac(LAST_ACT, json.dumps(said), algorithm="sha256").hexdigest()
