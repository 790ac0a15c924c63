from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.limits import client_address, hit
from features.accounts import services as accounts
from features.sessions import feeds, follows
from features.skills import services as skills


@require_safe
def sessions(request, form):
    """The list of sessions with the filters in the address."""
    if request.GET.get("q"):
        hit("search", client_address(request))
    filters = feeds.filters(request.GET, timezone.now())
    chosen = urlencode({name: request.GET.getlist(name) for name in filters.chosen}, doseq=True)
    page = f"{reverse('sessions')}?{chosen}".rstrip("?")
    title = _("Sessions at %(site)s") % {"site": settings.SITE_NAME}
    return feeds.answer(request, form, filters.matching(), title=title, page=page)


@require_safe
def skill(request, slug, form):
    found = skills.by_slug(slug)
    if found is None:
        raise Http404
    if found.slug != slug:
        return redirect(request.resolver_match.view_name, found.slug, permanent=True)
    filters = feeds.filters({"skill": slug}, timezone.now())
    title = _("%(skill)s: sessions at %(site)s") % {"skill": found.name, "site": settings.SITE_NAME}
    return feeds.answer(request, form, filters.matching(), title=title, page=found.get_absolute_url())


@require_safe
def person(request, handle, form):
    found = accounts.find_person(handle.lower())
    if found is None or not follows.hosts([found.pk]):
        raise Http404
    if found.handle != handle:
        return redirect(request.resolver_match.view_name, found.handle, permanent=True)
    hosted = feeds.filters({}, timezone.now()).matching().hosted_by(found)
    title = _("%(name)s: sessions at %(site)s") % {"name": found.name, "site": settings.SITE_NAME}
    return feeds.answer(request, form, hosted, title=title, page=found.get_absolute_url())
