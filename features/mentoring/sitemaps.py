from core.seo import Pages
from features.mentoring.models import MentorPage


class MentorSitemap(Pages):
    """The page of everybody who mentors."""

    changed = "updated_at"

    def items(self):
        return MentorPage.objects.shown().select_related("person").order_by("pk")
