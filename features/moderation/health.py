"""What waits for those who run the site, beside how the site is: each leads to where it is decided."""

from datetime import datetime

from django.db.models import Min
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from features.accounts.health import Finding
from features.moderation.models import ActAppeal, Appeal, Case, ExpertApplication


def cases(now: datetime) -> Finding:
    return _finding(_("What was reported"), Case.objects.waiting(), "opened_at", "moderation", now)


def applications(now: datetime) -> Finding:
    waiting = ExpertApplication.objects.waiting()
    return _finding(_("Applications to teach"), waiting, "received_at", "manage_experts", now)


def appeals(now: datetime) -> Finding:
    return _finding(_("Appeals"), Appeal.objects.filter(decided_at=None), "filed_at", "manage_appeals", now)


def objections(now: datetime) -> Finding:
    waiting = ActAppeal.objects.filter(decided_at=None)
    return _finding(_("Objections"), waiting, "filed_at", "moderation_appeals", now)


def _finding(label: str, waiting, since: str, url_name: str, now: datetime) -> Finding:
    first, count = waiting.aggregate(first=Min(since))["first"], waiting.count()
    if not count:
        return Finding(label, True, _("Nobody waits."), reverse(url_name))
    words = ngettext("{n} waits, for {time}.", "{n} wait, the first for {time}.", count)
    return Finding(label, False, words.format(n=count, time=timesince(first, now)), reverse(url_name))
