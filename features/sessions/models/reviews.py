from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import QuerySet, Removable
from features.sessions.models.seats import Registration


class ReviewQuerySet(QuerySet):
    def shown(self):
        """What everybody may read: of a public session, by somebody who has not been shut out. What somebody said who
        has left stays, and counts, without their name."""
        return self.filter(
            removed_at=None,
            registration__person__suspended_until=None,
            registration__session__published_at__isnull=False,
            registration__session__removed_at=None,
        )


class Review(Removable):
    """What somebody who was there says of it. One for each seat, ever; the host answers once and cannot remove it."""

    registration = models.OneToOneField(Registration, models.PROTECT, related_name="review")
    rating = models.PositiveSmallIntegerField(_("rating"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    words = models.TextField(_("in your words"), max_length=2000, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    reply = models.TextField(_("your reply"), max_length=1000, blank=True)
    replied_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="rating_on_its_scale"),
            models.CheckConstraint(condition=Q(reply="") | Q(replied_at__isnull=False), name="reply_has_its_time"),
        ]
        indexes = [models.Index(fields=["-written_at", "-id"], name="reviews_newest_first")]
