"""What stays after a session: the notes and the recording that its host posts. Who sees them: recap_readers."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.jobs import enqueue
from core.limits import RateLimited, hit
from core.text import is_seen, render_markdown, without_marks
from features.accounts import access
from features.accounts.models import User
from features.accounts.services import audit
from features.discovery import services as discovery
from features.moderation import services as moderation
from features.notifications import services as notifications
from features.sessions.models import Recap, SkillSession
from features.sessions.notices import RECAPS
from features.sessions.services.messages import is_trusted
from features.sessions.services.recap_readers import readers
from features.sessions.services.waitlist import lock

RECAP = "recap"
TASK = "features.sessions.tasks.tell_of_recap"
LINKS = 2  # in notes, of hosts whose sessions nobody has been to yet
LINK = re.compile(r'href="')
WRITTEN = (
    "notes", "notes_for", "recording_url", "recording_for", "recording_seconds", "has_captions", "captions_url",
    "transcript",
)  # fmt: skip

Audience = Recap.Audience


class RecapRefused(Exception):
    """`code` is stable; `field` names the form field it belongs to, or is empty; `url` is where the next step is."""

    def __init__(self, code: str, words: str, field: str = "", url: str = ""):
        super().__init__(code)
        self.code, self.words, self.field, self.url = code, words, field, url


# --- Posting ----------------------------------------------------------------------------------------------------------
def why_not_post(session: SkillSession, host: User, now: datetime) -> RecapRefused | None:
    """`host` is who posts: its host, or whoever holds it with them."""
    if barred := access.bar(host, access.Ability.HOST):
        return RecapRefused("barred", barred.words, url=barred.url)
    if not session.is_hosted_by(host):
        return _no_host()
    if not session.is_published or not session.has_started(now):
        return RecapRefused("too_early", _("Notes and a recording are posted once the session has begun."))
    if session.is_cancelled or session.host_did_not_come:
        return RecapRefused("did_not_take_place", _("This session did not take place, so nothing stays of it."))
    return None


def _no_host() -> RecapRefused:
    return RecapRefused("no_host", _("You do not host this session any more."))


@transaction.atomic
def post_recap(
    *,
    session: SkillSession,
    by: User,
    data: Mapping[str, Any],
    tell: bool = False,
    seen: str | None = None,
    now: datetime | None = None,
) -> Recap:
    """Post it, or change what was posted: `data` says all of WRITTEN. `tell` has those who registered told, once ever.
    What was taken back stands there again. `seen` is what they saw of it, as `recap_version` says. Raises
    RecapRefused."""
    now = now or timezone.now()
    session = lock(session.pk)  # of two taps the second finds what the first has posted
    if refused := why_not_post(session, by, now):
        raise refused
    known = Recap.objects.select_for_update(of=("self",)).filter(session=session).first()
    recap = known or Recap(session=session, by=by, posted_at=now)
    before = {name: getattr(recap, name) for name in WRITTEN}
    html = _checked(data, by, recap, now)
    changed = [name for name in WRITTEN if before[name] != data[name]]
    if known and not changed and not known.withdrawn_at:
        return _tell(known, tell, now)
    if changed and seen is not None and seen != recap_version(known):
        words = _(
            "It was saved since you opened this page. What you typed stands here: send it again to put it in place."
        )
        raise RecapRefused("overtaken", words)
    _count_it(by)
    for name in WRITTEN:
        setattr(recap, name, data[name])
    recap.notes_html, recap.withdrawn_at = html, None
    recap.edited_at = now if known else None
    recap.save()
    audit(by, "recap.changed" if known else "recap.posted", f"session:{session.pk}", changed)
    _is_found_anew(recap)
    return _tell(recap, tell, now)


def recap_version(recap: Recap | None) -> str:
    """What a page shows of it, for whoever sends that page's form back."""
    return (recap.edited_at or recap.posted_at).isoformat() if recap else ""


def _checked(data, by, recap, now) -> str:
    """The notes as they are shown. Raises RecapRefused."""
    html = render_markdown(data["notes"]) if data["notes"] else ""
    if data["notes"] and not is_seen(without_marks(html)):
        raise RecapRefused("empty", _("Nothing of it would be seen. Say it in words."), "notes")
    if not data["notes"] and not data["recording_url"]:
        raise RecapRefused("empty", _("Write notes, or give the link of a recording."))
    if not data["recording_url"] and (data["captions_url"] or data["transcript"] or data["has_captions"]):
        words = _("Captions and a transcript belong to a recording. Give its link too.")
        raise RecapRefused("no_recording", words, "recording_url")
    links = len(LINK.findall(html))
    is_more = links > LINKS and links > len(LINK.findall(recap.notes_html))
    if is_more and not (is_trusted(by, now) or moderation.may(by, access.Ability.LINK)):
        said = ngettext("%(n)d link", "%(n)d links", LINKS) % {"n": LINKS}
        words = _("Give at most %(links)s until people have been to three sessions of yours.") % {"links": said}
        raise RecapRefused("links", words, "notes")
    return html


def _count_it(host: User) -> None:
    try:
        hit("recap", host.pk)
    except RateLimited as limited:
        words = _("That was often in a short time. You can save it again in %(n)d minutes.")
        raise RecapRefused("too_many", words % {"n": math.ceil(limited.retry_after / 60)}) from limited


def _tell(recap: Recap, tell: bool, now: datetime) -> Recap:
    if tell and not recap.sent_at:
        recap.sent_at = now
        recap.save(update_fields=["sent_at"])
        notifications.tell_the_rest(recap, kind=RECAP, task=TASK)
    return recap


def _is_found_anew(recap: Recap) -> None:
    discovery.republish("session", [str(recap.session_id)])


def _is_seen_again(recap: Recap) -> None:
    """Whoever was to be told while it was out of sight is told now."""
    _is_found_anew(recap)
    if recap.sent_at and not recap.told_at:
        enqueue(TASK, recap.pk)


@transaction.atomic
def take_back_recap(*, session: SkillSession, by: User, now: datetime | None = None) -> None:
    """Nobody but its hosts sees it any more; they can put it back. Twice is once, and so is what is not there. Raises
    RecapRefused."""
    if not lock(session.pk).is_hosted_by(by):
        raise _no_host()
    recap = Recap.objects.select_for_update(of=("self",)).filter(session=session, withdrawn_at=None).first()
    if recap:
        recap.withdrawn_at = now or timezone.now()
        recap.save(update_fields=["withdrawn_at"])
        audit(by, "recap.taken_back", f"session:{session.pk}")
        _is_found_anew(recap)


@transaction.atomic
def put_back_recap(*, session: SkillSession, by: User, now: datetime | None = None) -> None:
    """As it was before it was taken back. Raises RecapRefused."""
    session = lock(session.pk)
    if refused := why_not_post(session, by, now or timezone.now()):
        raise refused
    recap = Recap.objects.select_for_update(of=("self",)).filter(session=session, withdrawn_at__isnull=False).first()
    if recap:
        recap.withdrawn_at = None
        recap.save(update_fields=["withdrawn_at"])
        audit(by, "recap.put_back", f"session:{session.pk}")
        _is_seen_again(recap)


# --- Telling ----------------------------------------------------------------------------------------------------------
def to_tell(recap: Recap) -> QuerySet[User]:
    """Those who have a seat, see something of it, and want to hear of such things."""
    people = User.objects.filter(pk__in=readers(recap), is_active=True)
    return notifications.listening(people, RECAPS)


def tell_of_recap(recap_id: int, *, now: datetime | None = None) -> int:
    """The next batch of those who are told; answers how many."""
    rows = Recap.objects.filter(withdrawn_at=None, removed_at=None).select_related("session__host")
    return notifications.tell_next(rows, recap_id, to_tell, kind=RECAP, task=TASK, now=now)


# --- What moderators decide -------------------------------------------------------------------------------------------
@transaction.atomic
def set_recap_hidden(*, recap: Recap, hidden: bool, now: datetime | None = None) -> dict:
    """Out of everybody's sight, or in it again; answers how it stood. Why is told by the act, in its log."""
    row = Recap.objects.select_for_update(of=("self",)).get(pk=recap.pk)
    before = {"state": row.state}
    row.removed_at = (row.removed_at or now or timezone.now()) if hidden else None
    row.save(update_fields=["removed_at"])
    _is_seen_again(row)
    return before


# --- A person who leaves ----------------------------------------------------------------------------------------------
@transaction.atomic
def forget_recaps(person: User, *, all_of_them: bool) -> None:
    """Of what somebody posted only notes for everybody may stay, without their name; or nothing."""
    for recap in Recap.objects.select_for_update(of=("self",)).filter(by=person):
        if all_of_them or not recap.notes or recap.notes_for != Audience.EVERYBODY:
            recap.delete()
        else:
            recap.recording_url = recap.captions_url = recap.transcript = ""
            recap.recording_seconds, recap.has_captions = None, False
            recap.save()
        _is_found_anew(recap)
