from django.apps import AppConfig


class SkillsConfig(AppConfig):
    name = "features.skills"
    label = "skills"
