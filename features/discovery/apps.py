from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "features.discovery"
    label = "discovery"

    def ready(self):
        from core.seeds import scales, seeds
        from features.discovery.seeds import fill, scale

        seeds.register("words", (90, fill))
        scales.register("search", (90, scale))
