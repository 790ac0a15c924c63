from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    name = "features.profiles"
    label = "profiles"

    def ready(self):
        from core import nav, seo
        from features.accounts.personal_data import PersonalData, personal_data
        from features.profiles import own_data
        from features.profiles.sitemaps import SkillSitemap

        nav.add(nav.Place(_("Home"), "home", icon="home", order=0))
        seo.sitemaps["skills"] = SkillSitemap
        personal_data.register("profiles", PersonalData(own_data.export, own_data.erase))
