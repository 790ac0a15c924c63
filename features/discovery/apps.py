from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "features.discovery"
    label = "discovery"

    def ready(self):
        from core.seeds import around, scales, seeds
        from features.discovery.seeds import fill, scale
        from features.discovery.services import gathered

        seeds.register("words", (90, fill))
        around.register("search entries", gathered)
        scales.register("search", (90, scale))
