from django.contrib.sitemaps import Sitemap

from features.mentoring.models import MentorPage


class MentorSitemap(Sitemap):
    """The page of everybody who mentors."""

    limit = 5000

    def items(self):
        return MentorPage.objects.shown().select_related("person").order_by("pk")

    def lastmod(self, page):
        return page.updated_at

    def location(self, page):
        return page.get_absolute_url()
