"""Who belongs to a segment, of those who asked for the newsletter."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import languages
from features.accounts.models import Role, RoleGrant, User
from features.marketing.letters import NEWSLETTER
from features.marketing.models import Newsletter
from features.notifications import services as notifications
from features.notifications.models import Follow
from features.sessions.models import Registration
from features.skills.models import Skill, SpokenLanguage

Segment = Newsletter.Segment
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Count:
    """`reached` get the letter now; of those who `asked`, others have no address that was proved, or one that refuses
    letters."""

    reached: int
    asked: int

    @property
    def left_out(self) -> int:
        return self.asked - self.reached


def people(newsletter: Newsletter, among: QuerySet[User], now: datetime) -> QuerySet[User]:
    """Of these people those in the segment of this letter."""
    value = newsletter.value
    if newsletter.segment == Segment.ROLE:
        return among.filter(pk__in=RoleGrant.objects.in_force(now).filter(role=value).values("person"))
    if newsletter.segment == Segment.SKILL:
        return among.filter(pk__in=Follow.objects.filter(key=f"skill:{value}").exclude(level="off").values("person"))
    if newsletter.segment == Segment.ATTENDED:
        came = Registration.objects.confirmed().present().filter(session__starts_at__gt=now - int(value) * MONTH)
        return among.filter(pk__in=came.values("person"))
    if newsletter.segment == Segment.LANGUAGE:
        spoken = SpokenLanguage.objects.filter(code=value).values("person")
        return among.filter(Q(languages__contains=[value]) | Q(pk__in=spoken))
    return among


def take_over_skill(source: Skill, into: Skill) -> int:
    """Letters to those who follow `source` are to those who follow `into`, also one that is on its way."""
    return Newsletter.objects.filter(segment=Segment.SKILL, value=str(source.pk)).update(value=str(into.pk))


def audience(newsletter: Newsletter, now: datetime) -> QuerySet[User]:
    """Who gets it: they turned it on, and their address was proved and refuses nothing."""
    return people(newsletter, notifications.reachable(NEWSLETTER), now)


def count(newsletter: Newsletter, now: datetime) -> Count:
    asked = people(newsletter, notifications.asked_for(NEWSLETTER), now).count()
    return Count(audience(newsletter, now).count(), asked)


def in_words(newsletter: Newsletter) -> str:
    value = newsletter.value
    if newsletter.segment == Segment.ROLE:
        return _("Those with the role “%(role)s”") % {"role": Role(value).label}
    if newsletter.segment == Segment.SKILL:
        name = Skill.objects.filter(pk=value).values_list("name", flat=True).first()
        return _("Those who follow %(skill)s") % {"skill": name or _("a skill that is gone")}
    if newsletter.segment == Segment.ATTENDED:
        said = ngettext(
            "Those who were at a session in the last month",
            "Those who were at a session in the last %(n)d months",
            int(value),
        )
        return said % {"n": int(value)}
    if newsletter.segment == Segment.LANGUAGE:
        return _("Those who speak %(language)s") % {"language": languages.name(value)}
    return str(Segment.ALL.label)
