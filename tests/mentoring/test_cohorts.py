"""A group paired by an organiser: people, pins, a preview both ways, and one publication."""

import pytest
from django.urls import reverse

from features.accounts.models import User
from features.mentoring import services
from features.mentoring.matching import cohort as assigning
from features.mentoring.models import CohortPair, Engagement
from features.notifications.models import Notification
from tests.mentoring.test_bookings import refused
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db


def pairs():
    return dict(CohortPair.objects.values_list("mentee__handle", "mentor__handle"))


@pytest.mark.parametrize("mode", ["best", "stable"])
def test_as_many_as_there_are_places_and_figures_of_both_ways(cohort, mode):
    cohort.mode = mode
    services.save_cohort(cohort=cohort, by=None)
    services.draw_cohort(cohort=cohort)
    assert len(pairs()) == 3
    cohort.refresh_from_db()
    assert {found["placed"] for found in cohort.figures.values()} == {3}
    assert cohort.figures["stable"]["blocking"] == 0


def test_the_solver_of_the_worker_comes_to_the_same_sum(cohort):
    services.draw_cohort(cohort=cohort)
    plain = sum(CohortPair.objects.values_list("score", flat=True))
    services.draw_cohort(cohort=cohort, solve=assigning.compiled)
    assert sum(CohortPair.objects.values_list("score", flat=True)) == plain


def test_pinned_pairs_stay_whatever_is_drawn(cohort):
    members = {member.person.handle: member.person for member in cohort.members.select_related("person")}
    services.pin(cohort=cohort, mentee=members["member-3"], mentor=members["mentor-1"])
    for mode in ("best", "stable"):
        cohort.mode = mode
        services.save_cohort(cohort=cohort, by=None)
        services.draw_cohort(cohort=cohort)
        assert pairs()["member-3"] == "mentor-1"
    with pytest.raises(services.MentoringRefused):
        services.pin(cohort=cohort, mentee=members["member-0"], mentor=members["mentor-1"])
    services.unpin(cohort=cohort, mentee=members["member-3"])
    assert not CohortPair.objects.filter(is_pinned=True).exists()


def test_whoever_has_gone_since_it_was_drawn_is_paired_with_nobody(cohort, organiser):
    services.draw_cohort(cohort=cohort)
    mentee = cohort.pairs.select_related("mentee").first().mentee
    User.objects.filter(pk=mentee.pk).update(is_active=False)
    refused("gone", services.publish_cohort, cohort=cohort, by=organiser)
    assert not Engagement.objects.exists()
    User.objects.filter(pk=mentee.pk).update(is_active=True)
    services.publish_cohort(cohort=cohort, by=organiser)
    assert Engagement.objects.count() == 3


def test_it_is_published_once_and_both_sides_are_told(cohort, organiser, letters):
    with pytest.raises(services.MentoringRefused):
        services.publish_cohort(cohort=cohort, by=organiser)
    services.draw_cohort(cohort=cohort)
    assert not Notification.objects.filter(kind="cohort_pair").exists()
    services.publish_cohort(cohort=cohort, by=organiser)
    assert Notification.objects.filter(kind="cohort_pair").count() == 6
    assert {letter.subject for letter in letters()} >= {"Spring: you and Mentor 0"}
    for act in (services.draw_cohort, services.leave_cohort):
        with pytest.raises(services.MentoringRefused):
            act(cohort=cohort, **({"person": organiser} if act is services.leave_cohort else {}))


def test_taking_out_answers_for_members_alone_whatever_is_sent(cohort, organiser):
    client = browser_of(organiser, strong=True)
    place = reverse("manage_cohort_leaving", args=[cohort.pk])
    for handle in ("member\x001", "nobody", ""):
        assert client.post(place, {"person": handle}).status_code == 404
    assert client.post(place, {"person": "member-1"}).status_code == 303
    assert not cohort.members.filter(person__handle="member-1").exists()
