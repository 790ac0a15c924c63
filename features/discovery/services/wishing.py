"""What people look for and do not find: kept when they ask to be told, and shown to hosts once several ask."""

from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from core import text
from core.limits import hit
from features.accounts.models import User
from features.discovery.kinds import kinds
from features.discovery.models import Wish, WishQuerySet
from features.discovery.services.searching import exists

SHOWN_FROM = 3  # people: words of one alone could tell who it is
AT_ONCE = 500  # people
ONCE_IN = timedelta(days=1)  # one is told, of all that was found


def wish(*, person: User, words: str, kind: str = "", now: datetime | None = None) -> Wish | None:
    """Have the person told once a search for the words finds something, of one kind or of any. Asking again begins
    anew."""
    if not (key := text.words(words)[:200]):
        return None
    hit("wish", person.pk)
    said = {"words": text.one_line(words)[:200], "wished_at": now or timezone.now(), "told_at": None}
    return Wish.objects.update_or_create(person=person, key=key, kind=kind, defaults=said)[0]


def unwish(*, person: User, words: str, kind: str = "") -> None:
    Wish.objects.filter(person=person, key=text.words(words)[:200], kind=kind).delete()


def is_wished(person, words: str, kind: str = "") -> bool:
    return Wish.objects.open(timezone.now()).filter(person=person, key=text.words(words)[:200], kind=kind).exists()


def address(words: str, kind: str = "") -> str:
    """Where things of the kind are looked for by these words."""
    page = kinds[kind].page if kind else ""
    return f"{reverse(page or 'search')}?{urlencode({'q': words})}"


def wanted(now: datetime, most: int = 5) -> list[dict]:
    """{"words", "people"} of what several people look for in vain, most of them first."""
    rows = Wish.objects.open(now).filter(person__in=User.objects.active()).values("key")
    counted = rows.annotate(people=Count("person", distinct=True), said=Min("words")).filter(people__gte=SHOWN_FROM)
    return [{"words": row["said"], "people": row["people"]} for row in counted.order_by("-people", "key")[:most]]


def those_who_wish(now: datetime) -> list[User]:
    """Whose open wishes are to be looked at: of those who have any, and were told of none within a day."""
    told = Wish.objects.filter(told_at__gt=now - ONCE_IN).values("person")
    people = User.objects.active().filter(pk__in=Wish.objects.open(now).values("person")).exclude(pk__in=told)
    return list(people.order_by("?")[:AT_ONCE])


def come_true(person: User, now: datetime) -> list[Wish]:
    """Their open wishes of which there is something by now."""
    rows = Wish.objects.open(now).filter(person=person).order_by("pk")
    return [row for row in rows if exists(row.words, person, row.kind, now)]


def forget_wishes(now: datetime) -> int:
    return Wish.objects.filter(wished_at__lte=now - WishQuerySet.KEPT).delete()[0]
