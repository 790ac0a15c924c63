"""What makes reading work less work: words that are kept, and one judgement for works that are the same."""

import re

import pytest

from features.assessments import services, work_pages
from features.assessments.models import Reading, Snippet, Submission
from features.skills import services as skills
from tests.assessments.conftest import make_task, read
from tests.assessments.test_work import proven
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TEXT = "I put an index on the **day**."


@pytest.fixture(scope="module")
def task(author, skill):
    return make_task(author, skill)


@pytest.fixture(scope="module")
def reader(skill):
    return proven("Joaquín Batista", skill)


def hand_in(task, name, text=TEXT, **facts):
    return services.submit(task=task, person=make_user(name), text=text, **facts)


class TestAlike:
    def test_one_judgement_serves_works_with_the_same_words_links_and_files(self, task, reader, author, skill):
        first = hand_in(task, "Ana", files=[("a.txt", b"plan")])
        same = hand_in(task, "Bo", text="i put an  index on the\n**day**.", files=[("other.txt", b"plan")])
        other_file = hand_in(task, "Cy", files=[("a.txt", b"another plan")])
        other_task = hand_in(make_task(author, skill, title="Another"), "Di", files=[("a.txt", b"plan")])
        reading = read(first, reader, {"cause": 3})
        assert services.judge_alike(reading=reading) == 1
        same.refresh_from_db()
        assert (same.state, same.level) == ("done", pytest.approx(4.0))
        given = Reading.objects.get(submission=same)
        assert (given.reader, given.comments) == (reader, {"cause": "Say more."})
        assert skills.level_of(same.person, skill).causes == 1
        assert set(Submission.objects.filter(state="experts")) == {other_file, other_task}
        assert services.judge_alike(reading=reading) == 0

    def test_not_the_work_of_a_friend_nor_what_somebody_holds(self, task, reader, skill):
        from features.notifications.models import Follow

        first, friends, held = (hand_in(task, name) for name in ("Ana", "Bo", "Cy"))
        Follow.objects.create(person=reader, key=f"person:{friends.person_id}")
        Follow.objects.create(person=first.person, key="person:1")
        reading = read(first, reader, {"cause": 3})
        taken = services.take_next(reader=proven("Hana Takemori", skill))
        assert taken.submission == friends
        assert services.take_next(reader=proven("Leila Haddad", skill)).submission == held
        assert services.judge_alike(reading=reading) == 0

    def test_where_two_experts_read_each_the_work_waits_for_the_second(self, author, skill, reader):
        task = make_task(author, skill, experts=2)
        first, same = hand_in(task, "Ana"), hand_in(task, "Bo")
        services.judge_alike(reading=read(first, reader, {"cause": 3}))
        same.refresh_from_db()
        assert (same.state, same.readings.count()) == ("experts", 1)

    def test_it_is_offered_once_beside_the_judgement_and_by_a_press(self, client, task, reader):
        works = [hand_in(task, name) for name in ("Ana", "Bo", "Cy")]
        reading = read(works[0], reader, {"cause": 3})
        client.force_login(reader)
        page = client.get("/work/reading/").text
        assert "2 works that wait for “A report made faster” have the same words, links and files." in page
        place = f"/work/reading/{reading.pk}/alike/"
        assert page.count(place) == 1
        answer = client.post(place, follow=True)
        assert "2 more works have your judgement." in answer.text
        assert place not in answer.text
        assert Submission.objects.filter(state="done").count() == 3

    def test_the_queue_costs_the_same_however_much_was_judged(self, task, reader, django_assert_max_num_queries):
        for name in ("Ana", "Bo", "Cy", "Di"):
            read(hand_in(task, name, text=f"By {name}"), reader, {"cause": 3})
        with django_assert_max_num_queries(9):
            found = work_pages.queue_page(reader)
            assert [list(found["held"]), len(found["said"]), list(found["tasks"])] == [[], 4, []]


class TestKeptWords:
    def test_a_kept_comment_is_put_where_it_is_wanted_and_the_rest_stays(self, client, task, reader):
        hand_in(task, "Ana")
        snippet = Snippet.objects.create(owner=reader, text="Say why it is faster.")
        client.force_login(reader)
        place = client.post("/work/reading/next/")["Location"]
        said = {"score-cause": "3", "comment-cause": "Good plan.", "overall": "Nice.", "snippet": str(snippet.pk)}
        answer = client.post(place, said | {"into": "comment-cause", "insert": "yes"})
        assert answer.status_code == 200
        assert "Good plan. Say why it is faster.</textarea>" in answer.text
        assert "Nice.</textarea>" in answer.text
        assert re.search(r'<input[^>]*name="score-cause"[^>]*value="3"[^>]*checked', answer.text)
        snippet.refresh_from_db()
        assert snippet.used == 1
        assert Reading.objects.get().submitted_at is None

    def test_nobody_elses_words_are_put_in(self, client, task, reader, author):
        hand_in(task, "Ana")
        snippet = Snippet.objects.create(owner=author, text="A secret of another reader.")
        client.force_login(reader)
        place = client.post("/work/reading/next/")["Location"]
        answer = client.post(place, {"snippet": str(snippet.pk), "into": "overall", "overall": "", "insert": "yes"})
        assert "A secret" not in answer.text
