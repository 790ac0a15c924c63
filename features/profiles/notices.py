"""What people are told by no single feature: that the demo world is gone, and with it their seats in it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.seo import absolute
from features.notifications.kinds import Group, Kind, Letter, kinds

GROUP = Group(
    key="site",
    label=gettext_lazy("Changes of the site"),
    why=gettext_lazy("What changes the whole site, and something of yours with it, is always told."),
)


def _sentence(number):
    said = ngettext(
        "The demo world was removed, and with it a seat of yours in a session that was invented.",
        "The demo world was removed, and with it %(n)d seats of yours in sessions that were invented.",
        number,
    )
    return said % {"n": number}


def letter(notification):
    said = [_sentence(int(notification.ref)), _("Your account and all that is real stay as they are.")]
    link = (_("See what is on"), absolute(reverse("sessions")))
    context = {"subject": _("The demo world was removed"), "paragraphs": said, "link": link}
    return Letter(template="moderation/email/letter", context=context)


def sentences(notifications):
    return {notification.pk: _sentence(int(notification.ref)) for notification in notifications}


def register():
    kinds.register("demo_removed", Kind(letter=letter, sentences=sentences, group=GROUP))
