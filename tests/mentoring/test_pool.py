"""3.11: a request to whoever can help is read by one mentor at a time, under a lock of half an hour, four at most."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from features.accounts.personal_data import erase_all, export_all
from features.mentoring import services
from features.mentoring.models import Engagement, MentorPage, MentorshipRequest, PooledRequest, RequestLock
from tests.factories import make_skill, make_user
from tests.mentoring.test_bookings import refused

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SAID = {"goal": "Read plans", "background": "Two years of SQL", "expectation": "A plan"}


@pytest.fixture(scope="module")
def ask(skill):
    def ask(person, about=skill):
        return services.ask_anybody(person=person, about=[about], **SAID)

    return ask


@pytest.fixture(scope="module")
def other_mentor(skill):
    person = make_user("Kwame Boateng", role="expert")
    return services.save_mentor_page(page=MentorPage(person=person, capacity=2), topics=[skill]).person


@pytest.fixture(scope="module")
def waiting(ask, learner, mentor_page):
    return ask(learner)


class TestLocks:
    def test_while_one_reads_it_nobody_else_does_for_half_an_hour(self, waiting, expert, other_mentor):
        now = timezone.now()
        lock = services.lock_pooled(pooled=waiting, mentor=expert, now=now)
        assert lock.until == now + 30 * MINUTE
        refused("locked", services.lock_pooled, pooled=waiting, mentor=other_mentor, now=now + 29 * MINUTE)
        refused("not_locked", services.accept_pooled, pooled=waiting, mentor=other_mentor, now=now)
        taken = services.lock_pooled(pooled=waiting, mentor=other_mentor, now=now + 30 * MINUTE)
        assert taken.mentor == other_mentor
        refused("not_locked", services.accept_pooled, pooled=waiting, mentor=expert, now=now + 31 * MINUTE)
        assert RequestLock.objects.count() == 1

    def test_it_is_extended_from_now_on_and_given_back_at_once(self, waiting, expert, other_mentor):
        now = timezone.now()
        services.lock_pooled(pooled=waiting, mentor=expert, now=now)
        assert services.lock_pooled(pooled=waiting, mentor=expert, now=now + 20 * MINUTE).until == now + 50 * MINUTE
        services.give_back_pooled(pooled=waiting, mentor=expert)
        assert services.lock_pooled(pooled=waiting, mentor=other_mentor, now=now + 21 * MINUTE).mentor == other_mentor

    def test_a_mentor_reads_four_at_most_and_a_lock_that_ran_out_counts_no_more(self, ask, mentor_page, expert):
        now = timezone.now()
        asked = [ask(make_user(f"Member {n}")) for n in range(5)]
        for pooled in asked[:4]:
            services.lock_pooled(pooled=pooled, mentor=expert, now=now)
        refused("too_many_locks", services.lock_pooled, pooled=asked[4], mentor=expert, now=now)
        assert services.lock_pooled(pooled=asked[0], mentor=expert, now=now).mentor == expert  # extending is no fifth
        services.lock_pooled(pooled=asked[4], mentor=expert, now=now + 31 * MINUTE)


@pytest.mark.django_db(transaction=True)
def test_of_many_mentors_who_press_at_once_one_reads_it_and_nobody_reads_five(ask, skill, learner):
    mentors = [make_user(f"Mentor {n}", role="expert") for n in range(3)]
    for mentor in mentors:
        services.save_mentor_page(page=MentorPage(person=mentor), topics=[skill])
    asked = [ask(make_user(f"Member {n}")) for n in range(6)]
    got: list = []

    def press(pooled, mentor):
        try:
            services.lock_pooled(pooled=pooled, mentor=mentor)
            got.append((pooled.pk, mentor.pk))
        except services.MentoringRefused as refusal:
            got.append(refusal.code)
        finally:
            connection.close()

    presses = [(asked[0], mentor) for mentor in mentors] + [(pooled, mentors[0]) for pooled in asked[1:]]
    threads = [threading.Thread(target=press, args=one) for one in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read = [one for one in got if isinstance(one, tuple)]
    assert len([one for one in read if one[0] == asked[0].pk]) == 1
    assert RequestLock.objects.filter(mentor=mentors[0]).count() <= 4
    assert len(read) == RequestLock.objects.count()


class TestThePool:
    def test_a_mentor_is_shown_what_they_can_help_with(self, waiting, ask, expert, learner, outsider):
        now = timezone.now()
        ask(outsider, make_skill("Welding"))
        assert list(services.pool_for(expert, now)) == [waiting]
        assert not services.pool_for(outsider, now)
        services.keep_apart(person=learner, other=expert)
        assert not services.pool_for(expert, now)
        services.end_apart(person=learner, other=expert)
        MentorPage.objects.update(is_accepting=False)
        assert not services.pool_for(expert, now)

    def test_accepting_begins_a_mentorship_and_says_nothing_of_how_long_it_took(
        self, waiting, expert, learner, letters
    ):
        services.lock_pooled(pooled=waiting, mentor=expert)
        engagement = services.accept_pooled(pooled=waiting, mentor=expert)
        assert (engagement.mentor, engagement.mentee, engagement.goal) == (expert, learner, "Read plans")
        assert [row.skill.name for row in engagement.rated_skills.all()] == ["PostgreSQL"]
        waiting.refresh_from_db()
        assert (waiting.state, waiting.request.first_answer_at) == ("accepted", None)
        assert not RequestLock.objects.exists()
        assert [letter.to for letter in letters()] == [[learner.email]]
        refused("decided", services.lock_pooled, pooled=waiting, mentor=expert)

    def test_a_mentor_without_a_place_takes_nobody(self, waiting, expert):
        services.lock_pooled(pooled=waiting, mentor=expert)
        MentorPage.objects.update(capacity=0)
        refused("full", services.accept_pooled, pooled=waiting, mentor=expert)

    def test_one_at_a_time_within_the_limit_of_open_requests(self, waiting, ask, learner, mentor_page):
        refused("asked", ask, person=learner)
        services.take_back_pooled(pooled=waiting)
        for n in range(3):
            MentorshipRequest.objects.create(
                mentee=learner, mentor=make_user(f"Mentor {n}"), goal="-", background="-", expectation="-",
                due_at=timezone.now(),
            )  # fmt: skip
        refused("too_many", ask, person=learner)

    def test_after_two_weeks_its_author_hears_who_fits_by_name(self, waiting, expert, learner, letters):
        end = waiting.closes_at
        services.lock_pooled(pooled=waiting, mentor=expert, now=end - 10 * MINUTE)
        assert services.expire_pooled(now=end) == 0  # somebody reads it
        for count in (1, 0):
            assert services.expire_pooled(now=end + 30 * MINUTE) == count
        [told] = letters()
        assert told.to == [learner.email]
        assert "Amara Okonjo" in told.body


class TestPages:
    def test_from_asking_to_accepting(self, mentor_page, learner, expert, outsider, client):
        client.force_login(learner)
        page = reverse("pooled_request_new")
        assert client.post(page, {"goal": "Read plans"}).status_code == 422
        answer = client.post(page, SAID | {"skills": "PostgreSQL"})
        pooled = PooledRequest.objects.get()
        here = pooled.get_absolute_url()
        assert (answer.status_code, answer["Location"]) == (303, here)
        assert "Read plans" in client.get("/mentoring/").text
        assert client.post(page, SAID | {"skills": "PostgreSQL"})["Location"] == here  # a second tap
        assert client.post(page, SAID | {"skills": "PostgreSQL", "goal": "Read more"}).status_code == 422
        client.force_login(outsider)
        assert client.get(here).status_code == 404
        assert client.get(reverse("request_pool")).status_code == 404
        client.force_login(expert)
        assert "Read plans" in client.get(reverse("request_pool")).text
        closed = client.get(here).text
        assert "Two years of SQL" not in closed
        assert learner.name not in closed
        assert client.post(here, {"act": "accept"}).status_code == 422
        assert client.post(here, {"act": "withdraw"}).status_code == 404
        assert client.post(here, {"act": "lock"}).status_code == 303
        assert "Two years of SQL" in client.get(here).text
        assert client.get(reverse("report", args=["pooled_request", pooled.pk])).status_code == 200
        assert "A mentor reads it" in self.as_seen_by(client, learner, here)
        client.force_login(expert)
        assert client.post(here, {"act": "accept"})["Location"] == Engagement.objects.get().get_absolute_url()
        assert "took it" in self.as_seen_by(client, learner, here)

    def as_seen_by(self, client, person, path):
        client.force_login(person)
        return client.get(path).text

    def test_who_comes_second_reads_nothing_meanwhile(self, waiting, expert, other_mentor, client):
        services.lock_pooled(pooled=waiting, mentor=expert)
        here = waiting.get_absolute_url()
        seen = self.as_seen_by(client, other_mentor, here)
        assert "Somebody else reads it" in seen
        assert "Two years of SQL" not in seen
        assert client.post(here, {"act": "lock"}).status_code == 422
        assert "Somebody reads it" in client.get(reverse("request_pool")).text

    def test_the_list_asks_no_more_for_more(self, ask, expert, mentor_page, client, django_assert_max_num_queries):
        for n in range(6):
            ask(make_user(f"Member {n}"))
        client.force_login(expert)
        with django_assert_max_num_queries(18):
            assert client.get(reverse("request_pool")).text.count("Read plans") == 6

    def test_the_same_by_programs(self, mentor_page, learner, expert, skill, client):
        client.force_login(learner)
        said = SAID | {"skills": [skill.name]}
        made = client.post("/api/v1/pooled-requests/", said, "application/json")
        assert (made.status_code, made.json()["skills"]) == (201, [skill.name])
        assert client.post("/api/v1/pooled-requests/", said, "application/json").json()["code"] == "asked"
        client.force_login(expert)
        [shown] = client.get("/api/v1/pooled-requests/waiting/").json()["items"]
        assert shown["id"] == made.json()["id"]
        assert client.post(f"/api/v1/pooled-requests/{shown['id']}/withdrawal/").status_code == 404
        client.force_login(learner)
        assert client.post(f"/api/v1/pooled-requests/{shown['id']}/withdrawal/").json()["state"] == "withdrawn"


def test_it_is_exported_and_erased_with_its_author(waiting, learner):
    assert export_all(learner)["mentorships"]["pooled_requests"][0]["goal"] == "Read plans"
    erase_all(learner)
    waiting.refresh_from_db()
    assert (waiting.goal, waiting.state) == ("", "withdrawn")
