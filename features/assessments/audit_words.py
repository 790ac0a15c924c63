"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things
from features.assessments.models.banks import Stage


def stage_in_words(field: str) -> str:
    return str(Stage(field).label) if field in Stage.values else field


ACTS = {
    "bank.stage": AuditAct(_("moved an item bank on"), stage_in_words),
    "bank.imported": _("imported items into a bank"),
    "item.retired": _("retired an item"),
}
THINGS = {
    "bank": AuditThing(_("Item bank"), "bank"),
    "item": AuditThing(_("Item")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
