"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things

ACTS = {
    "cohort.published": _("published the pairs of a group"),
    "mentoring.kept_apart": _("keeps two members apart"),
    "mentoring.kept_apart_ended": _("no longer keeps two members apart"),
}
THINGS = {
    "cohort": AuditThing(_("Group"), "manage_cohort"),
    "pairs": AuditThing(_("Pairs:")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
