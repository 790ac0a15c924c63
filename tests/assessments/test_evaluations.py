"""Talks about work: booked in the hours of whoever examines, judged like any work, and what if none takes place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from features.accounts.models import RoleGrant, User
from features.assessments import evaluation_pages, services
from features.assessments.models import Evaluation, Reading, Submission
from features.assessments.models.evaluations import Verdict
from features.calendar import services as calendar
from features.calendar.models import TimeClaim
from features.notifications.models import Follow, Notification
from features.skills import services as skills
from tests.assessments.conftest import make_task
from tests.factories import make_skill, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)  # a Monday
ROOM = "https://meet.example.org/plans"


def make_talk(author, skill, **facts):
    """A task that is judged in a talk, in the author's hours: 8 to 11 each day, by the clocks of UTC."""
    calendar.keep_free(person=author, hours=[(day, time(8), time(11)) for day in range(1, 8)])
    return make_task(author, skill, kind="live", minutes=30, room_url=ROOM, **facts)


@pytest.fixture(scope="module")
def task(author, skill):
    return make_talk(author, skill)


def first_free(task, person, now=NOW):
    return services.free_times(task=task, person=person, now=now)[0][0]


def book(task, person, now=NOW, **facts):
    return services.book_evaluation(task=task, person=person, starts_at=first_free(task, person, now), now=now, **facts)


def judge(work, points, now):
    reading = Reading.objects.get(submission=work)
    return services.judge(reading=reading, scores={"cause": points}, comments={"cause": "Good."}, overall="", now=now)


class TestBooking:
    def test_the_times_are_those_of_the_examiners_hours_and_rules(self, task, learner):
        free = services.free_times(task=task, person=learner, now=NOW)
        assert {start.time() for start, _end in free} == {time(h, m) for h in (8, 9, 10) for m in (0, 30)}
        assert all(end - start == timedelta(minutes=30) for start, end in free)
        assert free[0][0] >= NOW + timedelta(hours=12)  # the notice that the rules of mentors ask for

    def test_both_have_claimed_it_so_neither_is_booked_twice(self, task, learner, outsider, author):
        talk = book(task, learner, note="My plan").evaluation
        claimed = TimeClaim.objects.filter(kind="evaluation").values_list("person", flat=True)
        assert set(claimed) == {author.pk, learner.pk}
        assert (talk.starts_at, talk.ends_at) not in services.free_times(task=task, person=outsider, now=NOW)
        with pytest.raises(services.AssessmentRefused, match="taken"):
            services.book_evaluation(task=task, person=outsider, starts_at=talk.starts_at, now=NOW)
        assert Submission.objects.count() == 1

    def test_who_has_something_else_then_is_not_offered_it(self, task, learner):
        start = first_free(task, learner)
        calendar.claim(learner, start, start + timedelta(minutes=30), "registration", "7")
        assert first_free(task, learner) > start

    def test_one_time_at_a_time_not_ones_own_and_not_with_who_follows_one(self, task, learner, outsider, author):
        book(task, learner)
        Follow.objects.create(person=author, key=f"person:{outsider.pk}")
        for person, code in ((learner, "waiting"), (author, "own_task"), (outsider, "friends")):
            assert services.why_not_book(task, person, NOW).code == code

    def test_whoever_is_suspended_examines_nobody(self, task, learner, author):
        start = first_free(task, learner)
        User.objects.filter(pk=author.pk).update(is_active=False)
        task.refresh_from_db()
        with pytest.raises(services.AssessmentRefused, match="closed"):
            services.book_evaluation(task=task, person=learner, starts_at=start, now=NOW)

    def test_who_is_no_expert_any_more_examines_and_judges_nobody(self, task, learner, outsider, author):
        work = book(task, learner)
        start = first_free(task, outsider)
        RoleGrant.objects.filter(person=author).update(revoked_at=timezone.now())
        task.author = User.objects.get(pk=author.pk)
        with pytest.raises(services.AssessmentRefused, match="closed"):
            services.book_evaluation(task=task, person=outsider, starts_at=start, now=NOW)
        with pytest.raises(services.AssessmentRefused, match="not_an_expert"):
            judge(work, 3, work.evaluation.starts_at)

    def test_both_are_told_with_an_entry_for_their_calendars(self, task, learner, author):
        talk = book(task, learner).evaluation
        told = Notification.objects.filter(kind="evaluation_booked")
        assert set(told.values_list("recipient", flat=True)) == {author.pk, learner.pk}
        for person, other in ((author, learner), (learner, author)):
            (entry,) = [one for one in calendar.entries_of(person, NOW) if other.name in one.summary]
            assert (entry.starts_at, entry.status) == (talk.starts_at, "CONFIRMED")

    def test_work_is_not_handed_in_to_it(self, task, learner):
        with pytest.raises(services.AssessmentRefused, match="live"):
            services.submit(task=task, person=learner, text="Here")


class TestVerdict:
    def test_booked_in_progress_and_passed_from_the_level_that_was_asked_for(self, task, learner, skill):
        work = book(task, learner)
        talk = Evaluation.objects.select_related("submission__task").get()
        assert talk.verdict(NOW) == Verdict.PENDING
        with pytest.raises(services.AssessmentRefused, match="not_begun"):
            judge(work, 3, NOW)
        assert talk.verdict(talk.starts_at) == Verdict.IN_PROGRESS
        judge(work, 3, talk.ends_at)
        talk = Evaluation.objects.select_related("submission__task").get()
        assert (talk.verdict(talk.ends_at), talk.submission.level) == (Verdict.PASS, 4.0)
        assert skills.level_of(learner, skill, talk.ends_at).basis == "work_reviewed"
        assert Notification.objects.filter(recipient=learner, kind="work_judged").count() == 1

    def test_below_it_not_passed_and_another_one_can_be_booked(self, task, learner):
        work = book(task, learner)
        judge(work, 1, work.evaluation.ends_at)
        talk = Evaluation.objects.select_related("submission__task").get()
        assert talk.verdict(talk.ends_at) == Verdict.FAIL
        assert book(task, learner, now=talk.ends_at).state == "live"

    def test_the_queue_hands_it_to_nobody(self, task, learner, author):
        book(task, learner)
        assert services.take_next(reader=author, now=NOW) is None
        with pytest.raises(services.AssessmentRefused, match="live"):
            services.give_back(reading=Reading.objects.get())


class TestObjecting:
    def test_another_expert_looks_again_by_what_was_written_and_has_the_last_word(
        self, task, learner, author, reader, skill, client
    ):
        talk = book(task, learner, note="My plan").evaluation
        judge(talk.submission, 1, talk.ends_at)
        client.force_login(learner)
        assert "Object once" in client.get(talk.submission.get_absolute_url()).text
        path = f"{talk.submission.get_absolute_url()}appeal/"
        assert client.post(path, {"text": "I showed the cause on page 2"}).status_code == 303
        assert client.post(path, {"text": "Once more"}).status_code == 422
        prove(reader, skill)
        prove(author, skill)
        later = talk.ends_at + timedelta(hours=1)
        assert services.take_next(reader=author, now=later) is None  # not whoever examined
        second = services.take_next(reader=reader, now=later)
        assert (second.submission, second.role) == (talk.submission, "appeal")
        client.force_login(reader)
        Reading.objects.filter(pk=second.pk).update(leased_until=timezone.now() + timedelta(hours=1))
        page = client.get(reverse("reading", args=[second.pk])).text
        assert "I showed the cause on page 2" in page
        assert "Good." in page
        services.judge(reading=second, scores={"cause": 4}, comments={"cause": "It is there."}, overall="", now=later)
        talk = Evaluation.objects.select_related("submission__task").get()
        assert talk.verdict(later) == Verdict.PASS
        with pytest.raises(services.AssessmentRefused, match="judged"):
            services.take_back(submission=talk.submission)


def prove(person, skill):
    for n in range(3):
        skills.record_evidence(
            person=person, skill=skill, kind="assessed", strength=1, happened_at=NOW, source=f"attempt:{person.pk}{n}",
            measured=4.5, error=0.3,
        )  # fmt: skip


class TestCallingOff:
    def test_by_either_until_it_starts_and_the_time_is_free_again(self, task, learner, author):
        work = book(task, learner)
        start = work.evaluation.starts_at
        services.call_off(evaluation=work.evaluation, by=learner, reason="I am ill", now=NOW)
        work.refresh_from_db()
        assert (work.state, first_free(task, learner)) == ("withdrawn", start)
        assert not TimeClaim.objects.exists()
        assert Notification.objects.filter(kind="evaluation_called_off", recipient=author).exists()
        with pytest.raises(services.AssessmentRefused, match="over"):
            services.call_off(evaluation=work.evaluation, by=author, reason="Twice", now=NOW)

    def test_once_begun_only_the_examiner_says_that_nobody_came(self, task, learner, author):
        talk = book(task, learner).evaluation
        with pytest.raises(services.AssessmentRefused, match="started"):
            services.call_off(evaluation=talk, by=learner, reason="Late", now=talk.starts_at)
        services.call_off(evaluation=talk, by=author, reason="Nobody came", now=talk.ends_at)
        assert Evaluation.objects.get().verdict(talk.ends_at) == Verdict.CALLED_OFF

    def test_what_nobody_judges_within_three_days_binds_nobody(self, task, learner):
        talk = book(task, learner).evaluation
        assert services.end_unjudged(talk.ends_at + timedelta(days=2)) == 0
        assert [services.end_unjudged(talk.ends_at + timedelta(days=4)) for _ in range(2)] == [1, 0]
        assert services.why_not_book(task, learner, NOW) is None

    def test_reminders_come_once_each_however_often_the_job_runs(self, task, learner):
        talk = book(task, learner).evaluation
        Evaluation.objects.update(booked_at=talk.starts_at - timedelta(days=2))
        for minutes in (23 * 60, 22 * 60, 50, 40):
            services.remind_of_evaluations(talk.starts_at - timedelta(minutes=minutes))
        assert Notification.objects.filter(recipient=learner, kind="evaluation_reminder").count() == 2


class TestPages:
    def test_a_time_is_chosen_looked_at_and_called_off(self, client, task, learner, author, outsider):
        client.force_login(learner)
        assert "Choose a time" in client.get(task.get_absolute_url()).text
        place = f"{task.get_absolute_url()}times/"
        page = client.get(place)
        (seconds, _start) = page.context["days"][0][0]
        refused = client.post(place, {"starts_at": "12", "note": "My plan"})
        assert (refused.status_code, "My plan" in refused.text) == (422, True)
        assert "This time is not free any more." in refused.text
        answer = client.post(place, {"starts_at": str(seconds), "note": "My plan"}, follow=True)
        work = Submission.objects.get()
        assert "The way into the room stands here" in answer.text
        assert ROOM not in answer.text
        client.force_login(author)
        assert "Sofia Mendes" in client.get("/work/reading/").text
        assert "My plan" in client.get(work.get_absolute_url()).text
        client.force_login(outsider)
        assert client.get(work.get_absolute_url()).status_code == 404
        client.force_login(learner)
        off = f"{work.get_absolute_url()}calling-off/"
        assert client.post(off, {"reason": ""}).status_code == 422
        assert "Called off" in client.post(off, {"reason": "I am ill"}, follow=True).text

    def test_the_room_is_open_from_a_quarter_of_an_hour_before(self, task, learner):
        work = book(task, learner)
        start = work.evaluation.starts_at
        moments = [start + timedelta(minutes=n) for n in (-16, -15, 30, 46)]
        assert [evaluation_pages.of_work(work, learner, at)["room"] for at in moments] == ["", ROOM, ROOM, ""]

    def test_the_examiner_finds_the_way_to_judge_it_once_it_has_begun(self, task, learner, author):
        work = book(task, learner)
        moments = [work.evaluation.starts_at + timedelta(minutes=n) for n in (-1, 1)]
        shown = [evaluation_pages.of_work(work, author, at)["reading"] for at in moments]
        assert shown == [None, Reading.objects.get()]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_press_the_same_time_at_once_one_has_it():
    author = make_user("Amara Okonjo", role="expert")
    task = make_talk(author, make_skill("At once"))
    people = [make_user(f"Person {n}") for n in range(4)]
    start = first_free(task, people[0])

    def run(person):
        try:
            services.book_evaluation(task=task, person=person, starts_at=start, now=NOW)
            return "booked"
        except services.AssessmentRefused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, people)) == ["booked", "taken", "taken", "taken"]
    assert Evaluation.objects.count() == 1
    assert TimeClaim.objects.filter(kind="evaluation").count() == 2
