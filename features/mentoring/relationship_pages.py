"""What the pages of requests and mentorships show."""

from datetime import timedelta

from django.db.models import Case, Q, When

from core.pagination import keyset
from features.mentoring import services
from features.mentoring.models import (
    Booking,
    Engagement,
    MentorPage,
    MentorshipRequest,
    Note,
    Offer,
    PooledRequest,
    Testimonial,
)
from features.mentoring.relationship_forms import ActionForm, FileForm, MessageForm, NoteForm
from features.mentoring.written_pages import waiting_for
from features.skills import services as skills
from features.skills.models import Goal

State = MentorshipRequest.State


def queue_page(request, now) -> dict:
    """What waits for the viewer, by deadline; then what they wait for, and what is over."""
    person = request.user
    asked = MentorshipRequest.objects.open().select_related("mentor", "mentee")
    of_mine = Q(mentor=person, state__in=(State.NEW, State.VIEWED)) | Q(mentee=person, state=State.NEEDS_INFO)
    active = list(
        Engagement.objects.active().of(person).select_related("mentor", "mentee").order_by("turn_since", "pk")
    )
    closing = services.closing_times(active)
    past = Engagement.objects.of(person).filter(ended_at__isnull=False).select_related("mentor", "mentee")
    paged = keyset(past, request, order=("-ended_at", "-id"), size=10)
    written_due, written_waiting = waiting_for(person)
    mentor_page = MentorPage.objects.shown(now).filter(person=person).first()
    return {
        "written_waiting": written_waiting,
        "due": _by_deadline(
            request=[(row, _other(row, person), row.due_at) for row in asked.filter(of_mine)],
            written=[(row, other, row.due_at) for row, other in written_due],
            turn=[(row, row.other(person), closing[row.pk]) for row in active if row.waits_for == person],
            word=[(row, row.other(person), row.ended_at + row.SPOKEN_WITHIN) for row in _to_be_said(person, now)],
        ),
        "waiting": [
            (row, _other(row, person))
            for row in asked.filter(Q(mentor=person) | Q(mentee=person)).exclude(of_mine).order_by("due_at", "pk")
        ],
        "their_turn": [(row, row.other(person)) for row in active if row.waits_for != person],
        "meetings": [
            (row, row.other(person))
            for row in Booking.objects.confirmed()
            .of(person)
            .filter(ends_at__gt=now)
            .select_related("mentor", "mentee")
            .order_by("starts_at", "pk")[:10]
        ],
        "past": [(row, row.other(person)) for row in paged.items],
        "page": paged,
        "mentor_page": mentor_page,
        "pool_size": services.pool_for(person, now).count() if mentor_page else 0,
        "pooled": PooledRequest.objects.open().filter(mentee=person).first(),
    }


def _to_be_said(person, now) -> list[Engagement]:
    """Over, by the other one or by itself, and without the viewer's word."""
    over = Engagement.objects.of(person).filter(ended_at__gt=now - Engagement.SPOKEN_WITHIN)
    silent = Q(mentor=person, mentor_said_at=None) | Q(mentee=person, mentee_said_at=None)
    rows = over.filter(silent).exclude(ended_by=person).select_related("mentor", "mentee").order_by("ended_at", "pk")
    apart = services.kept_apart_from(person) if rows else set()
    return [row for row in rows if row.other(person).pk not in apart]


def _by_deadline(**kinds) -> list:
    """(row, the other one, until when, of which kind): what ends first stands first."""
    rows = [(row, other, until, kind) for kind, found in kinds.items() for row, other, until in found]
    return sorted(rows, key=lambda row: (row[2], row[0].pk))


def _other(row, person):
    return row.mentee if row.mentor_id == person.pk else row.mentor


def ask_page(mentor, person) -> dict:
    """The brief goes along, so its author sees it first."""
    goals = Goal.objects.filter(person=person).select_related("skill")
    return {"mentor": mentor, "brief": services.brief_of(person, [goal.skill for goal in goals if goal.skill])}


def request_page(found, person, now) -> dict:
    is_mentor = person.pk == found.mentor_id
    open_ones = MentorshipRequest.objects.open().filter(mentee=found.mentee).exclude(pk=found.pk)
    wanted = list(found.skills.order_by("name"))
    return {
        "asked": found,
        "is_mentor": is_mentor,
        "other": _other(found, person),
        "skills": wanted,
        "levels": [row for row in skills.skill_levels(found.mentee) if row.skill in wanted] if is_mentor else [],
        "others_open": open_ones.count() if is_mentor and found.is_open else 0,
        "engagement": Engagement.objects.filter(request=found).first(),
        "others": []
        if is_mentor or found.state not in (State.DECLINED, State.EXPIRED)
        else services.alternatives(found.mentee, wanted, without={found.mentor_id}, now=now),
    }


def workspace(request, found, now) -> dict:
    """Everything of one mentorship that the viewer may read: private notes are their author's alone."""
    person = request.user
    is_mentor = person.pk == found.mentor_id
    written = keyset(found.messages.select_related("author"), request, order=("-id",), size=20)
    offers = Offer.objects.open().select_related("mentor")
    notes = Note.objects.filter(Q(is_shared=True) | Q(author=person), engagement=found).select_related("author")
    # What is still to be done comes first.
    actions = found.actions.annotate(is_done=Case(When(done_at=None, then=0), default=1)).select_related("owner")
    return {
        "engagement": found,
        "is_mentor": is_mentor,
        "other": found.other(person),
        "my_turn": found.ended_at is None and found.waits_for.pk == person.pk,
        "signed": found.mentor_signed_at if is_mentor else found.mentee_signed_at,
        "messages_page": written,
        "actions": keyset(actions, request, order=("is_done", "id"), size=50, parameter="todo"),
        "notes": keyset(notes, request, order=("-id",), size=30, parameter="notes"),
        "rated": list(found.rated_skills.select_related("skill").order_by("pk")),
        "next_meeting": next_meeting(found, now),
        "offers": [] if is_mentor else list(offers.filter(mentor=found.mentor).order_by("minutes", "pk")),
        "testimonial": Testimonial.objects.readable_by(person, now).filter(engagement=found).first(),
        **(_last_words(found, person, now) if found.ended_at else {"closes_at": _closes_at(found, now)}),
        "message_form": MessageForm(),
        "files": list(found.files.select_related("file__owner").order_by("-pk")),
        "file_form": FileForm(auto_id="file_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
        "action_form": ActionForm(auto_id="action_%s", other=found.other(person)),
    }


ANNOUNCED = timedelta(days=services.SILENT_DAYS - 7)


def _closes_at(found, now):
    """From a week of silence on."""
    closes_at = services.closes_at(found)
    return closes_at if closes_at <= now + ANNOUNCED else None


def _last_words(found, person, now) -> dict:
    """Of a mentorship that is over: what the viewer may read of it and may still say, and whom else to ask."""
    other, is_open = found.other(person), found.is_open(now)
    readable = [author for author in (found.mentee, found.mentor) if author == person or is_open]
    is_mentee = person.pk == found.mentee_id
    testified = Testimonial.objects.filter(engagement=found, removed_at=None)
    has_words = bool(found.summary_of(other)) or (not is_mentee and testified.exists())
    wanted = list(found.request.skills.order_by("name"))
    goes_on = found.ending in (Engagement.Ending.NOT_A_FIT, Engagement.Ending.SILENT)
    return {
        "said": [(author, found.summary_of(author)) for author in readable if found.summary_of(author)],
        "may_say": services.why_not_say(found, person, now) is None,
        "sealed_at": found.opens_at if not is_open and (found.said_at(person) or has_words) else None,
        "other_has_said": has_words,
        "asked": found.request,
        "skills": wanted,
        "others": services.alternatives(person, wanted, without={found.mentor_id}, now=now)
        if is_mentee and goes_on
        else [],
    }


def next_meeting(found, now):
    meetings = Booking.objects.confirmed().filter(mentor=found.mentor, mentee=found.mentee)
    return meetings.filter(ends_at__gt=now).order_by("starts_at").first()


def request_panel(page, viewer, now) -> dict | None:
    """On a mentor's page: the way to ask."""
    if viewer.pk == page.person_id:
        return None
    refusal = services.why_not_ask(page.person, viewer, now) if viewer.is_authenticated else None
    return {"mentor": page.person, "refusal": refusal}


def testimonials_panel(page, viewer, now) -> dict | None:
    """On a mentor's page: what those say who worked with them, and how far they came."""
    shown = list(services.testimonials_of(page.person)[:10])
    gain = services.level_gain(page.person)
    return {"testimonials": shown, "gain": gain} if shown or gain else None
