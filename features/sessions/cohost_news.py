"""What the host and those asked to host along are told of each other, and of the session."""

from django.utils.translation import gettext_lazy as _

from core.seo import absolute
from core.templatetags.ui import local, words
from features.notifications.kinds import Group, Kind, kinds
from features.sessions.emails import parts
from features.sessions.models import CoHost

COHOSTING = Group(
    key="cohosting",
    label=_("Hosting together"),
    why=_(
        "You are told when somebody asks you to host a session with them, or answers, and when such a session changes."
    ),
)

Ending = CoHost.Ending
# What the inbox says; what a letter adds; the way on; and whether it still holds.
KINDS = {
    "cohost_invited": (
        _("%(host)s asks you to host “%(title)s” together."),
        _("Say yes or no on the site. Nobody else is told before you do."),
        _("See what it is, and answer"),
        lambda row: not row.ended_at and not row.accepted_at and not row.session.is_cancelled,
    ),
    "cohost_accepted": (
        _("%(name)s hosts “%(title)s” with you."),
        _("They see the roster, check people in, write to those who registered and change the wording."),
        _("Who hosts it"),
        lambda row: row.accepted_at and not row.ended_at,
    ),
    "cohost_declined": (
        _("%(name)s does not host “%(title)s” with you."),
        _("You can ask somebody else."),
        _("Who hosts it"),
        lambda row: row.ending == Ending.DECLINED,
    ),
    "cohost_left": (
        _("%(name)s no longer hosts “%(title)s” with you."),
        _("You can ask somebody else."),
        _("Who hosts it"),
        lambda row: row.ending == Ending.LEFT,
    ),
    "cohost_removed": (
        _("You no longer host “%(title)s” with %(host)s."),
        _("The time is free in your calendar again. You can take a seat like everybody else."),
        _("See the session"),
        lambda row: row.ending == Ending.REMOVED,
    ),
    "cohost_changed_it": (
        _("%(name)s changed “%(title)s”, which you host together. It is on %(when)s."),
        _("Everybody with a seat is told."),
        _("See the session"),
        lambda row: not row.session.is_cancelled,
    ),
    "cohost_session_changed": (
        _("“%(title)s”, which you host with %(host)s, was changed. It is on %(when)s."),
        _("The entry in your calendar is moved."),
        _("See the session"),
        lambda row: row.accepted_at and not row.ended_at and not row.session.is_cancelled,
    ),
    "cohost_session_cancelled": (
        _("“%(title)s”, which you host with %(host)s, was cancelled."),
        _("Everybody with a seat is told, and the time is free in your calendar again."),
        _("See the session"),
        lambda row: row.accepted_at and not row.ended_at,
    ),
}  # fmt: skip


def _found(notifications) -> dict[int, CoHost]:
    rows = CoHost.objects.select_related("session__host", "person")
    found = rows.in_bulk([int(row.ref) for row in notifications])
    return {row.pk: found[int(row.ref)] for row in notifications if int(row.ref) in found}


def _names(row) -> dict[str, str]:
    session = row.session
    when = words(local(session.starts_at), "full") if session.starts_at else ""
    return {"host": session.host.name, "name": row.person.name, "title": session.title, "when": when}


def _letter(said, more, label, holds):
    def letter(notification):
        row = _found([notification]).get(notification.pk)
        if row is None or row.session.removed_at or not holds(row):
            return None
        names, session = _names(row), row.session
        if session.starts_at:
            names["when"] = parts.clock(session.starts_at, notification.recipient)
            facts = parts.when_and_where(session, notification.recipient)
        else:
            facts = []
        link = (label, absolute(notification.url))
        return parts.letter(said % names, [session.outcome, more % names], link, facts=facts)

    return letter


def _sentences(said):
    return lambda notifications: {pk: said % _names(row) for pk, row in _found(notifications).items()}


def register():
    for name, (said, more, label, holds) in KINDS.items():
        kinds.register(
            name, Kind(letter=_letter(said, more, label, holds), sentences=_sentences(said), group=COHOSTING)
        )
