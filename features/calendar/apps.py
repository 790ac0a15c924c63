from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarConfig(AppConfig):
    name = "features.calendar"
    label = "calendar"

    def ready(self):
        from core import nav, page_cache
        from features.accounts.personal_data import PersonalData, personal_data
        from features.calendar import merging, own_data

        merging.register()
        personal_data.register("calendar", PersonalData(own_data.export, own_data.erase))
        nav.add(
            nav.Place(_("Free hours"), "weekly_hours", order=30, section="time", about=_("When you are usually free")),
            nav.Place(
                _("Busy times"),
                "busy_calendars",
                order=31,
                section="time",
                about=_("Other calendars that say when you are not"),
            ),
            nav.Place(
                _("Calendar"),
                "subscription",
                order=32,
                section="time",
                about=_("An address that puts all of it into your own calendar"),
            ),
        )
        page_cache.watch("hours", self, only={"weeklyhours": ""})
