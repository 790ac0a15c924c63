from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class ModerationConfig(AppConfig):
    name = "features.moderation"
    label = "moderation"

    def ready(self):
        from core import nav, page_cache
        from core.seeds import seeds
        from features.accounts.access import Ability, StaffPage, barriers, staff_pages
        from features.accounts.health import health_reports
        from features.accounts.models import Role
        from features.accounts.personal_data import PersonalData, personal_data
        from features.moderation import (
            act_kinds,
            audit_words,
            health,
            incident_letters,
            letters,
            merge_letters,
            merging,
            own_data,
            receivers,
            services,
        )  # fmt: skip
        from features.moderation.seeds import fill
        from features.moderation.services.areas import take_over_skill
        from features.skills.services import Merge, merges

        audit_words.register()
        merging.register()
        for name in ("cases", "applications", "appeals", "objections"):
            health_reports.register(name, getattr(health, name))
        receivers.connect()
        barriers["moderation"] = services.bar
        letters.register_kinds()
        incident_letters.register()
        merge_letters.register()
        act_kinds.register()
        services.earned.register(
            Ability.FLAG,
            services.Earned(ability=Ability.FLAG, what=_("Say what a moderator should look at. Everybody may.")),
        )
        personal_data.register("moderation", PersonalData(own_data.export, own_data.erase, own_data.leave))
        seeds.register("moderation", (35, fill))
        merges.register(
            "areas",
            Merge(
                lambda n: ngettext("%(n)d role or limit in it", "%(n)d roles and limits in it", n) % {"n": n},
                take_over_skill,
            ),
        )
        nav.add(
            nav.Place(_("Become an expert"), "expert_application", order=20, section="teach"),
            nav.Place(
                _("Teach here"),
                "expert_application",
                order=21,
                section="teaching",
                about=_("Apply as an expert, or see how far it is"),
            ),
            nav.Place(_("Marks"), "role_marks", order=22, section="self", about=_("Where you work, checked by us")),
            nav.Place(
                _("Abilities"),
                "abilities",
                order=23,
                section="self",
                about=_("What you may do in the forum, and what opens next"),
            ),
            nav.Place(
                _("Reliability"),
                "own_reliability",
                order=24,
                section="self",
                about=_("What was missed or kept, and how to object"),
            ),
            nav.Place(_("Reliability"), "reliability", order=20, section="trust"),
            nav.Place(_("Moderation log"), "moderation_log", order=10, section="trust"),
        )
        for page in (
            StaffPage(_("Queue"), "moderation", 15, (*services.EVERYWHERE, Role.AREA_MODERATOR), "curation"),
            StaffPage(_("People"), "manage_people", 10, services.STAFF, "people"),
            StaffPage(_("Appeals"), "manage_appeals", 20, services.STAFF, "people"),
            StaffPage(_("Missed appointments"), "manage_missed_appointments", 21, services.STAFF, "people"),
            StaffPage(_("Experts"), "manage_experts", 30, services.REVIEWERS, "people"),
            StaffPage(_("Marks"), "manage_marks", 40, services.GRANTERS, "people"),
        ):
            staff_pages.register(page.url_name, page)
        page_cache.watch("moderation", self, only={"entry": "", "rolemark": "", "sanction": ""})
