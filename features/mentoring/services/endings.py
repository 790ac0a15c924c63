"""How a mentorship ends: whether it fits, what came of it, what is said of it, and who is kept apart."""

import statistics
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from core.text import one_line
from features.accounts.models import User
from features.mentoring.models import (
    Block,
    Booking,
    Engagement,
    EngagementSkill,
    FitAnswer,
    MentorPage,
    MentorshipRequest,
    OfficeHour,
    PooledRequest,
    Testimonial,
)
from features.mentoring.services.apart import keep_apart
from features.mentoring.services.colleagues import alternatives
from features.mentoring.services.engagements import check_active, end_engagement, lock_engagement, rate, tell
from features.mentoring.services.refusals import MentoringRefused
from features.mentoring.services.testimonials import testimonials_of, write_testimonial
from features.mentoring.services.unanswered import go_on
from features.moderation.models import Reason
from features.moderation.services import flag, hold_pair, part_pair
from features.notifications.models import Notification
from features.notifications.services import follow
from features.skills.models import Skill

ASKED_AGAIN = timedelta(days=14)
Ending = Engagement.Ending


# --- Fit check --------------------------------------------------------------------------------------------------------
def ask_for_fit(*, now: datetime) -> int:
    """After the first meeting both are asked, and whoever did not say or did not know yet once more two weeks later.
    Never a third time."""
    asked = each(_met_without_question(), lambda engagement: _ask_both(engagement, now))
    again = FitAnswer.objects.filter(_to_ask_again(now), engagement__ended_at=None)
    rows = list(again.select_related("engagement__mentor", "engagement__mentee", "person"))
    times = _times_asked(rows)
    rows = [row for row in rows if times[str(row.engagement_id), row.person_id] < 2]
    return asked + each(rows, lambda row: _ask_again(row, now))


def _to_ask_again(now) -> Q:
    unsure = Q(answer=FitAnswer.Answer.UNDECIDED, answered_at__lte=now - ASKED_AGAIN)
    return unsure | Q(answer="", asked_at__lte=now - ASKED_AGAIN)


@transaction.atomic
def _ask_both(engagement, now) -> bool:
    """Both or neither: of whom one was asked, nobody looks again whether the other was."""
    for person in (engagement.mentor, engagement.mentee):
        asked = {"asked_at": now}
        if FitAnswer.objects.get_or_create(engagement=engagement, person=person, defaults=asked)[1]:
            tell(person, "fit_asked", engagement)
    return True


@transaction.atomic
def _ask_again(row, now) -> bool:
    """Unless they have said it meanwhile."""
    still = FitAnswer.objects.filter(_to_ask_again(now), pk=row.pk)
    if still.update(answer="", answered_at=None, asked_at=now):
        tell(row.person, "fit_asked", row.engagement, ":again")
        return True
    return False


def _times_asked(rows) -> Counter:
    told = Notification.objects.filter(recipient__in=[row.person_id for row in rows], kind="fit_asked")
    return Counter(told.values_list("ref", "recipient"))


def is_last_asking(engagement: Engagement, person: User) -> bool:
    """Whoever does not know now, either, is left alone."""
    return Notification.objects.filter(recipient=person, kind="fit_asked", ref=str(engagement.pk)).count() > 1


def _met_without_question():
    asked = FitAnswer.objects.values("engagement")
    active = Engagement.objects.active().exclude(pk__in=asked).select_related("mentor", "mentee")
    met = Booking.objects.filter(outcome=Booking.Outcome.MET).values_list("mentor", "mentee", "starts_at")
    pairs = {(mentor, mentee): start for mentor, mentee, start in met.order_by("starts_at")}
    return [row for row in active if pairs.get((row.mentor_id, row.mentee_id), row.started_at) > row.started_at]


@transaction.atomic
def answer_fit(*, engagement: Engagement, person: User, answer: str, now: datetime | None = None) -> list[User]:
    """What somebody says after the first meeting. “Not a fit” ends it without blame, and answers who else there is."""
    now = now or timezone.now()
    engagement = lock_engagement(engagement.pk)
    check_active(engagement)
    FitAnswer.objects.update_or_create(
        engagement=engagement, person=person, defaults={"answer": answer, "answered_at": now}
    )
    if answer != FitAnswer.Answer.NOT_A_FIT:
        return []
    end_engagement(engagement, person, Ending.NOT_A_FIT, now)
    tell(engagement.other(person), "engagement_ended", engagement)
    return alternatives(engagement.mentee, engagement.request.skills.all(), without={engagement.mentor_id}, now=now)


# --- Ending -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def finish(
    *,
    engagement: Engagement,
    by: User,
    ending: str,
    summary: str = "",
    rating: int | None = None,
    testimonial: str = "",
    ratings: Mapping[int, int] | None = None,
    block: bool = False,
    favourite: bool = False,
    again: bool = False,
    report: str = "",
    now: datetime | None = None,
) -> Engagement:
    """End it, with all there is to say in one act. The other one says theirs afterwards. A mentee's words are the
    mentor's to reveal; `again` asks the next mentor who fits with the same request. Raises MentoringRefused and
    ModerationRefused."""
    now = now or timezone.now()
    if block:
        part_pair(engagement.mentor_id, engagement.mentee_id)
    engagement = lock_engagement(engagement.pk)
    check_active(engagement)
    is_mentee = by.pk == engagement.mentee_id
    end_engagement(engagement, by, ending, now)
    _say(engagement, by, summary, rating, testimonial, ratings, now)
    if report := one_line(report):
        flag(person=by, key=f"person:{engagement.other(by).pk}", reason=Reason.OTHER, words=report[:300], now=now)
    if favourite and is_mentee and not block:
        follow(person=by, key=f"person:{engagement.mentor_id}")
    if block:
        keep_apart(person=by, other=engagement.other(by), now=now)
    if again and is_mentee:
        go_on(engagement.request, now, without={engagement.mentor_id})
    tell(engagement.other(by), "engagement_ended", engagement)
    return engagement


@transaction.atomic
def say_at_end(
    *,
    engagement: Engagement,
    by: User,
    summary: str = "",
    rating: int | None = None,
    testimonial: str = "",
    ratings: Mapping[int, int] | None = None,
    now: datetime | None = None,
) -> Engagement:
    """What the one says who did not end it, or both where nobody did. Whoever says nothing has not said it, and opens
    nothing. Raises MentoringRefused."""
    now = now or timezone.now()
    hold_pair(engagement.mentor_id, engagement.mentee_id)
    engagement = lock_engagement(engagement.pk)
    if refused := why_not_say(engagement, by, now):
        raise refused
    if not (summary or rating or testimonial or ratings):
        raise MentoringRefused("nothing_said", _("Say what came of it, in one sentence."))
    _say(engagement, by, summary, rating, testimonial, ratings, now)
    return engagement


def why_not_say(engagement: Engagement, person: User, now: datetime) -> MentoringRefused | None:
    if engagement.ended_at is None:
        return MentoringRefused("not_ended", _("That is for the end. Finish the mentorship first."))
    if engagement.said_at(person):
        return MentoringRefused("said", _("This mentorship is over, and you have said how it was."))
    if now >= engagement.ended_at + Engagement.SPOKEN_WITHIN:
        return MentoringRefused("too_late", _("This mentorship is over. How it was can be said for 30 days."))
    if _are_apart(engagement):
        return MentoringRefused("closed", _("This mentorship is over."))
    return None


def _are_apart(engagement) -> bool:
    return Block.objects.filter(Block.between(engagement.mentor, engagement.mentee)).exists()


def _say(engagement, by, summary, rating, testimonial, ratings, now) -> None:
    side = engagement.side_of(by)
    setattr(engagement, f"{side}_summary", summary)
    setattr(engagement, f"{side}_said_at", now)
    engagement.save(update_fields=[f"{side}_summary", f"{side}_said_at"])
    if by.pk == engagement.mentee_id:
        rate(engagement, "after", ratings)
        if rating:
            write_testimonial(engagement=engagement, rating=rating, words=testimonial, now=now)
    if engagement.is_open(now):
        _tell_opened(engagement)


def _tell_opened(engagement) -> None:
    if Testimonial.objects.filter(engagement=engagement, removed_at=None).exists():
        tell(engagement.mentor, "testimonial_written", engagement)
    elif engagement.mentee_summary:
        tell(engagement.mentor, "ending_opened", engagement)
    if engagement.mentor_summary:
        tell(engagement.mentee, "ending_opened", engagement)


def open_endings(*, now: datetime) -> int:
    """What one alone has said is read by the other after seven days; twice is once."""
    due = Engagement.objects.filter(ended_at__lte=now - Engagement.SEALED, ended_at__gt=now - 2 * Engagement.SEALED)
    due = due.filter(Q(mentor_said_at=None) ^ Q(mentee_said_at=None)).select_related("mentor", "mentee")
    for engagement in due:
        if not _are_apart(engagement):
            _tell_opened(engagement)
    return len(due)


# --- What came of it --------------------------------------------------------------------------------------------------
LEAST_SHOWN = 5


def level_gain(mentor: User) -> dict | None:
    """How far mentees came in their own rating, in the median; only with five of them, so that none can be told."""
    rows = EngagementSkill.objects.filter(
        engagement__mentor=mentor, engagement__ended_at__isnull=False, before__isnull=False, after__isnull=False
    )
    gains: dict[int, list[int]] = {}
    for mentee, before, after in rows.values_list("engagement__mentee", "before", "after"):
        gains.setdefault(mentee, []).append((after or 0) - (before or 0))  # none is missing: the query says so
    if len(gains) < LEAST_SHOWN:
        return None
    return {"steps": statistics.median(max(found) for found in gains.values()), "people": len(gains)}


def said_of(person: User, now: datetime) -> dict | None:
    """What a profile tells of a mentor: words that they let others read, and how far people came."""
    if not MentorPage.objects.shown(now).filter(person=person).exists():
        return None
    return {"testimonials": list(testimonials_of(person)[:5]), "gain": level_gain(person), "mentor": person}


def take_over_mentorships(source: Skill, into: Skill) -> int:
    """What was about `source` is about `into`: each names it once."""
    rated = EngagementSkill.objects.filter(skill=source)
    moved = rated.count()
    rated.filter(engagement__rated_skills__skill=into).delete()
    rated.update(skill=into)
    for model, name in ((MentorshipRequest, "mentorshiprequest"), (PooledRequest, "pooledrequest")):
        asked = model.skills.through.objects.filter(skill=source)
        asked.filter(**{f"{name}__in": model.objects.filter(skills=into)}).delete()
        asked.update(skill=into)
    OfficeHour.objects.filter(skill=source).update(skill=into)
    return moved
