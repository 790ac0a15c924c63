"""3.22: who is kept apart by staff, with a reason, on record; and that neither of the two can end it."""

import threading

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from features.accounts.models import AuditEntry
from features.assessments import services as assessments
from features.assessments.models import Evaluation
from features.mentoring import services
from features.mentoring.models import (
    Block,
    Booking,
    Cohort,
    CohortPair,
    EndedApart,
    Engagement,
    MentorshipRequest,
    OfficeHour,
    OfficeSeat,
)  # fmt: skip
from tests.assessments.conftest import make_task
from tests.factories import make_user
from tests.mentoring.test_bookings import refused
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db


def apart(people, by, reason="Threats in a meeting"):
    return services.keep_two_apart(people=people, by=by, reason=reason)


def test_what_is_open_between_them_ends_and_nothing_begins(together, booked, learner, expert, organiser, skill):
    made = apart([learner, expert], organiser)
    assert apart([expert, learner], organiser) == made
    assert Engagement.objects.get().ending == "not_a_fit"
    booked.refresh_from_db()
    assert booked.cancelled_by == organiser
    about = {"goal": "-", "background": "-", "expectation": "-", "about": [skill]}
    refused("closed", services.send_request, person=learner, mentor=expert, **about)
    assert AuditEntry.objects.filter(act="mentoring.kept_apart", actor_id=organiser.pk).count() == 1


def test_neither_of_the_two_can_end_it_and_their_own_wish_stays_theirs(mentor_page, learner, expert, organiser, client):
    services.keep_apart(person=learner, other=expert)
    made = apart([learner, expert], organiser)
    services.end_apart(person=learner, other=expert)
    assert list(Block.objects.all()) == [made]
    client.force_login(learner)
    assert expert.name not in client.get(reverse("apart")).text
    services.keep_apart(person=learner, other=expert)
    services.end_two_apart(block=made, by=organiser, reason="Settled")
    assert Block.objects.get().decided_at is None


def test_staff_decide_on_others_alone(organiser, expert):
    refused("own", services.keep_two_apart, people=[organiser, expert], by=organiser, reason="-")
    refused("same", services.keep_two_apart, people=[expert, expert], by=organiser, reason="-")


def test_the_page_adds_and_ends_with_a_reason(learner, expert, organiser):
    client = browser_of(organiser, strong=True)
    page = reverse("manage_apart")
    wrong = client.post(page, {"one": "nobody-of-this-name", "other": expert.handle, "reason": "Threats"})
    assert (wrong.status_code, "Nobody has this handle" in wrong.text) == (422, True)
    assert client.post(page, {"one": f"@{learner.handle}", "other": expert.handle}).status_code == 422
    made = client.post(page, {"one": f"@{learner.handle}", "other": expert.handle, "reason": "Threats"})
    assert made.status_code == 303
    shown = client.get(page).text
    assert "Threats" in shown
    assert learner.name in shown
    ending = reverse("manage_apart_ending", args=[Block.objects.get().pk])
    assert client.post(ending, {}).status_code == 422
    assert client.post(ending, {"reason": "It was somebody else"}).status_code == 303
    assert not Block.objects.exists()
    assert EndedApart.objects.get().ended_reason == "It was somebody else"
    assert "It was somebody else" in client.get(page).text
    acts = AuditEntry.objects.filter(act__startswith="mentoring.").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["mentoring.kept_apart", "mentoring.kept_apart_ended"]


def test_the_page_asks_no_more_for_more(organiser, django_assert_max_num_queries):
    people = [make_user(f"Member {n}") for n in range(8)]
    for one, other in zip(people[::2], people[1::2], strict=True):
        apart([one, other], organiser)
    client = browser_of(organiser, strong=True)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("manage_apart")).text.count("Threats in a meeting") == 4


@pytest.mark.django_db(transaction=True)
def test_what_begins_at_the_very_moment_ends_with_it(offer, slot, organiser, skill):
    """Each begins in a transaction that is open while the two are parted: parting waits for it, and then ends it."""
    mentor, now = offer.mentor, timezone.now()
    people = [make_user(f"Member {n}") for n in range(6)]
    booker, asker, taken, visitor, examined, paired = people
    about = {"goal": "-", "background": "-", "expectation": "-", "about": [skill]}
    asked = services.send_request(person=taken, mentor=mentor, **about)
    hour = OfficeHour(mentor=mentor, skill=skill, title="Plans", starts_at=slot(8))
    hour = services.open_office_hour(hour=hour, minutes=60)
    task = make_task(mentor, skill, kind="live", minutes=30, room_url="https://meet.example.org/x")
    cohort = services.save_cohort(cohort=Cohort(name="Spring", drawn_at=now), by=organiser)
    CohortPair.objects.create(cohort=cohort, mentor=mentor, mentee=paired)
    begins = [
        lambda: services.reserve(offer=offer, person=booker, starts_at=slot()),
        lambda: services.send_request(person=asker, mentor=mentor, **about),
        lambda: services.accept_request(request=asked),
        lambda: services.join_hour(hour=hour, person=visitor),
        lambda: assessments.book_evaluation(task=task, person=examined, starts_at=slot(4)),
        lambda: services.publish_cohort(cohort=cohort, by=organiser),
    ]
    for person, begin in zip(people, begins, strict=True):
        parting = threading.Thread(target=_part, args=[person, mentor])
        with transaction.atomic():
            begin()
            parting.start()
            _wait_until_it_waits(parting)
        parting.join()
    assert not Booking.objects.active().exists()
    assert not MentorshipRequest.objects.open().exists()
    assert not Engagement.objects.active().exists()
    assert not OfficeSeat.objects.taken().exists()
    assert not Evaluation.objects.standing().exists()
    assert (Booking.objects.count(), Engagement.objects.count(), OfficeSeat.objects.count()) == (1, 2, 1)
    assert Block.objects.count() == 6


def _part(person, other):
    try:
        services.keep_apart(person=person, other=other)
    finally:
        connection.close()


def _wait_until_it_waits(thread):
    """For the other's lock; or until it is done, which is what must not be."""
    here = "SELECT oid FROM pg_database WHERE datname = current_database()"
    waiting = f"SELECT count(*) FROM pg_locks WHERE NOT granted AND database = ({here})"
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
