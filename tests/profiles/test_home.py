"""The first page, for a stranger and for a member, and the pages of people."""

from datetime import timedelta

import pytest

from features.accounts import services as accounts
from features.forum import services as forum
from features.forum.models import Board
from features.profiles import pages
from features.sessions import services
from features.sessions.models import Attendance
from features.skills.models import PersonSkill
from tests.factories import make_session, make_user
from tests.forum.conftest import ask
from tests.library.conftest import write

pytestmark = pytest.mark.django_db


class TestStranger:
    def test_reads_what_this_is_and_what_is_on(self, client, expert, skill):
        session = make_session(expert, about=[skill])
        response = client.get("/")
        assert "Learn it from someone who did it this week" in response.text
        assert session.title in response.text
        assert 'name="q"' in response.text
        assert response["Cache-Control"].startswith("public")
        assert "csrfmiddlewaretoken" not in response.text

    def test_reads_what_was_answered_and_what_is_in_the_library(self, client, learner, expert, skill):
        board = Board.objects.create(name="Databases", slug="databases", about="Queries", skill=skill)
        open_one, solved = (ask(board, learner, skill, title=title) for title in ("Still asked here", "Solved by now"))
        answer = forum.reply(thread=solved, author=expert, text="Because the table is **small**.")
        forum.accept(post=answer, by=learner)
        work = write(expert, skill)
        text = client.get("/").text
        assert solved.title in text
        assert open_one.title not in text
        assert work.title in text

    def test_an_empty_site_says_how_to_begin(self, client):
        assert "Nothing on the calendar yet" in client.get("/").text


class TestMember:
    def test_sees_the_next_commitment_first(self, client, learner, expert):
        later = make_session(expert, title="Later", starts_in=timedelta(days=5))
        sooner = make_session(expert, title="Sooner", starts_in=timedelta(days=2), preparation="A slow query")
        for session in (later, sooner):
            services.register(session=session, person=learner)
        client.force_login(learner)
        response = client.get("/")
        assert response.context["following"] == sooner
        assert "A slow query" in response.text
        assert response["Cache-Control"] == "private, no-store"

    def test_a_host_is_led_to_the_roster(self, client, expert):
        session = make_session(expert)
        client.force_login(expert)
        assert f"{session.get_absolute_url()}roster/" in client.get("/").text

    def test_an_offer_comes_before_everything(self, client, learner, expert):
        session = make_session(expert, capacity=1, title="Full one", starts_in=timedelta(days=9))
        seat = services.register(session=session, person=make_user("Holder"))
        services.join_waitlist(session=session, person=learner)
        services.cancel_registration(registration=seat, by=seat.person)
        client.force_login(learner)
        text = client.get("/").text
        assert "A seat waits for your word" in text
        assert "Full one" in text
        assert "Waiting for a seat" not in text  # it is told once
        assert "A seat is kept for you" in client.get("/agenda/").text

    def test_where_one_stands_in_a_line_is_said(self, client, learner, outsider, expert):
        session = make_session(expert, capacity=1, starts_in=timedelta(days=9))
        services.register(session=session, person=make_user("Holder"))
        for person in (outsider, learner):
            services.join_waitlist(session=session, person=person)
        client.force_login(learner)
        assert "2 of 2 in line" in client.get("/").text
        assert "2 of 2 in line" in client.get("/agenda/").text

    def test_reads_what_they_could_answer(self, client, learner, expert, skill):
        board = Board.objects.create(name="Databases", slug="databases", about="Queries", skill=skill)
        ask(board, learner, skill, title="Why is this slow?")
        ask(board, expert, skill, title="What I ask myself")
        answered = ask(board, learner, skill, title="Why was that slow?")
        forum.reply(thread=answered, author=expert, text="Because the table is **small**.")
        client.force_login(expert)
        assert "You could answer these" not in client.get("/").text
        PersonSkill.objects.create(person=expert, skill=skill, level=4)
        page = client.get("/").text
        assert "You could answer these" in page
        assert "Why is this slow?" in page
        assert "What I ask myself" not in page
        assert "Why was that slow?" not in page

    def test_where_nothing_is_on_at_all_nothing_else_is_meant(self, client, learner):
        client.force_login(learner)
        page = client.get("/").text
        assert "Nothing is on the calendar yet." in page
        assert "Nothing else" not in page

    def test_what_somebody_gave_back_is_on_again_for_them(self, client, learner, expert):
        session = make_session(expert)
        seat = services.register(session=session, person=learner)
        services.cancel_registration(registration=seat, by=learner)
        client.force_login(learner)
        assert session.title in client.get("/").text

    def test_with_nothing_booked_it_shows_what_is_on(self, client, learner, expert):
        make_session(expert, title="Something soon")
        client.force_login(learner)
        text = client.get("/").text
        assert "Nothing booked" in text
        assert "Something soon" in text

    @pytest.mark.parametrize("who", ["stranger", "member"])
    def test_the_number_of_queries_does_not_grow(
        self, client, learner, expert, skill, who, django_assert_max_num_queries
    ):
        if who == "member":
            client.force_login(learner)
        for n in range(3):
            make_session(expert, title=f"Session {n}", about=[skill], starts_in=timedelta(days=n + 1))
        with django_assert_max_num_queries(99) as few:
            client.get("/")
        for n in range(20):
            session = make_session(
                make_user(f"Host {n}"), title=f"More {n}", about=[skill], starts_in=timedelta(days=1, hours=n)
            )
            if n < 5:
                services.register(session=session, person=learner)
        with django_assert_max_num_queries(len(few) + 1) as many:
            client.get("/")
        assert len(many) <= len(few) + 1  # the agenda of somebody who has one


class TestPerson:
    def test_an_expert_has_a_public_page_with_their_sessions(self, client, expert):
        session = make_session(expert)
        text = client.get(f"/people/{expert.handle}/").text
        assert session.title in text
        assert expert.email not in text

    def test_counts_those_who_came_and_not_the_absent(self, expert, learner, outsider):
        session = make_session(expert)
        seats = [services.register(session=session, person=person) for person in (learner, outsider)]
        services.check_in(registration=seats[0], by=expert, now=session.starts_at)
        services.settle_attendance(session=session, now=session.ends_at + timedelta(hours=3))
        assert Attendance.objects.count() == 2
        assert pages.facts(expert, session.ends_at)["came"] == 1

    def test_a_member_is_seen_by_members_alone(self, client, learner, outsider):
        assert client.get(f"/people/{learner.handle}/").status_code == 404
        client.force_login(outsider)
        response = client.get(f"/people/{learner.handle}/")
        assert response.status_code == 200
        assert learner.email not in response.text

    def test_a_handle_of_before_leads_to_the_one_of_now(self, client, expert):
        before = expert.handle
        accounts.change_preferences(person=expert, handle="amara-o")
        response = client.get(f"/people/{before}/")
        assert (response.status_code, response["Location"]) == (301, "/people/amara-o/")

    def test_somebody_suspended_is_gone(self, client, expert):
        make_session(expert)
        expert.is_active = False
        expert.save()
        assert client.get(f"/people/{expert.handle}/").status_code == 404

    def test_a_page_with_nothing_on_it_is_not_for_search_engines(self, client, expert):
        assert 'content="noindex"' in client.get(f"/people/{expert.handle}/").text
