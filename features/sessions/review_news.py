"""Reviews and their answers: what is told to the other side."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.notifications.kinds import Group, Kind, Letter, kinds
from features.sessions.emails import TEMPLATE
from features.sessions.models import Review

REVIEWS = Group(
    key="reviews",
    label=gettext_lazy("Reviews"),
    why=gettext_lazy("You are told when somebody reviews your session, or answers your review."),
    is_optional=True,
)


def session_reviewed(notification):
    review = _review(notification)
    if review is None:
        return None
    said = [
        _("%(name)s gives it %(rating)s of 5.") % {"name": review.registration.person.name, "rating": review.rating}
    ]
    if review.words:
        said.append(f"“{review.words}”")
    said.append(_("Everybody can read it. You can answer once."))
    return _letter(_("A review of “%(title)s”"), review, said, _("Read and answer"))


def review_reply(notification):
    review = _review(notification)
    if review is None or not review.reply:
        return None
    said = [
        _("%(host)s answers what you wrote:") % {"host": review.registration.session.host.name},
        f"“{review.reply}”",
    ]
    return _letter(_("An answer to your review of “%(title)s”"), review, said, _("See both"))


def _letter(subject, review, said, label):
    subject = subject % {"title": review.registration.session.title}
    link = (label, absolute(reverse("review", args=[review.pk])))
    return Letter(template=TEMPLATE, context={"subject": subject, "paragraphs": said, "link": link})


def _review(notification):
    """As it is now: what was removed meanwhile, or whose author was shut out, is not told any more."""
    shown = Review.objects.shown().select_related("registration__person", "registration__session__host")
    return shown.filter(pk=notification.ref).first()


def say_reviewed(notifications):
    return _say(notifications, _("Your session “%(title)s” was reviewed."))


def say_replied(notifications):
    return _say(notifications, _("Your review of “%(title)s” was answered."))


def _say(notifications, pattern):
    found = Review.objects.select_related("registration__session").in_bulk([int(row.ref) for row in notifications])
    return {
        row.pk: pattern % {"title": review.registration.session.title}
        for row in notifications
        if (review := found.get(int(row.ref)))
    }


def register():
    kinds.register("session_reviewed", Kind(letter=session_reviewed, sentences=say_reviewed, group=REVIEWS))
    kinds.register("review_reply", Kind(letter=review_reply, sentences=say_replied, group=REVIEWS))
