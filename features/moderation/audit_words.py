"""What this feature writes into the audit log, in words that stand after the name of whoever did it."""

from django.utils.translation import gettext_lazy as _

from features.accounts.access import Ability
from features.accounts.services import AuditAct, AuditThing, audit_acts, audit_things
from features.moderation.models import Reason, Sanction, SupportView
from features.moderation.services import said_of


def act_in_words(act: str, target: str) -> str:
    """Of an act of moderators, as their log says it."""
    return said_of(act.partition(".")[2], target.partition(":")[0])


def reason_in_words(field: str) -> str:
    return str(Reason(field).label) if field in Reason.values else field


def sanction_in_words(field: str) -> str:
    return next((str(choices(field).label) for choices in (Sanction.Kind, Ability) if field in choices.values), field)


def support_in_words(field: str) -> str:
    choices = (SupportView.Cause, SupportView.End)
    return next((str(one(field).label) for one in choices if field in one.values), field)


def merge_in_words(field: str) -> str:
    """ "moved:12", "dropped:3": how many rows."""
    what, _colon, n = field.partition(":")
    words = {"moved": _("%(n)s rows moved"), "dropped": _("%(n)s rows were dropped")}
    return str(words[what] % {"n": n}) if what in words else field


ACTS = {
    "moderation": AuditAct(act_in_words, reason_in_words),
    "application.asked": _("asked an applicant something"),
    "application.approved": _("approved the application to teach"),
    "application.declined": _("declined the application to teach"),
    "application.withdrawn": _("withdrew the application to teach"),
    "act_appeal.filed": _("objected to what a moderator did"),
    "act_appeal.upheld": _("let stand what a moderator did"),
    "act_appeal.overturned": _("undid what a moderator did"),
    "incident_appeal.filed": _("objected to an entry on the record"),
    "incident_appeal.upheld": _("let an entry on the record count"),
    "incident_appeal.excused": _("excused an entry on the record"),
    "sanction.imposed": AuditAct(_("imposed a sanction"), sanction_in_words),
    "sanction.lifted": _("lifted a sanction"),
    "appeal.filed": _("objected to a sanction"),
    "appeal.upheld": _("let a sanction stand"),
    "appeal.lifted": _("lifted a sanction after an appeal"),
    "mark.granted": _("granted a mark"),
    "mark.declined": _("did not grant a mark"),
    "mark.revoked": _("took a mark back"),
    "case.acted": _("closed a case by an act"),
    "case.kept": _("closed a case: it stays as it is"),
    "case.ignored": _("closed a case without a verdict"),
    "note.written": _("wrote a note for moderators"),
    "support_view.begun": AuditAct(_("began to see the site as this member"), support_in_words),
    "support_view.ended": AuditAct(_("stopped seeing the site as this member"), support_in_words),
    "account.merged": AuditAct(_("merged another account into this one"), merge_in_words),
    "address.shown": AuditAct(_("looked at the e-mail address"), None),
}
THINGS = {
    "application": AuditThing(_("Application"), "manage_expert"),
    "sanction": AuditThing(_("Sanction"), "manage_sanction"),
    "mark": AuditThing(_("Mark"), "manage_mark"),
    "entry": AuditThing(_("Decision"), "moderation_entry"),
    "case": AuditThing(_("Case"), "moderation_case"),
    "note": AuditThing(_("Note")),
    "support_view": AuditThing(_("Support view")),
    "merge": AuditThing(_("Merged accounts")),
    "incident": AuditThing(_("Incident")),
}


def register() -> None:
    for code, words in ACTS.items():
        audit_acts.register(code, words if isinstance(words, AuditAct) else AuditAct(words))
    for kind, thing in THINGS.items():
        audit_things.register(kind, thing)
