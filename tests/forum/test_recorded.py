"""10.12 and 10.19: questions that live on link into the recording, and who asks finds notes and recorded answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.recordings import address_at, clock, seconds_in
from features.discovery import services as discovery
from features.forum import services
from features.forum.similar import CLOSE, similar
from features.sessions import services as sessions
from tests.factories import make_session, make_user
from tests.forum.conftest import ask
from tests.sessions.recap_world import RECORDING, over, post, sit

pytestmark = pytest.mark.django_db
TITLE = "Which line of a plan do I read first?"


@pytest.fixture(scope="module")
def session(helper, skill):
    """Over, with a recording of half an hour that everybody may see."""
    made = over(helper, about=[skill])
    post(made, recording_url=RECORDING, recording_for="everybody", recording_seconds=1800)
    return made


@pytest.fixture(scope="module")
def thread(session, board, asker, skill):
    return ask(board, asker, skill, about=f"session:{session.pk}", title=TITLE)


def browser_of(person=None):
    client = Client()
    if person:
        client.force_login(person)
    return client


def place(thread, by, second=760):
    services.place_in_recording(by=by, thread=thread, second=second)
    thread.refresh_from_db()


class TestAChapter:
    def test_the_host_says_when_and_it_stands_on_both_pages(self, session, thread, helper):
        host, stranger = browser_of(helper), browser_of()
        form = f"{thread.get_absolute_url()}recording/"
        assert f'href="{form}"' in host.get(session.get_absolute_url()).text
        assert f'href="{form}"' in host.get(thread.get_absolute_url()).text
        assert "Answered in the recording" not in stranger.get(thread.get_absolute_url()).text
        assert host.post(form, {"at": "12:40"}).status_code == 303
        for page in (stranger.get(thread.get_absolute_url()).text, host.get(thread.get_absolute_url()).text):
            assert "Answered in the recording at" in page
            assert f'href="{RECORDING}#t=760"' in page
        page = stranger.get(session.get_absolute_url()).text
        assert "Questions it answers" in page
        assert f'href="{RECORDING}#t=760"' in page
        assert form not in page + stranger.get(thread.get_absolute_url()).text
        assert 'value="12:40"' in host.get(form).text
        assert host.post(form, {"at": ""}).status_code == 303
        assert "Answered in the recording" not in stranger.get(thread.get_absolute_url()).text

    def test_in_the_order_of_the_recording(self, session, thread, helper, asker, board, skill):
        earlier = ask(board, asker, skill, about=thread.about, title="What does a sequential scan mean?")
        place(thread, helper, 760)
        place(earlier, helper, 61)
        page = browser_of().get(session.get_absolute_url()).text.partition("Questions it answers")[2]
        assert page.index(earlier.title) < page.index(thread.title)

    @pytest.mark.parametrize("typed", ["soon", "30:00", "1:75:00", "-3", "12.40"])
    def test_a_time_that_is_none_or_behind_the_end_is_refused_beside_the_field(self, thread, helper, typed):
        answer = browser_of(helper).post(f"{thread.get_absolute_url()}recording/", {"at": typed})
        assert (answer.status_code, "at" in answer.context["form"].errors) == (422, True)
        assert f'value="{typed}"' in answer.text
        thread.refresh_from_db()
        assert thread.recorded_second is None

    def test_nobody_else_says_it_and_nobody_of_another_thing(self, session, thread, helper, asker, board, skill):
        other = make_user("Another Host", role="expert")
        elsewhere = ask(board, asker, skill, title="What does a bitmap scan do here?")
        for person, where in ((asker, thread), (other, thread), (helper, elsewhere)):
            assert browser_of(person).get(f"{where.get_absolute_url()}recording/").status_code == 404
            with pytest.raises(services.ForumRefused, match="no_recording"):
                place(where, person)

    def test_of_a_recording_that_one_may_not_see_nothing_is_said(self, session, thread, helper, outsider):
        place(thread, helper)
        sit(session, outsider)
        post(session, recording_url=f"{RECORDING}-secret", recording_for="seats", recording_seconds=1800)
        for person, told in ((None, False), (make_user("Bo"), False), (outsider, True), (helper, True)):
            page = browser_of(person).get(thread.get_absolute_url()).text
            assert (f"{RECORDING}-secret#t=760" in page, "Answered in the recording at" in page) == (told, told)
            page = browser_of(person).get(session.get_absolute_url()).text
            assert ("Questions it answers" in page) == told
        sessions.take_back_recap(session=session, by=helper)
        assert "Answered in the recording" not in browser_of(outsider).get(thread.get_absolute_url()).text

    def test_threads_about_nothing_cost_no_question_more(self, thread, board, asker, helper, skill):
        plain, client = ask(board, asker, skill, title="What does a bitmap scan do here?"), browser_of(asker)
        place(thread, helper)

        def asked(one):
            client.get(one.get_absolute_url())
            with CaptureQueriesContext(connection) as queries:
                client.get(one.get_absolute_url())
            return sum("skill_sessions_recap" in query["sql"] for query in queries)

        assert asked(plain) == 0
        assert 0 < asked(thread) <= 4


class TestWhoAsks:
    def test_finds_notes_of_past_sessions_by_what_they_say(self, helper, skill, asker):
        session = over(helper, title="An evening with plans", about=[skill])
        title = "Why does autovacuum never finish on partitions"
        assert not similar(title, asker).past
        post(session, notes="Why autovacuum never does finish on partitions: because it is cancelled.")
        [past] = similar(title, asker).past
        assert (past.session.ref, past.stays) == (str(session.pk), "Notes")
        assert past.stays_url == f"{session.get_absolute_url()}#recap"

    def test_and_is_asked_to_read_them_first_where_they_are_near(self, session, asker, board):
        found = similar("Reading a query plan without any fear", asker, least=CLOSE)
        assert found.may_answer
        sessions.take_back_recap(session=session, by=session.host)
        assert not similar("Reading a query plan without any fear", asker, least=CLOSE).may_answer

    def test_but_not_what_is_not_for_them(self, helper, skill, asker, outsider):
        session = over(helper, title="An evening with plans", about=[skill])
        sit(session, outsider)
        post(session, notes="Why autovacuum never does finish on partitions.", notes_for="seats")
        title = "Why does autovacuum never finish on partitions"
        assert not similar(title, asker).past
        assert not similar(title, outsider).past
        assert similar("An evening with plans", asker).past[0].stays == ""
        assert similar("An evening with plans", outsider).past[0].stays == "Notes"

    def test_what_is_to_come_has_none(self, helper, skill, asker):
        made = make_session(helper, about=[skill], starts_in=timedelta(days=2))
        discovery.republish("session", [str(made.pk)])
        assert not similar(made.title, asker).past


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("12:40", 760), ("1:02:30", 3750), ("62:30", 3750), ("5", 300), ("0:00", 0), ("24:00:00", 86400),
     ("24:00:01", None), ("", None), ("1:60", None), ("1:99:00", None), ("a", None), ("1:2:3:4", None), ("²", None)],
)  # fmt: skip
def test_times_are_read_as_players_show_them(typed, seconds):
    assert seconds_in(typed) == seconds
    assert seconds is None or seconds_in(clock(seconds)) == seconds


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("https://www.youtube.com/watch?v=a&t=3", "https://www.youtube.com/watch?v=a&t=90s"),
        ("https://youtu.be/a", "https://youtu.be/a?t=90s"),
        ("https://vimeo.com/12", "https://vimeo.com/12#t=90"),
        ("https://video.example.org/a.mp4", "https://video.example.org/a.mp4#t=90"),
        ("https://video.example.org/a#part", "https://video.example.org/a#part"),
    ],
)
def test_a_moment_is_said_as_its_place_understands_it(url, there):
    assert address_at(url, 90) == there
