"""What hosts write to many: a moderator reads the first ones before they go out, and can stop any of them."""

from django.utils.html import format_html, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import numbers
from features.moderation.services import Act, ModerationRefused, Subject, Thing, acts, subjects
from features.sessions import services
from features.sessions.models import SessionMessage


def _messages():
    return SessionMessage.objects.asked().select_related("session", "by", "ticket")


def things(refs):
    return {str(message.pk): _thing(message) for message in _messages().filter(pk__in=numbers(refs))}


def _thing(message) -> Thing:
    to = message.ticket.name if message.ticket else message.get_audience_display()
    about = _("To: %(audience)s of “%(session)s”") % {"audience": to, "session": message.session.title}
    return Thing(
        kind=services.MESSAGE,
        ref=str(message.pk),
        title=message.title,
        url=message.get_absolute_url(),
        author=message.by,
        state=message.state,
        html=format_html("<p><strong>{}</strong></p>", about) + linebreaks(message.text, autoescape=True),
        at=message.asked_at,
        row=message,
    )


def by_host(person):
    return [_thing(message) for message in _messages().filter(by=person).order_by("-asked_at")[:5]]


def _send(by, thing, given, now):
    try:
        services.approve_message(message=thing.row, by=by, now=now)
    except services.MessageRefused as refused:
        raise ModerationRefused(refused.code, refused.words) from refused
    return {}


def _stop(by, thing, given, now):
    return services.stop_message(message=thing.row, now=now)


def _back(before, thing, by, now):
    services.restore_message(message=thing.row)


def _is_message(*states):
    return lambda thing: thing.kind == services.MESSAGE and thing.state in states


def register():
    about = {"is_everywhere": True, "agrees": True, "stays": False}
    acts.register(
        "message_send",
        Act(
            label=gettext_lazy("Send it"),
            effect=gettext_lazy("Everybody it is meant for gets it now; it cannot be called back. Its host is told"),
            said=gettext_lazy("let %(what)s go out"),
            icon="check",
            do=_send,
            fits=_is_message("held"),
            tells=False,
            **about,
        ),
    )
    acts.register(
        "message_stop",
        Act(
            label=gettext_lazy("Stop it"),
            effect=gettext_lazy("It is not sent, nobody reads it on the site any more, and its host is told why"),
            said=gettext_lazy("stopped %(what)s"),
            then=gettext_lazy("It goes to nobody. You can write another, with that changed."),
            icon="close",
            do=_stop,
            undo=_back,
            fits=_is_message("held", "shown"),
            leaves=("hidden",),
            is_danger=True,
            **about,
        ),
    )
    subjects.register(
        services.MESSAGE,
        Subject(
            label=gettext_lazy("a message to attendees"),
            things=things,
            # Whoever gets one reports the session: a moderator sees there what its host wrote.
            acts=("message_send", "message_stop"),
            by_person=by_host,
            needs_act=True,
        ),
    )
