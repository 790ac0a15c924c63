"""Files of a mentorship: for its two people, as long as both keep them."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.limits import hit
from features.accounts import services as accounts
from features.accounts.access import Ability, bar
from features.accounts.models import User
from features.mentoring.models import Engagement, EngagementFile
from features.mentoring.services.engagements import check_active, lock_engagement, pass_turn
from features.mentoring.services.refusals import MentoringRefused
from features.notifications.services import notify

KIND = "mentorship"
MOST = 50


@transaction.atomic
def add_file(*, engagement: Engagement, author: User, upload, now) -> EngagementFile:
    """Raises MentoringRefused, RateLimited, and FileRefused for what cannot be kept."""
    engagement = lock_engagement(engagement.pk)
    check_active(engagement)
    if barred := bar(author, Ability.MESSAGE):
        raise MentoringRefused("barred", barred.words, barred.url)
    if EngagementFile.objects.filter(engagement=engagement).count() >= MOST:
        raise MentoringRefused("too_many", _("A mentorship has 50 files at most. Take one away first."))
    hit("upload", author.pk)
    file = accounts.store_document(owner=author, upload=upload, kind=KIND)
    made = EngagementFile.objects.create(engagement=engagement, file=file)
    pass_turn(engagement, author, now)
    other = engagement.other(author)
    notify(other, "file_added", engagement.pk, engagement.get_absolute_url(), key=f"file_added:{made.pk}")
    return made


@transaction.atomic
def remove_file(*, row: EngagementFile) -> None:
    accounts.remove_file(row.file)


def may_see_file(file, viewer) -> bool:
    """The two of them, at this moment."""
    return viewer.is_authenticated and Engagement.objects.of(viewer).filter(files__file=file).exists()
