from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "features.profiles"
    label = "profiles"
