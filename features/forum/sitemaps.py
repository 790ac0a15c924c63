from core.seo import Pages
from features.forum.models import Thread


class ThreadSitemap(Pages):
    """Every thread that everybody may read."""

    changed = "active_at"

    def items(self):
        return Thread.objects.shown().order_by("pk").only("pk", "slug", "active_at")
