from core.seo import Pages
from features.library.models import Work


class WorkSitemap(Pages):
    """Every work that everybody finds."""

    changed = "updated_at"

    def items(self):
        return Work.objects.listed().order_by("pk").only("pk", "slug", "updated_at")
