from django.contrib.sitemaps import Sitemap

from features.library.models import Work


class WorkSitemap(Sitemap):
    """Every work that everybody finds."""

    limit = 5000

    def items(self):
        return Work.objects.listed().order_by("pk").only("pk", "slug", "updated_at")

    def lastmod(self, work):
        return work.updated_at

    def location(self, work):
        return work.get_absolute_url()
