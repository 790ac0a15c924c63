"""What a person says of themselves, each thing a row. Who sees which block of it: features.skills.access."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import languages
from core.models import QuerySet
from features.skills import dates
from features.skills.models.taxonomy import Level, Skill


class PartialDateField(models.CharField):
    """See features.skills.dates."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 10, "validators": [dates.check]} | kwargs)


class WebField(models.URLField):
    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 300, "blank": True} | kwargs)


def shaped(*fields):
    """Dates have their shape in the database too."""
    return [
        models.CheckConstraint(
            condition=Q(**{field: ""}) | Q(**{f"{field}__regex": dates.SHAPE}), name=f"%(class)s_{field}_is_a_date"
        )
        for field in fields
    ]


class Entry(models.Model):
    """A row of a block, at the place that its person gave it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = QuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def newest(self) -> str:
        """New rows stand before older ones; "" at the end."""
        return ""


class Stretch(Entry):
    """Something that lasted, or lasts."""

    started_on = PartialDateField(_("started"), blank=True)
    ended_on = PartialDateField(_("ended"), blank=True)
    is_current = models.BooleanField(_("it goes on"), default=False)

    class Meta(Entry.Meta):
        abstract = True
        constraints = [
            *shaped("started_on", "ended_on"),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(ended_on=""), name="%(class)s_goes_on_or_has_ended"
            ),
            models.CheckConstraint(
                condition=Q(started_on="") | Q(ended_on="") | Q(ended_on__gte=Left("started_on", Length("ended_on"))),
                name="%(class)s_ends_after_its_start",
            ),
        ]

    def newest(self):
        return ("9999" if self.is_current else self.ended_on or self.started_on) + self.started_on

    @property
    def span(self) -> str:
        end = _("today") if self.is_current else dates.words(self.ended_on)
        return "–".join(dict.fromkeys(str(part) for part in (dates.words(self.started_on), end) if part))


class Work(Stretch):
    position_held = models.CharField(_("position"), max_length=120)
    organisation = models.CharField(_("where"), max_length=120)
    place = models.CharField(_("place"), max_length=80, blank=True)
    url = WebField(_("web page"))
    summary = models.TextField(_("what you did"), max_length=2000, blank=True)
    highlights = models.TextField(_("highlights"), max_length=3000, blank=True, help_text=_("One a line."))

    def __str__(self):
        return f"{self.position_held}, {self.organisation}"


class Education(Stretch):
    institution = models.CharField(_("school or university"), max_length=120)
    area = models.CharField(_("subject"), max_length=120, blank=True)
    degree = models.CharField(_("degree"), max_length=80, blank=True)
    grade = models.CharField(_("grade"), max_length=40, blank=True)
    url = WebField(_("web page"))
    courses = models.TextField(_("courses"), max_length=3000, blank=True, help_text=_("One a line."))

    def __str__(self):
        return self.institution


class Certification(Entry):
    name = models.CharField(_("name"), max_length=120)
    issuer = models.CharField(_("issued by"), max_length=120, blank=True)
    number = models.CharField(_("number"), max_length=80, blank=True)
    url = WebField(_("where it can be checked"))
    issued_on = PartialDateField(_("issued"), blank=True)
    expires_on = PartialDateField(_("expires"), blank=True, help_text=_("Empty if it does not."))

    class Meta(Entry.Meta):
        constraints = shaped("issued_on", "expires_on")

    def __str__(self):
        return self.name

    def newest(self):
        return self.issued_on

    @property
    def is_expired(self) -> bool:
        """What is good until a month is good until its last day."""
        return bool(self.expires_on) and dates.last_day(self.expires_on) < timezone.localdate()

    @property
    def issued_words(self) -> str:
        return dates.words(self.issued_on)

    @property
    def expires_words(self) -> str:
        return dates.words(self.expires_on)


class Project(Stretch):
    name = models.CharField(_("name"), max_length=120)
    url = WebField(_("web page"))
    summary = models.TextField(_("what it is"), max_length=2000, blank=True)
    highlights = models.TextField(_("highlights"), max_length=3000, blank=True, help_text=_("One a line."))
    picture = models.ForeignKey(
        "accounts.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    def __str__(self):
        return self.name


class Achievement(Entry):
    title = models.CharField(_("what"), max_length=120)
    awarder = models.CharField(_("given by"), max_length=120, blank=True)
    awarded_on = PartialDateField(_("when"), blank=True)
    summary = models.TextField(_("in your words"), max_length=1000, blank=True)

    class Meta(Entry.Meta):
        constraints = shaped("awarded_on")

    def __str__(self):
        return self.title

    def newest(self):
        return self.awarded_on

    @property
    def awarded_words(self) -> str:
        return dates.words(self.awarded_on)


def a_level(label):
    return models.PositiveSmallIntegerField(
        label, choices=Level, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )


class PersonSkill(Entry):
    """A skill that a person says they have. The level is their claim; what is behind it is for evidence to say."""

    skill = models.ForeignKey(Skill, models.PROTECT, related_name="claims")
    level = a_level(_("level"))

    class Meta(Entry.Meta):
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="one_claim_per_skill"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="claim_on_the_scale"),
        ]

    def __str__(self):
        return self.skill.name


class Goal(Entry):
    """What a person wants to be able to do."""

    skill = models.ForeignKey(Skill, models.PROTECT, related_name="goals")
    level = a_level(_("level to reach"))
    reason = models.CharField(_("what for"), max_length=200, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="one_goal_per_skill"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="goal_on_the_scale"),
        ]

    def __str__(self):
        return self.skill.name


class SpokenLanguage(Entry):
    class Fluency(models.IntegerChoices):
        BASIC = 1, _("Basic")
        CONVERSATIONAL = 2, _("Conversational")
        FLUENT = 3, _("Fluent")
        NATIVE = 4, _("Native")

    code = models.CharField(_("language"), max_length=8)
    fluency = models.PositiveSmallIntegerField(_("how well"), choices=Fluency)

    class Meta(Entry.Meta):
        constraints = [
            models.UniqueConstraint(fields=["person", "code"], name="one_row_per_language"),
            models.CheckConstraint(condition=Q(fluency__gte=1, fluency__lte=4), name="fluency_on_its_scale"),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return languages.name(self.code)


class ProfileLink(Entry):
    """A page elsewhere. Verified while that page links back with rel="me": nobody else could have put that there."""

    url = WebField(_("address"), blank=False)
    label = models.CharField(_("what it is"), max_length=60, blank=True)
    verified_at = models.DateTimeField(null=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    check_at = models.DateTimeField(null=True, default=timezone.now, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    problem = models.CharField(max_length=20, blank=True, editable=False)

    class Meta(Entry.Meta):
        constraints = [models.UniqueConstraint(fields=["person", "url"], name="one_link_per_address")]
        indexes = [models.Index(fields=["check_at"], name="links_to_check", condition=Q(check_at__isnull=False))]

    def __str__(self):
        return self.label or self.short

    @property
    def short(self) -> str:
        """The address as people say it."""
        return self.url.partition("://")[2].removeprefix("www.").rstrip("/")
