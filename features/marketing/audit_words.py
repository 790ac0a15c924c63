"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things


def hours(field: str) -> str:
    return ngettext("for {n} hour", "for {n} hours", int(field)).format(n=field) if field.isdecimal() else field


ACTS = {
    "announcement.made": AuditAct(_("announced something on every page"), hours),
    "announcement.ended": _("ended an announcement"),
    "newsletter.sent": _("sent a newsletter"),
}
THINGS = {
    "announcement": AuditThing(_("Announcement")),
    "newsletter": AuditThing(_("Newsletter"), "manage_newsletter"),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
