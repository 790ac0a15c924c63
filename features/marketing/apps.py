from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class MarketingConfig(AppConfig):
    name = "features.marketing"
    label = "marketing"

    def ready(self):
        from core import page_cache
        from core.seeds import seeds
        from features.accounts.access import StaffPage, known_of_persons, staff_pages
        from features.accounts.models import Role
        from features.accounts.personal_data import PersonalData, personal_data
        from features.marketing import announcing, audit_words, letters, merging, own_data, segments
        from features.marketing.seeds import fill
        from features.skills.services import Merge, merges

        audit_words.register()
        merging.register()
        staff_pages.register(
            "manage_newsletters", StaffPage(_("Newsletter"), "manage_newsletters", 75, (Role.ORGANISER,))
        )
        staff_pages.register(
            "manage_announcements", StaffPage(_("Announcement"), "manage_announcements", 76, (Role.ORGANISER,))
        )
        known_of_persons.register("announcement", announcing.said_now)
        page_cache.watch(page_cache.FRAME, self, only={"announcement": ""})
        personal_data.register("marketing", PersonalData(own_data.export, own_data.erase))
        seeds.register("marketing", (90, fill))
        merges.register(
            "newsletters",
            Merge(lambda n: ngettext("%(n)d newsletter", "%(n)d newsletters", n) % {"n": n}, segments.take_over_skill),
        )
        letters.register()
