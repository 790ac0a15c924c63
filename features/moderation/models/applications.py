from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.skills.models import Skill


class ApplicationQuerySet(QuerySet):
    def undecided(self):
        return self.filter(state__in=ExpertApplication.UNDECIDED)

    def waiting(self):
        """For staff to act on."""
        return self.filter(state=ExpertApplication.State.RECEIVED)


class ExpertApplication(models.Model):
    """Somebody wants to teach: what, on what evidence, and what came of it. One is open at a time."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RECEIVED = "received", _("Received")
        ASKED = "asked", _("A question is open")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    UNDECIDED = (State.DRAFT, State.RECEIVED, State.ASKED)

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="expert_applications")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    skills = models.ManyToManyField(Skill, related_name="+", verbose_name=_("what you would teach"))
    plan = models.TextField(_("your first session"), max_length=2000, blank=True)
    evidence = models.TextField(_("why you"), max_length=4000, blank=True)
    links = models.TextField(_("links"), max_length=1000, blank=True)
    agreed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)
    received_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    may_apply_again_at = models.DateTimeField(null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["draft", "received", "asked"]), name="one_open_application"
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(state="withdrawn")
                | Q(received_at__isnull=False, agreed_at__isnull=False),
                name="application_is_sent_with_an_agreement",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "declined"], decided_at__isnull=False)
                | (~Q(state__in=["approved", "declined"]) & Q(decided_at=None)),
                name="application_is_decided_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["received_at", "id"], condition=Q(state="received"), name="application_queue")]

    @property
    def is_undecided(self):
        return self.state in self.UNDECIDED

    def addresses(self):
        return self.links.split()


class Step(models.Model):
    """What was said about an application, by whom: received, asked, answered, approved, declined. It only grows."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("Sent")
        ASKED = "asked", _("Asked")
        ANSWERED = "answered", _("Answered")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    application = models.ForeignKey(ExpertApplication, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    words = models.TextField(max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    happened_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        ordering = ["happened_at", "id"]
