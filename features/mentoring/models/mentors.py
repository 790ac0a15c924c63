"""What somebody who mentors says of it in public, and what is counted of it."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import address
from core.models import QuerySet
from features.accounts.access import Ability
from features.accounts.models import Role, RoleGrant, User
from features.moderation.models import Sanction
from features.skills.models import Level, Skill


class MentorPageQuerySet(QuerySet):
    def shown(self, now=None):
        """Whose page everybody sees: an expert with an open account."""
        expert = RoleGrant.objects.in_force(now).filter(person=OuterRef("person"), role=Role.EXPERT)
        return self.filter(Exists(expert), person__in=User.objects.active(now))

    def open(self, now=None):
        """Who takes new people at all: it was not switched off, by them or for silence, and they are not away."""
        today = timezone.localdate(now)
        paused = Sanction.objects.in_force(now).filter(person=OuterRef("person"), ability=Ability.MENTOR)
        away = Q(away_from__lte=today) & (Q(away_until=None) | Q(away_until__gte=today))
        return (
            self.shown(now)
            .filter(is_accepting=True, frozen_at=None)
            .exclude(away | Q(Exists(paused), person__is_sanctioned=True))
        )

    def with_room(self, now=None):
        """Who could take somebody today."""
        return self.open(now).filter(places_taken__lt=F("capacity"))


class MentorPage(models.Model):
    """What a mentor wants, has room for and is not right for. The numbers below it are kept by whoever counts them, in
    the transaction of what they count, so that lists need no joins."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="mentor_page", editable=False
    )
    is_accepting = models.BooleanField(_("I take new people"), default=True)
    capacity = models.PositiveSmallIntegerField(
        _("people at once"), default=3, validators=[MinValueValidator(0), MaxValueValidator(50)]
    )
    away_from = models.DateField(_("away from"), null=True, blank=True)
    away_until = models.DateField(_("until"), null=True, blank=True)
    topics = models.ManyToManyField(Skill, related_name="mentor_pages", verbose_name=_("what you mentor in"))
    level_from = models.PositiveSmallIntegerField(_("from level"), choices=Level, default=Level.STARTING)
    level_to = models.PositiveSmallIntegerField(_("up to level"), choices=Level, default=Level.DEFINING)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True, verbose_name=_("languages"))
    about = models.TextField(_("how you mentor"), max_length=2000, blank=True)
    not_for = models.TextField(_("who you are not right for"), max_length=500, blank=True)

    # Kept by services.
    places_taken = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Active, and offered")
    answers_in = models.DurationField(null=True, editable=False, help_text="Median of the last four weeks")
    frozen_at = models.DateTimeField(null=True, editable=False, help_text="Since when nobody is sent, for silence")
    price_from = models.PositiveIntegerField(null=True, editable=False, help_text="Minor units of the cheapest offer")
    next_free_at = models.DateTimeField(null=True, editable=False, help_text="The first slot, when it was last counted")
    history = models.FloatField(default=0.75, editable=False, help_text="How often they answer, as far as is known")
    listed_as = models.CharField(
        max_length=60, blank=True, editable=False, help_text="What lists last knew of the above"
    )
    relisted_at = models.DateTimeField(
        null=True, db_index=True, editable=False, help_text="When lists last took note of a change"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MentorPageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level_from__gte=1, level_to__lte=5), name="mentor_levels_on_the_scale"),
            models.CheckConstraint(condition=Q(level_from__lte=F("level_to")), name="mentor_levels_in_order"),
            models.CheckConstraint(
                condition=Q(away_until=None) | Q(away_from__isnull=False, away_until__gte=F("away_from")),
                name="mentor_is_back_after_leaving",
            ),
        ]

    def __str__(self):
        return self.person.name

    def get_absolute_url(self):
        return address("mentor", self.person.handle)

    @property
    def places_left(self) -> int:
        return max(0, self.capacity - self.places_taken)

    def is_away(self, today: date) -> bool:
        return bool(
            self.away_from and self.away_from <= today and (self.away_until is None or self.away_until >= today)
        )

    def has_room(self, today: date) -> bool:
        return self.is_accepting and self.frozen_at is None and self.places_left > 0 and not self.is_away(today)
