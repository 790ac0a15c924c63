"""That notes or a recording are there, as a letter and in the inbox: for those who see it when it is sent."""

from django.utils.translation import gettext as _

from core.seo import absolute
from features.notifications.kinds import Kind, Letter, kinds
from features.sessions import services
from features.sessions.emails import TEMPLATE
from features.sessions.models import Recap
from features.sessions.notices import RECAPS


def recap(notification):
    found = Recap.objects.select_related("session__host").filter(pk=notification.ref).first()
    what = services.seen_by(found, notification.recipient) if found else None
    if not what:
        return None  # it was taken back or hidden, or the seat's money went back
    names = {"what": services.words_of(what), "title": found.session.title, "host": found.session.host.name}
    said = [_("%(host)s has posted what stays of “%(title)s”. It is on the session’s page, for you to read and watch.")]
    if what.recording and not found.is_captioned:
        said.append(_("The recording has no captions or transcript yet."))
    context = {
        "subject": _("%(what)s: %(title)s") % names,
        "paragraphs": [line % names for line in said],
        "link": (_("See it"), absolute(found.get_absolute_url())),
    }
    return Letter(template=TEMPLATE, context=context)


def sentences(notifications):
    found = Recap.objects.shown().select_related("session").in_bulk([int(row.ref) for row in notifications])
    pattern = _("There is something to read or watch of “%(title)s”.")
    return {
        row.pk: pattern % {"title": said.session.title} for row in notifications if (said := found.get(int(row.ref)))
    }


def register():
    kinds.register(services.RECAP, Kind(letter=recap, sentences=sentences, group=RECAPS))
