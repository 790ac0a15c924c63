from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    name = "features.profiles"
    label = "profiles"

    def ready(self):
        from core import nav, seo
        from features.profiles.sitemaps import SkillSitemap

        nav.add(nav.Place(_("Home"), "home", icon="home", order=0))
        seo.sitemaps["skills"] = SkillSitemap
