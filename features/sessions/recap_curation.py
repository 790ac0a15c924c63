"""Notes and recordings as things that members report and moderators decide on."""

from django.utils import timezone
from django.utils.html import format_html, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import numbers
from features.moderation.services import Subject, Thing, subjects
from features.sessions import services
from features.sessions.models import Recap


def _recaps():
    return Recap.objects.select_related("session__host", "by")


def things(refs):
    return {str(recap.pk): _thing(recap) for recap in _recaps().filter(pk__in=numbers(refs))}


def _thing(recap) -> Thing:
    html = recap.notes_html
    for url in filter(None, (recap.recording_url, recap.captions_url)):
        html += format_html('<p><a href="{}" rel="nofollow ugc noopener">{}</a></p>', url, url)
    return Thing(
        kind=services.RECAP,
        ref=str(recap.pk),
        title=_("Notes and recording of: %(title)s") % {"title": recap.session.title},
        url=recap.get_absolute_url(),
        author=recap.by,
        state=recap.state,
        html=html + linebreaks(recap.transcript, autoescape=True) if recap.transcript else html,
        at=recap.edited_at or recap.posted_at,
        row=recap,
    )


def shown_to(person, ref):
    recap = _recaps().filter(pk=ref).first()
    return bool(recap and services.seen_by(recap, person))


def set_state(thing, state, now):
    return services.set_recap_hidden(recap=thing.row, hidden=state != "shown", now=now)


def restore(before, thing, now):
    services.set_recap_hidden(recap=thing.row, hidden=before["state"] != "shown", now=now or timezone.now())


def by_host(person):
    return [_thing(recap) for recap in _recaps().filter(by=person).order_by("-posted_at")[:5]]


def register():
    subjects.register(
        services.RECAP,
        Subject(
            label=gettext_lazy("notes and a recording"),
            things=things,
            shown_to=shown_to,
            acts=("remove", "show"),
            states=frozenset({"shown", "hidden"}),
            set_state=set_state,
            restore=restore,
            by_person=by_host,
        ),
    )
