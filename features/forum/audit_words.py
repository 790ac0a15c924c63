"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things

ACTS = {
    "board.saved": _("changed a board"),
    "thread.published": AuditAct(_("published a first question"), None),
    "thread.recorded": AuditAct(_("said when a recording answers a question")),
    "post.edited": AuditAct(_("edited a post"), None),
    "revision.hidden": _("hid a former wording"),
    "revision.shown": _("showed a former wording again"),
    "post.redacted": AuditAct(_("took words out of a post for good"), None),
}
THINGS = {
    "board": AuditThing(_("Board"), "manage_board"),
    "thread": AuditThing(_("Thread")),
    "post": AuditThing(_("Post"), "post"),
    "revision": AuditThing(_("Wording")),
    "suggestion": AuditThing(_("Suggested edit")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
