"""Objections to what a moderator did to somebody's words: one for each act, decided by somebody else."""

import contextlib
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import one_line
from features.accounts import services as accounts
from features.accounts.models import User
from features.moderation import letters
from features.moderation.models import ActAppeal, Entry, Flag, Reason
from features.moderation.services.acts import acts, can_be_undone, reverse
from features.moderation.services.subjects import ModerationRefused, moderates, scopes_of

Outcome = ActAppeal.Outcome


def may_appeal(person: User, entry: Entry) -> bool:
    """Its author, once, while it stands. A silence or a suspension has an appeal of its own."""
    is_theirs = entry.person_id is not None and entry.person_id == person.pk and entry.by_id != person.pk
    open_to_it = entry.act not in ("silence", "suspend", "show", "restored", "undo")
    return is_theirs and open_to_it and not hasattr(entry, "undone_by") and not hasattr(entry, "appeal")


@transaction.atomic
def appeal_act(*, person: User, entry: Entry, words: str, now: datetime | None = None) -> ActAppeal:
    """What the author has to say. It changes nothing until somebody else has read it."""
    if not words.strip():
        raise ModerationRefused("no_words", _("Say how you see it. Somebody else reads it."))
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    if not may_appeal(person, entry):
        raise ModerationRefused("not_open", _("There is nothing here that you could object to, or you have already."))
    filed = ActAppeal.objects.create(entry=entry, person=person, words=words.strip(), filed_at=now or timezone.now())
    accounts.audit(person, "act_appeal.filed", entry.key, [f"entry:{entry.pk}"])
    return filed


def may_decide(by: User, appeal: ActAppeal) -> bool:
    """Neither who acted nor who wrote it, nor who reported it: one moderator's report alone hides something."""
    entry = appeal.entry
    if not moderates(by, entry.scope) or by.pk in (entry.by_id, appeal.person_id):
        return False
    return not Flag.objects.filter(person=by, case__kind=entry.kind, case__ref=entry.ref).exists()


@transaction.atomic
def decide_act_appeal(
    *, by: User, appeal: ActAppeal, outcome: str, answer: str, now: datetime | None = None
) -> ActAppeal:
    """Uphold or overturn. Overturning undoes the act, however long ago it was; where that cannot be, because something
    else was decided since or the words are erased, the decision stands all the same, and says so."""
    now = now or timezone.now()
    appeal = ActAppeal.objects.select_for_update(of=("self",)).select_related("entry", "person").get(pk=appeal.pk)
    if not may_decide(by, appeal):
        raise ModerationRefused("own", _("Somebody else than whoever acted or reported it decides."))
    if appeal.decided_at:
        raise ModerationRefused("decided", _("Somebody decided this a moment ago."))
    if outcome not in Outcome:
        raise ModerationRefused("unknown", _("Choose one of the two, and say why."))
    if not (answer := one_line(answer)):
        raise ModerationRefused("no_words", _("Say why. The author reads it."))
    appeal.outcome, appeal.answer, appeal.decided_by, appeal.decided_at = outcome, answer, by, now
    appeal.save()
    if outcome == Outcome.OVERTURNED and can_be_undone(appeal.entry):
        with contextlib.suppress(ModerationRefused), transaction.atomic():
            reverse(by=by, entry=appeal.entry, reason=Reason.OTHER, words=answer, now=now)
    accounts.audit(by, f"act_appeal.{outcome}", appeal.entry.key, [f"entry:{appeal.entry_id}"])
    letters.tell_act_appeal(appeal)
    return appeal


def why_not_back(appeal: ActAppeal) -> str:
    """What was overturned and is not as it was before: why, for its author and for whoever decided."""
    entry = appeal.entry
    known = acts.get(entry.act)
    is_back = not known or not known.undo or Entry.objects.filter(undoes=entry).exists()
    if appeal.outcome != Outcome.OVERTURNED or is_back:
        return ""
    if entry.act == "redact":
        return _("The words could not be put back: they are erased for good by now, or it was changed since.")
    return _("It could not be put back: it is gone, or something else was done to it since.")


def open_act_appeals(by: User):
    """Those that `by` may decide."""
    own = Flag.objects.filter(person=by, case__kind=OuterRef("entry__kind"), case__ref=OuterRef("entry__ref"))
    found = ActAppeal.objects.filter(~Exists(own), decided_at=None).exclude(person=by).exclude(entry__by=by)
    areas = scopes_of(by)
    found = found if areas is None else found.filter(entry__scope__in=areas).exclude(entry__scope="")
    return found.select_related("entry__by", "person")
