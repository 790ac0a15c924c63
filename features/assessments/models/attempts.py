from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id
from features.assessments import ability
from features.assessments.models.banks import Bank, ItemVersion, Mode


class AttemptQuerySet(QuerySet):
    def running(self):
        return self.filter(finished_at=None)

    def finished(self):
        return self.exclude(finished_at=None)

    def with_result(self):
        return self.filter(mean__isnull=False, voided_at=None)


class Attempt(models.Model):
    """One person's test: what was drawn for it, when it must end by the server's clock, and what came out. With its
    responses it holds all that the result was computed from."""

    class Ending(models.TextChoices):
        ENOUGH = "enough", _("It was known well enough")
        ALL = "all", _("All questions were asked")
        TIME = "time", _("The time was over")
        STOPPED = "stopped", _("You ended it")
        KNOWN = "known", _("Its questions could be read meanwhile")

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    bank = models.ForeignKey(Bank, models.CASCADE, related_name="attempts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    seed = models.BigIntegerField()
    drawn = ArrayField(models.BigIntegerField())
    is_beta = models.BooleanField(default=False)
    rules = models.JSONField(default=dict, help_text="The bank's, as they were when it began")
    started_at = models.DateTimeField(default=timezone.now)
    deadline_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=8, choices=Ending, blank=True)
    mean = models.FloatField(null=True)
    error = models.FloatField(null=True)
    points = models.FloatField(null=True, help_text="Of a quiz")
    out_of = models.PositiveSmallIntegerField(null=True, help_text="Of a quiz: the points that there were")
    passed = models.BooleanField(null=True)
    help_used = models.CharField(max_length=300, blank=True, help_text="In the person's own words")
    voided_at = models.DateTimeField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "person"], condition=Q(finished_at=None), name="one_running_attempt"
            ),
            models.CheckConstraint(
                condition=Q(mean=None, error=None) | Q(mean__isnull=False, error__gt=0), name="a_result_has_its_doubt"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-started_at"], name="attempts_of_person"),
            models.Index(fields=["deadline_at"], condition=Q(finished_at=None), name="attempts_to_end"),
        ]

    def __str__(self):
        return self.public_id

    def get_absolute_url(self):
        return reverse("attempt", args=[self.public_id])

    def is_over(self, now) -> bool:
        return now >= self.deadline_at

    @property
    def is_quiz(self) -> bool:
        return self.rules["mode"] == Mode.QUIZ

    @property
    def source(self) -> str:
        """What the ledger calls it."""
        return f"attempt:{self.pk}"

    @property
    def level(self) -> float | None:
        return None if self.mean is None else ability.level(self.mean)


class Response(models.Model):
    """One question as it was put to one person, with the parameters it was weighed by, and the answer. The row is there
    from when the question is shown: whoever comes back is shown the same one."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField()
    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="responses")
    is_scored = models.BooleanField()
    a = models.FloatField()
    b = models.FloatField()
    c = models.FloatField()
    area = models.CharField(max_length=60, blank=True)
    shown_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.JSONField(null=True, help_text="What was chosen or typed; empty: “I do not know”")
    is_right = models.BooleanField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="one_response_at_a_position"),
            models.UniqueConstraint(fields=["attempt", "version"], name="nothing_is_asked_twice"),
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(answered_at=None), name="one_open_question_per_attempt"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, is_right=None) | Q(answered_at__isnull=False, is_right__isnull=False),
                name="an_answer_is_right_or_not",
            ),
        ]
        indexes = [models.Index(fields=["version", "answered_at"], name="responses_to_version")]

    @property
    def as_item(self) -> ability.Item:
        return ability.Item(self.a, self.b, self.c)


class PracticeCard(models.Model):
    """When a question comes back in practice, as FSRS reckons it. Practice proves nothing and is nobody else's."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="practice_cards")
    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="cards")
    state = models.JSONField()
    due_at = models.DateTimeField()
    answered = models.PositiveIntegerField(default=0)
    right = models.PositiveIntegerField(default=0)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "version"], name="one_card_per_question")]
        indexes = [models.Index(fields=["person", "due_at"], name="cards_due")]
