from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SkillsConfig(AppConfig):
    name = "features.skills"
    label = "skills"

    def ready(self):
        from core import nav, page_cache
        from core.seeds import scales, seeds
        from features.accounts.health import health_reports
        from features.accounts.personal_data import PersonalData, personal_data
        from features.skills import audit_words, causes, exported, health, merging, own_data
        from features.skills.scale import claims, levels
        from features.skills.seeds import fill

        audit_words.register()
        merging.register()
        personal_data.register("skills", PersonalData(own_data.export, own_data.erase))
        nav.add(
            nav.Place(_("Skills"), "skills", icon="assess", order=40),
            nav.Place(_("Skills"), "skills", order=40, section="learn"),
        )
        causes.register()
        exported.register()
        health_reports.register("skills", health.finding)
        seeds.register("skills", (20, fill))
        scales.register("skills", (20, claims))
        scales.register("levels", (50, levels))
        page_cache.watch("skills", self)
