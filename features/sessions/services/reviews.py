"""What people who were there say of a session, and the host's one answer to each. Nobody else can write one, and the
host can neither remove one nor have its author marked as absent."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Avg, Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from features.accounts import access
from features.notifications.services import notify
from features.sessions.models import Registration, Review
from features.sessions.services.waitlist import lock

WINDOW = timedelta(days=30)
ENOUGH = 3  # an average of fewer says more about one person than about the session


class ReviewRefused(Exception):
    def __init__(self, code, words):
        super().__init__(code)
        self.code, self.words = code, words


@dataclass(frozen=True)
class Rating:
    """How many reviews there are, and their mean where there are enough of them."""

    count: int
    average: float | None


@transaction.atomic
def write_review(*, registration, rating: int, words="", now=None) -> Review:
    """Say how it was, or say it again within the window: a seat has one review. Raises ReviewRefused."""
    now = now or timezone.now()
    session = lock(registration.session_id)  # takes turns with the host's corrections
    seat = Registration.objects.select_related("attendance", "review", "person").get(pk=registration.pk)
    if refusal := why_not_review(seat, session, now):
        raise refusal
    if hasattr(seat, "review"):
        review = seat.review
        if (review.rating, review.words) != (rating, words):
            review.rating, review.words, review.edited_at = rating, words, now
            review.save(update_fields=["rating", "words", "edited_at"])
        return review
    review = Review.objects.create(registration=seat, rating=rating, words=words, written_at=now)
    notify(session.host, "session_reviewed", review.pk, reverse("review", args=[review.pk]))
    return review


def why_not_review(seat, session, now) -> ReviewRefused | None:
    """The first thing that stands in the way of a review, or nothing."""
    if not session.has_ended(now):
        return ReviewRefused("too_early", _("You can review a session once it is over."))
    if session.is_cancelled or seat.cancelled_at or not seat.was_there:
        return ReviewRefused("not_there", _("Only people who were there review a session."))
    if session.host_did_not_come:
        return ReviewRefused("did_not_take_place", _("The host did not come, so there is nothing to review."))
    if hasattr(seat, "review") and seat.review.removed_at:
        return ReviewRefused("removed", _("A moderator removed your review, so it can no longer be changed."))
    if now >= review_end(session):
        return ReviewRefused("too_late", _("A session can be reviewed for 30 days."))
    return _barred(seat.person)


def _barred(person) -> ReviewRefused | None:
    bar = access.bar(person, access.Ability.REVIEW)
    return ReviewRefused("barred", bar.words) if bar else None


def review_end(session):
    return session.ends_at + WINDOW


@transaction.atomic
def set_review_removed(*, review, removed: bool, now=None) -> dict:
    """Take a review out of sight, or put it back; answers what it was. A moderator's act tells why, in its log."""
    row = Review.objects.select_for_update().get(pk=review.pk)
    before = {"state": "hidden" if row.removed_at else "shown"}
    row.removed_at = (row.removed_at or now or timezone.now()) if removed else None
    row.save(update_fields=["removed_at"])
    return before


@transaction.atomic
def reply_to_review(*, review, words, now=None) -> Review:
    """The host's one answer. Raises ReviewRefused."""
    review = Review.objects.select_for_update(of=("self",)).select_related("registration__person").get(pk=review.pk)
    if review.removed_at:
        raise ReviewRefused("removed", _("This review was removed."))
    if review.replied_at:
        raise ReviewRefused("replied", _("You have answered this review. One answer is all there is."))
    if refusal := _barred(review.registration.session.host):
        raise refusal
    review.reply, review.replied_at = words, now or timezone.now()
    review.save(update_fields=["reply", "replied_at"])
    notify(review.registration.person, "review_reply", review.pk, reverse("review", args=[review.pk]))
    return review


# --- Reading ----------------------------------------------------------------------------------------------------------
def reviews_of(host, limit=5) -> list[Review]:
    """The newest that everybody may read, with who wrote them and about which session."""
    return list(_shown(registration__session__host=host).order_by("-written_at", "-id")[:limit])


def reviews_of_session(session):
    return _shown(registration__session=session)


def rating_of(host) -> Rating:
    return _rating(_shown(registration__session__host=host))


def rating_of_session(session) -> Rating:
    return _rating(_shown(registration__session=session))


def _shown(**of):
    return Review.objects.shown().filter(**of).select_related("registration__person", "registration__session__host")


def _rating(reviews):
    found = reviews.aggregate(count=Count("pk"), average=Avg("rating"))
    return Rating(found["count"], found["average"] if found["count"] >= ENOUGH else None)
