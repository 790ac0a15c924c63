from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    name = "features.integrations"
    label = "integrations"

    def ready(self):
        from core import api_parts, nav
        from core.seeds import seeds as demo
        from features.accounts.personal_data import PersonalData, personal_data
        from features.integrations import audit_words, merging, notices, own_data, seeds, services

        audit_words.register()
        merging.register()
        api_parts.seams.register("bearer", services.caller_of)
        api_parts.seams.register("role", services.may_act_as)
        personal_data.register("integrations", PersonalData(own_data.export, own_data.erase, own_data.leave))
        notices.register_kinds()
        demo.register("integrations", (60, seeds.fill))
        nav.add(
            nav.Place(_("Tokens"), "tokens", order=80, section="settings", about=_("Keys for programs of yours")),
            nav.Place(
                _("Webhooks"),
                "webhooks",
                order=81,
                section="settings",
                about=_("Where programs of yours are told what happens"),
            ),
            nav.Place(_("For programs"), "api_docs", order=90, section="trust"),
        )
