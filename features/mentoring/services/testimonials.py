"""What mentees say of a mentor for others to read: written once, shown by the mentor, taken back by who wrote it."""

from datetime import datetime

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts.models import User
from features.mentoring.models import Engagement, Testimonial
from features.mentoring.services.engagements import lock_engagement
from features.mentoring.services.refusals import MentoringRefused


@transaction.atomic
def write_testimonial(*, engagement: Engagement, rating: int, words: str, now: datetime | None = None) -> Testimonial:
    """Only of a mentorship that is over, by its mentee, once."""
    engagement = lock_engagement(engagement.pk)
    if engagement.ended_at is None:
        raise MentoringRefused("not_ended", _("A testimonial is for the end. Finish the mentorship first."))
    said = {"rating": rating, "words": words, "written_at": now or timezone.now()}
    return Testimonial.objects.get_or_create(engagement=engagement, defaults=said)[0]


def reveal(*, testimonial: Testimonial, is_shown: bool, now: datetime | None = None) -> None:
    """The mentor lets others read what they may read themselves, or not any more."""
    now = now or timezone.now()
    rows = Testimonial.objects.readable_by(testimonial.engagement.mentor, now).filter(pk=testimonial.pk)
    rows.update(revealed_at=now if is_shown else None)


def withdraw_testimonial(*, testimonial: Testimonial, by: User, now: datetime | None = None) -> str:
    """Whoever wrote it takes it back: neither the mentor nor others read it any more, and its words are nowhere here.
    Answers what `restore_testimonial` needs: signed, as the mentor let others read these words and no others."""
    rows = Testimonial.objects.filter(pk=testimonial.pk, removed_at=None)
    rows.update(removed_at=now or timezone.now(), removed_by=by, revealed_at=None, words="")
    shown = testimonial.revealed_at and testimonial.revealed_at.isoformat()
    return signing.dumps([testimonial.words, shown], salt=f"testimonial:{testimonial.pk}")


def restore_testimonial(*, pk: int, by: User, sealed: str) -> Testimonial | None:
    """It was taken back by a slip. Nothing where it was not theirs, or not taken back by them."""
    try:
        words, shown = signing.loads(sealed, salt=f"testimonial:{pk}")
    except signing.BadSignature:
        return None
    rows = Testimonial.objects.filter(pk=pk, removed_by=by, engagement__mentee=by).exclude(removed_at=None)
    rows.update(removed_at=None, removed_by=None, revealed_at=shown and datetime.fromisoformat(shown), words=words)
    return Testimonial.objects.filter(pk=pk, engagement__mentee=by, removed_at=None).first()


def testimonials_of(mentor: User):
    """What everybody reads about a mentor."""
    shown = Testimonial.objects.filter(engagement__mentor=mentor, removed_at=None, revealed_at__isnull=False)
    return shown.select_related("engagement__mentee").order_by("-revealed_at", "-pk")
