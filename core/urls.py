from django.conf import settings
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path, re_path

from core import health, seo, views
from core.api import api
from core.routes import ByFirstPart

# allauth asks for it by this name when somebody tries too often.
handler429 = "features.accounts.views.limited.too_many"

handler500 = "core.views.server_error"

routes = [
    path("", include("features.skills.urls")),  # before profiles, whose skills/<slug>/ would swallow skills/suggest/
    path("", include("features.profiles.urls")),
    path("", include("features.marketing.urls")),
    path("", include("features.sessions.urls")),
    path("", include("features.forum.urls")),
    path("", include("features.mentoring.urls")),
    path("", include("features.assessments.urls")),
    path("", include("features.library.urls")),
    path("", include("features.payments.urls")),
    path("", include("features.moderation.urls")),
    path("", include("features.discovery.urls")),
    path("", include("features.accounts.urls")),
    path("", include("features.calendar.urls")),
    path("", include("features.notifications.urls")),
    path("", include("features.integrations.urls")),
    path("api/v1/", api.urls),
    re_path(r"^api/", views.no_such_address, name="api_nothing"),
    path("admin/", admin.site.urls),
    path("sitemap.xml", seo.at_home(sitemap_views.index), {"sitemaps": seo.sitemaps}, name="sitemap"),
    path(
        "sitemap-<section>.xml",
        seo.at_home(sitemap_views.sitemap),
        {"sitemaps": seo.sitemaps},
        name="django.contrib.sitemaps.views.sitemap",
    ),
    path("healthz", health.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
]

if settings.DEMO and settings.IS_LOOPBACK:
    routes.append(path("dev/", include("core.dev")))

urlpatterns = [ByFirstPart(routes)]
