from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "features.discovery"
    label = "discovery"
