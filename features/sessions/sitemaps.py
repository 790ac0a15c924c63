from core.seo import Pages
from features.sessions.models import SkillSession


class SessionSitemap(Pages):
    """Every published session, also those that are over: their pages stay. Those of a suspended host are seen by
    nobody but who has a seat."""

    changed = "updated_at"

    def items(self):
        return (
            SkillSession.objects.published()
            .filter(host__is_active=True)
            .order_by("pk")
            .only("pk", "slug", "updated_at")
        )
