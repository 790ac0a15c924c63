from django.contrib.sitemaps import Sitemap

from features.sessions.models import SkillSession


class SessionSitemap(Sitemap):
    """Every published session, also those that are over: their pages stay. Those of a suspended host are seen by
    nobody but who has a seat."""

    limit = 5000

    def items(self):
        return (
            SkillSession.objects.published()
            .filter(host__is_active=True)
            .order_by("pk")
            .only("pk", "slug", "updated_at")
        )

    def lastmod(self, session):
        return session.updated_at

    def location(self, session):
        return session.get_absolute_url()
