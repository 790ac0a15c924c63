"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.models import Role, SiteRules, Terms
from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things


def role_in_words(field: str) -> str:
    """What "area_moderator@skill:3" is: the explanation after a role's name belongs to where it is chosen."""
    name, _at, scope = field.partition("@")
    label = str(Role(name).label).partition(":")[0] if name in Role.values else name
    return f"{label} ({scope})" if scope else label


def factor_in_words(field: str) -> str:
    words = {"totp": _("authenticator app"), "webauthn": _("passkey"), "recovery_codes": _("recovery codes")}
    return str(words.get(field, field))


def closing_in_words(field: str) -> str:
    return str(_("with all that they wrote")) if field == "with_words" else field


def terms_in_words(field: str) -> str:
    return str(Terms.Kind(field).label) if field in Terms.Kind.values else field


def rule_in_words(field: str) -> str:
    if field == "listed":
        return str(_("who may join: the list"))
    return str(SiteRules._meta.get_field(field).verbose_name) if field in SiteRules.RULES else field


ACTS = {
    "role.granted": AuditAct(_("gave a role"), role_in_words),
    "role.revoked": AuditAct(_("took a role away"), role_in_words),
    "email.changed": AuditAct(_("changed the e-mail address"), None),
    "password.changed": AuditAct(_("changed the password"), None),
    "mfa.added": AuditAct(_("added a second factor"), factor_in_words),
    "mfa.removed": AuditAct(_("removed a second factor"), factor_in_words),
    "person.corrected": _("corrected the member’s record"),
    "data.exported": _("made a copy of the data"),
    "account.closed": AuditAct(_("closed the account"), closing_in_words),
    "account.reopened": _("opened the account again"),
    "account.erased": _("erased the account"),
    "work.retried": _("had work tried again"),
    "rules.changed": AuditAct(_("changed the rules of the site"), rule_in_words),
    "terms.published": AuditAct(_("published a version of the terms"), terms_in_words),
}
THINGS = {
    "rules": AuditThing(_("Rules")),
    "terms": AuditThing(_("Terms")),
    "version": AuditThing(_("Version")),
    "work": AuditThing(_("Task")),
    "export": AuditThing(_("Export")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
