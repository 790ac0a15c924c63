from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from core import views

urlpatterns = [
    path("", include("features.profiles.urls")),
    path("", include("features.sessions.urls")),
    path("", include("features.skills.urls")),
    path("", include("features.accounts.urls")),
    path("", include("features.calendar.urls")),
    path("admin/", admin.site.urls),
    path("robots.txt", views.robots, name="robots"),
]

if settings.DEMO and settings.IS_LOOPBACK:
    urlpatterns.append(path("dev/", include("core.dev")))
