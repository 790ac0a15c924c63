"""Pages that exist only with DEMO=1 on a loopback address."""

from django.urls import path

from core import dev_mail, views_dev

urlpatterns = [
    path("mail/", dev_mail.mail, name="dev_mail"),
    path("style/", views_dev.style, name="dev_style"),
]
