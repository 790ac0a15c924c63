"""What stands beside threads and posts: former wordings, drafts, how far somebody read, duplicates, invitations."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet
from features.forum.models.posts import Post
from features.forum.models.threads import Thread


class Revision(models.Model):
    """One wording of a post. The first is written down with the first edit; the last is what the post says now."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    title = models.CharField(max_length=150, blank=True, help_text="Of the thread, where the post opens one")
    text = models.TextField(blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="forum_revisions")
    is_anonymous = models.BooleanField(
        default=False, db_default=False, help_text="Readers are not told who worded it so"
    )
    made_at = models.DateTimeField(default=timezone.now)
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    hidden_reason = models.CharField(max_length=200, blank=True)

    objects = QuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["post", "id"], name="revisions_in_order")]


class Suggestion(models.Model):
    """Another wording of somebody else's post, which a moderator looks at: it becomes a revision, or nothing."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be looked at")
        TAKEN = "taken", _("Taken")
        DECLINED = "declined", _("Not taken")

    post = models.ForeignKey(Post, models.CASCADE, related_name="suggestions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="forum_suggestions")
    is_anonymous = models.BooleanField(
        default=False, db_default=False, help_text="Readers are not told who suggested it"
    )
    title = models.CharField(max_length=150, blank=True)
    text = models.TextField()
    reason = models.CharField(max_length=200)
    before = models.TextField(help_text="What the post said then: a suggestion to other words is none any more")
    before_title = models.CharField(max_length=150, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    made_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "author"], condition=Q(state="waiting"), name="one_waiting_suggestion_for_each"
            )
        ]


class Draft(models.Model):
    """What somebody typed and has not sent: one for each place in which they write."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="forum_drafts")
    place = models.CharField(max_length=30, help_text="`new`, or `thread:12` for an answer there")
    words = models.JSONField(help_text="The fields of the form")
    saved_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "place"], name="one_draft_for_each_place")]


class Reading(models.Model):
    """How far somebody has read a thread."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="forum_readings")
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="readings")
    post = models.BigIntegerField(help_text="The newest post that they have seen")
    replies = models.PositiveIntegerField(help_text="How many answers there were at that time")
    read_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="one_reading_of_a_thread")]


class Duplicate(models.Model):
    """Somebody thinks that a question was answered in another thread. Who asked says whether that is so."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("This solved it")
        REFUSED = "refused", _("Something else")

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="duplicates")
    of = models.ForeignKey(Thread, models.CASCADE, related_name="duplicated_by")
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    because = models.CharField(max_length=200, blank=True, help_text="Why not, in the words of who asked")
    answered_at = models.DateTimeField(null=True)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "of"], name="a_duplicate_is_proposed_once"),
            models.CheckConstraint(condition=~Q(thread=F("of")), name="no_duplicate_of_itself"),
        ]


class Invitation(models.Model):
    """Somebody was asked to answer this question."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="forum_invitations")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_anonymous = models.BooleanField(default=False, db_default=False, help_text="They are not told who invited them")
    invited_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="invited_once_to_a_thread")]


class ImportedRow(models.Model):
    """What a row of somebody else's forum has become here, so that it is brought in once."""

    source = models.CharField(max_length=60)
    ref = models.CharField(max_length=40, help_text="`user:7`, `post:12`, `comment:3`, `vote:9` over there")
    target = models.BigIntegerField(help_text="The number of the row here; 0 where it could not be used")

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="imported_once")]
