"""The newsletter: for whoever got it, and for the organisers who write it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.htmx import see_other
from core.pagination import keyset
from core.templatetags.ui import undoing
from core.text import number
from features.accounts.access import role_required
from features.accounts.models import Role
from features.marketing import access, announcing, segments, services
from features.marketing.forms import AnnouncementForm, NewsletterForm
from features.marketing.letters import KIND
from features.marketing.models import Announcement, Newsletter
from features.notifications import services as notifications


@require_safe
@login_required
def newsletter(request, pk):
    found = access.shown_newsletter(request.user, pk)
    return render(request, "marketing/newsletter.html", {"newsletter": found})


@require_safe
@role_required(Role.ORGANISER)
def newsletters(request):
    """Drafts and what was sent, the newest first, with what became of it."""
    page = keyset(Newsletter.objects.select_related("sent_by"), request, order=("-made_at", "-id"), size=20)
    told = notifications.told(KIND, [row.pk for row in page.items])
    rows = [(row, told.get(str(row.pk), notifications.Told())) for row in page.items]
    return render(request, "marketing/newsletters.html", {"rows": rows, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def newsletter_new(request):
    return _edit(request, Newsletter())


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def newsletter_edit(request, pk):
    return _edit(request, get_object_or_404(Newsletter.objects.drafts(), pk=pk))


def _edit(request, draft):
    form = NewsletterForm(request.POST if request.method == "POST" else None, instance=draft)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_newsletter(newsletter=form.save(commit=False), by=request.user)
        except services.NewsletterRefused as refused:
            form.add_error(None, refused.words)
        else:
            messages.success(request, _("Saved. Nothing is sent yet."))
            return see_other("manage_newsletter", saved.pk)
    context = {"form": form, "newsletter": draft}
    return render(request, "marketing/newsletter_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def manage_newsletter(request, pk):
    """How it looks and whom it reaches, or what became of it; a POST does what its button says."""
    found = get_object_or_404(Newsletter.objects.select_related("made_by", "sent_by"), pk=pk)
    if request.method != "POST":
        return _page(request, found)
    act = request.POST.get("act", "")
    if act not in ACTS:
        raise Http404
    try:
        return ACTS[act](request, found)
    except services.NewsletterRefused as refused:
        return _page(request, found, 422, refusal=refused)


def _try(request, found):
    services.try_newsletter(newsletter=found, by=request.user)
    messages.success(request, _("On its way to your own address."))
    return see_other("manage_newsletter", found.pk)


def _send(request, found):
    services.send_newsletter(newsletter=found, by=request.user, as_of=request.POST.get("as_of", ""))
    messages.success(request, _("It is on its way. This page counts along."))
    return see_other("manage_newsletter", found.pk)


def _discard(request, found):
    again = {bound.html_name: bound.value() for bound in NewsletterForm(instance=found) if bound.value()}
    services.discard_newsletter(newsletter=found)
    messages.success(request, _("The draft is gone."), extra_tags=undoing("manage_newsletter_new", **again))
    return see_other("manage_newsletters")


ACTS = {"try": _try, "send": _send, "discard": _discard}


def _page(request, found, status=200, **context):
    shown = {"newsletter": found, "segment": segments.in_words(found)} | context
    if found.sent_at:
        shown["told"] = notifications.told(KIND, [found.pk]).get(str(found.pk), notifications.Told())
    else:
        shown["count"] = segments.count(found, timezone.now())
    return render(request, "marketing/manage_newsletter.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ORGANISER)
def announcements(request):
    """What is said at the top of every page, saying something else, and what was said before."""
    stopped = request.POST.get("stop", "")
    if stopped:
        return _end(request, number(stopped))
    form = AnnouncementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        announcing.announce(by=request.user, **form.cleaned_data)
        messages.success(request, _("It stands at the top of every page now."))
        return see_other("manage_announcements")
    now = timezone.now()
    page = keyset(Announcement.objects.select_related("made_by"), request, order=("-made_at", "-id"), size=20)
    context = {"form": form, "page": page, "rows": [(row, row.until > now) for row in page.items]}
    return render(request, "marketing/announcements.html", context, status=422 if form.errors else 200)


def _end(request, pk):
    found = get_object_or_404(Announcement, pk=pk)
    if announcing.end_announcement(by=request.user, announcement=found):
        messages.success(request, _("It is not said any more."))
    return see_other("manage_announcements")
