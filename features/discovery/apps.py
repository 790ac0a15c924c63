from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "features.discovery"
    label = "discovery"

    def ready(self):
        from core.seeds import seeds
        from features.discovery.seeds import fill

        seeds.register("words", (90, fill))
