from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "features.accounts"
    label = "accounts"

    def ready(self):
        from core import dev_panels, nav, page_cache
        from core.api_parts import seams
        from core.seeds import scales, seeds
        from features.accounts import access, audit_words, exported, own_data, own_merging, receivers  # noqa: F401
        from features.accounts import seeds as demo
        from features.accounts.access import StaffPage, staff_pages
        from features.accounts.models import Role
        from features.accounts.personal_data import PersonalData, personal_data
        from features.accounts.scale import members

        audit_words.register()
        for order, (name, label) in enumerate(
            {
                "manage": _("Health"), "manage_roles": _("Roles"), "manage_skills": _("Skills"),
                "manage_audit": _("Audit log"), "manage_work": _("Work"), "manage_rules": _("Rules"),
                "manage_terms": _("Terms"), "manage_exports": _("Exports"), "admin:index": _("Records"),
            }.items()
        ):  # fmt: skip
            # People and what is decided about them (moderation's pages) stand between health and the rest.
            section = "people" if name == "manage_roles" else "site"
            page = StaffPage(label, name, 100 * order, (Role.ORGANISER,), section)
            staff_pages.register(name, page)
        seams["consent"] = access.owes_consent
        exported.register()
        own_merging.register()
        personal_data.register("accounts", PersonalData(own_data.export, own_data.erase))
        seeds.register("accounts", (10, demo.fill))
        seeds.register("terms", (99, demo.fill_terms))  # when everybody is there who agrees to them
        scales.register("accounts", (10, members))
        dev_panels.panels.register("Codes of the authenticator apps", demo.current_codes)
        nav.add(
            nav.Place(
                _("Account"),
                "account",
                order=50,
                section="settings",
                about=_("Log-in, second step, your data, closing"),
                is_near=True,
            ),
            nav.Place(
                _("Preferences"),
                "preferences",
                order=51,
                section="settings",
                about=_("Name, languages, time zone, colours"),
            ),
            nav.Place(_("Terms"), "terms", order=100, section="trust"),
            nav.Place(_("Privacy"), "privacy", order=110, section="trust"),
        )
        page_cache.watch(page_cache.FRAME, self, only={"siterules": ""})  # else a stranger's page would outlive them
        page_cache.watch(
            "people",
            self,
            only={
                "user": "name, handle, headline, photo_id, is_active, suspended_until, time_zone, languages",
                "formerhandle": "",
                "rolegrant": "",
            },
        )
