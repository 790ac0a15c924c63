"""What a host writes to those who registered, as a letter and in the inbox. It comes from the site and says nobody's
address: each letter has one recipient, and an answer to it reaches neither the host nor the others."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.notifications.kinds import Group, Kind, Letter, kinds
from features.sessions import services
from features.sessions.emails import TEMPLATE
from features.sessions.models import SessionMessage
from features.sessions.notices import HOST_MESSAGES

OWN_MESSAGES = Group(
    key="own_messages",
    label=gettext_lazy("Your messages to attendees"),
    why=gettext_lazy("You are told when a moderator has read what you wrote to your attendees."),
)


def session_message(notification):
    message = _find(notification)
    if message is None or message.state != "shown" or not message.by.is_active:
        return None
    if not services.recipients(message).filter(pk=notification.recipient_id).exists():
        return None  # the seat was given back meanwhile, or they left the line
    session = message.session
    names = {"host": message.by.name, "title": session.title}
    said = [
        _("%(host)s, host of “%(title)s”, writes:") % names,
        message.text,
        _("An answer to this letter reaches nobody. %(host)s does not see your address. Ask on the session’s page.")
        % names,
    ]
    page = absolute(message.get_absolute_url())
    link, more = (_("See the session"), absolute(session.get_absolute_url())), [(_("This message on the site"), page)]
    context = {"subject": f"{message.title} ({session.title})", "paragraphs": said, "link": link, "more": more}
    return Letter(template=TEMPLATE, context=context)


def message_approved(notification):
    message = _find(notification)
    if message is None or message.state != "shown":
        return None
    said = _("A moderator has read your message to the attendees of “%(title)s”. It is on its way.")
    context = {
        "subject": _("On its way: %(title)s") % {"title": message.title},
        "paragraphs": [said % {"title": message.session.title}],
        "link": (_("See it"), absolute(message.get_absolute_url())),
    }
    return Letter(template=TEMPLATE, context=context)


def _find(notification):
    found = SessionMessage.objects.asked().select_related("session", "by", "ticket")
    return found.filter(pk=notification.ref).first()


def _sentences(pattern):
    def say(notifications):
        found = SessionMessage.objects.asked().filter(stopped_at=None).select_related("session", "by")
        rows = found.in_bulk([int(row.ref) for row in notifications])
        return {
            row.pk: str(pattern) % {"host": said.by.name, "title": said.title, "session": said.session.title}
            for row in notifications
            if (said := rows.get(int(row.ref)))
        }

    return say


def register():
    told = _sentences(gettext_lazy("%(host)s wrote to you about “%(session)s”: “%(title)s”."))
    kinds.register(services.MESSAGE, Kind(letter=session_message, sentences=told, group=HOST_MESSAGES))
    passed = _sentences(gettext_lazy("A moderator has read “%(title)s”. It is on its way."))
    kinds.register("message_approved", Kind(letter=message_approved, sentences=passed, group=OWN_MESSAGES))
