"""A request from being sent to being decided. Whoever changes one holds its row, so that it is decided once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.limits import hit
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.mentoring.models import (
    ANSWER_WITHIN,
    QUESTION_WAITS,
    Block,
    Engagement,
    EngagementSkill,
    MentorPage,
    MentorshipRequest,
)
from features.mentoring.services.answering import count_places
from features.mentoring.services.refusals import MentoringRefused
from features.moderation.services import hold_pair, kept_apart_from
from features.notifications.services import notify
from features.skills import services as skills
from features.skills.models import Skill

State = MentorshipRequest.State
MOST_OPEN = 3
BRIEF_LINES = 8


def why_not_ask(mentor: User, person: User, now: datetime) -> MentoringRefused | None:
    """Whether this person may ask this mentor, with the next step if not."""
    page = MentorPage.objects.shown(now).filter(person=mentor).first()
    if mentor.pk == person.pk:
        return MentoringRefused("own", _("This is your own page. Others ask here."))
    if page is None or Block.objects.filter(Block.between(mentor, person)).exists():
        return MentoringRefused("closed", _("Nobody can be asked here. Look for another mentor."))
    if not EmailAddress.objects.filter(user=person, verified=True).exists():
        return MentoringRefused("email_not_verified", _("Confirm your e-mail address first."))
    if barred := bar(person, Ability.MESSAGE):
        return MentoringRefused("barred", barred.words, barred.url)
    if standing := MentorshipRequest.objects.open().filter(mentor=mentor, mentee=person).first():
        return MentoringRefused("asked", _("You have asked already."), standing.get_absolute_url())
    if active := Engagement.objects.active().filter(mentor=mentor, mentee=person).first():
        return MentoringRefused("together", _("You work together already."), active.get_absolute_url())
    unfit = MentorshipRequest.objects.filter(mentor=mentor, mentee=person, state=State.DECLINED)
    if unfit.filter(reason=MentorshipRequest.Reason.NO_FIT).exists():
        words = _("%(name)s has said that you two do not fit. Look for another mentor.")
        return MentoringRefused("declined", words % {"name": mentor.name}, reverse("mentors"))
    if not page.has_room(timezone.localdate(now)) or bar(mentor, Ability.MENTOR):
        words = _("%(name)s takes nobody new at the moment. Look for another mentor, or come back later.")
        return MentoringRefused("full", words % {"name": mentor.name})
    if MentorshipRequest.objects.open().filter(mentee=person).count() >= MOST_OPEN:
        words = _("You have %(n)d open requests. Wait for an answer, or take one back.") % {"n": MOST_OPEN}
        return MentoringRefused("too_many", words, reverse("mentoring"))
    return None


def brief_of(person: User, about: Iterable[Skill]) -> list[str]:
    """What the person has done here about these skills, in their own view: it goes along with what they ask."""
    rows = list(skills.evidence_for(person).filter(skill__in=list(about))[:BRIEF_LINES])
    lines = []
    for skill in {row.skill for row in rows}:
        of_skill = [row for row in rows if row.skill == skill]
        for cause in skills.tell_causes(of_skill, skills.level_of(person, skill), person):
            day = date_format(timezone.localdate(cause.happened_at), "j F Y")
            lines.append(f"{skill.name}: {cause.told.words} ({day})")
    return sorted(lines)


@transaction.atomic
def send_request(
    *,
    person: User,
    mentor: User,
    goal: str,
    background: str,
    expectation: str,
    about: Sequence[Skill],
    goes_on: bool = True,
    origin: MentorshipRequest | None = None,
    now: datetime | None = None,
) -> MentorshipRequest:
    """Ask a mentor. Raises MentoringRefused and RateLimited."""
    now = now or timezone.now()
    hold_pair(mentor.pk, person.pk)
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two tabs count their open requests one by one
    if refused := why_not_ask(mentor, person, now):
        raise refused
    hit("mentorship_request", person.pk)
    made = MentorshipRequest.objects.create(
        mentee=person,
        mentor=mentor,
        goal=goal,
        background=background,
        expectation=expectation,
        brief=brief_of(person, about),
        goes_on=goes_on,
        origin=origin,
        sent_at=now,
        due_at=now + ANSWER_WITHIN,
    )
    made.skills.set(about)
    tell(made.mentor, "request_received", made)
    return made


def view_request(*, request: MentorshipRequest, now: datetime | None = None) -> None:
    """The mentor has read it. The time to answer goes on."""
    new = MentorshipRequest.objects.filter(pk=request.pk, state=State.NEW)
    new.update(state=State.VIEWED, viewed_at=now or timezone.now())


@transaction.atomic
def ask_for_more(*, request: MentorshipRequest, question: str, now: datetime | None = None) -> None:
    """The mentor needs to know something first. Their clock stops, and the mentee's begins."""
    now = now or timezone.now()
    request = _waiting_for_mentor(request)
    request.state, request.question, request.answer = State.NEEDS_INFO, question, ""
    request.first_answer_at = request.first_answer_at or now
    request.due_at = now + QUESTION_WAITS
    request.save()
    tell(request.mentee, "request_question", request, f":{now.isoformat()}")


@transaction.atomic
def answer_request(*, request: MentorshipRequest, answer: str, now: datetime | None = None) -> None:
    now = now or timezone.now()
    request = _locked(request)
    if request.state != State.NEEDS_INFO:
        raise MentoringRefused("not_asked", _("Nothing was asked, or it is decided by now."))
    request.state, request.answer, request.due_at = State.VIEWED, answer, now + ANSWER_WITHIN
    request.save()
    tell(request.mentor, "request_answered", request, f":{now.isoformat()}")


@transaction.atomic
def accept_request(*, request: MentorshipRequest, now: datetime | None = None) -> Engagement:
    """Begin. The page's row is the place in the queue, so that the last place goes to one. Raises MentoringRefused."""
    now = now or timezone.now()
    hold_pair(request.mentor_id, request.mentee_id)
    page = MentorPage.objects.select_for_update().get(pk=request.mentor_id)
    request = _undecided(request)
    if barred := bar(request.mentor, Ability.MENTOR):
        raise MentoringRefused("barred", barred.words, barred.url)
    if Block.objects.filter(Block.between(request.mentor, request.mentee)).exists():
        raise MentoringRefused("closed", _("This request cannot be accepted any more. Decline it."))
    if Engagement.objects.active().filter(mentor=request.mentor, mentee=request.mentee).exists():
        raise MentoringRefused("together", _("You work together already. Decline this one."))
    if Engagement.objects.active().filter(mentor=request.mentor).count() >= page.capacity:
        words = _("All your places are taken. Make room for one more, or decline and suggest a colleague.")
        raise MentoringRefused("full", words)
    decide(request, State.ACCEPTED, now)
    made = begin(request, now)
    tell(request.mentee, "request_accepted", request)
    return made


def begin(request: MentorshipRequest, now: datetime) -> Engagement:
    """The mentorship of a request that is accepted."""
    made = Engagement.objects.create(
        request=request,
        mentor=request.mentor,
        mentee=request.mentee,
        goal=request.goal,
        started_at=now,
        turn_since=now,
    )
    EngagementSkill.objects.bulk_create(EngagementSkill(engagement=made, skill=skill) for skill in request.skills.all())
    count_places(request.mentor)
    return made


@transaction.atomic
def decline_request(
    *,
    request: MentorshipRequest,
    reason: str,
    words: str = "",
    colleague: User | None = None,
    pause: bool = False,
    now: datetime | None = None,
) -> None:
    """Say no, with a reason; perhaps name somebody else, and take nobody new for a while."""
    now = now or timezone.now()
    request = _undecided(request)
    if colleague and colleague.pk in {request.mentee_id, request.mentor_id, *kept_apart_from(request.mentee)}:
        colleague = None  # nobody is told why
    request.reason, request.words, request.colleague = reason, words, colleague
    decide(request, State.DECLINED, now)
    if pause:
        MentorPage.objects.filter(person=request.mentor).update(is_accepting=False, updated_at=now)
    tell(request.mentee, "request_declined", request)


@transaction.atomic
def withdraw_request(*, request: MentorshipRequest, now: datetime | None = None) -> None:
    request = _undecided(request)
    decide(request, State.WITHDRAWN, now or timezone.now(), by_mentor=False)


@transaction.atomic
def reopen_request(*, request: MentorshipRequest, now: datetime | None = None) -> None:
    """It was taken back by a slip: it is where it was, and its time has gone on. Raises MentoringRefused."""
    now = now or timezone.now()
    hold_pair(request.mentor_id, request.mentee_id)
    User.objects.select_for_update(no_key=True).get(pk=request.mentee_id)  # as for a new one
    request = _locked(request)
    if request.state != State.WITHDRAWN:
        raise MentoringRefused("not_taken_back", _("This request is not taken back."))
    if request.due_at <= now:
        words = _("The time to answer this request is over. Ask once more.")
        raise MentoringRefused("over", words, reverse("mentorship_request_new", args=[request.mentor.handle]))
    if refused := why_not_ask(request.mentor, request.mentee, now):
        raise refused
    was = State.VIEWED if request.viewed_at else State.NEW
    request.state = State.NEEDS_INFO if request.question and not request.answer else was
    request.decided_at = None
    request.save(update_fields=["state", "decided_at"])


# --- What they share --------------------------------------------------------------------------------------------------
def _locked(request) -> MentorshipRequest:
    rows = MentorshipRequest.objects.select_for_update(of=("self",)).select_related("mentor", "mentee")
    return rows.get(pk=request.pk)


def _undecided(request) -> MentorshipRequest:
    request = _locked(request)
    if not request.is_open:
        raise MentoringRefused("decided", _("This request is decided already."))
    return request


def _waiting_for_mentor(request) -> MentorshipRequest:
    request = _locked(request)
    if not request.waits_for_mentor:
        raise MentoringRefused("not_waiting", _("This request does not wait for you."))
    return request


def decide(request, state, now, *, by_mentor=True) -> None:
    request.state, request.decided_at = state, now
    if by_mentor:
        request.first_answer_at = request.first_answer_at or now
    request.save()


def tell(person, kind, request, suffix="") -> None:
    notify(person, kind, request.pk, request.get_absolute_url(), key=f"{kind}:{request.pk}{suffix}")
