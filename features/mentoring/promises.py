"""Meetings and requests on the one record of promises: what was kept, and what an entry is about."""

from collections import Counter

from django.db.models import Q
from django.utils.translation import gettext as _

from features.mentoring.models import Booking, MentorshipRequest, OfficeHour, OfficeSeat, WrittenReview
from features.moderation.services import causes, kept, parts


def kept_meetings(people, since) -> dict[int, int]:
    """Meetings and shared hours to which somebody came, whether or not the others did; and what a mentor answered."""
    found: Counter[int] = Counter()
    settled = Booking.objects.confirmed().filter(settled_at__isnull=False, starts_at__gt=since)
    outcomes = Booking.Outcome
    for side, alone in (("mentor", outcomes.MENTEE_ABSENT), ("mentee", outcomes.MENTOR_ABSENT)):
        came = settled.filter(outcome__in=(outcomes.MET, alone), **{f"{side}__in": people})
        found.update(came.values_list(side, flat=True))
    answered = MentorshipRequest.objects.filter(mentor__in=people, decided_at__gt=since, first_answer_at__isnull=False)
    found.update(answered.exclude(state=MentorshipRequest.State.WITHDRAWN).values_list("mentor", flat=True))
    written = WrittenReview.objects.filter(mentor__in=people, closed_at__gt=since, state=WrittenReview.State.ANSWERED)
    found.update(written.values_list("mentor", flat=True))
    hours = OfficeHour.objects.standing().filter(starts_at__gt=since, outcome=OfficeHour.Outcome.MENTOR_CAME)
    found.update(hours.filter(mentor__in=people).values_list("mentor", flat=True))
    seats = OfficeSeat.objects.coming().filter(hour__starts_at__gt=since, outcome=OfficeSeat.Outcome.CAME)
    found.update(seats.filter(person__in=people).values_list("person", flat=True))
    return dict(found)


def shared_by(person) -> list[str]:
    """Hours that somebody shared, and the places of all who shared them: nobody of them judges what became of it."""
    seats = OfficeSeat.objects.exclude(joined_at=None)
    hours = OfficeHour.objects.filter(Q(mentor=person) | Q(pk__in=seats.filter(person=person).values("hour")))
    keys = list(hours.values_list("pk", flat=True))
    places = seats.filter(hour__in=keys).values_list("pk", flat=True)
    return [*(f"office_hour:{pk}" for pk in keys), *(f"office_seat:{pk}" for pk in places)]


def tell_hours(sources, viewer):
    rows = OfficeHour.objects.filter(pk__in=_numbers(sources), mentor=viewer).select_related("mentor")
    return {f"office_hour:{row.pk}": (f"“{row.title}”", row.get_absolute_url()) for row in rows}


def tell_places(sources, viewer):
    rows = OfficeSeat.objects.filter(pk__in=_numbers(sources), person=viewer).select_related("hour__mentor")
    said = _("Your place in “%(title)s”")
    return {f"office_seat:{row.pk}": (said % {"title": row.hour.title}, row.hour.get_absolute_url()) for row in rows}


def tell_meetings(sources, viewer):
    rows = Booking.objects.of(viewer).filter(pk__in=_numbers(sources)).select_related("mentor", "mentee")
    said = _("%(title)s with %(name)s")
    return {
        f"booking:{row.pk}": (said % {"title": row.title, "name": row.other(viewer).name}, row.get_absolute_url())
        for row in rows
    }


def tell_requests(sources, viewer):
    rows = MentorshipRequest.objects.filter(Q(mentor=viewer) | Q(mentee=viewer), pk__in=_numbers(sources))
    said = _("The request of %(name)s")
    return {
        f"request:{row.pk}": (said % {"name": row.mentee.name}, row.get_absolute_url())
        for row in rows.select_related("mentee")
    }


def tell_written(sources, viewer):
    rows = WrittenReview.objects.of(viewer).filter(pk__in=_numbers(sources)).select_related("mentee")
    said = _("The work of %(name)s")
    return {f"written_review:{row.pk}": (said % {"name": row.mentee.name}, row.get_absolute_url()) for row in rows}


def _numbers(sources):
    return [int(source.partition(":")[2]) for source in sources]


def register():
    kept.register("mentoring", kept_meetings)
    parts.register("mentoring", shared_by)
    causes.register("booking", tell_meetings)
    causes.register("office_hour", tell_hours)
    causes.register("office_seat", tell_places)
    causes.register("request", tell_requests)
    causes.register("written_review", tell_written)
