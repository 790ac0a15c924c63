from django.contrib.sitemaps import Sitemap
from django.db.models import Q
from django.utils import timezone

from features.sessions.models import SessionSkill, SkillSession
from features.skills.models import Skill


class SkillSitemap(Sitemap):
    """The pages of skills that have something on; the others ask not to be indexed."""

    limit = 5000

    def items(self):
        taught = SessionSkill.objects.filter(session__in=SkillSession.objects.upcoming(timezone.now()))
        taught = taught.values("skill")
        return Skill.objects.filter(Q(pk__in=taught) | Q(children__in=taught)).distinct().order_by("pk")

    def location(self, skill):
        return skill.get_absolute_url()
