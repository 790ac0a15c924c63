"""An answer in writing: somebody sends work with a question, and the mentor answers within so many days."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, make_public_id
from features.mentoring.models.offers import Offer


class WrittenReviewQuerySet(QuerySet):
    def waiting(self):
        """Those that are not over: a mentor has a place less for each."""
        return self.filter(state__in=WrittenReview.WAITING)

    def of(self, person):
        """What somebody may see: what was sent is its two people's, what is not paid yet its author's alone."""
        return self.filter(Q(mentee=person) | Q(mentor=person, sent_at__isnull=False))


class WrittenReview(models.Model):
    """One piece of work and its answer. Whoever has to act has until `due_at`; unpaid it is a hold of its own order."""

    class State(models.TextChoices):
        UNPAID = "unpaid", _("Not paid yet")
        OPEN = "open", _("Waits for the mentor")
        ASKED = "asked", _("The mentor asks something")
        ANSWERED = "answered", _("Answered")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Not answered in time")
        WITHDRAWN = "withdrawn", _("Taken back")
        LAPSED = "lapsed", _("Not paid in time")

    SENT = (State.OPEN, State.ASKED)
    WAITING = (State.UNPAID, *SENT)

    public_id = models.CharField(max_length=22, unique=True, default=make_public_id, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="written_reviews")
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="written_reviews_received")
    mentee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="written_reviews")
    title = models.CharField(max_length=100)
    question = models.TextField(max_length=2000)
    work = models.TextField(max_length=20_000, blank=True)
    link = models.URLField(max_length=500, blank=True)
    price_minor = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    answer_days = models.PositiveSmallIntegerField(help_text="As it was promised when it was asked")
    state = models.CharField(max_length=10, choices=State, default=State.UNPAID)
    made_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    time_left = models.DurationField(null=True, help_text="Of the mentor's, while they wait for a reply")
    asked = models.TextField(max_length=1000, blank=True)
    reply = models.TextField(max_length=2000, blank=True)
    answer = models.TextField(max_length=20_000, blank=True)
    answer_html = models.TextField(editable=False, blank=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = WrittenReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(mentor=F("mentee")), name="nobody_answers_themselves"),
            models.UniqueConstraint(
                fields=["offer", "mentee"],
                condition=Q(state__in=("unpaid", "open", "asked")),
                name="one_open_written_review",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("open", "asked")) | Q(sent_at__isnull=False, due_at__isnull=False),
                name="written_review_is_due",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=("open", "asked")), name="written_reviews_due"),
            models.Index(fields=["mentor", "-id"], name="written_reviews_of_mentor"),
            models.Index(fields=["mentee", "-id"], name="written_reviews_of_mentee"),
        ]

    def get_absolute_url(self):
        return reverse("written_review", args=[self.public_id])

    def other(self, person):
        return self.mentee if person.pk == self.mentor_id else self.mentor

    @property
    def goal(self) -> str:
        """One line of what it is about, as for a request."""
        return Truncator(self.question).words(14)

    @property
    def is_sent(self) -> bool:
        return self.state in self.SENT

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING

    @property
    def waits_for_mentor(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def given_back_until(self):
        """So long its author can take it back for all of the price: the mentor has begun by then."""
        return self.sent_at + TAKEN_BACK_WITHIN if self.sent_at else None


TAKEN_BACK_WITHIN = timedelta(hours=12)


class WrittenReviewFile(models.Model):
    """Something to download: of whoever asks, or of whoever answers."""

    review = models.ForeignKey(WrittenReview, models.CASCADE, related_name="files")
    file = models.OneToOneField("accounts.StoredFile", models.CASCADE, related_name="+")

    objects = QuerySet.as_manager()
