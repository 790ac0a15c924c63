from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "features.discovery"
    label = "discovery"

    def ready(self):
        from core.seeds import around, scales
        from features.accounts.personal_data import PersonalData, personal_data
        from features.discovery import merging, own_data
        from features.discovery.seeds import scale
        from features.discovery.services import gathered

        merging.register()
        personal_data.register("discovery", PersonalData(own_data.export, own_data.erase))
        around.register("search entries", gathered)
        scales.register("search", (90, scale))
