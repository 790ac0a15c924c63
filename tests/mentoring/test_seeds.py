"""What the demo world shows of mentoring: something to book, to decide, to go on with, and to read."""

import pytest
from django.test import override_settings
from django.utils import timezone

from core.models import RateCounter
from features.accounts import seeds as accounts
from features.accounts.models import User
from features.mentoring import matching_seeds, models, seeds, services
from features.mentoring.services import testimonials_of as read_of
from features.notifications.models import Notification
from features.profiles import seeds as profiles
from features.skills import seeds as skills

pytestmark = pytest.mark.django_db


def test_it_is_all_there_and_a_second_time_adds_nothing():
    now = timezone.now()
    with override_settings(DEMO=True, STRIPE_SECRET_KEY=""):
        for fill in (accounts.fill, skills.fill, profiles.fill, matching_seeds.fill, seeds.fill):
            fill(now)
    learner, expert, mentor = (User.objects.get(email=f"{key}@demo.example") for key in ("learner", "expert", "mentor"))
    for page in models.MentorPage.objects.all():
        assert page.next_free_at > now
        assert sorted(page.person.mentoring_offers.timed().values_list("minutes", flat=True)) == [20, 30, 60]
        assert not page.person.mentoring_offers.filter(price_minor__gt=0).exists()  # payments are not set up here
    together = models.Engagement.objects.active().get(mentee=learner)
    assert together.is_signed
    assert together.messages.count() == 4
    assert together.actions.filter(done_at=None).count() == 2
    assert set(together.fit_answers.values_list("person", "answer")) == {(learner.pk, ""), (expert.pk, "")}
    past, coming = models.Booking.objects.confirmed().of(learner).order_by("starts_at")
    assert (past.outcome, past.ends_at < now) == ("met", True)
    assert now < coming.starts_at
    assert coming.agenda
    assert models.MentorshipRequest.objects.open().get(mentee=learner).mentor != together.mentor
    for host in (expert, mentor):
        asked = models.MentorshipRequest.objects.open().filter(mentor=host)
        assert sorted(asked.values_list("state", flat=True)) == ["needs_info", "new"]
        assert read_of(host).count() == 1
    written = models.WrittenReview.objects.order_by("pk").values_list("mentor", "state")
    assert list(written) == [(expert.pk, "answered"), (expert.pk, "open"), (mentor.pk, "open")]
    assert len(services.pool_for(expert, now)) == 1
    assert len(services.pool_for(mentor, now)) == 1
    assert not RateCounter.objects.filter(key__regex="^(mentor|booking)").exists()
    assert not Notification.objects.filter(mailed_at=None).exists()

    tables = (
        models.Offer,
        models.Booking,
        models.MentorshipRequest,
        models.Engagement,
        models.Message,
        models.WrittenReview,
    )
    before = [table.objects.count() for table in tables]
    seeds.fill(now)
    assert [table.objects.count() for table in tables] == before
