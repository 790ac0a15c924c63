"""The row of an answer in writing, and the files that belong to it: for its two people."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.limits import hit
from features.accounts import services as accounts
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.mentoring.models import WrittenReview, WrittenReviewFile
from features.mentoring.services.refusals import MentoringRefused
from features.payments import services as payments

KIND = "written_review"
MOST_FILES = 10


def lock_written(review) -> WrittenReview:
    if review.price_minor and (order := payments.order_of(KIND, review.pk)):
        payments.lock_order(order.pk)
    rows = WrittenReview.objects.select_for_update(of=("self",)).select_related("mentor", "mentee")
    return rows.get(pk=review.pk)


@transaction.atomic
def add_review_file(*, review: WrittenReview, author: User, upload) -> WrittenReviewFile:
    """Raises MentoringRefused, RateLimited, and FileRefused for what cannot be kept."""
    review = lock_written(review)
    if not review.is_waiting:
        raise MentoringRefused("over", _("This is over. What is there stays for both of you."))
    if barred := bar(author, Ability.MESSAGE):
        raise MentoringRefused("barred", barred.words, barred.url)
    if review.files.count() >= MOST_FILES:
        words = _("There are %(n)d files at most. Take one away first.") % {"n": MOST_FILES}
        raise MentoringRefused("too_many", words)
    return keep_file(review, author, upload)


def keep_file(review: WrittenReview, author: User, upload) -> WrittenReviewFile:
    hit("upload", author.pk)
    file = accounts.store_document(owner=author, upload=upload, kind=KIND)
    return WrittenReviewFile.objects.create(review=review, file=file)


@transaction.atomic
def remove_review_file(*, row: WrittenReviewFile) -> None:
    if not lock_written(row.review).is_waiting:
        raise MentoringRefused("over", _("This is over. What is there stays for both of you."))
    accounts.remove_file(row.file)


def may_see_review_file(file, viewer) -> bool:
    """Whoever sees what it belongs to."""
    return viewer.is_authenticated and WrittenReview.objects.of(viewer).filter(files__file=file).exists()
