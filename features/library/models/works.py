from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core import languages
from core.addresses import address
from core.models import QuerySet, Removable
from features.skills.models import Level, Skill

LONGEST = 60_000  # letters of Markdown


class WorkQuerySet(QuerySet):
    def listed(self):
        """What everybody finds."""
        return self.filter(published_at__isnull=False, withdrawn_at=None, removed_at=None, author__is_active=True)

    def written_by(self, person):
        return self.filter(author=person, removed_at=None)

    def visible_to(self, person):
        """What everybody finds, one's own, and what one has begun or bought, also once it was taken off the list.
        `person` is a key, None for a stranger."""
        if not person:
            return self.listed()
        begun = Exists(self.model.enrolments.rel.related_model.objects.filter(work=OuterRef("pk"), person=person))
        published = Q(published_at__isnull=False)
        listed = published & Q(withdrawn_at=None, author__is_active=True)
        return self.filter(listed | Q(author=person) | (published & begun), removed_at=None)


class Work(Removable):
    """An article, or a course of sections and lessons. What stands in this table is for everybody; what may cost
    something stands in LessonContent."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        COURSE = "course", _("Course")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(max_length=80)
    outcome = models.CharField(_("afterwards people can"), max_length=200)
    about = models.TextField(_("what everybody reads"), blank=True, validators=[MaxLengthValidator(LONGEST)])
    about_html = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="works")
    skills = models.ManyToManyField(Skill, related_name="+", verbose_name=_("skills"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.PRACTISING)
    language = models.CharField(_("language"), max_length=10, default="en")
    price_minor = models.BigIntegerField(_("price"), default=0)
    currency = models.CharField(max_length=3)
    minutes = models.PositiveIntegerField(default=0, help_text="To read it all; kept by services")
    lesson_count = models.PositiveIntegerField(default=0, help_text="Those that are no drafts; kept by services")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True, help_text="Off the list; who has begun or bought it keeps it")

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="work_price_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="work_currency_is_iso_4217"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="work_level_on_the_scale"),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(published_at__isnull=False, withdrawn_at=None, removed_at=None),
                name="works_newest",
            ),
            models.Index(fields=["author", "-id"], name="works_of_author"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("work", self.pk, self.slug)

    @property
    def key(self) -> str:
        """What an entitlement to it is called."""
        return f"library:{self.pk}"

    @property
    def is_course(self):
        return self.kind == self.Kind.COURSE

    @property
    def is_free(self):
        return self.price_minor == 0

    @property
    def is_listed(self):
        return self.published_at is not None and self.withdrawn_at is None

    @property
    def spoken(self):
        return languages.name(self.language)

    def make_slug(self):
        return slugify(self.title)[:80].strip("-") or "work"


class Section(models.Model):
    work = models.ForeignKey(Work, models.CASCADE, related_name="sections")
    title = models.CharField(_("title"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self):
        return self.title


class LessonQuerySet(QuerySet):
    def shown(self):
        return self.filter(is_draft=False)

    def there(self):
        """For their author: without what was taken away."""
        return self.filter(removed_at=None)

    def in_order(self):
        return self.order_by("section__position", "section_id", "position", "id")


class Lesson(models.Model):
    """A lesson as the table of contents knows it. An article has one."""

    work = models.ForeignKey(Work, models.CASCADE, related_name="lessons")
    section = models.ForeignKey(Section, models.CASCADE, related_name="lessons")
    title = models.CharField(_("title"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField(default=0)
    is_free = models.BooleanField(_("a free preview"), default=False)
    is_draft = models.BooleanField(_("a draft"), default=False)
    opens_after_days = models.PositiveSmallIntegerField(_("opens so many days after the start"), default=0)
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    removed_at = models.DateTimeField(null=True, help_text="Taken away by its author, who can bring it back")

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(removed_at=None) | Q(is_draft=True), name="removed_lesson_is_a_draft")
        ]
        indexes = [models.Index(fields=["work", "position"], name="lessons_of_work")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("lesson", self.work_id, self.pk)


class LessonContent(models.Model):
    """What the gate is in front of. Only `gate.py`, the author's verbs and one's own data read this table."""

    lesson = models.OneToOneField(Lesson, models.CASCADE, primary_key=True, related_name="content")
    text = models.TextField(_("text"), blank=True, validators=[MaxLengthValidator(LONGEST)])
    html = models.TextField(blank=True)
    video_url = models.URLField(_("video"), blank=True, max_length=500)


class LessonFile(models.Model):
    """Something to download, for whoever may read the lesson."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="files")
    file = models.OneToOneField("accounts.StoredFile", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
