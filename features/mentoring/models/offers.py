"""What a mentor offers, and the rules by which their time can be booked."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import address
from core.models import QuerySet
from features.payments import services as payments


class OfferQuerySet(QuerySet):
    def open(self):
        return self.filter(closed_at=None)

    def timed(self):
        """What takes an hour of the week."""
        return self.exclude(kind=Offer.Kind.REVIEW)

    def written(self):
        return self.filter(kind=Offer.Kind.REVIEW)


class Offer(models.Model):
    """What can be had of a mentor: time, or an answer in writing; how much, for whom, at what price."""

    class Kind(models.TextChoices):
        INTRO = "intro", _("First talk, free")
        MEETING = "meeting", _("Meeting")
        REVIEW = "review", _("Answer in writing")

    LENGTHS = [(20, _("20 minutes")), (30, _("30 minutes")), (60, _("60 minutes"))]

    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentoring_offers")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MEETING)
    title = models.CharField(_("title"), max_length=100)
    description = models.TextField(_("what it is good for"), max_length=600, blank=True)
    minutes = models.PositiveSmallIntegerField(_("length"), choices=LENGTHS, default=30)
    price_minor = models.PositiveBigIntegerField(_("price"), default=0)
    currency = models.CharField(max_length=3, default="EUR", editable=False)
    is_for_mentees = models.BooleanField(_("only for people I have accepted"), default=False)
    change_hours = models.PositiveSmallIntegerField(
        _("can be moved, or given back for the full price, until"),
        default=24,
        validators=[MaxValueValidator(336)],
        help_text=_("Hours before the start."),
    )
    most_moves = models.PositiveSmallIntegerField(
        _("how often it can be moved"), default=2, validators=[MaxValueValidator(10)]
    )
    answer_days = models.PositiveSmallIntegerField(
        _("answered in writing within so many days"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("For an answer in writing alone. What is late is paid back."),
    )
    most_open = models.PositiveSmallIntegerField(
        _("answers in writing you owe at once, at most"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind="intro") | Q(price_minor=0), name="first_talk_is_free"),
        ]
        indexes = [models.Index(fields=["mentor"], condition=Q(closed_at=None), name="offers_open")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        name = "written_review_new" if self.kind == self.Kind.REVIEW else "mentor_slots"
        return address(name, self.mentor.handle, self.pk)

    def policy(self) -> dict:
        """What is promised: all of the price back until then, nothing afterwards, and so many moves."""
        return payments.policy(payments.Preset.FULL, self.change_hours) | {"most_moves": self.most_moves}


class BookingRules(models.Model):
    """How a mentor's hours of the week become bookable. Without a row the defaults hold."""

    mentor = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="booking_rules", editable=False
    )
    before_minutes = models.PositiveSmallIntegerField(
        _("free before each meeting"), default=0, validators=[MaxValueValidator(120)], help_text=_("In minutes.")
    )
    after_minutes = models.PositiveSmallIntegerField(
        _("free after each meeting"), default=10, validators=[MaxValueValidator(120)], help_text=_("In minutes.")
    )
    notice_hours = models.PositiveSmallIntegerField(
        _("how long before"),
        default=12,
        validators=[MaxValueValidator(336)],
        help_text=_("Hours between booking and the meeting, at least."),
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("how far ahead"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("In days."),
    )
    most_a_day = models.PositiveSmallIntegerField(
        _("meetings a day, at most"), default=3, validators=[MaxValueValidator(20)], help_text=_("0 means no limit.")
    )
    most_a_week = models.PositiveSmallIntegerField(
        _("meetings a week, at most"), default=8, validators=[MaxValueValidator(60)], help_text=_("0 means no limit.")
    )
    room_url = models.URLField(
        _("your room"), max_length=500, blank=True, help_text=_("Where you meet. Only who has booked sees it.")
    )
    travel_from = models.DateField(_("travelling from"), null=True, blank=True)
    travel_until = models.DateField(_("travelling until"), null=True, blank=True)
    travel_zone = models.CharField(_("on the clocks of"), max_length=64, blank=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(travel_from=None, travel_until=None, travel_zone="")
                | (Q(travel_from__isnull=False, travel_until__gte=F("travel_from")) & ~Q(travel_zone="")),
                name="journey_is_whole",
            )
        ]
