"""Links to one's pages elsewhere, and whether they link back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import enqueue
from core.limits import RateLimited, hit
from core.seo import absolute
from features.accounts.models import User
from features.notifications.services import notify
from features.profiles import back_links
from features.profiles.services.editing import EntryRefused, add_entries, save_entry
from features.skills.models import ProfileLink

AGAIN = timedelta(days=30)
SOON = timedelta(days=1)  # a site may be down for a night
PATIENCE = 3


@transaction.atomic
def save_link(*, person: User, entry: ProfileLink, now: datetime | None = None) -> None:
    """Another address has to prove itself anew."""
    before = ProfileLink.objects.filter(pk=entry.pk).values_list("url", flat=True).first()
    if before != entry.url:
        entry.verified_at = entry.checked_at = None
        entry.failures, entry.problem, entry.check_at = 0, "", now or timezone.now()
    save_entry(person=person, entry=entry)
    if before != entry.url:
        _ask(entry)


@transaction.atomic
def add_links(*, person: User, entries: Sequence[ProfileLink]) -> list[EntryRefused]:
    """New ones, each looked at in a moment. What is more than we look at in a day is refused."""
    asked: list[ProfileLink] = []
    refused: list[EntryRefused] = []
    for entry in entries:
        try:
            hit("link_check", person.pk)
        except RateLimited:
            why = EntryRefused("too_many", _("These are many links for one day. Add the others tomorrow."))
            refused = [why] * (len(entries) - len(asked))
            break
        asked.append(entry)
    refused += add_entries(person=person, entries=asked) if asked else []
    for entry in asked:
        if entry.pk:
            _ask(entry)
    return refused


@transaction.atomic
def look_again(*, link: ProfileLink, now: datetime | None = None) -> None:
    link.check_at, link.failures = now or timezone.now(), 0
    link.save(update_fields=["check_at", "failures"])
    _ask(link)


def recheck_links(now: datetime | None = None) -> None:
    """Have those looked at whose time has come. Once they were, their time is another."""
    for link in ProfileLink.objects.filter(check_at__lte=now or timezone.now()).order_by("check_at")[:500]:
        _ask(link)


def _ask(link: ProfileLink) -> None:
    enqueue("features.profiles.tasks.check_link", link.pk, key=f"link:{link.pk}:{link.check_at:%Y%m%d%H%M%S%f}")


def check_link(pk: int, now: datetime | None = None) -> None:
    """Look at the page. A mark is lost at once when the page says nothing of us, and after some days when there is no
    page any more."""
    now = now or timezone.now()
    link = ProfileLink.objects.select_related("person").filter(pk=pk, check_at__lte=now).first()
    if link is None:
        return
    person, asked_at = link.person, link.check_at
    handles = [person.handle, *person.former_handles.values_list("handle", flat=True)]
    link.problem = back_links.problem(link.url, [absolute(reverse("person", args=[handle])) for handle in handles])
    link.checked_at, is_lost = now, False
    if not link.problem:
        link.verified_at, link.failures, link.check_at = link.verified_at or now, 0, now + AGAIN
    else:
        link.failures += 1
        link.check_at = now + SOON if link.failures < PATIENCE else None
        if link.verified_at and (link.problem in back_links.SAYS_NOTHING_OF_US or link.failures >= PATIENCE):
            link.verified_at, link.check_at, is_lost = None, None, True
    _write_down(link, asked_at, now, is_lost=is_lost)


@transaction.atomic
def _write_down(link: ProfileLink, asked_at: datetime | None, now: datetime, *, is_lost: bool) -> None:
    """What was found, of the address that was looked at: while a page takes its time its link may be led elsewhere."""
    said = {name: getattr(link, name) for name in ("problem", "checked_at", "verified_at", "failures", "check_at")}
    is_same = ProfileLink.objects.filter(pk=link.pk, url=link.url, check_at=asked_at).update(**said)
    if is_same and is_lost:
        url = reverse("profile_block", args=["links"])
        notify(link.person, "link_lost", link.pk, url, key=f"link_lost:{link.pk}:{now.isoformat()}")
