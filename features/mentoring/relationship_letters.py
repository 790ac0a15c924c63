"""Letters and sentences about requests and mentorships, built when they are sent: they say only what still holds."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.mentoring import services
from features.mentoring.letters import clock, letter
from features.mentoring.models import Engagement, FitAnswer, MentorshipRequest
from features.notifications.kinds import Group, Kind, kinds

State = MentorshipRequest.State
REQUESTS = Group(
    key="mentorship_requests",
    label=gettext_lazy("Requests for mentoring"),
    why=gettext_lazy("Requests have an end, so news of them cannot be switched off."),
)
MENTORSHIPS = Group(
    key="mentorships",
    label=gettext_lazy("Your mentorships"),
    why=gettext_lazy("You are written to when somebody you work with waits for you."),
    is_optional=True,
)


@dataclass(frozen=True)
class Said:
    """`holds` looks whether it is still true; `more` answers paragraphs beside the first one."""

    group: Group
    subject: str
    paragraph: str
    link: str
    holds: Callable = lambda thing, person: True
    more: Callable = lambda thing, person: []
    answers: tuple = ()  # (answer, its words): a link each, to the same page with that one chosen


def _due(request, person):
    return [_("There is time until %(when)s.") % {"when": clock(request.due_at, person)}]


def _asked(request, person):
    others = MentorshipRequest.objects.open().filter(mentee=request.mentee).exclude(pk=request.pk).count()
    said = [f"“{request.goal}”", request.expectation, *_due(request, person)]
    if others:
        said.append(_("They have asked %(n)d more mentors at the same time.") % {"n": others})
    return said


def _declined(request, person):
    said = [str(request.get_reason_display()) + "."] + ([f"“{request.words}”"] if request.words else [])
    if request.colleague:
        named = {"name": request.colleague.name, "url": absolute(request.colleague.get_absolute_url())}
        said.append(_("They suggest %(name)s: %(url)s") % named)
    return said + _others(request, person)


def _others(request, person):
    asked = {request.mentor_id}
    found = services.alternatives(request.mentee, request.skills.all(), without=asked)
    if not found:
        return [_("Nobody else with room fits at the moment. Look again in some days.")]
    return [
        _("Others who fit and have room: %(names)s.") % {"names": ", ".join(other.name for other in found)},
        *(absolute(other.get_absolute_url()) for other in found),
    ]


def _waits_for_mentor(request, person):
    return request.waits_for_mentor


def _active(engagement, person):
    return engagement.ended_at is None


def _closing(engagement, person):
    said = _("If nothing happens it is closed: %(day)s. What was signed off and what is paid for stays.")
    return [said % {"day": clock(services.closes_at(engagement), person)}]


def _after_the_end(engagement, person):
    said = []
    if not services.why_not_say(engagement, person, timezone.now()):
        opens = clock(engagement.opens_at, person)
        said.append(
            _(
                "You have 30 days to say what came of it. Each reads what the other says once both have said it, "
                "or from %(day)s on."
            )
            % {"day": opens}
        )
    if person.pk == engagement.mentee_id and engagement.ending == Engagement.Ending.NOT_A_FIT:
        said += _others(engagement.request, person)
    return said


FIT_ANSWERS = (
    (FitAnswer.Answer.GOOD.value, FitAnswer.Answer.GOOD.label),
    (FitAnswer.Answer.UNDECIDED.value, gettext_lazy("I do not know yet")),
    (FitAnswer.Answer.NOT_A_FIT.value, FitAnswer.Answer.NOT_A_FIT.label),
)


REQUEST_KINDS = {
    "request_received": Said(
        REQUESTS,
        gettext_lazy("%(mentee)s asks you to mentor them"),
        gettext_lazy("%(mentee)s asks whether you would mentor them. You promised an answer within 48 hours."),
        gettext_lazy("Read and answer"),
        _waits_for_mentor,
        _asked,
    ),
    "request_answered": Said(
        REQUESTS,
        gettext_lazy("%(mentee)s answered your question"),
        gettext_lazy("%(mentee)s answered what you wanted to know."),
        gettext_lazy("Read and decide"),
        _waits_for_mentor,
        lambda request, person: [f"“{request.answer}”", *_due(request, person)],
    ),
    "request_question": Said(
        REQUESTS,
        gettext_lazy("%(mentor)s asks you something first"),
        gettext_lazy("%(mentor)s wants to know something before they decide."),
        gettext_lazy("Answer"),
        lambda request, person: request.state == State.NEEDS_INFO,
        lambda request, person: [f"“{request.question}”", *_due(request, person)],
    ),
    "request_accepted": Said(
        REQUESTS,
        gettext_lazy("%(mentor)s mentors you"),
        gettext_lazy("%(mentor)s said yes. Book the first meeting, and write down together what you want to reach."),
        gettext_lazy("Begin"),
    ),
    "request_declined": Said(
        REQUESTS,
        gettext_lazy("%(mentor)s cannot mentor you"),
        gettext_lazy("%(mentor)s said no, and why:"),
        gettext_lazy("See the request"),
        more=_declined,
    ),
    "request_expired": Said(
        REQUESTS,
        gettext_lazy("%(mentor)s did not answer in time"),
        gettext_lazy("%(mentor)s did not answer within 48 hours. What you wrote is kept: send it to somebody else."),
        gettext_lazy("See who else fits"),
        more=_others,
    ),
    "request_moved_on": Said(
        REQUESTS,
        gettext_lazy("Your request is with %(mentor)s now"),
        gettext_lazy("The mentor before did not answer in time, so %(mentor)s was asked, with all that you wrote."),
        gettext_lazy("See the request"),
    ),
    "request_lapsed": Said(
        REQUESTS,
        gettext_lazy("Your request to %(mentor)s is closed"),
        gettext_lazy("%(mentor)s asked you something, and seven days went by without an answer. You can ask anew."),
        gettext_lazy("See the request"),
    ),
    "request_missed": Said(
        REQUESTS,
        gettext_lazy("A request went by without your answer"),
        gettext_lazy("%(mentee)s waited 48 hours for you. Your page says how long you take to answer."),
        gettext_lazy("See the request"),
    ),
    "mentor_frozen": Said(
        REQUESTS,
        gettext_lazy("You get no new requests for now"),
        gettext_lazy("The last three requests went by without your answer. Nobody is sent to you until you are back."),
        gettext_lazy("I am back"),
    ),
}
ENGAGEMENT_KINDS = {
    "message_received": Said(
        MENTORSHIPS,
        gettext_lazy("%(other)s wrote to you"),
        gettext_lazy("%(other)s wrote to you in your mentorship “%(goal)s”."),
        gettext_lazy("Read and answer"),
        _active,
    ),
    "file_added": Said(
        MENTORSHIPS,
        gettext_lazy("%(other)s has put a file into your mentorship"),
        gettext_lazy("%(other)s has put a file into “%(goal)s”. Only the two of you can download it."),
        gettext_lazy("See the files"),
        _active,
    ),
    "agreement_to_sign": Said(
        MENTORSHIPS,
        gettext_lazy("Read what you want to agree on with %(other)s"),
        gettext_lazy("%(other)s wrote down what you two want to reach and signed it. Change it, or sign it as well."),
        gettext_lazy("Read and sign"),
        lambda engagement, person: engagement.ended_at is None and not engagement.is_signed,
    ),
    "skill_signed_off": Said(
        MENTORSHIPS,
        gettext_lazy("%(other)s signed off a skill of yours"),
        gettext_lazy("%(other)s says that you have learnt it. It stands on your profile as evidence."),
        gettext_lazy("See the mentorship"),
    ),
    "engagement_nudge": Said(
        MENTORSHIPS,
        gettext_lazy("It is your turn with %(other)s"),
        gettext_lazy("%(other)s waits for you in “%(goal)s”. After four weeks of silence it is closed."),
        gettext_lazy("Go there"),
        lambda engagement, person: engagement.ended_at is None and engagement.waits_for == person,
        _closing,
    ),
    "engagement_closed": Said(
        MENTORSHIPS,
        gettext_lazy("Your mentorship with %(other)s is closed"),
        gettext_lazy(
            "Nobody wrote in “%(goal)s” for four weeks. What you reached, and credits you paid for, stay; ask again "
            "any time."
        ),
        gettext_lazy("See the mentorship"),
        more=_after_the_end,
    ),
    "engagement_ended": Said(
        MENTORSHIPS,
        gettext_lazy("Your mentorship with %(other)s is over"),
        gettext_lazy("%(other)s ended “%(goal)s”."),
        gettext_lazy("See the mentorship"),
        more=_after_the_end,
    ),
    "ending_opened": Said(
        MENTORSHIPS,
        gettext_lazy("What %(other)s says of your mentorship"),
        gettext_lazy("%(other)s wrote down what came of “%(goal)s”, and you may read it now."),
        gettext_lazy("Read it"),
        lambda engagement, person: engagement.is_open(timezone.now()),
    ),
    "fit_asked": Said(
        MENTORSHIPS,
        gettext_lazy("You have met %(other)s. Does it fit?"),
        gettext_lazy("You have met %(other)s. Say whether it fits: good, not sure yet, or not. Only we read it."),
        gettext_lazy("Say how it was"),
        _active,
        # Whether it is the last time that is asked, the page says.
        answers=FIT_ANSWERS,
    ),
    "testimonial_written": Said(
        MENTORSHIPS,
        gettext_lazy("%(other)s wrote about you"),
        gettext_lazy("%(other)s wrote about the time with you. Read it, and decide whether others may."),
        gettext_lazy("Open it"),
        lambda engagement, person: engagement.is_open(timezone.now()),
    ),
}


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith("?") else f"{sentence}."


def _names(thing, person) -> dict:
    return {
        "mentor": thing.mentor.name,
        "mentee": thing.mentee.name,
        "other": (thing.mentee if person.pk == thing.mentor_id else thing.mentor).name,
        "goal": thing.goal,
    }


def kind_of(model, said: Said) -> Kind:
    def build(notification):
        thing = model.objects.select_related("mentor", "mentee").get(pk=notification.ref)
        person = notification.recipient
        if not said.holds(thing, person):
            return None
        names = _names(thing, person)
        paragraphs = [str(said.paragraph) % names, *said.more(thing, person)]
        page = absolute(notification.url)
        answers = [(str(label), f"{page}?{urlencode({'answer': value})}") for value, label in said.answers]
        return letter(str(said.subject) % names, paragraphs, (str(said.link), page), more=answers)

    def sentences(notifications):
        found = model.objects.select_related("mentor", "mentee").in_bulk([int(row.ref) for row in notifications])
        return {
            row.pk: _ended(str(said.subject) % _names(thing, row.recipient))
            for row in notifications
            if (thing := found.get(int(row.ref)))
        }

    return Kind(letter=build, sentences=sentences, group=said.group)


def register():
    for model, said in ((MentorshipRequest, REQUEST_KINDS), (Engagement, ENGAGEMENT_KINDS)):
        for name, what in said.items():
            kinds.register(name, kind_of(model, what))
