"""What requests and mentorships know about a person, for export and erasure."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.personal_data import Foretold, PersonalData, personal_data
from features.mentoring import services
from features.mentoring.models import (
    ActionItem,
    Block,
    EndedApart,
    Engagement,
    EngagementFile,
    EngagementSkill,
    FitAnswer,
    MentorPage,
    MentorshipRequest,
    Message,
    Note,
    PooledRequest,
    RequestLock,
    Testimonial,
)


def export(person) -> dict:
    asked = ("goal", "background", "expectation", "brief", "state", "sent_at", "question", "answer", "reason", "words")
    agreed = ("goal", "plan", "cadence", "ends_on", "started_at", "ended_at", "ending")
    of_person = Engagement.objects.of(person)
    about = MentorshipRequest.skills.through.objects.filter(mentorshiprequest__mentee=person).order_by("pk")
    return {
        "requests": list(MentorshipRequest.objects.filter(mentee=person).order_by("pk").values(*asked)),
        "requests_received": list(
            MentorshipRequest.objects.filter(mentor=person).order_by("pk").values("goal", "state", "sent_at", "words")
        ),
        "pooled_requests": list(PooledRequest.objects.filter(mentee=person).order_by("pk").values(*asked[:6])),
        "pooled_request_skills": list(
            PooledRequest.skills.through.objects.filter(pooledrequest__mentee=person)
            .order_by("pk")
            .values("skill__name")
        ),
        "locks": list(RequestLock.objects.filter(mentor=person).order_by("pk").values("locked_at", "until")),
        "request_skills": list(about.values("skill__name")),
        "mentorships": list(of_person.order_by("pk").values(*agreed)),
        "said_at_the_end": [
            {"by": side, "summary": getattr(row, f"{side}_summary"), "said_at": getattr(row, f"{side}_said_at")}
            for row in of_person.filter(ended_at__isnull=False).order_by("pk")
            for side in Engagement.Turn.values
            if getattr(row, f"{side}_said_at") and (side == row.side_of(person) or row.is_open(timezone.now()))
        ],
        "rated_skills": list(
            EngagementSkill.objects.filter(engagement__in=of_person)
            .order_by("pk")
            .values("skill__name", "before", "after", "signed_off_at")
        ),
        "messages": list(Message.objects.filter(author=person).order_by("pk").values("text", "written_at")),
        "notes": list(Note.objects.filter(author=person).order_by("pk").values("text", "is_shared", "written_at")),
        "files": list(
            EngagementFile.objects.filter(file__owner=person).order_by("pk").values("file__title", "file__size")
        ),
        "actions": list(ActionItem.objects.filter(owner=person).order_by("pk").values("text", "added_at", "done_at")),
        "fit_answers": list(FitAnswer.objects.filter(person=person).order_by("pk").values("answer", "answered_at")),
        "testimonials": list(
            Testimonial.objects.readable_by(person, timezone.now())
            .order_by("pk")
            .values("rating", "words", "written_at", "revealed_at")
        ),
        "kept_apart": list(Block.objects.own().filter(person=person).order_by("pk").values("blocked_at")),
        "ended_apart": list(
            EndedApart.objects.filter(Q(person=person) | Q(blocked=person))
            .order_by("pk")
            .values("decided_at", "ended_at")
        ),
        "kept_apart_by_staff": list(
            Block.objects.decided().filter(Q(person=person) | Q(blocked=person)).order_by("pk").values("blocked_at")
        ),
    }


def leave(person) -> None:
    """Nobody waits for somebody who has gone."""
    now = timezone.now()
    for request in MentorshipRequest.objects.open().filter(mentee=person):
        services.withdraw_request(request=request, now=now)
    for pooled in PooledRequest.objects.open().filter(mentee=person):
        services.take_back_pooled(pooled=pooled, now=now)
    RequestLock.objects.filter(mentor=person).delete()
    for request in MentorshipRequest.objects.open().filter(mentor=person):
        services.decline_request(request=request, reason=MentorshipRequest.Reason.FULL, now=now)
    for engagement in Engagement.objects.active().of(person):
        services.finish(engagement=engagement, by=person, ending=Engagement.Ending.ENOUGH, now=now)
    MentorPage.objects.filter(person=person).update(is_accepting=False)


def foretell(person) -> Foretold:
    active = Engagement.objects.active().of(person).count()
    return Foretold(at_once=[(_("Mentorships that end"), active)])


def erase(person) -> None:
    """What was written in confidence goes; that two people worked together stays with the other one."""
    leave(person)
    MentorshipRequest.objects.filter(mentee=person).update(goal="", background="", expectation="", answer="", brief=[])
    PooledRequest.objects.filter(mentee=person).update(goal="", background="", expectation="", brief=[])
    Engagement.objects.filter(mentee=person).update(goal="", plan="", cadence="", mentee_summary="", mentor_summary="")
    Engagement.objects.filter(mentor=person).update(mentor_summary="")
    ActionItem.objects.filter(owner=person).delete()
    MentorshipRequest.objects.filter(mentor=person).update(question="", words="")
    Message.objects.filter(author=person).update(text="", html="")
    Note.objects.filter(author=person).delete()
    Testimonial.objects.filter(engagement__mentee=person).update(words="")
    EndedApart.objects.filter(Q(person=person) | Q(blocked=person)).delete()
    Block.objects.filter(Q(person=person) | Q(blocked=person, decided_at__isnull=False)).delete()


def register():
    data = PersonalData(export=export, erase=erase, leave=leave, foretell=foretell)
    personal_data.register("mentorships", data)
