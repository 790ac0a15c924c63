from django.middleware.csrf import get_token
from django.shortcuts import render

from core.htmx import is_htmx
from core.middleware import has_session
from features.accounts import services


def csrf_failure(request, reason=""):
    """A form whose token is too old: another tab logged in, or cookies are off. What was written is shown, to be sent
    by who is logged in now, if they want: it may be somebody else. A page with htmx stays, and learns the new token if
    it is of the same person."""
    is_ours = services.came_from_here(request)
    is_member = has_session(request) and request.user.is_authenticated
    context = {}
    if is_ours and (words := services.typed_words(request.POST)):
        context = {"words": words, "fields": services.fields_of(request.POST) if is_member else []}
    response = render(request, "403_csrf.html", context, status=403)
    if is_ours and is_htmx(request):
        who = request.user.email if is_member and request.user.email.isascii() else ""  # headers take no other letters
        response["Entrance"] = f"other {get_token(request)} {who}"
    return response
