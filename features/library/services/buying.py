"""Buying a work, and giving it back. What it costs is today's price; the rule for giving back is said before."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.text import numbers
from features.accounts.models import User
from features.library.models import Enrolment, Lesson, Work
from features.library.services.refusals import LibraryRefused
from features.payments import services as payments

# Bought less than two weeks ago, and a quarter of it done at most.
RETURNED_WITHIN = timedelta(days=14)
MOST_DONE = 4


def buy(*, work: Work, person: User, now: datetime | None = None):
    """The order to pay; from a second tab the same one. Raises LibraryRefused."""
    if work.author_id == person.pk:
        raise LibraryRefused("own", _("You wrote it."))
    if work.is_free or not work.is_listed or not is_offered(work):
        raise LibraryRefused("not_sold", _("It is not for sale."))
    try:
        order = _sell(work, person, now)
        if _has_another_price(order, work) and payments.leave(order=order, now=now):
            order = _sell(work, person, now)
        return order
    except payments.CheckoutRefused as refused:
        raise LibraryRefused(refused.code, refused.words) from refused
    except payments.SaleRefused as refused:
        raise LibraryRefused(refused.code, refused.words) from refused
    except payments.OrderRefused as refused:
        raise LibraryRefused(refused.code, _("Nothing can be bought here yet.")) from refused


def is_offered(work: Work) -> bool:
    """Not taken off the list, and of an author who is here: who has begun it sees it also when it is not."""
    return work.withdrawn_at is None and work.author.is_active


def _sell(work: Work, person: User, now: datetime | None):
    return payments.sell(
        person=person, key=work.key, title=work.title, unit_minor=work.price_minor, currency=work.currency,
        seller=work.author, policy={}, now=now,
    )  # fmt: skip


def _has_another_price(order, work: Work) -> bool:
    """It was begun at a price of before, and nobody pays what the page no longer says."""
    return (payments.asked_for(order), order.currency) != (work.price_minor, work.currency)


def may_give_back(work: Work, person: User, now: datetime) -> bool:
    """Whether somebody who bought it gets their money back."""
    line = payments.purchase_of(person, work.key) if person.is_authenticated and not work.is_free else None
    if line is None or not line.order.settled_at or line.order.settled_at + RETURNED_WITHIN < now:
        return False
    enrolment = Enrolment.objects.filter(work=work, person=person).first()
    if enrolment and enrolment.completed_at:
        return False  # lessons can be taken back, the end and what it proved cannot
    done = enrolment.progress.filter(lesson__is_draft=False).count() if enrolment else 0
    if not work.is_course:
        return done == 0
    return done * MOST_DONE <= Lesson.objects.shown().filter(work=work).count()


def comes_back(work: Work, person: User) -> tuple[int, str]:
    """How much, in minor units, and in which currency."""
    line = payments.purchase_of(person, work.key)
    return (payments.paid_for(line.kind, [line.ref]), line.currency) if line else (0, work.currency)


@transaction.atomic
def give_back(*, work: Work, person: User, now: datetime | None = None) -> None:
    """The money goes back and the right ends, once; how far one came stays. Raises LibraryRefused."""
    now = now or timezone.now()
    begun = Enrolment.objects.select_for_update().filter(work=work, person=person).first()  # no lesson gets done now
    if begun and begun.completed_at:
        raise LibraryRefused("finished", _("You have come to the end of it, so it is not given back any more."))
    line = payments.purchase_of(person, work.key)
    if line is None or not may_give_back(work, person, now):
        words = _("Money comes back within 14 days, while a quarter of it is done at most.")
        raise LibraryRefused("too_late", words)
    payments.refund_thing(line.kind, line.ref, source="buyer", by=person, now=now)
    payments.end_purchase(ref=line.ref, now=now)


def page_of_key(rest: str) -> str:
    work = Work.objects.filter(pk__in=numbers([rest])).first()
    return work.get_absolute_url() if work else ""
