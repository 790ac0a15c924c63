from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.assessments.ability import Item as Parameters
from features.assessments.models.banks import Bank, ItemVersion


class CalibrationRun(models.Model):
    """One reckoning of a bank from all its answers. Runs stay, and so do the parameters that they found."""

    bank = models.ForeignKey(Bank, models.CASCADE, related_name="runs")
    method = models.CharField(max_length=12)  # 1pl, 2pl, or given: brought along from elsewhere
    code_version = models.PositiveSmallIntegerField(default=1)
    people = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()


class ItemParameter(models.Model):
    """How hard and how sharp a version is, as one run found it. One of them is in use."""

    class Model(models.TextChoices):
        EXPERT = "expert", _("An expert's estimate")
        ONE = "1pl", _("Provisional")
        TWO = "2pl", _("Calibrated")

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="parameters")
    run = models.ForeignKey(CalibrationRun, models.CASCADE, related_name="parameters")
    model = models.CharField(max_length=6, choices=Model)
    a = models.FloatField()
    b = models.FloatField()
    c = models.FloatField(default=0)
    error = models.FloatField(help_text="Of b")
    people = models.PositiveIntegerField()
    share = models.FloatField(default=1, help_text="Of all tests, that may draw it")
    is_current = models.BooleanField(default=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(is_current=True), name="one_current_parameter_per_version"
            ),
            models.UniqueConstraint(fields=["version", "run"], name="one_parameter_per_run"),
            models.CheckConstraint(condition=Q(a__gt=0, c__gte=0, c__lt=1, error__gt=0), name="parameters_make_sense"),
        ]

    @property
    def as_item(self) -> Parameters:
        return Parameters(self.a, self.b, self.c)


class ItemFlag(models.Model):
    """Something about a version that its author should look at. It is raised once, and closes when it is no longer
    so, or when the author has looked."""

    class Kind(models.TextChoices):
        KEY = "key", _("The key is doubtful")
        WEAK = "weak", _("Does not tell people apart")
        HARD = "hard", _("Hardly anybody gets it right")
        EASY = "easy", _("Nearly everybody gets it right")
        DISTRACTOR = "distractor", _("A wrong answer that nobody takes")
        DRIFT = "drift", _("Its difficulty has moved")
        EXPOSED = "exposed", _("Stands in too many tests")
        HASTY = "hasty", _("Answered too quickly to have been read")
        UNFAIR = "unfair", _("Harder for people of one language")

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=12, choices=Kind)
    facts = models.JSONField(default=dict)
    raised_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind"], condition=Q(closed_at=None), name="one_open_flag_of_a_kind"
            )
        ]
