from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketingConfig(AppConfig):
    name = "features.marketing"
    label = "marketing"

    def ready(self):
        from core.seeds import seeds
        from features.accounts.access import StaffPage, staff_pages
        from features.accounts.models import Role
        from features.accounts.personal_data import PersonalData, personal_data
        from features.marketing import audit_words, letters, own_data
        from features.marketing.seeds import fill

        audit_words.register()
        staff_pages.register(
            "manage_newsletters", StaffPage(_("Newsletter"), "manage_newsletters", 75, (Role.ORGANISER,))
        )
        personal_data.register("marketing", PersonalData(own_data.export, own_data.erase))
        seeds.register("marketing", (90, fill))
        letters.register()
