from django.apps import AppConfig


class MentoringConfig(AppConfig):
    name = "features.mentoring"
    label = "mentoring"
