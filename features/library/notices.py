"""What readers are told: that their certificate is there."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.library.models import Certificate
from features.notifications.kinds import Group, Kind, Letter, kinds

COURSES = Group(
    key="courses",
    label=gettext_lazy("Your courses"),
    why=gettext_lazy("You are written to when you have completed a course."),
    is_optional=True,
)


def register():
    kinds.register("certificate_issued", Kind(letter=letter, sentences=sentences, group=COURSES))


def letter(notification):
    made = Certificate.objects.filter(pk=notification.ref, revoked_at=None).first()
    if made is None:
        return None
    said = [
        _("You have come to the end of “%(title)s”.") % {"title": made.title},
        _("Your certificate %(number)s has an address of its own, at which anybody can check it without an account.")
        % {"number": made.number},
    ]
    subject = _("Your certificate: %(title)s") % {"title": made.title}
    link = (_("See the certificate"), absolute(made.get_absolute_url()))
    return Letter(template="library/email/letter", context={"subject": subject, "paragraphs": said, "link": link})


def sentences(notifications):
    rows = Certificate.objects.in_bulk([int(notification.ref) for notification in notifications])
    return {
        n.pk: _("You completed “%(title)s”. Your certificate is there.") % {"title": rows[int(n.ref)].title}
        for n in notifications
        if int(n.ref) in rows
    }
