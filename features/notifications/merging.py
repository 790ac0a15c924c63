"""What becomes of inbox, follows and preferences when two accounts become one."""

from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Part, columns, parts
from features.notifications.models import Follow
from features.notifications.services import take_over


def followers(staying, merged) -> None:
    """Who followed one follows the other, and nobody themselves."""
    take_over(f"person:{merged.pk}", f"person:{staying.pk}")
    Follow.objects.filter(person=staying, key=f"person:{staying.pk}").delete()


def register():
    words = {
        "Notification.recipient": _("Notices in the inbox"),
        "Follow.person": _("Follows"),
        "Preference.person": _("Preferences for letters"),
    }
    ruled = columns(
        "notifications",
        words,
        move="Notification.recipient",
        keep="Preference.person Follow.person DigestRhythm.person Digest.person",
    )
    parts.register("notifications", Part(ruled, after=followers))
