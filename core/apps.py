from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        from django.db.models.signals import post_migrate

        from core import checks, page_cache  # noqa: F401

        post_migrate.connect(page_cache.install, sender=self, dispatch_uid="page_cache")
