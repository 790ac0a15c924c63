from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "features.assessments"
    label = "assessments"
