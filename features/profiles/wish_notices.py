"""Telling those who looked for something in vain that it is there."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.seo import absolute
from features.discovery import services as discovery
from features.discovery.models import Wish
from features.notifications.kinds import Group, Kind, Letter, kinds

WISHES = Group(
    key="wishes",
    label=gettext_lazy("What you looked for"),
    why=gettext_lazy("You asked to be told once a search of yours finds something."),
    is_optional=True,
)


def register_kinds():
    kinds.register("wish_found", Kind(letter=_found, sentences=_say_found, group=WISHES))


def address(wish) -> str:
    return discovery.wish_address(wish.words, wish.kind)


def _found(notification):
    wish = Wish.objects.filter(pk=notification.ref).first()
    if wish is None:
        return None
    context = {
        "subject": _("There is something for “%(words)s”") % {"words": wish.words},
        "paragraphs": [_("You looked for it and found nothing. That has changed.")],
        "action_label": _("See what there is"),
        "action_url": absolute(address(wish)),
    }
    return Letter(template="profiles/email/letter", context=context)


def _say_found(notifications):
    found = dict(Wish.objects.filter(pk__in=[row.ref for row in notifications]).values_list("pk", "words"))
    said = {row.pk: found.get(int(row.ref)) for row in notifications}
    return {pk: _("There is something for “%(words)s” now.") % {"words": words} for pk, words in said.items() if words}
