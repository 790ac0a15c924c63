"""Work that is judged: rubrics that stay, a fair queue, several readers, and what the ledger makes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from features.assessments import grading, services
from features.assessments.models import Reading, Rubric, Snippet, Submission
from features.mentoring.models import Block
from features.notifications.models import Follow, Notification
from features.skills import services as skills
from features.skills.models import SkillEvidence
from tests.assessments.conftest import CRITERIA, make_task, prove, read, take
from tests.factories import make_skill, make_user
from tests.undoing import undo

pytestmark = pytest.mark.django_db


def proven(name, skill):
    """An expert whose skill is on record."""
    return prove(make_user(name, role="expert"), skill)


@pytest.fixture(scope="module")
def reader(skill):
    return proven("Joaquín Batista", skill)


@pytest.fixture(scope="module")
def second(skill):
    return proven("Hana Takemori", skill)


@pytest.fixture(scope="module")
def third(skill):
    return proven("Leila Haddad", skill)


@pytest.fixture(scope="module")
def task(author, skill):
    return make_task(author, skill)


@pytest.fixture(scope="module")
def work(task, learner):
    return services.submit(task=task, person=learner, text="I rewrote the **join**.")


class TestRubric:
    def test_the_same_words_are_one_rubric_and_others_another(self, author, skill):
        one, same = make_task(author, skill), make_task(author, skill, title="Another task")
        other = make_task(author, skill, criteria=[CRITERIA[0] | {"name": "Reason"}])
        assert one.rubric == same.rubric != other.rubric

    def test_it_never_changes_and_work_keeps_the_one_it_was_handed_in_under(self, task, work, author):
        before = task.rubric
        with pytest.raises(IntegrityError), transaction.atomic():
            Rubric.objects.filter(pk=before.pk).update(content=[])
        task = services.save_task(task=task, criteria=[CRITERIA[0] | {"name": "Reason"}], by=author)
        work.refresh_from_db()
        assert task.rubric != before
        assert work.rubric == before

    def test_levels_without_points_to_tell_them_apart_are_refused(self, author, skill):
        flat = [{"key": "a", "name": "A", "levels": [{"points": 1, "words": "x"}, {"points": 1, "words": "y"}]}]
        with pytest.raises(services.AssessmentRefused) as refused:
            make_task(author, skill, criteria=flat)
        assert refused.value.code == "rubric"


class TestQueue:
    def test_the_oldest_first_leased_for_eight_hours_and_free_again_after(self, work, task, reader, second, outsider):
        now = timezone.now()
        later = services.submit(task=task, person=outsider, text="Mine", now=now + timedelta(minutes=1))
        taken = services.take_next(reader=reader, now=now)
        assert (taken.submission, taken.leased_until) == (work, now + timedelta(hours=8))
        assert services.take_next(reader=reader, now=now) == taken
        assert services.take_next(reader=second, now=now).submission == later
        Reading.objects.filter(reader=second).delete()
        assert services.take_next(reader=second, now=now + timedelta(hours=9)).submission == work

    def test_only_on_skills_one_has_proven_and_never_ones_own(self, work, reader, task, skill):
        assert services.take_next(reader=make_user("Unproven", role="expert")) is None
        mine = services.submit(task=task, person=reader, text="My own")
        assert mine not in services.readable(reader, timezone.now())
        assert work in services.readable(reader, timezone.now())

    @pytest.mark.parametrize("way", ["reader follows", "author follows"])
    def test_never_a_friends(self, work, reader, learner, way):
        one, other = (reader, learner) if way == "reader follows" else (learner, reader)
        Follow.objects.create(person=one, key=f"person:{other.pk}")
        assert services.take_next(reader=reader) is None

    def test_never_of_somebody_from_whom_one_is_kept_apart(self, work, reader, learner):
        Block.objects.create(person=learner, blocked=reader)
        assert services.take_next(reader=reader) is None

    def test_a_judgement_after_the_lease_counts_only_while_nobody_else_has_it(self, work, reader, second):
        now = timezone.now()
        late = services.take_next(reader=reader, now=now)
        services.take_next(reader=second, now=now + timedelta(hours=9))
        with pytest.raises(services.AssessmentRefused) as refused:
            services.judge(
                reading=late, scores={"cause": 3}, comments={"cause": "x"}, overall="", now=now + timedelta(hours=10)
            )
        assert refused.value.code == "lease_over"

    def test_who_sees_examples_otherwise_than_staff_may_not_judge_yet(self, task, work, author, reader):
        example = services.add_example(task=task, by=author, text="An example", scores={"cause": 4})
        with pytest.raises(services.AssessmentRefused) as refused:
            services.take_next(reader=reader)
        assert (refused.value.code, refused.value.task) == ("uncalibrated", task)
        services.try_example(example=example, reader=reader, scores={"cause": 0})
        with pytest.raises(services.AssessmentRefused):
            services.take_next(reader=reader)
        week = timezone.now() + timedelta(days=7)
        with pytest.raises(services.AssessmentRefused) as refused:  # it has just been told how far off that was
            services.try_example(example=example, reader=reader, scores={"cause": 3}, now=week - timedelta(hours=1))
        assert refused.value.code == "too_soon"
        services.try_example(example=example, reader=reader, scores={"cause": 3}, now=week)
        assert services.take_next(reader=reader).submission == work

    def test_examples_of_an_earlier_rubric_count_no_more(self, client, task, work, author, reader):
        old = services.add_example(task=task, by=author, text="An example", scores={"cause": 4})
        task = services.save_task(task=task, criteria=[CRITERIA[0] | {"key": "reason", "name": "Reason"}], by=author)
        assert services.is_calibrated(reader=reader, task=task)
        new = services.add_example(task=task, by=author, text="Another", scores={"reason": 4})
        assert not services.is_calibrated(reader=reader, task=task)
        client.force_login(reader)
        assert client.post(f"/work/examples/{old.pk}/", {"score-reason": "4"}).status_code == 404
        for points in ("4", "0"):  # the second comes too soon and changes nothing
            assert client.post(f"/work/examples/{new.pk}/", {"score-reason": points}).status_code == 303
        assert services.is_calibrated(reader=reader, task=task)
        assert "again from" in client.get(f"/work/tasks/{task.pk}/examples/").text
        client.force_login(author)
        assert "1 example was judged by an earlier rubric" in client.get(f"/work/tasks/{task.pk}/examples/").text

    def test_what_was_taken_back_is_read_and_judged_by_nobody_any_more(self, client, work, reader):
        held = services.take_next(reader=reader)
        client.force_login(reader)
        assert client.get(work.get_absolute_url()).status_code == 200
        services.take_back(submission=work)
        for place in (work.get_absolute_url(), f"/work/reading/{held.pk}/"):
            assert client.get(place).status_code == 404
        with pytest.raises(services.AssessmentRefused) as refused:
            services.judge(reading=held, scores={"cause": 3}, comments={"cause": "x"}, overall="")
        assert refused.value.code == "taken_back"

    def test_a_slip_is_undone_but_not_over_what_was_handed_in_meanwhile(self, client, task, work, learner, reader):
        services.take_next(reader=reader)
        client.force_login(learner)
        page = client.post(f"/work/{work.public_id}/withdrawal/", follow=True)
        assert "Waits for an expert" in undo(client, page).text
        assert services.take_next(reader=reader).submission == work
        page = client.post(f"/work/{work.public_id}/withdrawal/", follow=True)
        services.submit(task=task, person=learner, text="Better")
        assert "You have handed in other work" in undo(client, page).text
        work.refresh_from_db()
        assert work.state == "withdrawn"


class TestJudging:
    def test_the_level_enters_the_ledger_at_the_time_when_the_work_was_done(self, task, learner, reader):
        work = services.submit(task=task, person=learner, text="Old work", done_on=date(2026, 3, 1))
        read(work, reader, {"cause": 3})
        work.refresh_from_db()
        assert (work.state, work.level) == ("done", 4.0)
        row = SkillEvidence.objects.get(person=learner)
        assert (row.measured, row.kind, row.happened_at.date()) == (4.0, "work_reviewed", date(2026, 3, 1))
        found = skills.level_of(learner, task.skill)
        assert found.basis == "work_reviewed"
        assert 3 < found.level < 4
        assert Notification.objects.filter(recipient=learner, kind="work_judged").count() == 1

    def test_points_without_a_word_are_refused(self, work, reader):
        with pytest.raises(services.AssessmentRefused) as refused:
            services.judge(reading=take(work, reader), scores={"cause": 3}, comments={}, overall=" ")
        assert refused.value.code == "no_words"

    def test_readers_who_saw_two_different_works_are_joined_by_a_third(
        self, author, skill, learner, reader, second, third
    ):
        task = make_task(author, skill, experts=2)
        work = services.submit(task=task, person=learner, text="Divisive")
        read(work, reader, {"cause": 0})
        read(work, second, {"cause": 4})
        work.refresh_from_db()
        assert (work.state, work.wanted, work.level) == ("experts", 3, None)
        assert services.take_next(reader=reader) is None
        last = services.take_next(reader=third)
        assert last.role == "third"
        services.judge(reading=last, scores={"cause": 3}, comments={"cause": "It is there."}, overall="")
        work.refresh_from_db()
        assert work.state == "done"
        assert 3.5 <= work.level <= 4.5

    def test_readers_who_agree_need_no_third(self, author, skill, learner, reader, second):
        work = services.submit(task=make_task(author, skill, experts=2), person=learner, text="Clear")
        read(work, reader, {"cause": 3})
        work.refresh_from_db()
        assert work.state == "experts"
        read(work, second, {"cause": 3})
        work.refresh_from_db()
        assert (work.state, work.level) == ("done", pytest.approx(4.0))

    def test_peers_count_by_their_median_and_oneself_never(self, author, skill, learner):
        task = make_task(author, skill, peers=3)
        peers = [make_user(f"Peer {n}") for n in range(3)]
        work = services.submit(task=task, person=learner, text="Mine")
        services.judge_self(submission=work, scores={"cause": 4})
        for peer, points in zip(peers, (1, 2, 4), strict=True):
            read(work, peer, {"cause": points}, role="peer")
        work.refresh_from_db()
        assert (work.level, work.basis, work.state) == (3.0, "peer", "done")

    def test_who_has_not_handed_in_reads_nobodys_work(self, author, skill, learner, outsider):
        task = make_task(author, skill, peers=1)
        work = services.submit(task=task, person=learner, text="Mine")
        with pytest.raises(services.AssessmentRefused) as refused:
            services.take_peer(task=task, reader=outsider)
        assert refused.value.code == "no_work"
        services.submit(task=task, person=outsider, text="Mine too")
        Block.objects.create(person=work.person, blocked=outsider)
        assert services.take_peer(task=task, reader=outsider) is None
        Block.objects.all().delete()
        assert services.take_peer(task=task, reader=outsider).submission == work

    @pytest.mark.parametrize("way", ["peer follows", "author follows"])
    def test_friends_are_no_peers(self, author, skill, learner, outsider, way):
        task = make_task(author, skill, peers=1)
        for person in (learner, outsider):
            services.submit(task=task, person=person, text=f"By {person.name}")
        one, other = (outsider, learner) if way == "peer follows" else (learner, outsider)
        Follow.objects.create(person=one, key=f"person:{other.pk}")
        assert services.take_peer(task=task, reader=outsider) is None

    def test_the_last_place_of_a_peer_is_one_readers(self, author, skill, learner, outsider):
        task = make_task(author, skill, peers=1)
        work = services.submit(task=task, person=learner, text="Mine")
        services.submit(task=task, person=outsider, text="Mine too")
        quicker = make_user("A Quicker Peer")

        def somebody_is_quicker(execute, sql, *rest):
            if "SKIP LOCKED" in sql:
                Reading.objects.get_or_create(
                    submission=work, reader=quicker,
                    defaults={"role": "peer", "leased_until": timezone.now() + timedelta(hours=8)},
                )  # fmt: skip
            return execute(sql, *rest)

        with connection.execute_wrapper(somebody_is_quicker):
            assert services.take_peer(task=task, reader=outsider) is None
        assert [reading.reader for reading in work.readings.all()] == [quicker]

    def test_where_peers_do_not_come_an_expert_reads_it(self, author, skill, learner, reader):
        now = timezone.now()
        work = services.submit(task=make_task(author, skill, peers=3), person=learner, text="Alone", now=now)
        assert services.sweep(now + timedelta(days=6)) == 0
        assert services.sweep(now + timedelta(days=8)) == 1
        assert services.take_next(reader=reader, now=now + timedelta(days=8)).submission == work

    def test_reminders_are_two_at_most_however_often_the_sweeper_runs(self, work, reader):
        now = timezone.now()
        services.take_next(reader=reader, now=now)
        for minutes in range(0, 100, 20):
            services.sweep(now + timedelta(hours=6, minutes=minutes + 10))
        assert Notification.objects.filter(recipient=reader, kind="reading_due").count() == 2


class TestAfterwards:
    def test_the_author_says_what_they_think_of_it(self, work, reader):
        reading = read(work, reader, {"cause": 1})
        services.answer_feedback(reading=reading, answer="unclear", text="Which join?")
        reading.refresh_from_db()
        assert (reading.answer, reading.answer_text) == ("unclear", "Which join?")

    def test_one_objection_goes_to_another_expert_and_there_is_no_second(self, work, reader, second):
        read(work, reader, {"cause": 1})
        services.appeal(submission=work, text="You did not open the file")
        assert services.take_next(reader=reader) is None
        again = services.take_next(reader=second)
        assert again.role == "appeal"
        services.judge(reading=again, scores={"cause": 3}, comments={"cause": "It is there."}, overall="")
        work.refresh_from_db()
        assert (work.state, work.appeal.level_before) == ("done", 2.0)
        assert 2.5 < work.level < 3.5
        assert skills.level_of(work.person, work.task.skill).causes == 1
        with pytest.raises(services.AssessmentRefused) as refused:
            services.appeal(submission=work, text="Once more")
        assert refused.value.code == "once"

    @pytest.mark.parametrize(("points", "stands"), [(0, False), (4, True)])
    def test_a_badge_ends_when_what_it_rests_on_is_judged_lower(self, author, skill, learner, third, points, stands):
        skills.record_evidence(
            person=learner, skill=skill, kind="assessed", strength=0.7, happened_at=timezone.now(), source="x:1",
            measured=4.2, error=0.3,
        )  # fmt: skip
        work = services.submit(task=make_task(author, skill), person=learner, text="Good")
        read(work, proven("Rita Reader", skill), {"cause": 4})
        badge = services.issue_badge(person=learner, skill=skill)
        services.appeal(submission=work, text="Look again")
        read(work, third, {"cause": points}, role="appeal")
        badge.refresh_from_db()
        assert (badge.revoked_at is None) is stands

    def test_the_skill_of_a_task_with_work_stays_so_that_one_work_is_one_cause(self, client, task, work, author):
        other = make_skill("Cooking")
        client.force_login(author)
        said = {"title": task.title, "skill": other.name, "brief": task.brief, "kind": "work", "experts": "1",
                "peers": "0", "peer_days": "7", "minutes": "30", "pass_level": "3", "is_open": "on",
                "rubric": "Cause\n0: Guessed\n1: Shown"}  # fmt: skip
        answer = client.post(f"/work/tasks/{task.pk}/words/", said)
        assert answer.status_code == 422
        assert "Work was handed in" in answer.text
        task.refresh_from_db()
        assert task.skill != other

    def test_an_objection_waits_while_newer_work_on_the_task_is_read(self, work, reader):
        read(work, reader, {"cause": 1})
        services.submit(
            task=work.task, person=work.person, text="A second try", now=timezone.now() + timedelta(days=90)
        )
        with pytest.raises(services.AssessmentRefused) as refused:
            services.appeal(submission=work, text="You did not open the file")
        assert refused.value.code == "newer"
        work.refresh_from_db()
        assert work.state == "done"

    def test_words_are_kept_and_come_back_by_use(self, reader):
        for _ in range(2):
            services.keep_snippet(owner=reader, text="Say why.")
        services.keep_snippet(owner=reader, text="Show the plan.")
        assert list(Snippet.objects.order_by("-used").values_list("text", flat=True)) == ["Say why.", "Show the plan."]


class TestGrading:
    def test_a_severe_reader_is_found_and_taken_out(self):
        works = [(work, 4.0 - 0.2 * (work % 5)) for work in range(20)]
        bias = {1: -0.6, 2: 0.0, 3: 0.6}
        readings = [(w, r, level + b) for w, level in works for r, b in bias.items() if (w + r) % 3]
        found = grading.severities(readings)
        assert found[1] < -0.3 < 0.3 < found[3]
        raw = sum(abs(value - dict(works)[w]) for w, _r, value in readings)
        mended = sum(abs(value - found[r] - dict(works)[w]) for w, r, value in readings)
        assert mended < 0.6 * raw

    def test_two_readers_are_surer_than_one_and_less_so_where_they_differ(self):
        one, same = grading.judgement([3.0], []), grading.judgement([3.0, 3.0], [])
        apart = grading.judgement([2.0, 4.0], [])
        assert same[1] < one[1]
        assert same[1] < apart[1]

    def test_an_expert_overrides_peers(self):
        assert grading.judgement([2.0], [5.0, 5.0])[::2] == (2.0, "expert")


class TestPages:
    def test_work_with_a_file_is_handed_in_read_and_answered(self, client, task, learner, reader, outsider):
        client.force_login(learner)
        file = SimpleUploadedFile("plan.txt", b"Seq Scan")
        said = {"text": "I rewrote it.", "links": "https://example.org/x", "done_on": "2026-05-04", "files": [file]}
        answer = client.post(task.get_absolute_url(), said)
        assert answer.status_code == 303
        work = Submission.objects.get()
        attached = client.get(f"/work/files/{work.files.get().public_id}/")
        assert attached.headers["Content-Disposition"].startswith("attachment")
        assert attached.headers["Content-Type"] == "application/octet-stream"
        client.force_login(outsider)
        assert client.get(work.get_absolute_url()).status_code == 404
        client.force_login(reader)
        place = client.post("/work/reading/next/")["Location"]
        page = client.get(place).content.decode()
        assert "I rewrote it." in page
        assert "Level 3" in page
        assert client.post(place, {"score-cause": "3"}).status_code == 422
        sent = {"score-cause": "3", "comment-cause": "Say why.", "keep": "on", "overall": "Good."}
        assert client.post(place, sent).status_code == 303
        client.force_login(learner)
        page = client.get(work.get_absolute_url()).content.decode()
        assert "This work is at 4.0. It is probably between" in page
        assert "Say why." in page
        answered = client.post(
            f"{work.get_absolute_url()}readings/{work.readings.get().pk}/answer/", {"answer": "useful"}
        )
        assert answered.status_code == 303

    def test_a_file_that_is_not_taken_is_told_and_the_text_stays(self, client, task, learner):
        client.force_login(learner)
        file = SimpleUploadedFile("virus.exe", b"MZ")
        answer = client.post(task.get_absolute_url(), {"text": "My words", "done_on": "2026-05-04", "files": [file]})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "virus.exe" in page
        assert "My words" in page
        assert not Submission.objects.exists()

    def test_what_others_said_is_not_seen_before_one_has_judged(self, client, author, skill, learner, reader, second):
        work = services.submit(task=make_task(author, skill, experts=2), person=learner, text="Blind")
        read(work, reader, {"cause": 3})
        services.take_next(reader=second)
        client.force_login(second)
        assert "Say more." not in client.get(work.get_absolute_url()).content.decode()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_readers_who_ask_at_once_get_different_works(self):
        skill = make_skill("At once")
        task = make_task(make_user("An Author", role="expert"), skill)
        for n in range(6):
            services.submit(task=task, person=make_user(f"Learner {n}"), text=f"Work {n}")
        readers = [proven(f"Reader {n}", skill) for n in range(6)]

        def run(reader):
            try:
                found = services.take_next(reader=reader)
                return found and found.submission_id
            finally:
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            taken = [one for one in pool.map(run, readers) if one]
        assert len(taken) == len(set(taken)) > 0
        held = Reading.objects.values_list("submission", flat=True)
        assert len(set(held)) == len(held)


def test_the_time_of_work_is_that_of_the_day_and_never_after_the_judgement(task, learner, reader):
    work = services.submit(task=task, person=learner, text="Today's")
    read(work, reader, {"cause": 2})
    row = SkillEvidence.objects.get(person=learner)
    work.refresh_from_db()
    assert row.happened_at <= work.judged_at
    assert isinstance(row.happened_at, datetime)
