"""Telling those who looked for something in vain that it is there."""

from collections import defaultdict

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
    can_wait=True,
)
NAMED = 3  # more have a line in the letter, not a place in its subject


def register_kinds():
    kinds.register("wish_found", Kind(letter=_found, sentences=_say_found, group=WISHES))


def address(wish) -> str:
    return discovery.wish_address(wish.words, wish.kind)


def _found(notification):
    wish = Wish.objects.filter(pk=notification.ref).first()
    if wish is None:
        return None
    told = _told_with([wish])[wish.pk]
    context = {
        "subject": _("There is something for “%(words)s”") % {"words": _joined(told)},
        "paragraphs": [
            _("You looked for it and found nothing. That has changed."),
            *(f"“{other.words}”: {absolute(address(other))}" for other in told[1:]),
        ],
        "action_label": _("See what there is"),
        "action_url": absolute(address(wish)),
    }
    return Letter(template="profiles/email/letter", context=context)


def _say_found(notifications):
    wishes = Wish.objects.in_bulk([int(row.ref) for row in notifications])
    told = _told_with(wishes.values())
    said = {row.pk: told[int(row.ref)] for row in notifications if int(row.ref) in wishes}
    return {pk: _("There is something for “%(words)s” now.") % {"words": _joined(found)} for pk, found in said.items()}


def _told_with(wishes) -> dict[int, list[Wish]]:
    """By wish: all that the person was told of with it, itself first."""
    wishes = list(wishes)
    times = {wish.told_at for wish in wishes if wish.told_at}
    rows = Wish.objects.filter(person__in={wish.person_id for wish in wishes}, told_at__in=times).order_by("pk")
    together = defaultdict(list)
    for row in rows:
        together[row.person_id, row.told_at].append(row)
    return {wish.pk: [wish, *(row for row in together[wish.person_id, wish.told_at] if row != wish)] for wish in wishes}


def _joined(wishes) -> str:
    words = [wish.words for wish in wishes]
    return "”, “".join([*words[:NAMED], "…"] if len(words) > NAMED else words)
