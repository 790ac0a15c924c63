from django.apps import AppConfig
from django.utils.translation import ngettext


class MentoringConfig(AppConfig):
    name = "features.mentoring"
    label = "mentoring"

    def ready(self):
        from core import page_cache
        from features.mentoring import own_data, registering, services
        from features.skills.services import Merge, merges

        merges.register(
            "mentors",
            Merge(lambda n: ngettext("%(n)d mentor", "%(n)d mentors", n) % {"n": n}, services.take_over_topics),
        )
        own_data.register()
        registering.register()
        page_cache.watch("mentoring", self)
