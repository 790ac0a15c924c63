"""Notes and recordings on the pages, in lists, for machines and over the API."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.discovery.models import Document
from features.sessions import services
from features.sessions.models import Recap
from tests.factories import make_session, make_user
from tests.sessions.recap_world import CANARY, RECORDING, over, post, sit, wording

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def session(expert, skill):
    return over(expert, about=[skill])


def browser_of(person=None):
    client = Client()
    if person:
        client.force_login(person)
    return client


def call(person, method, path, body=None):
    """With the session of a browser, whose owner may do all that they may on the pages."""
    return browser_of(person).generic(method, path, json.dumps(body or {}), content_type="application/json")


def form_of(session):
    return f"{session.get_absolute_url()}recap/"


def typed(**changes):
    said = wording(**changes)
    said["recording_seconds"] = changes.get("recording_seconds", "")
    return {name: value for name, value in said.items() if value is not False} | {"act": "save"}


class TestTheForm:
    def test_a_host_posts_changes_takes_back_and_puts_back(self, session, expert):
        host, stranger = browser_of(expert), browser_of()
        page = host.get(session.get_absolute_url()).text
        assert f'href="{form_of(session)}"' in page
        assert "Post notes or a recording" in page
        answer = host.post(form_of(session), typed(recording_url=RECORDING, recording_seconds="1:02:30", tell="on"))
        assert (answer.status_code, answer["Location"]) == (303, f"{session.get_absolute_url()}#recap")
        recap = Recap.objects.get()
        assert (recap.recording_seconds, recap.sent_at is not None) == (3750, True)
        assert "from the inside out" in stranger.get(session.get_absolute_url()).text
        form = host.get(form_of(session)).text
        assert 'value="1:02:30"' in form
        assert 'name="tell"' not in form
        gone = host.post(form_of(session), {"act": "take_back"}, follow=True).text
        assert '<input type="hidden" name="act" value="put_back">' in gone
        assert "from the inside out" not in stranger.get(session.get_absolute_url()).text
        assert "You took this back" in host.get(session.get_absolute_url()).text
        assert host.post(form_of(session), {"act": "put_back"}).status_code == 303
        assert "from the inside out" in stranger.get(session.get_absolute_url()).text

    def test_nobody_writes_over_what_another_host_has_saved(self, session, expert):
        host = browser_of(expert)
        old = host.get(form_of(session)).context["form"]["seen"].value()
        services.post_recap(session=session, by=expert, data=wording(notes="What the other one wrote"))
        refused = host.post(form_of(session), typed(seen=old))
        assert refused.status_code == 422
        assert "It was saved since you opened this page" in refused.text
        assert Recap.objects.get().notes == "What the other one wrote"
        again = typed(seen=refused.context["form"]["seen"].value())
        assert host.post(form_of(session), again).status_code == 303
        assert "from the inside out" in Recap.objects.get().notes

    @pytest.mark.parametrize(
        ("link", "said"),
        [
            ("javascript:alert(1)", "https://"),
            ("http://video.example.org/w/abc", "begins with https://"),
            ("https://me:secret@video.example.org/w/abc", "name and password"),
            ("https://localhost/w/abc", "from the internet"),
            ("https://10.0.0.1/w/abc", "from the internet"),
            ("https://video.internal/w/abc", "from the internet"),
            ("https://video.example.org/" + "a" * 500, "At most 500"),
        ],
    )
    @pytest.mark.parametrize("field", ["recording_url", "captions_url"])
    def test_wrong_links_are_refused_beside_the_field_and_kept(self, session, expert, field, link, said):
        links = {"recording_url": RECORDING} | {field: link}
        answer = browser_of(expert).post(form_of(session), typed(**links))
        assert answer.status_code == 422
        assert any(said in words for words in answer.context["form"].errors[field])
        assert answer.context["form"][field].value() == link
        assert "from the inside out" in answer.text
        assert not Recap.objects.exists()

    @pytest.mark.parametrize("length", ["soon", "0", "1:75:00", "99:99", "٣:٤٥", "25:00:01", "-1"])
    def test_so_are_lengths(self, session, expert, length):
        answer = browser_of(expert).post(form_of(session), typed(recording_url=RECORDING, recording_seconds=length))
        assert answer.status_code == 422
        assert "recording_seconds" in answer.context["form"].errors

    def test_a_refusal_stands_in_the_form(self, session, expert):
        answer = browser_of(expert).post(form_of(session), typed(notes=""))
        assert (answer.status_code, "Write notes, or give the link" in answer.text) == (422, True)

    def test_nobody_posts_in_the_session_of_another(self, session, learner):
        other = make_user("Another Host", role="expert")
        for person in (learner, other):
            assert browser_of(person).get(form_of(session)).status_code == 404
            assert browser_of(person).post(form_of(session), typed()).status_code == 404
        assert browser_of().get(form_of(session)).status_code == 302
        assert not Recap.objects.exists()

    def test_before_it_begins_the_page_says_when(self, expert):
        to_come = make_session(expert)
        page = browser_of(expert).get(form_of(to_come))
        assert "once the session has begun" in page.text
        assert 'name="notes"' not in page.text
        assert browser_of(expert).post(form_of(to_come), typed()).status_code == 422
        draft = make_session(expert, published=False)
        assert browser_of(expert).get(form_of(draft)).status_code == 404

    def test_an_act_nobody_knows_is_none(self, session, expert):
        assert browser_of(expert).post(form_of(session), typed() | {"act": "explode"}).status_code == 404


class TestTheSessionsPage:
    def test_recording_and_notes_come_first_then_the_way_on_then_what_it_was(self, session, expert, skill):
        type(session).objects.filter(pk=session.pk).update(description_html="<p>Three plans aloud</p>")
        make_session(expert, about=[skill], title="The next evening")
        post(session, recording_url=RECORDING, recording_for="everybody")
        page = browser_of().get(session.get_absolute_url()).text
        order = ["Watch the recording", "from the inside out", "The next evening", "Three plans aloud"]
        places = [page.index(words) for words in order]
        assert places == sorted(places)

    def test_a_recording_without_captions_says_so_and_asks_its_host(self, session, expert):
        post(session, recording_url=RECORDING, recording_for="everybody")
        for person, asked in ((None, False), (expert, True)):
            page = browser_of(person).get(session.get_absolute_url()).text
            assert "no captions and no transcript" in page
            assert ("Add a transcript" in page) == asked
        for given in ({"transcript": "Hello <b>you</b>"}, {"captions_url": f"{RECORDING}.vtt"}, {"has_captions": True}):
            post(session, recording_url=RECORDING, recording_for="everybody", **given)
            page = browser_of().get(session.get_absolute_url()).text
            assert "no captions and no transcript" not in page
            assert "<b>you</b>" not in page

    def test_who_may_not_see_it_finds_it_in_no_form(self, session, learner, outsider):
        """Page, JSON-LD, Markdown, API, feeds: of what is for those who were there no word reaches anybody else."""
        sit(session, learner)
        sit(session, outsider, came=False)
        address = f"{RECORDING}-{CANARY}"
        hidden = {"recording_url": address, "transcript": CANARY, "captions_url": f"{address}.vtt"}
        post(session, notes=CANARY, notes_for="present", recording_for="present", **hidden)
        handle = session.host.handle
        paths = [
            session.get_absolute_url(), f"{session.get_absolute_url()[:-1]}.md", f"/api/v1/sessions/{session.pk}/",
            f"/api/v1/sessions/{session.pk}/recap/", "/search/?q=plan", "/agenda/", f"/people/{handle}/",
            f"/feeds/people/{handle}.atom", f"/feeds/people/{handle}.ics", "/feeds/sessions.atom", "/forum/",
        ]  # fmt: skip
        for person in (None, outsider, make_user("Bo")):
            for path in paths:
                assert CANARY not in browser_of(person).get(path).text, (person, path)
        assert not Document.objects.filter(text__icontains=CANARY).exists()
        assert CANARY in browser_of(learner).get(session.get_absolute_url()).text
        assert "which you do not see" in browser_of(outsider).get(session.get_absolute_url()).text
        assert "which you do not see" not in browser_of().get(session.get_absolute_url()).text

    def test_search_engines_are_told_of_a_public_recording_alone(self, session, learner):
        def told(person=None):
            page = browser_of(person).get(session.get_absolute_url()).text
            block = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
            return json.loads(block).get("recordedIn")

        sit(session, learner)
        post(session, recording_url=RECORDING)
        assert told() is told(learner) is None
        post(session, recording_url=RECORDING, recording_for="everybody", transcript="Hello")
        assert told()["url"] == told(learner)["url"] == RECORDING

    def test_strangers_have_the_page_anew_when_it_changes(self, session, settings):
        client = browser_of()
        assert "from the inside out" not in client.get(session.get_absolute_url()).text
        post(session)
        assert "from the inside out" in client.get(session.get_absolute_url()).text

    def test_machines_read_what_the_reader_sees(self, session, learner):
        sit(session, learner)
        post(session, recording_url=RECORDING, transcript="We begin.", recording_for="seats")
        path = f"{session.get_absolute_url()[:-1]}.md"
        assert RECORDING not in browser_of().get(path).text
        text = browser_of(learner).get(path).text
        assert all(words in text for words in (RECORDING, "We begin.", "**from the inside out**"))


class TestLists:
    def test_a_past_session_says_what_there_is_to_see(self, session, expert, learner):
        sit(session, learner)
        post(session, recording_url=RECORDING)
        assert "Notes and recording" in browser_of(learner).get("/agenda/").text
        assert "Notes and recording" in browser_of(expert).get("/hosting/").text
        found = browser_of().get(f"/search/?q={session.title.split()[-1]}").text
        assert ("Notes and recording" in found, ">Notes<" in found) == (False, True)

    def test_with_as_many_questions_to_the_database_however_many_there_are(self, expert, learner):
        def asked(n):
            for number in range(n):
                session = over(expert, title=f"Evening {number}")
                sit(session, learner)
                post(session, recording_url=RECORDING)
            client = browser_of(learner)
            client.get("/agenda/")
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/agenda/").text.count("Notes and recording") >= n
            return len(queries)

        assert asked(1) == asked(4)


class TestTheApi:
    def test_everybody_reads_what_they_may(self, session, learner):
        path = f"/api/v1/sessions/{session.pk}/recap/"
        assert browser_of().get(path).status_code == 404
        sit(session, learner)
        post(session, recording_url=RECORDING, recording_seconds=90)
        assert browser_of().get(path).json()["recording"] is None
        mine = call(learner, "GET", path).json()
        assert (mine["recording"]["url"], mine["recording"]["seconds"]) == (RECORDING, 90)
        assert mine["notes_html"].startswith("<h3>")
        services.take_back_recap(session=session, by=session.host)
        assert browser_of().get(path).status_code == 404

    def test_a_host_posts_and_takes_back_by_the_rules_of_the_page(self, session, expert, learner):
        path = f"/api/v1/hosting/{session.pk}/recap/"
        assert call(expert, "GET", path).status_code == 404
        assert call(expert, "PUT", path, {"recording_url": "http://video.example.org"}).status_code == 422
        assert call(expert, "PUT", path, {"notes": ""}).json()["code"] == "empty"
        body = {"notes": "Hello", "recording_url": RECORDING, "recording_seconds": 4000, "recording_for": "present"}
        made = call(expert, "PUT", path, body).json()
        assert made["wording"] == body | {
            "notes_for": "everybody", "has_captions": False, "captions_url": "", "transcript": "", "tell": False,
        }  # fmt: skip
        assert call(expert, "PUT", path, body).json()["edited_at"] is None
        assert call(expert, "DELETE", path).status_code == 204
        assert call(expert, "GET", path).json()["is_withdrawn"]
        assert call(learner, "PUT", path, body).status_code == 404
        assert Recap.objects.get().withdrawn_at

    def test_nothing_is_posted_before_it_began(self, expert):
        to_come = make_session(expert, starts_in=timedelta(days=1))
        answer = call(expert, "PUT", f"/api/v1/hosting/{to_come.pk}/recap/", {"notes": "Hello"})
        assert answer.json()["code"] == "too_early"
        assert timezone.now() < to_come.starts_at
