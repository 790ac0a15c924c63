from datetime import datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, Max, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone

from core import seo
from features.accounts.models import Terms, site_day
from features.discovery import services as discovery
from features.discovery.models import Document
from features.profiles import findable
from features.profiles.access import public_people
from features.profiles.services import documents
from features.sessions.models import SessionSkill, SkillSession
from features.skills.models import Skill


class SkillSitemap(seo.Pages):
    """The pages of skills that have something on, and of their areas; others mostly ask not to be indexed."""

    def items(self):
        on = SessionSkill.objects.filter(session__in=SkillSession.objects.upcoming(timezone.now()))
        taught = on.values("skill")
        newest = on.order_by("-session__updated_at").values("session__updated_at")
        changed = Greatest(
            discovery.changed_at(findable.SKILL),
            Subquery(newest.filter(skill=OuterRef("pk"))[:1]),
            Subquery(newest.filter(skill__parent=OuterRef("pk"))[:1]),
        )
        found = Skill.objects.filter(Q(pk__in=taught) | Q(children__in=taught)).distinct()
        return found.annotate(changed_at=changed).order_by("pk")


class PersonSitemap(seo.Pages):
    """The pages of those who teach or taught: there is something to read on them."""

    def items(self):
        hosted = SkillSession.objects.published().filter(host=OuterRef("pk"), cancelled_at=None)
        newest = hosted.order_by("-updated_at").values("updated_at")[:1]
        changed = Greatest(discovery.changed_at(documents.KIND), Subquery(newest))
        found = public_people().filter(Exists(hosted)).annotate(changed_at=changed)
        return found.order_by("pk").only("handle")


class PlaceSitemap(Sitemap):
    """Where everything begins. A list is as new as the newest of what it lists, a text as its version in force; what
    only a new release changes says nothing."""

    LISTS = {
        "home": ("sessions", "threads", "library"), "sessions": ("sessions",), "mentors": ("mentors",),
        "mentor_ranking": (), "forum": ("threads",), "library": ("library",), "skills": (),
        "assessments": ("assessments",), "tasks": ("tasks",), "achievements": (), "levels": (), "terms": (),
        "privacy": (),
    }  # fmt: skip

    @cached_property
    def changed(self):
        listed = {section for sections in self.LISTS.values() for section in sections}
        newest = {section: seo.sitemaps[section]().get_latest_lastmod() for section in listed}
        found = {name: [newest[section] for section in sections] for name, sections in self.LISTS.items()}
        zone = ZoneInfo(settings.DEFAULT_TIME_ZONE)
        for terms in Terms.objects.in_force(site_day()).only("kind", "in_force_on"):
            found[terms.kind] = [datetime.combine(terms.in_force_on, time(tzinfo=zone))]
        curated = Document.objects.filter(kind=findable.SKILL, standing=findable.CURATED)
        found["skills"] = [curated.aggregate(newest=Max("updated_at"))["newest"]]
        return {name: max(filter(None, moments), default=None) for name, moments in found.items()}

    def items(self):
        return list(self.LISTS)

    def lastmod(self, name):
        return self.changed[name]

    def get_latest_lastmod(self):
        return max(filter(None, self.changed.values()), default=None)

    def location(self, name):
        return reverse(name)
