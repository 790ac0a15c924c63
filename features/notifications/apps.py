from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "features.notifications"
    label = "notifications"

    def ready(self):
        from core import nav, page_cache
        from features.accounts.access import known_of_persons
        from features.accounts.personal_data import PersonalData, personal_data
        from features.notifications import audit_words, merging, own_data, receivers  # noqa: F401
        from features.notifications.services.telling import unread_of

        audit_words.register()
        merging.register()
        page_cache.watch("follows", self, only={"follow": ""})
        known_of_persons.register("unread", unread_of)
        personal_data.register("notifications", PersonalData(own_data.export, own_data.erase))
        nav.add(
            nav.Place(
                _("Notifications"),
                "notification_preferences",
                order=52,
                section="settings",
                about=_("Which letters you get, and when"),
            ),
            nav.Place(
                _("Following"),
                "follows",
                order=17,
                section="learning",
                about=_("People, skills and boards you hear from"),
            ),
        )
