from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import render_page, see_other
from core.pagination import keyset
from features.accounts.models import User
from features.notifications import links, services
from features.notifications.forms import PreferencesForm
from features.notifications.kinds import groups
from features.notifications.models import Level, Notification


@require_safe
@login_required
def inbox(request):
    mine = Notification.objects.filter(recipient=request.user)
    page = keyset(mine, request, order=("-created_at", "-id"))
    context = {"page": page, "notices": services.in_words(page.items)}
    return render_page(request, "notifications/inbox.html", context, partial="notices")


@require_POST
@login_required
def notification_reading(request, pk):
    """Read by a press: of one, which may lead on to what it is about (`open`), or of it and all before (`older`)."""
    notification = get_object_or_404(Notification, pk=pk, recipient=request.user)
    services.mark_read(notification=notification, and_older="older" in request.POST)
    if "open" in request.POST:
        return see_other(notification.url)
    here = {"after": request.GET["after"]} if "after" in request.GET else {}
    return see_other(f"{reverse('inbox')}?{urlencode(here)}".rstrip("?"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notification_preferences(request):
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=services.levels(request.user))
    if request.method == "POST" and form.is_valid():
        services.choose(person=request.user, levels=form.cleaned_data)
        messages.success(request, _("Saved."))
        return see_other("notification_preferences")
    context = {"form": form, "fixed": [group for group in groups().values() if not group.is_optional]}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "notifications/preferences.html", context, partial="choices", status=status)


# Mail programs post here by themselves, without our cookies and so without a token of ours (RFC 8058). The signed
# address is what permits it, and all that it permits is to get fewer letters. Scanners follow links: GET only shows.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """Stop one group of letters, signed in or not."""
    person, group = _meant(token)
    if request.method == "POST":
        services.stop_letters(person=person, group=group.key)
        # Whoever pressed our button is led to the page. Programs are not: they must not be sent elsewhere.
        if request.POST.get("List-Unsubscribe") != "One-Click":
            return see_other("unsubscribe", token)
    context = {"group": group, "token": token, "level": services.levels(person)[group.key], "Level": Level}
    response = render(request, "notifications/unsubscribe.html", context)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


def _meant(token):
    try:
        person_id, key = links.read(token)
    except signing.BadSignature as error:
        raise Http404 from error
    group = groups().get(key)
    if group is None or not group.is_optional:
        raise Http404
    return get_object_or_404(User, pk=person_id, is_active=True), group
