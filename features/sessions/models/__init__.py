from features.sessions.models.absence import ANSWERED_WITHIN, HostAbsence, HostAbsenceVoice
from features.sessions.models.cohosts import CoHost, CoHostQuerySet, fetch_cohosts
from features.sessions.models.kept import KeptForm
from features.sessions.models.messages import SessionMessage
from features.sessions.models.recaps import Recap, RecapQuerySet
from features.sessions.models.reviews import Review, ReviewQuerySet
from features.sessions.models.seats import (
    Attendance,
    Registration,
    RegistrationQuerySet,
    ResaleClaim,
    WaitlistEntry,
    WaitlistOffer,
)
from features.sessions.models.sessions import (
    REMINDERS,
    Format,
    Kind,
    SessionQuerySet,
    SessionSkill,
    SkillSession,
    default_reminders,
)
from features.sessions.models.tickets import TicketKind

__all__ = [
    "ANSWERED_WITHIN",
    "REMINDERS",
    "Attendance",
    "CoHost",
    "CoHostQuerySet",
    "Format",
    "HostAbsence",
    "HostAbsenceVoice",
    "KeptForm",
    "Kind",
    "Recap",
    "RecapQuerySet",
    "Registration",
    "RegistrationQuerySet",
    "ResaleClaim",
    "Review",
    "ReviewQuerySet",
    "SessionMessage",
    "SessionQuerySet",
    "SessionSkill",
    "SkillSession",
    "TicketKind",
    "WaitlistEntry",
    "WaitlistOffer",
    "default_reminders",
    "fetch_cohosts",
]
