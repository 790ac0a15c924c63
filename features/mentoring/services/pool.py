"""Requests to whoever can help. A mentor reads one under a lock of half an hour, so that no two prepare the same; the
mentor's page is locked first and the request second, by everybody."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import each
from core.limits import hit
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.mentoring.models import (
    Block,
    Dismissal,
    Engagement,
    MentorPage,
    MentorshipRequest,
    PooledRequest,
    RequestLock,
)
from features.mentoring.services.refusals import MentoringRefused
from features.mentoring.services.requests import MOST_OPEN, begin, brief_of
from features.moderation.services import hold_pair
from features.notifications.services import notify
from features.skills.models import Skill, SkillLevel

LOCKED_FOR = timedelta(minutes=30)
MOST_LOCKS = 4  # at once, of one mentor
OPEN_FOR = timedelta(days=14)
State = PooledRequest.State


# --- Asking -----------------------------------------------------------------------------------------------------------
def why_not_ask_anybody(person: User) -> MentoringRefused | None:
    if not EmailAddress.objects.filter(user=person, verified=True).exists():
        return MentoringRefused("email_not_verified", _("Confirm your e-mail address first."))
    if barred := bar(person, Ability.MESSAGE):
        return MentoringRefused("barred", barred.words, barred.url)
    if standing := PooledRequest.objects.open().filter(mentee=person).first():
        words = _("Your request waits for a mentor already. One at a time.")
        return MentoringRefused("asked", words, standing.get_absolute_url())
    if MentorshipRequest.objects.open().filter(mentee=person).count() >= MOST_OPEN:
        words = _("You have %(n)d open requests. Wait for an answer, or take one back.") % {"n": MOST_OPEN}
        return MentoringRefused("too_many", words, reverse("mentoring"))
    return None


@transaction.atomic
def ask_anybody(
    *, person: User, goal: str, background: str, expectation: str, about: Sequence[Skill], now: datetime | None = None
) -> PooledRequest:
    """For whoever mentors in one of these skills, for two weeks. Raises MentoringRefused and RateLimited."""
    now = now or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two tabs ask one after the other
    if refused := why_not_ask_anybody(person):
        raise refused
    hit("mentorship_request", person.pk)
    made = PooledRequest.objects.create(
        mentee=person, goal=goal, background=background, expectation=expectation, brief=brief_of(person, about),
        sent_at=now, closes_at=now + OPEN_FOR,
    )  # fmt: skip
    made.skills.set(about)
    return made


@transaction.atomic
def take_back_pooled(*, pooled: PooledRequest, now: datetime | None = None) -> None:
    _close(_locked(pooled), State.WITHDRAWN, now or timezone.now())


def expire_pooled(*, now: datetime | None = None) -> int:
    """What nobody took in two weeks; its author hears who could be asked by name."""
    now = now or timezone.now()
    due = PooledRequest.objects.open().filter(closes_at__lte=now).order_by("closes_at", "pk")
    return each(list(due.values_list("pk", flat=True)), lambda pk: _expire(pk, now))


@transaction.atomic
def _expire(pk: int, now: datetime) -> bool:
    row = PooledRequest.objects.select_for_update(of=("self",)).select_related("mentee").get(pk=pk)
    if row.state != State.OPEN or RequestLock.objects.filter(pooled=row, until__gt=now).exists():
        return False
    _close(row, State.EXPIRED, now)
    notify(row.mentee, "pooled_expired", row.pk, row.get_absolute_url(), key=f"pooled_expired:{row.pk}")
    return True


# --- Reading ----------------------------------------------------------------------------------------------------------
def pool_for(mentor: User, now: datetime):
    """What a mentor can help with and may read: in skills that they mentor in or have proven, of nobody whom they are
    kept apart from, have said no to for good, or mentor already. Empty for whoever takes nobody at the moment."""
    page = MentorPage.objects.shown(now).filter(person=mentor).first()
    if page is None or not page.has_room(timezone.localdate(now)) or bar(mentor, Ability.MENTOR):
        return PooledRequest.objects.none()
    proven = SkillLevel.objects.evidenced().filter(person=mentor).values("skill")
    can = Q(skills__in=page.topics.values("pk")) | Q(skills__in=proven)
    declined = MentorshipRequest.objects.filter(mentor=mentor, reason=MentorshipRequest.Reason.NO_FIT)
    known = Engagement.objects.filter(Q(ended_at=None) | Q(ending=Engagement.Ending.NOT_A_FIT), mentor=mentor)
    return (
        PooledRequest.objects.open()
        .filter(can, mentee__in=User.objects.active(now), closes_at__gt=now)
        .exclude(mentee=mentor)
        .exclude(mentee__in=Block.objects.filter(person=mentor).values("blocked"))
        .exclude(mentee__in=Block.objects.filter(blocked=mentor).values("person"))
        .exclude(mentee__in=declined.values("mentee"))
        .exclude(mentee__in=known.values("mentee"))
        .exclude(mentee__in=Dismissal.objects.in_force(now).filter(mentor=mentor).values("mentee"))
        .distinct()
    )


def lock_of(pooled: PooledRequest, now: datetime) -> RequestLock | None:
    """Whoever reads it now."""
    return RequestLock.objects.filter(pooled=pooled, until__gt=now).first()


@transaction.atomic
def lock_pooled(*, pooled: PooledRequest, mentor: User, now: datetime | None = None) -> RequestLock:
    """Half an hour to read it, counted from now: also for who has it already. Raises MentoringRefused."""
    now = now or timezone.now()
    _hold_page(mentor)
    pooled = _locked(pooled)
    held = lock_of(pooled, now)
    if held and held.mentor_id != mentor.pk:
        raise MentoringRefused("locked", _("Somebody else reads it at the moment. Look at another one."))
    if held is None:
        mine = RequestLock.objects.filter(mentor=mentor, until__gt=now, pooled__state=State.OPEN)
        if mine.count() >= MOST_LOCKS:
            words = _("You read %(n)d requests at once already. Decide on one of them, or give one back.")
            raise MentoringRefused("too_many_locks", words % {"n": MOST_LOCKS})
    values = {"mentor": mentor, "until": now + LOCKED_FOR}
    if held is None:
        values["locked_at"] = now
    lock, _is_new = RequestLock.objects.update_or_create(pooled=pooled, defaults=values)
    return lock


@transaction.atomic
def give_back_pooled(*, pooled: PooledRequest, mentor: User) -> None:
    """Not this one: others can read it at once."""
    RequestLock.objects.filter(pooled=pooled, mentor=mentor).delete()


@transaction.atomic
def accept_pooled(*, pooled: PooledRequest, mentor: User, now: datetime | None = None) -> Engagement:
    """Begin, by whoever reads it now. Raises MentoringRefused."""
    now = now or timezone.now()
    hold_pair(mentor.pk, pooled.mentee_id)
    page = _hold_page(mentor)
    pooled = _locked(pooled)
    held = lock_of(pooled, now)
    if held is None or held.mentor_id != mentor.pk:
        raise MentoringRefused("not_locked", _("Your half hour is over. Read it once more before you accept."))
    if Engagement.objects.active().filter(mentor=mentor).count() >= page.capacity:
        raise MentoringRefused("full", _("All your places are taken. Make room for one more, or give it back."))
    if not pool_for(mentor, now).filter(pk=pooled.pk).exists():
        raise MentoringRefused("closed", _("You cannot take this one. Look at another."))
    request = MentorshipRequest.objects.filter(mentee=pooled.mentee, mentor=mentor).open().first()
    if request is None:
        request = MentorshipRequest(mentee=pooled.mentee, mentor=mentor, sent_at=pooled.sent_at, due_at=now)
        request.goal, request.background, request.expectation = pooled.goal, pooled.background, pooled.expectation
        request.brief = pooled.brief
    # Nobody waited for this mentor: how long it took is no answer of theirs.
    request.state, request.decided_at = MentorshipRequest.State.ACCEPTED, now
    request.save()
    if not request.skills.exists():
        request.skills.set(pooled.skills.all())
    made = begin(request, now)
    pooled.request = request
    _close(pooled, State.ACCEPTED, now)
    key = f"request_accepted:{request.pk}"
    notify(pooled.mentee, "request_accepted", request.pk, request.get_absolute_url(), key=key)
    return made


def let_go_of_locks(one: User, other: User) -> None:
    """They are kept apart: neither reads what the other wrote."""
    both = Q(mentor=one, pooled__mentee=other) | Q(mentor=other, pooled__mentee=one)
    RequestLock.objects.filter(both).delete()


# --- What they share --------------------------------------------------------------------------------------------------
def _hold_page(mentor) -> MentorPage:
    """Of one mentor's acts one at a time, so that they read four at most and take as many as they have room for."""
    page = MentorPage.objects.select_for_update().filter(person=mentor).first()
    if page is None:
        raise MentoringRefused("no_page", _("Fill in your page as a mentor first."), reverse("mentor_settings"))
    return page


def _locked(pooled) -> PooledRequest:
    row = PooledRequest.objects.select_for_update(of=("self",)).select_related("mentee").get(pk=pooled.pk)
    if row.state != State.OPEN:
        raise MentoringRefused("decided", _("This request is decided already. Look at another one."))
    return row


def _close(pooled, state, now) -> None:
    pooled.state, pooled.closed_at = state, now
    pooled.save()
    RequestLock.objects.filter(pooled=pooled).delete()
