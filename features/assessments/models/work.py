from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext_lazy as _

from core.addresses import address
from core.models import QuerySet, make_public_id
from core.text import one_line, without_marks
from features.skills.models import Level, Skill


class Rubric(models.Model):
    """What work is judged by: criteria, each with described levels and their points. A row is never changed (a trigger
    refuses it): other words are another rubric, and its digest says which."""

    digest = models.CharField(max_length=64)
    content = models.JSONField(help_text="[{key, name, levels: [{points, words}]}]")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rubrics")
    made_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "made_by"], name="one_rubric_of_a_wording")]

    def __str__(self):
        return self.digest[:12]

    @property
    def criteria(self) -> list[dict]:
        return self.content


class Task(models.Model):
    """Work that people may hand in, and the rules by which it is judged."""

    class Kind(models.TextChoices):
        WORK = "work", _("A piece of work for this task")
        PRIOR = "prior", _("Work that you have done elsewhere")
        LIVE = "live", _("A talk with you about it, at a time that is booked")

    skill = models.ForeignKey(Skill, models.PROTECT, related_name="tasks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tasks")
    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="tasks")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.WORK)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(max_length=120)
    brief = models.TextField(_("what to do"), max_length=10_000, help_text=_("Markdown."))
    html = models.TextField(editable=False)
    experts = models.PositiveSmallIntegerField(
        _("experts who read it"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    peers = models.PositiveSmallIntegerField(
        _("others with the same task who read it"), default=0, validators=[MaxValueValidator(5)],
        help_text=_("Their median counts where no expert's word is there. An expert's word overrides it."),
    )  # fmt: skip
    peer_days = models.PositiveSmallIntegerField(
        _("days for them"), default=7, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("After that an expert reads it, so that nobody stays stuck."),
    )  # fmt: skip
    minutes = models.PositiveSmallIntegerField(
        _("minutes of the talk"), default=30, validators=[MinValueValidator(10), MaxValueValidator(120)],
        help_text=_("Only of a talk: it is booked in the hours that you keep free."),
    )  # fmt: skip
    pass_level = models.PositiveSmallIntegerField(
        _("passed from level"), choices=Level, default=3, help_text=_("Only of a talk.")
    )
    room_url = models.URLField(
        _("your room"), max_length=500, blank=True,
        help_text=_("Only of a talk: where you meet. Only who has booked sees it."),
    )  # fmt: skip
    is_open = models.BooleanField(_("open"), default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(experts__gte=1), name="an_expert_has_the_last_word")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("task", self.pk, self.slug)

    @property
    def first_words(self) -> str:
        return Truncator(one_line(without_marks(self.html))).words(24)

    def make_slug(self):
        return slugify(self.title)[:120] or "task"


class SubmissionQuerySet(QuerySet):
    def waiting(self):
        return self.filter(state__in=[Submission.State.PEERS, Submission.State.EXPERTS])


class Submission(models.Model):
    """Work as it was handed in. It is not changed afterwards; another attempt is another row."""

    class State(models.TextChoices):
        PEERS = "peers", _("Others with the same task read it")
        EXPERTS = "experts", _("Waits for an expert")
        LIVE = "live", _("A talk is booked")
        DONE = "done", _("Judged")
        WITHDRAWN = "withdrawn", _("Taken back")

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="submissions")
    rubric = models.ForeignKey(Rubric, models.PROTECT, related_name="submissions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="submissions")
    text = models.TextField(blank=True, max_length=20_000)
    html = models.TextField(blank=True)
    links = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True, help_text="Of words, links and files: the same in like work")
    help_used = models.CharField(max_length=300, blank=True, help_text="In the person's own words")
    done_on = models.DateField(help_text="When the work was done, which is not when it was handed in")
    state = models.CharField(max_length=10, choices=State)
    wanted = models.PositiveSmallIntegerField(default=1, help_text="Words of experts that it needs by now")
    submitted_at = models.DateTimeField(default=timezone.now)
    peers_until = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)
    level = models.FloatField(null=True)
    error = models.FloatField(null=True)
    basis = models.CharField(max_length=10, blank=True, help_text="expert, or peer")
    reminded = models.PositiveSmallIntegerField(default=0)
    voided_at = models.DateTimeField(null=True, help_text="Taken back: it counts nowhere")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "person"],
                condition=Q(state__in=["peers", "experts", "live"]),
                name="one_submission_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(text="", links=[]) | Q(state="withdrawn"), name="work_is_not_empty"),
        ]
        indexes = [
            models.Index(fields=["submitted_at"], condition=Q(state="experts"), name="submissions_for_experts"),
            models.Index(fields=["person", "-submitted_at"], name="submissions_of_person"),
            models.Index(fields=["digest"], condition=Q(state="experts"), name="submissions_alike"),
        ]

    def __str__(self):
        return self.public_id

    def get_absolute_url(self):
        return address("submission", self.public_id)

    @property
    def source(self) -> str:
        """What the ledger calls it."""
        return f"submission:{self.pk}"


class SubmittedFile(models.Model):
    """A file of a submission, as it came: shown to nobody but who may read the work, and only to be saved."""

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = QuerySet.as_manager()


class Reading(models.Model):
    """One reader's work on one submission: taken under a lease, given back when the lease runs out, and in the end a
    judgement. A self review is one as well."""

    class Role(models.TextChoices):
        EXPERT = "expert", _("Expert")
        THIRD = "third", _("Third reader")
        APPEAL = "appeal", _("Second look after an objection")
        PEER = "peer", _("With the same task")
        SELF = "self", _("Oneself")

    class Answer(models.TextChoices):
        USEFUL = "useful", _("Useful")
        UNCLEAR = "unclear", _("Unclear")
        UNFAIR = "unfair", _("Unfair")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="readings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings")
    role = models.CharField(max_length=6, choices=Role)
    leased_until = models.DateTimeField()
    scores = models.JSONField(default=dict, help_text="{criterion: points}")
    comments = models.JSONField(default=dict, help_text="{criterion: words}")
    overall = models.TextField(blank=True, max_length=5000)
    level = models.FloatField(null=True, help_text="What the points come to, on the site's scale")
    submitted_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=7, choices=Answer, blank=True, help_text="What the author says of it")
    answer_text = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "reader"], name="one_reading_each"),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(level__isnull=False), name="a_judgement_has_a_level"
            ),
        ]
        indexes = [models.Index(fields=["reader", "submitted_at"], name="readings_of_reader")]


class WorkAppeal(models.Model):
    """The one objection to a judgement: another expert, who has not read the work, looks again."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="appeal")
    text = models.CharField(max_length=1000)
    made_at = models.DateTimeField(default=timezone.now)
    level_before = models.FloatField()

    objects = QuerySet.as_manager()


class Snippet(models.Model):
    """A comment that a reader writes often, to be put in with one press."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="snippets")
    text = models.CharField(max_length=500)
    used = models.PositiveIntegerField(default=0)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "text"], name="one_snippet_of_a_wording")]


class ExampleQuerySet(QuerySet):
    def current(self):
        """By the rubric that the task has now: what was judged by another one is no measure for it."""
        return self.filter(rubric__digest=F("task__rubric__digest"))


class Example(models.Model):
    """Work that staff has judged, by which readers are calibrated before they may judge the task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="examples")
    rubric = models.ForeignKey(Rubric, models.PROTECT, null=True, related_name="examples")
    text = models.TextField(max_length=20_000)
    html = models.TextField()
    scores = models.JSONField(help_text="{criterion: points}, by staff")
    why = models.CharField(max_length=1000, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = ExampleQuerySet.as_manager()


class Trial(models.Model):
    """A reader's judgement of an example, and how near it came."""

    example = models.ForeignKey(Example, models.CASCADE, related_name="trials")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="trials")
    scores = models.JSONField()
    agreement = models.FloatField(help_text="1: the same on every criterion")
    tried_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["example", "reader"], name="one_trial_each")]
