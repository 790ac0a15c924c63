from django.contrib.sitemaps import Sitemap

from features.assessments.models import Bank, Task


class AssessmentSitemap(Sitemap):
    """Tests that everybody may take."""

    limit = 5000

    def items(self):
        return Bank.objects.offered().order_by("pk").only("pk", "slug")

    def location(self, bank):
        return bank.get_absolute_url()


class TaskSitemap(Sitemap):
    """Tasks for which work is read."""

    limit = 5000

    def items(self):
        return Task.objects.filter(is_open=True).order_by("pk").only("pk", "slug")

    def location(self, task):
        return task.get_absolute_url()
