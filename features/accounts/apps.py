from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "features.accounts"
    label = "accounts"

    def ready(self):
        from core import dev_panels, nav
        from core.seeds import seeds
        from features.accounts import own_data, receivers  # noqa: F401
        from features.accounts import seeds as demo
        from features.accounts.personal_data import PersonalData, personal_data

        personal_data.register("accounts", PersonalData(own_data.export, own_data.erase))
        seeds.register("accounts", (10, demo.fill))
        dev_panels.panels.register("Codes of the authenticator apps", demo.current_codes)
        nav.add(
            nav.Place(_("Account"), "account", order=10, section="account"),
            nav.Place(_("Preferences"), "preferences", order=20, section="account"),
        )
