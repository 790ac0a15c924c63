"""What this feature knows about a person, for export and erasure."""

from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.personal_data import PersonalData, personal_data
from features.moderation.services import facts
from features.sessions import services
from features.sessions.models import KeptForm, Registration, Review, SkillSession, WaitlistEntry, WaitlistOffer


def export(person) -> dict:
    return {
        "registrations": [
            {
                "session": seat.session.title,
                "registered_at": seat.registered_at.isoformat(),
                "cancelled_at": seat.cancelled_at and seat.cancelled_at.isoformat(),
                "note": seat.note,
                "attended_at": seat.attendance.happened_at.isoformat() if seat.was_there else None,
                "attendance": seat.attendance.state if hasattr(seat, "attendance") else None,
            }
            for seat in Registration.objects.filter(person=person)
            .select_related("session", "attendance")
            .order_by("pk")
        ],
        "reviews": list(
            Review.objects.filter(registration__person=person)
            .order_by("pk")
            .values("registration__session__title", "rating", "words", "written_at", "edited_at", "reply")
        ),
        "replies": list(
            Review.objects.filter(registration__session__host=person)
            .exclude(reply="")
            .order_by("pk")
            .values("registration__session__title", "reply", "replied_at")
        ),
        "unsent_forms": list(KeptForm.objects.filter(person=person).order_by("pk").values("key", "data")),
        "waitlist": list(WaitlistEntry.objects.filter(person=person).order_by("pk").values("session__title", "note")),
        "seats_offered": list(
            WaitlistOffer.objects.filter(entry__person=person)
            .order_by("pk")
            .values("entry__session__title", "offered_at", "expires_at", "outcome")
        ),
        "hosted": list(
            SkillSession.objects.filter(host=person).order_by("pk").values("title", "outcome", "description")
        ),
    }


def erase(person) -> None:
    """Give back what is to come, forget what was written. That a seat was taken stays, and how it was rated, without
    words."""
    now = timezone.now()
    for seat in Registration.objects.active().filter(person=person, session__starts_at__gt=now):
        services.cancel_registration(registration=seat, by=person, now=now)
    for entry in WaitlistEntry.objects.filter(person=person, left_at=None):
        services.leave_waitlist(entry=entry, now=now)
    Registration.objects.filter(person=person).update(note="")
    WaitlistEntry.objects.filter(person=person).update(note="")
    Review.objects.filter(registration__person=person).update(words="")
    Review.objects.filter(registration__session__host=person).update(reply="")
    SkillSession.objects.filter(host=person, published_at=None).delete()
    KeptForm.objects.filter(person=person).delete()


def numbers(person) -> list[tuple[str, int]]:
    """For whoever decides on a person."""
    return [
        (_("Sessions hosted"), SkillSession.objects.published().filter(host=person).count()),
        (_("Seats taken"), Registration.objects.active().filter(person=person).count()),
    ]


def register():
    personal_data.register("sessions", PersonalData(export=export, erase=erase))
    facts.register("sessions", numbers)
