"""What this feature knows about a person, for export and erasure."""

from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.personal_data import Foretold, PersonalData, personal_data
from features.moderation.services import facts
from features.sessions import services
from features.sessions.models import (
    CoHost,
    HostAbsence,
    HostAbsenceVoice,
    KeptForm,
    Recap,
    Registration,
    Review,
    SessionMessage,
    SkillSession,
    WaitlistEntry,
    WaitlistOffer,
)


def export(person) -> dict:
    return {
        "registrations": [
            {
                "session": seat.session.title,
                "registered_at": seat.registered_at.isoformat(),
                "cancelled_at": seat.cancelled_at and seat.cancelled_at.isoformat(),
                "waits_for_resale": hasattr(seat, "resale_claim") and seat.resale_claim.refunded_at is None,
                "ticket": seat.ticket and seat.ticket.name,
                "note": seat.note,
                "attended_at": seat.attendance.happened_at.isoformat() if seat.was_there else None,
                "attendance": seat.attendance.state if hasattr(seat, "attendance") else None,
            }
            for seat in Registration.objects.filter(person=person)
            .select_related("session", "ticket", "attendance", "resale_claim")
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
        "said_of_hosts": list(
            HostAbsenceVoice.objects.filter(registration__person=person)
            .order_by("pk")
            .values("registration__session__title", "came", "words", "said_at")
        ),
        "said_of_own_absence": list(
            HostAbsence.objects.filter(session__host=person)
            .order_by("pk")
            .values("session__title", "opened_at", "answer", "answer_words", "answered_at", "outcome", "decided_at")
        ),
        "unsent_forms": list(KeptForm.objects.filter(person=person).order_by("pk").values("key", "data")),
        "waitlist": list(
            WaitlistEntry.objects.filter(person=person).order_by("pk").values("session__title", "ticket__name", "note")
        ),
        "seats_offered": list(
            WaitlistOffer.objects.filter(entry__person=person)
            .order_by("pk")
            .values("entry__session__title", "offered_at", "expires_at", "outcome")
        ),
        "messages_to_attendees": list(
            SessionMessage.objects.filter(by=person)
            .order_by("pk")
            .values("session__title", "title", "text", "audience", "written_at", "sent_at", "told_count")
        ),
        "hosted_with_others": list(
            CoHost.objects.filter(person=person)
            .order_by("pk")
            .values("session__title", "invited_at", "accepted_at", "ended_at", "ending")
        ),
        "recaps": list(
            Recap.objects.filter(by=person)
            .order_by("pk")
            .values(
                "session__title",
                "notes",
                "notes_for",
                "recording_url",
                "recording_for",
                "captions_url",
                "transcript",
                "posted_at",
                "edited_at",
                "withdrawn_at",
            )
        ),
        "hosted": list(
            SkillSession.objects.filter(host=person).order_by("pk").values("title", "outcome", "description")
        ),
    }


def leave(person) -> None:
    """Give back what is to come: others wait for it."""
    now = timezone.now()
    for seat in _coming(person, now):
        services.cancel_registration(registration=seat, by=person, now=now)
    for entry in _in_line(person):
        services.leave_waitlist(entry=entry, now=now)
    services.leave_all(person, now)
    for session in _hosting(person, now):
        services.cancel_session(session=session, by=person, reason=_("The host has left the site."), now=now)


def withdraw(person) -> None:
    """A rating stays in the mean, without words."""
    Review.objects.filter(registration__person=person).update(words="")
    Review.objects.filter(registration__session__host=person).update(reply="")
    services.forget_recaps(person, all_of_them=True)


def erase(person) -> None:
    """Forget what was written to few. That a seat was taken stays, and what a session was about."""
    leave(person)
    Registration.objects.filter(person=person).update(note="")
    WaitlistEntry.objects.filter(person=person).update(note="")
    SkillSession.objects.filter(host=person, published_at=None).delete()
    KeptForm.objects.filter(person=person).delete()
    CoHost.objects.filter(person=person).delete()
    services.forget_recaps(person, all_of_them=False)
    HostAbsenceVoice.objects.filter(registration__person=person).update(words="")
    HostAbsence.objects.filter(session__host=person).update(answer_words="")
    SessionMessage.objects.drafts().filter(by=person).delete()
    written = SessionMessage.objects.filter(by=person)
    written.update(title="—", text="", stopped_at=Coalesce("stopped_at", Now()))


def foretell(person) -> Foretold:
    now = timezone.now()
    reviews = Review.objects.filter(registration__person=person).exclude(words="")
    replies = Review.objects.filter(registration__session__host=person).exclude(reply="")
    return Foretold(
        at_once=[
            (_("Seats given back"), _coming(person, now).count()),
            (_("Places in line given up"), _in_line(person).count()),
            (_("Sessions called off, and everybody told"), _hosting(person, now).count()),
            (_("Sessions of others that you no longer host with them"), _together(person, now).count()),
        ],
        words=[
            (_("Reviews"), reviews.count()),
            (_("Answers to reviews"), replies.count()),
            (_("Notes of sessions"), Recap.objects.filter(by=person).count()),
        ],
    )


def _coming(person, now):
    return Registration.objects.active().filter(person=person, session__starts_at__gt=now, session__cancelled_at=None)


def _in_line(person):
    return WaitlistEntry.objects.filter(person=person, left_at=None)


def _hosting(person, now):
    return SkillSession.objects.published().filter(host=person, cancelled_at=None, starts_at__gt=now)


def _together(person, now):
    return CoHost.objects.in_force().filter(person=person, session__starts_at__gt=now)


def numbers(person) -> list[tuple[str, int]]:
    """For whoever decides on a person."""
    return [
        (_("Sessions hosted"), SkillSession.objects.published().filter(host=person).count()),
        (_("Seats taken"), Registration.objects.active().filter(person=person).count()),
    ]


def register():
    personal_data.register("sessions", PersonalData(export, erase, leave, withdraw, foretell))
    facts.register("sessions", numbers)
