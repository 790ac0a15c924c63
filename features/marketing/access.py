"""Who may look at a newsletter."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from features.accounts.access import has_any_role
from features.accounts.models import Role
from features.marketing.letters import KIND
from features.marketing.models import Newsletter
from features.notifications.models import Notification


def shown_newsletter(person, pk) -> Newsletter:
    """To those to whom it was sent, and to organisers, drafts as well."""
    found = get_object_or_404(Newsletter, pk=pk)
    if has_any_role(person, Role.ORGANISER):
        return found
    if found.sent_at and Notification.objects.filter(recipient=person, kind=KIND, ref=str(pk)).exists():
        return found
    raise Http404
