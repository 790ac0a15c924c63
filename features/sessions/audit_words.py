"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things


def to_people(field: str) -> str:
    return ngettext("to {n} person", "to {n} people", int(field)).format(n=field) if field.isdecimal() else field


PARTS = {
    "notes": _("notes"),
    "notes_for": _("who sees the notes"),
    "recording_url": _("recording"),
    "recording_for": _("who sees the recording"),
    "recording_seconds": _("length"),
    "has_captions": _("captions"),
    "captions_url": _("link to captions"),
    "transcript": _("transcript"),
}


def part(field: str):
    return PARTS.get(field, field)


ACTS = {
    "attendance.corrected": _("corrected who was there"),
    "cohost.accepted": _("became co-host"),
    "cohost.left": _("is no longer co-host"),
    "cohost.removed": _("took a co-host off"),
    "message.asked": AuditAct(_("wrote to attendees"), to_people),
    "recap.posted": AuditAct(_("posted notes or a recording"), part),
    "recap.changed": AuditAct(_("changed notes or a recording"), part),
    "recap.taken_back": _("took notes and recording back"),
    "recap.put_back": _("put notes and recording back"),
}
THINGS = {
    "recap": AuditThing(_("Notes and recording")),
    "registration": AuditThing(_("Seat")),
    "session": AuditThing(_("Session")),
    "message": AuditThing(_("Message to attendees")),
    "session_message": AuditThing(_("Message to attendees")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
