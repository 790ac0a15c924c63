"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.services import AuditAct, audit_acts

ACTS = {
    "address.suppressed": _("stopped letters to an address"),
    "address.suppression_lifted": _("lets letters go to an address again"),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
