"""Who was found to fit whom, when, and what somebody did not want to see again."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet


class MatchWish(models.Model):
    """What somebody wants of a mentor besides their goals, which stand on the profile."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="match_wish", editable=False
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes a week that must fit both of you"),
        default=60,
        validators=[MinValueValidator(30), MaxValueValidator(600)],
    )
    budget = models.PositiveIntegerField(_("most for one meeting"), null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = QuerySet.as_manager()


class MatchRun(models.Model):
    """One reckoning of all lists. Everything that scores depend on besides people is frozen in `params`, so that a list
    that is drawn anew in between is the one that the run would have drawn."""

    class State(models.TextChoices):
        BUILDING = "building", _("Being built")
        CURRENT = "current", _("Shown")
        FORMER = "former", _("Former")

    state = models.CharField(max_length=10, choices=State, default=State.BUILDING)
    version = models.PositiveSmallIntegerField()
    params = models.JSONField(default=dict)
    mentees = models.PositiveIntegerField(default=0)
    mentors = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="current"), name="one_current_run"),
            models.CheckConstraint(
                condition=Q(state="building") | Q(finished_at__isnull=False), name="what_is_shown_is_finished"
            ),
        ]


class MatchList(models.Model):
    """The mentors found for one mentee, the best first: one row, because a list is read and written as a whole."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="lists")
    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="match_lists")
    mentors = ArrayField(models.BigIntegerField())
    scores = ArrayField(models.IntegerField(), help_text="In millionths")
    # Where it was cut off: whoever comes before that stands in it. Without a cut it holds all there are.
    cut_mentor = models.BigIntegerField(null=True)
    cut_score = models.IntegerField(null=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "mentee"], name="one_list_per_run"),
            models.CheckConstraint(
                condition=Q(cut_mentor=None, cut_score=None) | Q(cut_mentor__isnull=False, cut_score__isnull=False),
                name="cut_is_whole",
            ),
        ]


class MentorPrice(models.Model):
    """What is taken off a mentor's scores before lists are put in order, and how much they are shown."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="prices")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="match_prices")
    price = models.FloatField()
    exposure = models.FloatField(help_text="Lists it stands in, a first place counting most")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "mentor"], name="one_price_per_run")]


class Dirty(models.Model):
    """Whose lists must be looked at again, and why. `skills` are those that no longer lead to a mentor."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    why = models.CharField(max_length=40)
    skills = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["at"], name="dirty_oldest_first")]


class DismissalQuerySet(QuerySet):
    def in_force(self, now=None):
        return self.filter(Q(until=None) | Q(until__gt=now or timezone.now()))


class Dismissal(models.Model):
    """A mentor that somebody does not want to see: for good, or not now."""

    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="dismissals")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField(null=True)
    at = models.DateTimeField(default=timezone.now)

    objects = DismissalQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mentee", "mentor"], name="one_dismissal_per_pair")]
