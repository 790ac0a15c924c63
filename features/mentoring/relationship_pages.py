"""What the pages of requests and mentorships show."""

from django.db.models import Q

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
    past = Engagement.objects.of(person).filter(ended_at__isnull=False).select_related("mentor", "mentee")
    paged = keyset(past, request, order=("-ended_at", "-id"), size=10)
    written_due, written_waiting = waiting_for(person)
    mentor_page = MentorPage.objects.shown(now).filter(person=person).first()
    return {
        "written_waiting": written_waiting,
        "due": _by_deadline([(row, _other(row, person)) for row in asked.filter(of_mine)], written_due),
        "waiting": [
            (row, _other(row, person))
            for row in asked.filter(Q(mentor=person) | Q(mentee=person)).exclude(of_mine).order_by("due_at", "pk")
        ],
        "my_turn": [(row, row.other(person)) for row in active if row.waits_for == person],
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


def _by_deadline(asked, written) -> list:
    """(row, the other one, whether it is about an answer in writing): what ends first stands first."""
    rows = [(row, other, False) for row, other in asked] + [(row, other, True) for row, other in written]
    return sorted(rows, key=lambda row: (row[0].due_at, row[0].pk))


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
    return {
        "engagement": found,
        "is_mentor": is_mentor,
        "other": found.other(person),
        "my_turn": found.ended_at is None and found.waits_for.pk == person.pk,
        "signed": found.mentor_signed_at if is_mentor else found.mentee_signed_at,
        "messages_page": written,
        "actions": list(found.actions.select_related("owner").order_by("done_at", "added_at", "pk")[:50]),
        "notes": list(
            Note.objects.filter(engagement=found)
            .filter(Q(is_shared=True) | Q(author=person))
            .select_related("author")
            .order_by("-pk")[:30]
        ),
        "rated": list(found.rated_skills.select_related("skill").order_by("pk")),
        "next_meeting": next_meeting(found, now),
        "offers": [] if is_mentor else list(offers.filter(mentor=found.mentor).order_by("minutes", "pk")),
        "testimonial": Testimonial.objects.filter(engagement=found, removed_at=None).first(),
        "message_form": MessageForm(),
        "files": list(found.files.select_related("file__owner").order_by("-pk")),
        "file_form": FileForm(auto_id="file_%s"),
        "note_form": NoteForm(auto_id="note_%s"),
        "action_form": ActionForm(auto_id="action_%s"),
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
