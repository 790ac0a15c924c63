from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.addresses import address
from core.models import QuerySet
from features.forum.models.threads import Kind, State, Thread

LONGEST = 20_000  # letters of Markdown


class PostQuerySet(QuerySet):
    def shown(self):
        return self.filter(state=State.SHOWN)

    def answers(self, kind):
        """Those that a thread of this kind counts. In a question that is nothing that was not written as an answer."""
        found = self.shown().filter(part=Post.Part.REPLY)
        return found.filter(is_aside=False) if kind == Kind.QUESTION else found

    def visible_to(self, person):
        """What everybody reads, and one's own. `person` is a key, None for a stranger."""
        return self.filter(Q(state=State.SHOWN) | Q(author=person)) if person else self.shown()

    def read_in(self, thread, person):
        """Posts of a thread that this person reads: as long as it is in the workshop, what was said there too."""
        if thread.state == State.WORKSHOP:
            return self.filter(Q(state__in=[State.SHOWN, State.WORKSHOP]) | Q(author=person))
        return self.visible_to(person)

    def with_pictures(self):
        """Those in which a stored picture may stand: few, and with an index of their own."""
        return self.filter(text__contains="/files/")


class Post(models.Model):
    """What somebody wrote: as they typed it, and as the HTML that was made of it when it was saved."""

    class Part(models.TextChoices):
        OPENING = "opening"
        REPLY = "reply"
        COMMENT = "comment"

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts")
    part = models.CharField(max_length=8, choices=Part)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="remarks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", db_index=False)
    text = models.TextField(validators=[MaxLengthValidator(LONGEST)])
    html = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.SHOWN)
    is_anonymous = models.BooleanField(
        default=False, db_default=False, help_text="Readers are not told who wrote it, wherever it is moved"
    )
    is_of_asker = models.BooleanField(
        default=False, db_default=False, help_text="Came here from a thread that its author began: it proves no skill"
    )
    is_aside = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Came here by a merge, and was not written as an answer: a question does not count it as one",
    )
    score = models.IntegerField(default=0, help_text="The sum of its votes")
    ups = models.PositiveIntegerField(default=0)
    brought = models.IntegerField(default=0, db_default=0, help_text="Of the score: what came with it from elsewhere")
    brought_ups = models.PositiveIntegerField(default=0, db_default=0)
    comments = models.PositiveIntegerField(default=0, help_text="Those that everybody reads")
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=Q(part="opening"), name="one_opening_post"),
            models.CheckConstraint(
                condition=Q(part="comment", parent__isnull=False) | (~Q(part="comment") & Q(parent=None)),
                name="a_comment_belongs_to_a_post",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "id"], condition=Q(part="reply"), name="replies_in_order"),
            models.Index(fields=["thread", "-score", "id"], condition=Q(part="reply"), name="replies_best_first"),
            models.Index(fields=["parent", "id"], condition=Q(part="comment"), name="comments_in_order"),
            models.Index(fields=["author", "-id"], name="posts_of_author"),
            models.Index(
                fields=["author", "thread"],
                name="threads_an_author_wrote_in",
                condition=Q(state="shown", part__in=["opening", "reply"], is_anonymous=False),
            ),
            models.Index(fields=["author"], condition=Q(text__contains="/files/"), name="posts_with_pictures"),
        ]

    def __str__(self):
        return f"{self.part} {self.pk}"

    def get_absolute_url(self):
        """Leads to the page of the thread on which it stands, wherever that is by then."""
        return address("post", self.pk)


class Vote(models.Model):
    """What one person says of one post. The sum is kept in the post's row, in the same transaction."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="forum_votes")
    post = models.ForeignKey(Post, models.CASCADE, related_name="votes")
    value = models.SmallIntegerField()
    voted_at = models.DateTimeField(default=timezone.now)

    objects = QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "post"], name="one_vote_for_each"),
            models.CheckConstraint(condition=Q(value__in=[-1, 1]), name="vote_is_up_or_down"),
        ]
