"""What a person is told about their profile."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.notifications.kinds import Group, Kind, Letter, kinds
from features.skills.models import ProfileLink

PROFILE = Group(
    key="profile",
    label=gettext_lazy("Your profile"),
    why=gettext_lazy("You are told when something that was marked on your profile no longer is."),
    is_optional=True,
)


def register_kinds():
    kinds.register("link_lost", Kind(letter=_link_lost, sentences=_say_link_lost, group=PROFILE))


def _link_lost(notification):
    link = ProfileLink.objects.filter(pk=notification.ref, verified_at=None).first()
    if link is None:
        return None
    context = {
        "subject": _("A link of yours lost its mark"),
        "paragraphs": [
            _("%(url)s no longer links back to your page, so it is no longer marked as yours.") % {"url": link.url},
            _('Put the link back, with rel="me", and have us look again.'),
        ],
        "action_label": _("See your links"),
        "action_url": absolute(reverse("profile_block", args=["links"])),
    }
    return Letter(template="profiles/email/letter", context=context)


def _say_link_lost(notifications):
    links = dict(ProfileLink.objects.filter(pk__in=[row.ref for row in notifications]).values_list("pk", "url"))
    return {
        row.pk: _("%(url)s no longer links back to you, and lost its mark.") % {"url": links[int(row.ref)]}
        for row in notifications
        if int(row.ref) in links
    }
