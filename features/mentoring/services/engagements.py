"""A mentorship from its beginning to its end: whose turn it is, what both agree on, and what is left of it."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from core.limits import hit
from core.text import render_markdown
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.mentoring.models import (
    ActionItem,
    Booking,
    Engagement,
    EngagementSkill,
    MentorPage,
    Message,
    Note,
)
from features.mentoring.services.refusals import MentoringRefused
from features.mentoring.services.requests import count_places
from features.notifications.services import notify
from features.skills import services as skills
from features.skills.models import SkillEvidence

NUDGES = (7, 14, 21)
SILENT_DAYS = 28
AGAIN = timedelta(minutes=1)
SIGNED_OFF, MENTORED = "mentor_sign_off", "mentoring_finished"
SIGNED_OFF_STRENGTH, MENTORED_STRENGTH = 0.5, 0.4
Ending = Engagement.Ending


def check_active(engagement: Engagement) -> None:
    if engagement.ended_at:
        raise MentoringRefused("ended", _("This mentorship is over. What was written stays for both of you to read."))


# --- Whose turn -------------------------------------------------------------------------------------------------------
def pass_turn(engagement: Engagement, by: User, now: datetime) -> None:
    """Whoever did something hands the turn over. It begins when it is got, not when that is repeated."""
    theirs = Engagement.Turn.MENTEE if by.pk == engagement.mentor_id else Engagement.Turn.MENTOR
    Engagement.objects.active().filter(pk=engagement.pk).exclude(turn=theirs).update(
        turn=theirs, turn_since=now, nudged_days=0
    )
    Engagement.objects.active().filter(pk=engagement.pk, nudged_days__gt=0).update(nudged_days=0, turn_since=now)


def nudge(*, now: datetime) -> int:
    """Remind whoever is expected to act after 7, 14 and 21 days; close at 28, and tell both."""
    waiting = Engagement.objects.active().filter(turn_since__lte=now - timedelta(days=NUDGES[0]))
    return each(list(waiting.values_list("pk", flat=True)), lambda pk: _nudge(pk, now))


@transaction.atomic
def _nudge(pk, now) -> bool:
    engagement = lock_engagement(pk)
    waited = (now - engagement.turn_since).days
    if engagement.ended_at or waited < NUDGES[0] or _meets_soon(engagement, now):
        return False
    if now >= closes_at(engagement):
        end_engagement(engagement, None, Ending.SILENT, now)
        for person in (engagement.mentor, engagement.mentee):
            tell(person, "engagement_closed", engagement)
        return True
    due = max(days for days in NUDGES if days <= waited)
    if due <= engagement.nudged_days:
        return False
    Engagement.objects.filter(pk=engagement.pk).update(nudged_days=due)
    tell(engagement.waits_for, "engagement_nudge", engagement, f":{engagement.turn_since.isoformat()}:{due}")
    return True


def _meets_soon(engagement, now) -> bool:
    """A meeting that is planned is an answer, too."""
    planned = Booking.objects.confirmed().filter(mentor=engagement.mentor_id, mentee=engagement.mentee_id)
    return planned.filter(ends_at__gt=now - timedelta(days=NUDGES[0])).exists()


def closes_at(engagement: Engagement) -> datetime:
    """When it is closed if nobody does anything until then."""
    return closing_times([engagement])[engagement.pk]


def closing_times(engagements: Collection[Engagement]) -> dict[int, datetime]:
    """The same of several, by id, in one query."""
    people = {pk for row in engagements for pk in (row.mentor_id, row.mentee_id)}
    met = Booking.objects.confirmed().filter(mentor__in=people, mentee__in=people).order_by()
    last = {
        (mentor, mentee): end for mentor, mentee, end in met.values_list("mentor", "mentee").annotate(Max("ends_at"))
    }
    return {
        row.pk: max(
            row.turn_since + timedelta(days=SILENT_DAYS),
            last.get((row.mentor_id, row.mentee_id), row.turn_since) + timedelta(days=NUDGES[0]),
        )
        for row in engagements
    }


# --- Working together -------------------------------------------------------------------------------------------------
@transaction.atomic
def write_message(
    *, engagement: Engagement, author: User, text: str, once: bool = False, now: datetime | None = None
) -> Message:
    """`once`, here and below: from a form, whose button may be pressed twice. Then the same again is the first one."""
    now = now or timezone.now()
    engagement = lock_engagement(engagement.pk)
    check_active(engagement)
    if barred := bar(author, Ability.MESSAGE):
        raise MentoringRefused("barred", barred.words, barred.url)
    text = text.replace("\x00", "").strip()
    if once and (sent := _of_late(engagement.messages.filter(author=author), "written_at", now, text=text)):
        return sent
    hit("mentoring_message", author.pk)
    made = Message.objects.create(
        engagement=engagement, author=author, text=text, html=render_markdown(text), written_at=now
    )
    pass_turn(engagement, author, now)
    # One letter for what is written in a row: the next one comes when the other has answered.
    before = Message.objects.filter(engagement=engagement).exclude(author=author).order_by("-pk").first()
    tell(engagement.other(author), "message_received", engagement, f":{author.pk}:{before.pk if before else 0}")
    return made


@transaction.atomic
def write_note(*, engagement: Engagement, author: User, text: str, is_shared: bool, once: bool = False) -> Note:
    check_active(lock_engagement(engagement.pk))
    said = {"text": text, "is_shared": is_shared}
    if once and (sent := _of_late(engagement.notes.filter(author=author), "written_at", timezone.now(), **said)):
        return sent
    return Note.objects.create(engagement=engagement, author=author, text=text, is_shared=is_shared)


def take_note_away(*, note: Note) -> None:
    """Whoever wrote it does not want it there any more, also where it is over."""
    note.delete()


@transaction.atomic
def add_action(
    *, engagement: Engagement, by: User, owner: User, text: str, once: bool = False, now: datetime | None = None
) -> ActionItem:
    """Something that one of the two takes on."""
    now = now or timezone.now()
    check_active(lock_engagement(engagement.pk))
    if once and (sent := _of_late(engagement.actions.filter(owner=owner), "added_at", now, text=text)):
        return sent
    return ActionItem.objects.create(engagement=engagement, owner=owner, text=text, added_at=now)


def _of_late(rows, at: str, now: datetime, **said):
    return rows.filter(**{f"{at}__gt": now - AGAIN, f"{at}__lte": now}, **said).first()


@transaction.atomic
def tick_action(*, action: ActionItem, is_done: bool, now: datetime | None = None) -> None:
    check_active(lock_engagement(action.engagement_id))
    ActionItem.objects.filter(pk=action.pk).update(done_at=(now or timezone.now()) if is_done else None)


@transaction.atomic
def agree(
    *,
    engagement: Engagement,
    by: User,
    goal: str,
    plan: str,
    cadence: str,
    ends_on,
    ratings: Mapping[int, int] | None = None,
    seen: str = "",
    now: datetime | None = None,
) -> Engagement:
    """Write the agreement, and sign it. What one changes, the other has to sign anew, and nobody writes over what the
    other has changed since (`seen` is the `agreement_version` they began with). The mentee rates themselves."""
    now = now or timezone.now()
    engagement = lock_engagement(engagement.pk)
    check_active(engagement)
    said = {"goal": goal, "plan": plan, "cadence": cadence, "ends_on": ends_on}
    is_changed = any(getattr(engagement, name) != value for name, value in said.items())
    if is_changed and seen and seen != engagement.agreement_version:
        words = _("It was changed since you opened this page. What you typed stands here: sign it to put it in place.")
        raise MentoringRefused("changed", words)
    if is_changed:
        engagement.mentor_signed_at = engagement.mentee_signed_at = None
    for name, value in said.items():
        setattr(engagement, name, value)
    setattr(engagement, f"{engagement.side_of(by)}_signed_at", now)
    engagement.save()
    if by.pk == engagement.mentee_id:
        rate(engagement, "before", ratings)
    pass_turn(engagement, by, now)
    if not engagement.is_signed:
        tell(engagement.other(by), "agreement_to_sign", engagement, f":{now.isoformat()}")
    return engagement


def rate(engagement, moment, ratings):
    for pk, level in (ratings or {}).items():
        EngagementSkill.objects.filter(engagement=engagement, pk=pk).update(**{moment: level})


@transaction.atomic
def sign_off(*, engagement: Engagement, rated: EngagementSkill, now: datetime | None = None) -> None:
    """The mentor says that the mentee has learnt this: it stands on the mentee's profile as evidence. Once, and not of
    somebody whom they have neither met nor heard from. Raises MentoringRefused."""
    now = now or timezone.now()
    check_active(lock_engagement(engagement.pk))
    if not _met(engagement) and not Message.objects.filter(engagement=engagement, author=engagement.mentee_id).exists():
        raise MentoringRefused("too_early", _("You have neither met nor heard from them yet. Meet, or let them write."))
    changed = EngagementSkill.objects.filter(pk=rated.pk, engagement=engagement, signed_off_at=None)
    if changed.update(signed_off_at=now):
        skills.record_evidence(
            person=engagement.mentee,
            skill=rated.skill,
            kind=SIGNED_OFF,
            strength=SIGNED_OFF_STRENGTH,
            happened_at=now,
            source=source_of(engagement),
        )
        tell(engagement.mentee, "skill_signed_off", engagement, f":{rated.pk}")


@transaction.atomic
def take_back_sign_off(*, engagement: Engagement, rated: EngagementSkill) -> None:
    """Whoever gave it was wrong, and says so at any time: it proves nothing any more."""
    lock_engagement(engagement.pk)
    if EngagementSkill.objects.filter(pk=rated.pk, engagement=engagement).update(signed_off_at=None):
        skills.revoke_evidence(source_of(engagement), person=engagement.mentee, skill=rated.skill, kind=SIGNED_OFF)


def source_of(engagement) -> str:
    return f"engagement:{engagement.pk}"


# --- What they share --------------------------------------------------------------------------------------------------
def end_engagement(engagement, by, ending, now) -> None:
    MentorPage.objects.select_for_update().filter(pk=engagement.mentor_id).first()
    engagement.ended_at, engagement.ended_by, engagement.ending = now, by, ending
    engagement.save()
    count_places(engagement.mentor)
    # A mentee who falls silent does not rob the mentor of what they did.
    went_silent = ending == Ending.SILENT and engagement.turn == Engagement.Turn.MENTEE
    if (ending in Engagement.GOOD or went_silent) and _met(engagement):
        skills.record_all(
            [
                SkillEvidence(
                    person=engagement.mentor,
                    skill=rated.skill,
                    kind=MENTORED,
                    strength=MENTORED_STRENGTH,
                    happened_at=now,
                    source=source_of(engagement),
                )
                for rated in engagement.rated_skills.select_related("skill")
            ]
        )


def _met(engagement) -> bool:
    met = Booking.objects.filter(mentor=engagement.mentor_id, mentee=engagement.mentee_id)
    return met.filter(outcome=Booking.Outcome.MET, starts_at__gt=engagement.started_at).exists()


def lock_engagement(pk) -> Engagement:
    rows = Engagement.objects.select_for_update(of=("self",)).select_related("mentor", "mentee", "request")
    return rows.get(pk=pk)


def tell(person, kind, engagement, suffix="") -> None:
    url = engagement.get_absolute_url()
    if kind == "fit_asked":
        url = reverse("fit_check", args=[engagement.public_id])
    notify(person, kind, engagement.pk, url, key=f"{kind}:{engagement.pk}:{person.pk}{suffix}")
