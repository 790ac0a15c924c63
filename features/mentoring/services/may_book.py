"""Whether somebody may book, and whether what is booked may be moved; with the next step if not."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from features.accounts.access import Ability, bar
from features.mentoring.models import Block, Booking, Engagement, MentorPage, Offer
from features.mentoring.services.refusals import MentoringRefused
from features.payments import services as payments

INTRO_DAYS, INTRO_MINUTES = 30, 60  # so much of first talks in so many days, with whomever


def why_not_book(offer: Offer, person, now: datetime) -> MentoringRefused | None:
    """Whether this person may have this hour at all, whichever it is."""
    if offer.kind == Offer.Kind.REVIEW:
        words = _("This is answered in writing and takes no hour. Send your work on its page.")
        return MentoringRefused(
            "in_writing", words, reverse("written_review_new", args=[offer.mentor.handle, offer.pk])
        )
    refused = why_not_have(offer, person, now)
    return refused or why_no_intro(offer, person, now)


def why_not_have(offer: Offer, person, now: datetime) -> MentoringRefused | None:
    """Whether this person may have this offer at all."""
    mentors = reverse("mentors")
    if offer.closed_at or not MentorPage.objects.shown(now).filter(person=offer.mentor_id).exists():
        return MentoringRefused("closed", _("This is no longer on offer. Look at what else there is."), mentors)
    if bar(offer.mentor, Ability.MENTOR):
        words = _("%(name)s cannot be booked for some time. Look at who else there is.")
        return MentoringRefused("paused", words % {"name": offer.mentor.name}, mentors)
    if Block.objects.filter(Block.between(offer.mentor, person)).exists():
        return MentoringRefused("closed", _("This cannot be booked. Look at who else there is."), mentors)
    if person.pk == offer.mentor_id:
        return MentoringRefused("own", _("This is your own offer. Others book it."), reverse("own_offers"))
    if offer.is_for_mentees and not Engagement.objects.active().filter(mentor=offer.mentor_id, mentee=person).exists():
        words = _("This is for people whom %(name)s mentors. Ask them to be your mentor first.")
        ask = reverse("mentorship_request_new", args=[offer.mentor.handle])
        return MentoringRefused("for_mentees", words % {"name": offer.mentor.name}, ask)
    if not person.emailaddress_set.filter(verified=True).exists():
        return MentoringRefused("email_not_verified", _("Confirm your e-mail address first."))
    if barred := bar(person, Ability.REGISTER):
        return MentoringRefused("barred", barred.words, barred.url)
    if offer.price_minor and not payments.is_set_up():
        return MentoringRefused(
            "payments_not_set_up",
            _("This has a price, and payments are not set up on this site. Nothing can be booked."),
        )
    return None


def why_no_intro(offer: Offer, person, now: datetime) -> MentoringRefused | None:
    """Whether first talks are used up, with this mentor or with all; only what is booked counts."""
    if offer.kind != Offer.Kind.INTRO:
        return None
    talks = Booking.objects.confirmed().filter(mentee=person, offer__kind=Offer.Kind.INTRO)
    talks = talks.exclude(outcome=Booking.Outcome.MENTOR_ABSENT)  # there was none
    if talks.filter(mentor=offer.mentor_id).exists():
        return MentoringRefused("intro_used", _("A first talk is for the first time. Book a meeting instead."))
    lately = talks.filter(starts_at__gt=now - timedelta(days=INTRO_DAYS)).values_list("starts_at", "ends_at")
    used = sum(((end - start) for start, end in lately), timedelta())
    if used + timedelta(minutes=offer.minutes) > timedelta(minutes=INTRO_MINUTES):
        words = _("You have used your %(minutes)d minutes of first talks in 30 days. Book a meeting, or wait a little.")
        return MentoringRefused("intro_budget", words % {"minutes": INTRO_MINUTES})
    return None


def why_not_move(booking: Booking, now: datetime) -> MentoringRefused | None:
    """What was promised when it was booked decides, for both sides; not what the mentor says today."""
    if booking.cancelled_at or booking.confirmed_at is None:
        return MentoringRefused("not_booked", _("Only a meeting that stands can be moved."))
    if booking.starts_at <= now:
        return MentoringRefused("started", _("A meeting that has begun cannot be moved."))
    if now > booking.changeable_until:
        words = _("It is less than %(n)d hours to the start, so it cannot be moved. You can still call it off.")
        return MentoringRefused("too_late", words % {"n": booking.policy["free_until_hours"]})
    if booking.moves >= booking.policy["most_moves"]:
        words = _("It was moved %(n)d times, which is as often as was agreed. You can still call it off.")
        return MentoringRefused("moved_enough", words % {"n": booking.moves})
    return None
