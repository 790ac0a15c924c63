from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "features.calendar"
    label = "calendar"
