"""The way in: where somebody goes next, what they had typed, why they have to log in, sign-up inside an act."""

from typing import TYPE_CHECKING

from allauth.account.internal import flows
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from core.middleware import has_session
from core.taps import is_secret

if TYPE_CHECKING:
    from features.accounts.forms import SignupForm

REASON, INPUT, UNSENT = "entrance_reason", "entrance_typed", "entrance_unsent_of"
# A registration form is small.
LONGEST_INPUT = 20_000
# A lesson is not: in letters, as an address spends six or nine on each that is not Latin.
LONGEST_UNSENT = 100_000


def safe_next(request: HttpRequest, url: str | None, default: str = "") -> str:
    """`url` if it is a path of this site, else `default`. Every redirect to what a request asked for goes through here.

    Stricter than Django's test: a path with its query and nothing else, no host even if it is ours, no backslash and
    no control character, which browsers drop or turn into a slash.
    """
    if not url or not url.startswith("/") or "\\" in url or not url.isprintable():
        return default
    allowed = url_has_allowed_host_and_scheme(url, allowed_hosts=None, require_https=request.is_secure())
    return url if allowed else default


def keep_input(request: HttpRequest, key: str, data: QueryDict) -> None:
    """Keep what was typed while its author logs in or signs up. It survives the change of session at login."""
    text = worth_keeping(data).urlencode()
    if len(text) <= LONGEST_INPUT:
        request.session[INPUT] = {key: [text, _author(request)]}


def _author(request: HttpRequest) -> int | None:
    """Whose account the browser was logged in to, though that may be over; None for a stranger. The next to log in
    there may be somebody else."""
    if request.user.is_authenticated:
        return request.user.pk
    ended = UserSession.objects.filter(session_key=request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    return ended.values_list("user", flat=True).first()


def worth_keeping(data: QueryDict) -> QueryDict:
    """Without secrets, whatever their fields are called."""
    kept = data.copy()
    for name in list(kept):
        if name == "csrfmiddlewaretoken" or is_secret(name):
            del kept[name]
    return kept


def typed_words(data: QueryDict) -> list[str]:
    """What of a form somebody has written, and not chosen: more than one word, or one of a script without spaces."""
    values = [value.strip() for _name, value in fields_of(data)]
    return [value for value in values if len(value.split()) > 1 or not value.isascii()]


def keep_unsent(request: HttpRequest) -> bool:
    """Keep what somebody was sending when it turned out that they had been logged out meanwhile, if there are words in
    it: the page `unsent` offers it once they are back. Not where a view keeps it by itself, and not where nobody can
    tell any more whose it is: somebody ended that log-in from another browser."""
    kept = worth_keeping(request.POST)
    is_short = sum(len(value) for _name, value in fields_of(kept)) <= LONGEST_UNSENT
    if not is_short or not typed_words(kept) or not has_session(request) or request.session.get(INPUT):
        return False
    before = request.session.get(UNSENT)
    author = _author(request) or (before and before[2])
    if not author:
        return False
    # A preview is shown by an address without a page: its button says where its form is sent to.
    path = safe_next(request, kept.get("preview"), request.get_full_path())
    request.session[UNSENT] = [path, kept.urlencode(), author]
    return True


def unsent(request: HttpRequest) -> tuple[str, QueryDict] | None:
    """Where it was being sent to, and what it was: for its author alone."""
    path, text, author = request.session.get(UNSENT) or ("", "", None)
    return (path, QueryDict(text)) if author == request.user.pk else None


def forget_unsent(request: HttpRequest) -> None:
    request.session.pop(UNSENT, None)


def sent_after_all(request: HttpRequest) -> None:
    """A form has gone through: what was kept of it is not offered once more."""
    if has_session(request) and (request.session.get(UNSENT) or [""])[0] == request.get_full_path():
        forget_unsent(request)


def came_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent a form, as the browser says: asked where its token says nothing."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def fields_of(data: QueryDict) -> list[tuple[str, str]]:
    """What of a form is sent once more: all but secrets."""
    return [(name, value) for name, values in worth_keeping(data).lists() for value in values]


def kept_input(request: HttpRequest, key: str) -> QueryDict | None:
    """What `keep_input` kept under `key`, until it is forgotten; fits a form as data or as initial values. What
    somebody typed who was logged in is for them alone."""
    text, author = request.session.get(INPUT, {}).get(key) or (None, None)
    return None if text is None or author not in (None, request.user.pk) else QueryDict(text)


def forget_input(request: HttpRequest, key: str) -> None:
    """It was sent."""
    if key in request.session.get(INPUT, {}):
        del request.session[INPUT]


def keep_reason(request: HttpRequest, next_url: str, text: str) -> None:
    """One plain sentence that the login and sign-up pages show on the way to `next_url`: "Log in to finish registering
    for …"."""
    request.session[REASON] = [next_url, str(text)[:300]]


def forget_reason(request: HttpRequest) -> None:
    request.session.pop(REASON, None)


def sign_up_form(data=None, initial=None, prefix: str | None = None) -> "SignupForm":
    """Name and e-mail, to stand beside a feature's own fields. No password: one can be set any time later."""
    from features.accounts.forms import SignUpInPassing

    return SignUpInPassing(data, initial=initial, prefix=prefix)


def begin_sign_up(
    request: HttpRequest, data, next_url: str, prefix: str | None = None
) -> tuple[HttpResponse | None, "SignupForm"]:
    """Sign a stranger up in the middle of an act. Answers (response, form): without a response the form has errors.

    The response leads to the page that asks for the mailed code; whoever enters it is logged in and lands on
    `next_url`. An address that has an account already gets the same response and another letter. Whatever else was
    typed is the caller's to keep (`keep_input`).
    """
    form = sign_up_form(data, prefix=prefix)
    refused = ratelimit.consume_or_429(request, app="allauth.account", action="signup")
    if refused:
        return refused, form
    if not form.is_valid():
        return None, form
    next_url = safe_next(request, next_url, "/")
    form.next_url = next_url
    try:
        person, response = form.try_save(request)
        if person:
            response = flows.signup.complete_signup(request, user=person, redirect_url=next_url)
    except ImmediateHttpResponse as answer:
        response = answer.response
    return response, form
