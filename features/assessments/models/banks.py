from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.addresses import address
from core.models import QuerySet
from features.skills.models import Level, Skill


class Stage(models.TextChoices):
    DRAFT = "draft", _("Being written")
    BETA = "beta", _("Beta: answers are collected, nobody gets a score")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class Mode(models.TextChoices):
    ADAPTIVE = "adaptive", _("Adaptive: each answer decides what is asked next")
    QUIZ = "quiz", _("Quiz: so many questions by lot, with a pass mark")


class BankQuerySet(QuerySet):
    def offered(self):
        return self.filter(stage__in=[Stage.BETA, Stage.OPEN])

    def visible_to(self, person):
        """What everybody may take, and one's own. `person` is a key, None for a stranger."""
        return self.filter(Q(stage__in=[Stage.BETA, Stage.OPEN]) | Q(author=person)) if person else self.offered()


class Bank(models.Model):
    """An assessment: questions on one skill, and the rules by which they are asked."""

    skill = models.ForeignKey(Skill, models.PROTECT, related_name="banks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="banks")
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(max_length=120)
    about = models.CharField(_("what it asks about"), max_length=400)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.DRAFT)
    mode = models.CharField(_("how it asks"), max_length=8, choices=Mode, default=Mode.ADAPTIVE)
    most = models.PositiveSmallIntegerField(
        _("questions at most"), default=20, validators=[MinValueValidator(5), MaxValueValidator(60)]
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=45, validators=[MinValueValidator(5), MaxValueValidator(480)]
    )
    error = models.FloatField(
        _("precise enough at"), default=0.4, validators=[MinValueValidator(0.2), MaxValueValidator(0.8)],
        help_text=_("An adaptive test ends when the level is known to within this: 0.4 for oneself, 0.3 to prove it."),
    )  # fmt: skip
    cooldown_days = models.PositiveSmallIntegerField(
        _("days before it may be repeated"), default=14, validators=[MaxValueValidator(365)]
    )
    penalty = models.FloatField(
        _("off for a wrong answer"), default=0, validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("For a quiz: this part of a point is taken off for a wrong answer; not knowing costs nothing."),
    )  # fmt: skip
    pass_percent = models.PositiveSmallIntegerField(
        _("pass mark, per cent"), default=60, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    pool_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = BankQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="bank_stage_known"),
            models.CheckConstraint(condition=Q(most__gte=5, error__gt=0, minutes__gte=1), name="bank_rules_make_sense"),
        ]
        indexes = [models.Index(fields=["skill", "stage"], name="banks_of_skill")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("assessment", self.pk, self.slug)

    def make_slug(self):
        return slugify(self.title)[:120] or "assessment"

    @property
    def is_beta(self) -> bool:
        return self.stage == Stage.BETA

    @property
    def is_offered(self) -> bool:
        return self.stage in (Stage.BETA, Stage.OPEN)

    @property
    def rules(self) -> dict:
        """What an attempt takes along when it begins: by that it goes on and ends."""
        return {name: getattr(self, name) for name in ("mode", "most", "error", "penalty", "pass_percent")}

    @property
    def is_quiz(self) -> bool:
        return self.mode == Mode.QUIZ


class Item(models.Model):
    """A question as something that has a history: what is asked now is its newest version."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Waits for a second expert")
        LIVE = "live", _("In use")
        RETIRED = "retired", _("No longer asked")

    bank = models.ForeignKey(Bank, models.CASCADE, related_name="items")
    key = models.CharField(max_length=80, help_text="What the import calls it: the same key is the same item")
    area = models.CharField(_("area"), max_length=60, blank=True)
    band = models.PositiveSmallIntegerField(
        _("how hard"), choices=Level, default=3, help_text=_("The level at which somebody gets it right half the time.")
    )
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    is_practice = models.BooleanField(
        _("for practice"), default=False, help_text=_("Shown with its answer in practice, and never asked in a test.")
    )
    current = models.ForeignKey("ItemVersion", models.SET_NULL, null=True, related_name="+")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank", "key"], name="one_item_per_key"),
            models.CheckConstraint(condition=Q(band__gte=1, band__lte=5), name="item_band_on_the_scale"),
        ]

    def __str__(self):
        return self.key


class BankReader(models.Model):
    """Somebody who reads the questions of another's bank, with their answers, as its second expert: for good, so that
    they take no test of it."""

    bank = models.ForeignKey(Bank, models.CASCADE, related_name="readers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="banks_read")
    since = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "person"], name="one_reader_each")]


class ItemVersionQuerySet(QuerySet):
    def known_to(self, person):
        """With their answers, beyond doubt: to who wrote or judged them."""
        return self.filter(Q(made_by=person) | Q(pk__in=ItemReview.objects.filter(reviewer=person).values("version")))


class ItemVersion(models.Model):
    """What was asked, word for word. A row is never changed (a trigger refuses it): a correction is a new version."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One answer is right")
        MULTIPLE = "multiple", _("Several answers are right")
        ORDERING = "ordering", _("Put in order")
        NUMERIC = "numeric", _("A number")
        SHORT = "short", _("A word or a few")
        CODE = "code", _("Reading code")

    item = models.ForeignKey(Item, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.TextField(help_text="Markdown")
    html = models.TextField()
    content = models.JSONField(help_text="Options with their explanations, or what a typed answer must be")
    explanation = models.TextField(blank=True, help_text="Why it is so, shown after the answer; cleaned HTML")
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = ItemVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="one_version_of_a_number"),
            models.CheckConstraint(
                condition=Q(kind__in=["single", "multiple", "ordering", "numeric", "short", "code"]),
                name="item_kind_known",
            ),
        ]

    def __str__(self):
        return f"{self.item_id}.{self.number}"


class ItemReview(models.Model):
    """What a second expert says of a version before it is asked."""

    class Verdict(models.TextChoices):
        GOOD = "good", _("Good as it is")
        CHANGE = "change", _("Needs a change")

    version = models.ForeignKey(ItemVersion, models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict)
    comment = models.CharField(max_length=1000, blank=True)
    said_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "reviewer"], name="one_verdict_each"),
            models.CheckConstraint(condition=~Q(reviewer=F("author")), name="nobody_reviews_their_own_item"),
        ]
