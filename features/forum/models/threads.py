from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.addresses import address
from core.models import QuerySet
from features.skills.models import Skill


class State(models.TextChoices):
    """Who may read it. A thread has the state of the post it opens with."""

    SHOWN = "shown", _("Shown")
    WORKSHOP = "workshop", _("In the workshop")
    HELD = "held", _("Waiting to be looked at")
    HIDDEN = "hidden", _("Hidden by a moderator")
    REMOVED = "removed", _("Removed by its author")


class Kind(models.TextChoices):
    QUESTION = "question", _("Question")
    DISCUSSION = "discussion", _("Discussion")


class Closing(models.TextChoices):
    """What a thread no longer takes."""

    OPEN = "", _("Open")
    CLOSED = "closed", _("Closed: no new answers")
    LOCKED = "locked", _("Locked: nothing changes any more")


class Board(models.Model):
    """A place for threads about one area. Moderators of that skill look after it."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    about = models.CharField(_("what belongs here"), max_length=200)
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+", verbose_name=_("area"))
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    is_open = models.BooleanField(_("takes new threads"), default=True)
    shelf_months = models.PositiveSmallIntegerField(
        _("months after which an accepted answer is asked about"),
        default=0,
        help_text=_("For areas in which answers age. 0: never."),
    )
    is_demo = models.BooleanField(default=False, editable=False)

    objects = QuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("board", self.slug)

    @property
    def scope(self) -> str:
        """The text key of the area, as roles and sanctions name it."""
        return f"skill:{self.skill_id}"


UNANSWERED = Q(kind=Kind.QUESTION, replies=0)


class ThreadQuerySet(QuerySet):
    def shown(self):
        return self.filter(state=State.SHOWN)

    def visible_to(self, person):
        """What everybody reads, and one's own while it waits or is hidden. `person` is a key, None for a stranger."""
        return self.filter(Q(state=State.SHOWN) | Q(author=person)) if person else self.shown()

    def answered(self):
        """Questions whose asker has said which answer it was."""
        return self.shown().filter(kind=Kind.QUESTION, accepted__isnull=False)

    def now_at(self, pk):
        """The one with this number, or the one into which it was merged."""
        return self.filter(Q(pk=pk, moved_into=None) | Q(pk__in=Thread.objects.filter(pk=pk).values("moved_into")))

    def with_its_row(self):
        """With what a row of a list says of it."""
        return self.select_related("author", "board").prefetch_related("skills")

    def unanswered(self):
        return self.filter(UNANSWERED)


class Thread(models.Model):
    """A question or a discussion. Its first words stand in its opening post; the numbers here are kept by services, in
    the transaction of what they count."""

    board = models.ForeignKey(Board, models.PROTECT, related_name="threads")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.QUESTION)
    title = models.CharField(_("title"), max_length=150)
    slug = models.SlugField(max_length=80)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="threads")
    skills = models.ManyToManyField(Skill, related_name="+", verbose_name=_("skills"))
    about = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="Key of the thing it is asked about: session:12"
    )
    recorded_second = models.PositiveIntegerField(
        null=True, help_text="When it is answered in the recording of what it is asked about"
    )
    state = models.CharField(max_length=8, choices=State, default=State.SHOWN)
    closing = models.CharField(max_length=6, choices=Closing, default=Closing.OPEN, blank=True)
    pinned_at = models.DateTimeField(null=True)
    slow_seconds = models.PositiveIntegerField(default=0, help_text="Between two posts of one person; 0: no wait")
    moved_into = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="+", help_text="Where its posts are: its address leads there"
    )
    split_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", help_text="Where its posts stood before"
    )
    created_at = models.DateTimeField(default=timezone.now)
    active_at = models.DateTimeField(default=timezone.now, help_text="When somebody last wrote in it")
    replies = models.PositiveIntegerField(default=0, help_text="Those that everybody reads")
    score = models.IntegerField(default=0, help_text="Of the opening post")
    accepted = models.OneToOneField("Post", models.SET_NULL, null=True, related_name="accepted_in")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    is_anonymous = models.BooleanField(default=False, help_text="Readers are not told who asked; moderators are")
    is_acceptance_locked = models.BooleanField(default=False, help_text="Moderators alone change what is accepted")
    ages_at = models.DateTimeField(null=True, help_text="When the accepted answer is to be looked at again")
    is_stale = models.BooleanField(default=False, help_text="That time came, and nobody has confirmed it since")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted=None) | Q(kind="question"), name="only_a_question_has_an_accepted_answer"
            ),
            models.CheckConstraint(condition=Q(active_at__gte=F("created_at")), name="thread_is_active_since_it_began"),
        ]
        indexes = [
            models.Index(fields=["-active_at", "-id"], condition=Q(state="shown"), name="threads_active"),
            # With the time, so that the latest of those in which somebody wrote are found in the index alone.
            models.Index(fields=["-id"], include=["active_at"], condition=Q(state="shown"), name="threads_newest"),
            models.Index(fields=["-created_at", "-id"], condition=Q(state="shown"), name="threads_asked"),
            models.Index(fields=["board", "-active_at", "-id"], condition=Q(state="shown"), name="board_active"),
            models.Index(fields=["board", "-id"], condition=Q(state="shown"), name="board_newest"),
            models.Index(
                fields=["-id"], condition=Q(state="shown", kind="question", replies=0), name="threads_unanswered"
            ),
            models.Index(fields=["author", "-id"], name="threads_of_author"),
            models.Index(fields=["active_at", "id"], condition=Q(state="workshop"), name="threads_in_workshop"),
            models.Index(fields=["about", "-score", "-id"], condition=~Q(about=""), name="threads_about"),
            models.Index(fields=["ages_at"], condition=Q(is_stale=False, ages_at__isnull=False), name="threads_ageing"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return address("thread", self.pk, self.slug)

    @property
    def is_question(self):
        return self.kind == Kind.QUESTION

    @property
    def is_solved(self):
        return self.accepted_id is not None

    @property
    def takes_answers(self):
        return self.state == State.SHOWN and not self.closing

    def hides(self, person_id) -> bool:
        """Whether readers are not to be told that it is this person who writes here now: whoever asked without a name,
        here or in a thread whose posts came here. What is written keeps that for itself."""
        is_asker = self.is_anonymous and person_id == self.author_id
        return is_asker or self.posts.filter(author=person_id, is_anonymous=True).exists()

    def make_slug(self):
        return slugify(self.title)[:80].strip("-") or "thread"
