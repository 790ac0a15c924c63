import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.addresses import address
from core.models import QuerySet, Removable
from core.templatetags.ui import price
from features.payments.services import Preset
from features.skills.models import Level, Skill


class Kind(models.TextChoices):
    SKILL_SHARING = "skill_sharing", _("Skill-sharing session")
    WORKSHOP = "workshop", _("Workshop")
    WEBINAR = "webinar", _("Webinar")


class Format(models.TextChoices):
    ONLINE = "online", _("Online")
    IN_PERSON = "in_person", _("In person")


# Minutes before the start at which people may be reminded.
REMINDERS = [(7 * 24 * 60, _("A week before")), (24 * 60, _("The day before")), (60, _("An hour before"))]


def default_reminders():
    return [24 * 60, 60]


class SessionQuerySet(QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False, removed_at=None)

    def upcoming(self, now):
        return self.published().filter(cancelled_at=None, starts_at__gt=now, host__is_active=True)

    def held(self, now):
        """What took place as far as we know."""
        over = self.published().filter(cancelled_at=None, ends_at__lte=now)
        return over.exclude(host_absence__outcome="absent")

    def visible_to(self, person):
        """Drafts are seen by who holds them alone; what a suspended host has published, by those too who have a seat in
        it or wait for one. `person` is a key, and None for a stranger."""
        from features.sessions.models.cohosts import CoHost
        from features.sessions.models.seats import Registration, WaitlistEntry

        seat = Registration.objects.filter(session=OuterRef("pk"), person=person, cancelled_at=None)
        place = WaitlistEntry.objects.filter(session=OuterRef("pk"), person=person, left_at=None)
        cohost = CoHost.objects.in_force().filter(session=OuterRef("pk"), person=person)
        shown = Q(published_at__isnull=False) & (Q(host__is_active=True) | Exists(seat) | Exists(place))
        return self.filter(shown | Q(host=person) | Exists(cohost), removed_at=None)

    def owned_by(self, person):
        """Those whose money, calling off and co-hosts are theirs to decide."""
        return self.filter(host=person, removed_at=None)

    def hosted_by(self, person):
        """Those they hold, alone or with others: `SkillSession.is_hosted_by` is the same rule for one row."""
        from features.sessions.models.cohosts import CoHost

        own = SkillSession.objects.filter(host=person).values("pk")
        together = CoHost.objects.in_force().filter(person=person).values("session")
        return self.filter(pk__in=own.union(together, all=True), removed_at=None)

    def removed_drafts(self, person):
        return self.filter(host=person, published_at=None, removed_at__isnull=False)

    def with_cohosts(self):
        """With those who hold each together with its host: one query for all."""
        from features.sessions.models.cohosts import CoHost

        return self.prefetch_related(Prefetch("cohosts", CoHost.objects.shown(), to_attr="held_with"))


class SkillSession(Removable):
    """A skill-sharing session, workshop or webinar at one time. Seats are counted in the row and checked by it."""

    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hosted_sessions")
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(max_length=130, editable=False)
    outcome = models.CharField(
        _("outcome"), max_length=240, help_text=_("One sentence: what people can do afterwards.")
    )
    description = models.TextField(_("description"), blank=True, max_length=8000)
    description_html = models.TextField(editable=False, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.WORKSHOP)
    format = models.CharField(_("format"), max_length=20, choices=Format, default=Format.ONLINE)
    level = models.PositiveSmallIntegerField(
        _("level"), choices=Level, default=Level.WORKING, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    skills = models.ManyToManyField(Skill, through="SessionSkill", related_name="sessions")

    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64)

    address = models.CharField(_("address"), max_length=200, blank=True)
    room_url = models.URLField(_("room link"), blank=True, max_length=500)
    preparation = models.TextField(_("what to prepare"), blank=True, max_length=2000)

    capacity = models.PositiveIntegerField(_("seats"), default=12, validators=[MinValueValidator(1)])
    seats_taken = models.PositiveIntegerField(default=0, editable=False)
    least_seats = models.PositiveIntegerField(
        _("takes place from so many people on"), null=True, blank=True, validators=[MinValueValidator(2)]
    )
    decide_hours = models.PositiveSmallIntegerField(_("decided"), default=48, help_text=_("Hours before the start."))
    decided_at = models.DateTimeField(null=True, editable=False)
    # Of a session with kinds of ticket its lowest price and its highest, so that lists ask no other table.
    price_minor = models.PositiveBigIntegerField(_("price"), default=0)
    top_price_minor = models.PositiveBigIntegerField(null=True, editable=False, help_text="None: no kinds of ticket")
    is_hybrid = models.BooleanField(default=False, editable=False, help_text="A kind of ticket has the other format")
    currency = models.CharField(max_length=3, default="EUR", editable=False)
    cancellation_hours = models.PositiveSmallIntegerField(
        _("free cancellation until"), default=24, help_text=_("Hours before the start.")
    )
    refund_preset = models.CharField(_("refunds"), max_length=10, choices=Preset, default=Preset.FULL)
    reminder_minutes = ArrayField(models.PositiveIntegerField(), default=default_reminders, blank=True)
    follow_up_minutes = models.PositiveIntegerField(null=True, blank=True, default=60, editable=False)

    # The form it was first written on: a second tap, or a second send after a lost answer, finds the same draft.
    form_key = models.CharField(max_length=22, null=True, unique=True, editable=False)  # noqa: DJ001 - NULL repeats
    ical_uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ical_sequence = models.PositiveIntegerField(default=0, editable=False)
    previous_starts_at = models.DateTimeField(null=True, editable=False)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    publish_at = models.DateTimeField(null=True, editable=False, help_text="When a draft is to become public by itself")
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancellation_reason = models.CharField(max_length=200, blank=True, editable=False)
    attendance_settled_at = models.DateTimeField(null=True, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("capacity")),
                name="seats_taken_within_capacity",
                violation_error_message=_("More seats are taken than that."),
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="session_has_a_seat"),
            models.CheckConstraint(
                condition=Q(least_seats=None) | Q(least_seats__lte=F("capacity")),
                name="least_seats_within_capacity",
                violation_error_message=_("That is more than there are seats."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) | Q(starts_at=None, ends_at=None),
                name="session_ends_after_start",
                violation_error_message=_("The end must be later than the start."),
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(starts_at__isnull=False), name="published_session_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(top_price_minor=None) | Q(top_price_minor__gte=F("price_minor")), name="top_price_is_on_top"
            ),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="session_level_on_the_scale"),
        ]
        indexes = [
            models.Index(
                fields=["starts_at", "id"],
                name="session_agenda",
                condition=Q(published_at__isnull=False, cancelled_at=None, removed_at=None),
            ),
            models.Index(fields=["host", "-starts_at"], name="session_by_host"),
            models.Index(fields=["publish_at"], name="drafts_to_publish", condition=Q(publish_at__isnull=False)),
            models.Index(
                fields=["ends_at"],
                name="sessions_to_settle",
                condition=Q(published_at__isnull=False, cancelled_at=None, attendance_settled_at=None),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("session", self.pk, self.slug)

    def make_slug(self):
        return slugify(self.title)[:130].strip("-") or "session"

    @property
    def zone(self):
        return ZoneInfo(self.time_zone)

    @cached_property
    def held_with(self) -> list:
        """Who holds it together with its host: rows of CoHost with their person. Nobody who was only asked, and nobody
        whose account is suspended."""
        from features.sessions.models.cohosts import HELD_WITH

        return HELD_WITH.all(self.pk)

    @property
    def hosts(self) -> list:
        return [self.host, *(row.person for row in self.held_with)]

    def is_hosted_by(self, person) -> bool:
        """Who may host it: its roster, its messages, its wording. `SessionQuerySet.hosted_by` is the same for rows."""
        return person.pk is not None and person.pk in {self.host_id, *(row.person_id for row in self.held_with)}

    @property
    def decides_at(self):
        """By then enough people have a seat, or it is called off."""
        return self.starts_at - timedelta(hours=self.decide_hours)

    @property
    def seats_left(self):
        return self.capacity - self.seats_taken

    @property
    def has_kinds(self):
        """Whether it has several kinds of ticket; without, a seat is a seat."""
        return self.top_price_minor is not None

    @property
    def seats_on_sale(self):
        """Seats that can be had: of several kinds of ticket those that are sold have so many left."""
        if not self.has_kinds:
            return self.seats_left
        return min(self.seats_left, sum(kind.places_left(self) for kind in self.tickets.all() if kind.is_open))

    @property
    def is_free(self):
        """Nothing of it costs anything."""
        return not self.price_minor and not self.top_price_minor

    @property
    def price_words(self):
        if not self.top_price_minor or self.top_price_minor == self.price_minor:
            return price(self.price_minor, self.currency)
        if not self.price_minor:
            return _("Free and paid")
        return _("from %(price)s") % {"price": price(self.price_minor, self.currency)}

    @property
    def is_held_somewhere(self):
        return self.is_hybrid or self.format == Format.IN_PERSON

    @property
    def where_words(self):
        """For everybody: the room's address stands with those who have a seat."""
        if self.is_hybrid and self.address:
            return _("%(address)s, and online") % {"address": self.address}
        return self.address if self.format == Format.IN_PERSON else _("Online")

    @property
    def is_cancelled(self):
        return self.cancelled_at is not None

    @property
    def is_published(self):
        return self.published_at is not None

    @property
    def had_too_few(self):
        """Nobody called it off: it was decided that too few people had a seat."""
        return self.is_cancelled and self.cancelled_at == self.decided_at

    @property
    def was_called_off_late(self):
        return self.is_cancelled and self.cancelled_at > self.starts_at - timedelta(days=1)

    @property
    def host_did_not_come(self):
        return hasattr(self, "host_absence") and self.host_absence.is_absent

    def has_started(self, now):
        return self.starts_at is not None and self.starts_at <= now

    def has_ended(self, now):
        return self.ends_at is not None and self.ends_at <= now


class SessionSkill(models.Model):
    session = models.ForeignKey(SkillSession, models.CASCADE, related_name="session_skills")
    skill = models.ForeignKey(Skill, models.PROTECT)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["session", "skill"], name="one_mention_per_skill")]
