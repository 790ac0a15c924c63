"""A member's own pages: the account at a glance, preferences, where they are logged in."""

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.htmx import see_other
from features.accounts import access, services
from features.accounts.forms import PreferencesForm
from features.accounts.models import User


@require_safe
@login_required
def account(request):
    context = {
        "has_password": request.user.has_usable_password(),
        "has_second_factor": access.has_second_factor(request.user),
        "session_count": UserSession.objects.filter(user=request.user).count(),
    }
    return render(request, "accounts/account.html", context)


@require_safe
@login_required
def places(request):
    """All that is one's own, by what one wants to do; the menu of every page holds what is needed most."""
    return render(request, "accounts/places.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request):
    # A fresh copy: validation writes into it, and the frame of the page must not show what was refused.
    person = User.objects.get(pk=request.user.pk)
    form = PreferencesForm(request.POST or None, instance=person)
    if request.method != "POST":
        return render(request, "accounts/preferences.html", {"form": form})
    if form.is_valid():
        try:
            services.change_preferences(person=person, **form.cleaned_data)
        except services.HandleTaken as refused:
            form.add_error("handle", str(refused))
        else:
            messages.success(request, _("Saved."))
            return see_other("preferences")
    return render(request, "accounts/preferences.html", {"form": form}, status=422)


@require_POST
@login_required
def end_session(request, pk):
    """Log one browser out, this one included."""
    session = get_object_or_404(UserSession, user=request.user, pk=pk)
    end_sessions(request, [session])
    if not request.user.is_authenticated:
        return see_other("account_login")
    messages.success(request, _("That browser is logged out."))
    return see_other("usersessions_list")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unsent(request):
    """What somebody was sending when they turned out to be logged out: sent from here by one press, or left."""
    kept = services.unsent(request)
    if request.method == "POST":
        services.forget_unsent(request)
        return see_other("home")
    if kept is None:
        return redirect("home")
    path, data = kept
    context = {"path": path, "fields": services.fields_of(data), "words": services.typed_words(data)}
    return render(request, "accounts/unsent.html", context)


@require_POST
@login_required
def unfinished(request, key):
    """What is being typed, sent by its page every few seconds; or thrown away by its author."""
    if page := request.POST.get("discard"):
        services.forget_unfinished(person=request.user, key=key)
        messages.success(request, _("What you had typed is gone."))
        return see_other(services.safe_next(request, page, "/"))
    saved_at = services.keep_unfinished(person=request.user, key=key, data=request.POST)
    return render(request, "accounts/_kept.html", {"saved_at": saved_at})
