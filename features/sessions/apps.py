from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "features.sessions"
    label = "skill_sessions"
