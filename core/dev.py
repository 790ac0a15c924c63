"""Pages that exist only with DEMO=1 on a loopback address."""

from django.urls import path

from core import views_dev

urlpatterns = [
    path("style/", views_dev.style, name="dev_style"),
]
