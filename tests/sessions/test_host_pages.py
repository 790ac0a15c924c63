"""A host's pages: writing, publishing, changing, cancelling, the roster and check-in."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.sessions import services
from features.sessions.models import Attendance, SkillSession
from tests.factories import clocks_change, make_session, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def typed(**changes):
    day = (timezone.now() + timedelta(days=9)).date().isoformat()
    return {
        "title": "Reading a query plan", "outcome": "You say which node costs the time.", "skills": "Postgres",
        "kind": "workshop", "level": "3", "language": "en", "date": day, "time": "18:30", "minutes": "90",
        "time_zone": "Africa/Lagos", "format": "online", "room_url": "https://meet.example.org/a", "address": "",
        "capacity": "12", "description": "", "preparation": "", "cancellation_hours": "24", "reminder_minutes": ["60"],
    } | changes  # fmt: skip


class TestWriting:
    def test_an_expert_saves_and_publishes_in_one_press(self, client, expert, skill):
        client.force_login(expert)
        response = client.post("/sessions/new/", typed(publish="yes"), follow=True)
        session = SkillSession.objects.get()
        assert response.redirect_chain == [(session.get_absolute_url(), 303)]
        assert session.is_published
        assert timezone.localtime(session.starts_at, session.zone).strftime("%H:%M") == "18:30"
        assert list(session.skills.all()) == [skill]

    def test_a_draft_needs_a_title_an_outcome_and_a_skill_and_no_date(self, client, expert, skill):
        client.force_login(expert)
        client.post("/sessions/new/", typed(date="", time=""))
        session = SkillSession.objects.get()
        assert not session.is_published
        assert session.starts_at is None

    def test_says_when_people_are_asked_how_it_was(self, client, expert, skill):
        client.force_login(expert)
        for said, kept in (("1440", 1440), ("", None)):
            client.post("/sessions/new/", typed(follow_up_minutes=said))
            session = SkillSession.objects.latest("pk")
            assert session.follow_up_minutes == kept
            assert client.get(f"{session.get_absolute_url()}edit/").context["form"]["follow_up_minutes"].value() == kept

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "\x01\x02"}, "title"),
            ({"title": "\u200b \u3164"}, "title"),
            ({"outcome": "\x1f"}, "outcome"),
            ({"format": "in_person", "address": "\u200b"}, "address"),
            ({"date": "9999-12-31"}, "date"),
            ({"date": "0001-01-01"}, "date"),
            ({"skills": "Postgrse"}, "skills"),
            ({"time": ""}, "time"),
            ({"format": "in_person"}, "address"),
            ({"capacity": "0"}, "capacity"),
            ({"capacity": "-3"}, "capacity"),
            ({"room_url": "javascript:alert(1)"}, "room_url"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"date": f"{clocks_change(3)}", "time": "02:30", "time_zone": "Europe/Berlin"}, "time"),
        ],
    )
    def test_bad_input_is_blamed_at_its_field_and_kept(self, client, expert, skill, changes, field):
        client.force_login(expert)
        response = client.post("/sessions/new/", typed(**{"preparation": "Something I typed"} | changes))
        assert response.status_code == 422
        assert field in response.context["form"].errors
        assert "Something I typed" in response.text
        assert not SkillSession.objects.exists()

    def test_publishing_without_a_date_keeps_the_draft_and_says_why(self, client, expert, skill):
        client.force_login(expert)
        response = client.post("/sessions/new/", typed(date="", time="", publish="yes"))
        assert response.status_code == 422
        assert "Say when it starts" in response.text
        assert SkillSession.objects.count() == 1

    def test_a_member_writes_drafts_and_is_told_how_to_publish(self, client, learner, skill):
        client.force_login(learner)
        client.post("/sessions/new/", typed())
        draft = SkillSession.objects.get()
        response = client.post(f"{draft.get_absolute_url()}publication/")
        assert response.status_code == 422
        assert "Apply to become one" in response.text

    def test_extra_fields_change_nothing(self, client, expert, skill, learner):
        client.force_login(expert)
        extra = {
            "host": learner.pk,
            "seats_taken": 5,
            "price_minor": 100,
            "published_at": "2026-01-01",
            "slug": "x",
            "currency": "USD",
        }
        client.post("/sessions/new/", typed(**extra))
        session = SkillSession.objects.get()
        assert session.host == expert
        assert (session.seats_taken, session.price_minor, session.currency, session.published_at) == (0, 0, "EUR", None)

    def test_a_stranger_is_asked_to_log_in_and_comes_back(self, client):
        assert client.get("/sessions/new/")["Location"] == "/account/login/?next=/sessions/new/"


class TestChanging:
    def test_is_for_the_host_alone(self, client, expert, outsider):
        session = make_session(expert)
        client.force_login(outsider)
        for page in ("edit", "cancellation", "roster"):
            assert client.get(f"{session.get_absolute_url()}{page}/").status_code == 404
        for act in ("edit", "cancellation", "publication", "copy", "removal"):
            assert client.post(f"{session.get_absolute_url()}{act}/", typed()).status_code == 404

    def test_finds_the_room_and_the_roster_once_it_opens_and_while_it_runs(self, client, expert, learner):
        room = "https://meet.example.org/a"
        session = make_session(expert, starts_in=timedelta(minutes=10), room_url=room)
        client.force_login(expert)
        for minutes in (0, 20):
            with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
                page = client.get(session.get_absolute_url()).text
                assert f'href="{room}"' in page
                assert f"{session.get_absolute_url()}roster/" in page
                assert f'href="{room}"' in client.get(f"{session.get_absolute_url()}roster/").text
        client.force_login(learner)
        assert room not in client.get(session.get_absolute_url()).text

    def test_capacity_below_what_is_taken_is_refused_at_its_field(self, client, expert, skill, learner, outsider):
        session = make_session(expert, about=[skill])
        for person in (learner, outsider):
            services.register(session=session, person=person)
        client.force_login(expert)
        response = client.post(f"{session.get_absolute_url()}edit/", typed(capacity="1"))
        assert response.status_code == 422
        assert "2 seats are taken" in str(response.context["form"].errors["capacity"])

    def test_the_form_shows_the_hosts_wall_time_again(self, client, expert, skill):
        session = make_session(expert, about=[skill], time_zone="Africa/Lagos")
        client.force_login(expert)
        there = timezone.localtime(session.starts_at, session.zone)
        text = client.get(f"{session.get_absolute_url()}edit/").text
        assert f'value="{there:%H:%M}"' in text
        assert f'value="{there:%Y-%m-%d}"' in text

    def test_cancelling_shows_numbers_and_needs_a_reason(self, client, expert, learner):
        session = make_session(expert)
        services.register(session=session, person=learner)
        client.force_login(expert)
        page = f"{session.get_absolute_url()}cancellation/"
        assert "1 person with a seat gets a letter" in client.get(page).text
        assert client.post(page, {"reason": ""}).status_code == 422
        client.post(page, {"reason": "I lost my voice"})
        session.refresh_from_db()
        assert session.is_cancelled

    def test_the_second_of_two_equal_hours_stays_when_something_else_is_changed(self, client, expert, skill):
        day = clocks_change(10)
        second = datetime.combine(day, time(1, 30, 20), UTC)  # 02:30 in Berlin, when the clocks were put back
        session = make_session(expert, about=[skill], starts_at=second, time_zone="Europe/Berlin")
        client.force_login(expert)
        said = typed(title="Other words", date=f"{day}", time="02:30", time_zone="Europe/Berlin")
        client.post(f"{session.get_absolute_url()}edit/", said)
        session.refresh_from_db()
        assert (session.title, session.starts_at) == ("Other words", second)

    def test_two_presses_on_copy_are_one_copy(self, client, expert, skill):
        session = make_session(expert, about=[skill])
        client.force_login(expert)
        key = client.get(session.get_absolute_url()).context["copy_key"]
        where = [client.post(f"{session.get_absolute_url()}copy/", {"form_key": key})["Location"] for _ in range(2)]
        assert where[0] == where[1]
        assert SkillSession.objects.count() == 2
        SkillSession.objects.filter(form_key=key).update(published_at=timezone.now(), starts_at=timezone.now())
        client.post(f"{session.get_absolute_url()}copy/", {"form_key": key})  # from a page that stood open
        assert SkillSession.objects.filter(published_at=None).count() == 1

    def test_a_copy_opens_as_a_draft(self, client, expert, skill):
        session = make_session(expert, about=[skill])
        client.force_login(expert)
        response = client.post(f"{session.get_absolute_url()}copy/")
        assert SkillSession.objects.count() == 2
        assert response["Location"].endswith("/edit/")


class TestRoster:
    @pytest.fixture
    def seat(self, expert, learner, skill):
        return services.register(session=make_session(expert, about=[skill]), person=learner, note="=cmd|calc")

    def page(self, seat):
        return f"{seat.session.get_absolute_url()}roster/"

    def test_lists_who_has_a_seat(self, client, expert, seat):
        client.force_login(expert)
        text = client.get(self.page(seat)).text
        assert seat.person.name in text
        assert "0 of 1 checked in" in text
        assert seat.person.email not in text
        services.register(session=seat.session, person=make_user("Zoe"))
        for odd in ("page=-1", "page=x", "per_page=-5", "per_page=1", "sort=person__password"):
            text = client.get(f"{self.page(seat)}?{odd}").text
            assert text.count('id="tick-') == 2, odd

    def test_counts_all_who_wait_and_shows_the_first(self, client, expert, seat, monkeypatch):
        monkeypatch.setattr("features.sessions.views.roster.LINE_SHOWN", 1)
        for name in ("First", "Second"):
            seat.session.waitlist.create(person=make_user(name))
        client.force_login(expert)
        text = client.get(self.page(seat)).text
        assert "2 waiting" in text
        assert "The first 1 are shown." in text
        assert "Second" not in text

    def test_check_in_by_press_and_undo_with_htmx(self, client, expert, seat):
        client.force_login(expert)
        with time_machine.travel(seat.session.starts_at):
            response = client.post(f"/attendance/{seat.public_id}/", {"act": "check_in"}, headers=HTMX)
            assert 'aria-pressed="true"' in response.text
            assert "1 of 1 checked in" in response.text
            assert Attendance.objects.get().recorded_by == expert
            client.post(f"/attendance/{seat.public_id}/", {"act": "undo"}, headers=HTMX)
        assert not Attendance.objects.exists()

    def test_and_without(self, client, expert, seat):
        client.force_login(expert)
        with time_machine.travel(seat.session.starts_at):
            response = client.post(f"/attendance/{seat.public_id}/", {"act": "check_in"}, follow=True)
        assert response.redirect_chain == [(self.page(seat), 303)]
        assert "1 of 1 checked in" in response.text

    def test_is_refused_too_early_in_words(self, client, expert, seat):
        client.force_login(expert)
        response = client.post(f"/attendance/{seat.public_id}/", {"act": "check_in"}, follow=True)
        assert "Check-in is open from an hour before" in response.text
        assert not Attendance.objects.exists()

    def test_somebody_elses_attendee_is_not_there(self, client, outsider, seat):
        client.force_login(outsider)
        with time_machine.travel(seat.session.starts_at):
            assert client.post(f"/attendance/{seat.public_id}/", {"act": "check_in"}).status_code == 404
        assert not Attendance.objects.exists()

    def test_a_name_is_found(self, client, expert, seat):
        services.register(session=seat.session, person=make_user("Zora Neale"))
        client.force_login(expert)
        text = client.get(self.page(seat), {"name": "zora"}, headers=HTMX).text
        assert "Zora Neale" in text
        assert seat.person.name not in text

    def test_the_file_runs_no_formula(self, client, expert, seat):
        client.force_login(expert)
        response = client.get(f"{seat.session.get_absolute_url()}roster.csv")
        assert "'=cmd|calc" in response.text
        assert "attachment" in response["Content-Disposition"]

    def test_the_number_of_queries_does_not_grow(self, client, expert, seat, django_assert_num_queries):
        client.force_login(expert)
        page = self.page(seat)
        with CaptureQueriesContext(connection) as few:
            client.get(page)
        for n in range(11):
            services.register(session=seat.session, person=make_user(f"Person {n}"))
        with django_assert_num_queries(len(few)):
            client.get(page)


def test_hosting_lists_drafts_coming_and_past(client, expert):
    make_session(expert, title="A draft", published=False)
    make_session(expert, title="Coming one")
    make_session(expert, title="Past one", starts_in=-timedelta(days=3))
    client.force_login(expert)
    text = client.get("/hosting/").text
    for title in ("A draft", "Coming one", "Past one"):
        assert title in text
