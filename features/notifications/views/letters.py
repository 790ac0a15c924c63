from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from core.htmx import render_page, see_other
from features.accounts.models import User
from features.notifications import links, services
from features.notifications.forms import PreferencesForm
from features.notifications.kinds import DIGEST, groups


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def notification_preferences(request):
    person = request.user
    chosen = services.levels(person) | {DIGEST.key: services.rhythm(person)}
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        levels, rhythm = form.answers()
        services.choose(person=person, levels=levels)
        services.choose_rhythm(person=person, rhythm=rhythm)
        messages.success(request, _("Saved."))
        return see_other("notification_preferences")
    context = {
        "form": form,
        "fixed": [group for group in groups().values() if not group.is_optional],
        "suppression": services.suppression(person),
        "is_proved": services.is_proved(person),
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "notifications/preferences.html", context, partial="choices", status=status)


@require_POST
@login_required
def address_again(request):
    """Whoever is signed in says that their address works, or that they want letters after all."""
    if services.lift_suppression(address=request.user.email):
        messages.success(request, _("We write to this address again, beginning with the next letter."))
    return see_other("notification_preferences")


# Mail programs post here by themselves, without our cookies and so without a token of ours (RFC 8058). The signed
# address is what permits it, and all that it permits is to get fewer letters. Scanners follow links: GET only shows.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """Stop one group of letters, signed in or not."""
    person, group = _meant(token)
    if request.method == "POST":
        services.stop_letters(person=person, group=group)
        # Whoever pressed our button is led to the page. Programs are not: they must not be sent elsewhere.
        if request.POST.get("List-Unsubscribe") != "One-Click":
            return see_other("unsubscribe", token)
    still = services.gets_letters(person, group)
    context = {"group": group, "token": token, "gets_letters": still, "in_inbox": services.in_inbox(person, group)}
    response = render(request, "notifications/unsubscribe.html", context)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


def _meant(token):
    try:
        person_id, key = links.read(token)
    except signing.BadSignature as error:
        raise Http404 from error
    group = (groups() | {DIGEST.key: DIGEST}).get(key)
    if group is None or not group.is_optional:
        raise Http404
    return get_object_or_404(User, pk=person_id, is_active=True), group
