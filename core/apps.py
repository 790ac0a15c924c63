from django.apps import AppConfig

from core import clock, counters

clock.rule()
counters.stand_beside()


class CoreConfig(AppConfig):
    name = "core"

    def ready(self):
        from django.core.signals import got_request_exception
        from django.db.backends.signals import connection_created
        from django.db.models.signals import post_migrate

        from core import checks, page_cache, pool  # noqa: F401

        post_migrate.connect(page_cache.install, sender=self, dispatch_uid="page_cache")
        connection_created.connect(clock.follow, dispatch_uid="clock")
        connection_created.connect(pool.keep_statements, dispatch_uid="pool")
        got_request_exception.connect(pool.forget_stale_plans, dispatch_uid="pool")
