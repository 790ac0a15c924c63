from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from features.profiles.access import public_people
from features.sessions.models import SessionSkill, SkillSession
from features.skills.models import Skill


class SkillSitemap(Sitemap):
    """The pages of skills that have something on, and of their areas; others mostly ask not to be indexed."""

    limit = 5000

    def items(self):
        taught = SessionSkill.objects.filter(session__in=SkillSession.objects.upcoming(timezone.now()))
        taught = taught.values("skill")
        return Skill.objects.filter(Q(pk__in=taught) | Q(children__in=taught)).distinct().order_by("pk")

    def location(self, skill):
        return skill.get_absolute_url()


class PersonSitemap(Sitemap):
    """The pages of those who teach or taught: there is something to read on them."""

    limit = 5000

    def items(self):
        hosted = SkillSession.objects.published().filter(host=OuterRef("pk"), cancelled_at=None)
        return public_people().filter(Exists(hosted)).order_by("pk").only("handle")

    def location(self, person):
        return person.get_absolute_url()


class PlaceSitemap(Sitemap):
    """Where everything begins."""

    def items(self):
        return [
            "home", "sessions", "mentors", "mentor_ranking", "forum", "library", "skills", "assessments", "tasks",
            "achievements", "levels", "terms", "privacy",
        ]  # fmt: skip

    def location(self, name):
        return reverse(name)
