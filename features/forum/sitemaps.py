from django.contrib.sitemaps import Sitemap

from features.forum.models import Thread


class ThreadSitemap(Sitemap):
    """Every thread that everybody may read."""

    limit = 5000

    def items(self):
        return Thread.objects.shown().order_by("pk").only("pk", "slug", "active_at")

    def lastmod(self, thread):
        return thread.active_at

    def location(self, thread):
        return thread.get_absolute_url()
