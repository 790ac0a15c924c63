"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things

ACTS = {
    "token.made": _("made a token"),
    "token.revoked": _("revoked a token"),
    "webhook.added": _("added a webhook"),
    "webhook.secret_exchanged": _("exchanged the secret of a webhook"),
    "webhook.removed": _("removed a webhook"),
}
THINGS = {
    "token": AuditThing(_("Token")),
    "webhook": AuditThing(_("Webhook")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
