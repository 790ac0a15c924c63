from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class SiteRules(models.Model):
    """Who sees the site, who may join, who may publish sessions. A row is never edited: a change is the next one."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        MEMBERS = "members", _("Members only")

    class SignUp(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        LISTED = "listed", _("Only addresses on the list")

    class Hosts(models.TextChoices):
        EXPERTS = "experts", _("Experts, who have applied")
        MEMBERS = "members", _("Every member")

    audience = models.CharField(_("who sees the site"), max_length=10, choices=Audience, default=Audience.EVERYBODY)
    sign_up = models.CharField(_("who may join"), max_length=10, choices=SignUp, default=SignUp.EVERYBODY)
    listed = ArrayField(models.CharField(max_length=254), default=list, blank=True)
    hosts = models.CharField(_("who may publish sessions"), max_length=10, choices=Hosts, default=Hosts.EXPERTS)
    # The row it was made from, 0 for the first: of two who change it at once, the second is told.
    after = models.BigIntegerField(unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    RULES = ("audience", "sign_up", "listed", "hosts")
