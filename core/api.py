"""The JSON API: each feature's `api.py`, over the same services as its pages. Refusals carry the pages' reason codes.

A feature's module holds `router`, which stands below `/api/v1/<feature>/`, or `routers = {"/me/things/": router, …}`.
"""

from functools import cache
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import module_has_submodule
from ninja import NinjaAPI

from core import api_problems
from core.api_door import door
from core.api_parts import Reader
from core.api_schema import Document


class Api(NinjaAPI):
    def get_openapi_schema(self, *, path_prefix=None, path_params=None):
        return document(path_prefix or self.get_root_path({}))


@cache
def document(prefix: str) -> Document:
    """Made once: it changes with the code alone."""
    return Document(api, prefix)


api = Api(
    title=settings.SITE_NAME,
    version="1",
    description="Sessions, seats in them, and hosting, by the rules that the pages go by.",
    servers=[{"url": settings.SITE_URL or "/"}],
    parser=Reader(),
    docs_url=None,
    urls_namespace="api",
)
api_problems.handle_in(api)
api.add_decorator(door, mode="view")

for config in apps.get_app_configs():
    if config.name.startswith("features.") and module_has_submodule(config.module, "api"):
        module = import_module(f"{config.name}.api")
        own = f"/{config.name.rpartition('.')[2]}/"
        for prefix, router in getattr(module, "routers", {own: getattr(module, "router", None)}).items():
            api.add_router(prefix, router)
