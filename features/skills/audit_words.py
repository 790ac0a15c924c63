"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things

ACTS = {
    "skill.named": _("gave a skill another name"),
    "skill.merged": _("merged skills"),
    "skill.started": _("brought in the starter set of skills"),
}
THINGS = {
    "skill": AuditThing(_("Skill")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
