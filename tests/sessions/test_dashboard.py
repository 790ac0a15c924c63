"""11.2: how a session stands, for those who host it; a short link with its picture code, and a sheet to print."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.qr import qr_svg
from features.sessions import services
from features.sessions.course import MOST_POINTS, course, drawing, summed
from features.sessions.models import Registration, SkillSession, WaitlistEntry
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2031, 3, 10, 12, tzinfo=UTC)


def day(n):
    return date(2031, 3, n)


class TestTheCourse:
    def test_counts_days_where_the_host_is(self, expert, learner, outsider):
        """In Auckland it is tomorrow already."""
        with time_machine.travel(NOON, tick=False):
            session = make_session(expert, starts_in=timedelta(days=2), time_zone="Pacific/Auckland", capacity=1)
        seat = Registration.objects.create(
            session=session, person=learner, confirmed_at=NOON, registered_at=NOON + timedelta(hours=10)
        )
        entry = WaitlistEntry.objects.create(session=session, person=outsider, joined_at=NOON + timedelta(hours=12))
        SkillSession.objects.filter(pk=session.pk).update(published_at=NOON - timedelta(hours=13))
        session.refresh_from_db()
        points = course(session, NOON + timedelta(hours=13))
        assert [(point.day, point.seats, point.waiting) for point in points] == [(day(10), 0, 0), (day(11), 1, 1)]
        seat.cancelled_at = entry.left_at = NOON + timedelta(days=1, hours=2)
        seat.save()
        entry.save()
        last = course(session, NOON + timedelta(days=1, hours=3))[-1]
        assert (last.day, last.seats, last.waiting) == (day(12), 0, 0)

    def test_what_was_held_and_never_paid_is_no_seat(self, expert, learner):
        session = make_session(expert)
        Registration.objects.create(session=session, person=learner, held_until=timezone.now())
        assert course(session, timezone.now())[-1].seats == 0

    def test_of_a_long_time_thirty_points_are_told_and_the_last_day_is_one(self):
        points = summed(day(1), day(1) + timedelta(days=364), {day(1): [3, 1], day(1) + timedelta(days=364): [1, -1]})
        assert len(points) <= MOST_POINTS
        assert (points[-1].day, points[-1].seats, points[-1].waiting) == (day(1) + timedelta(days=364), 4, 0)
        assert len({later.day - sooner.day for sooner, later in pairwise(points)}) == 1

    def test_a_drawing_stays_within_its_frame_and_one_day_is_none(self):
        points = summed(day(1), day(5), {day(1): [3, 0], day(3): [9, 2]})
        made = drawing(points, 20)
        assert all(0 <= float(n) <= made.height for point in made.seats.split() for n in point.split(",")[1:])
        assert drawing(points[:1], 20) is None
        assert drawing(summed(day(1), day(2), {}), 20).top == 4

    def test_a_draft_has_none(self, expert):
        assert course(make_session(expert, published=False), timezone.now()) == []


class TestThePage:
    def test_says_seats_line_and_days_and_asks_no_more_for_more_of_them(self, client, expert, learner):
        session = make_session(expert, capacity=40)
        SkillSession.objects.filter(pk=session.pk).update(published_at=timezone.now() - timedelta(days=9))
        services.register(session=session, person=learner)
        client.force_login(expert)
        path = f"{session.get_absolute_url()}dashboard/"
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as few:
            page = client.get(path)
        assert "1 of 40 seats" in page.text
        assert 'class="ribbon"' in page.text
        assert '<th scope="row">' in page.text
        for n in range(8):
            at = timezone.now() - timedelta(days=n)
            person = make_user(f"Guest {n}")
            Registration.objects.create(session=session, person=person, confirmed_at=at, registered_at=at)
        with CaptureQueriesContext(connection) as many:
            client.get(path)
        assert len(many) == len(few)

    def test_money_is_for_the_host_alone(self, client, expert, outsider, monkeypatch):
        from features.payments import services as payments

        monkeypatch.setattr(payments, "earned_with", lambda *given: payments.Earned(held=4200, released=1000))
        session = make_session(expert, price_minor=2100)
        services.invite_cohost(session=session, by=expert, handle=outsider.handle)
        services.accept_cohosting(session=session, by=outsider)
        path = f"{session.get_absolute_url()}dashboard/"
        client.force_login(expert)
        assert "€42.00 are held for you" in client.get(path).text
        client.force_login(outsider)
        assert "held for you" not in client.get(path).text

    def test_questions_that_were_asked_stand_there(self, client, expert):
        client.force_login(expert)
        session = make_session(expert)
        shown = client.get(f"{session.get_absolute_url()}dashboard/")
        assert [template for template, _context in shown.context["panels"]] == [
            template for template, _context in client.get(session.get_absolute_url()).context["panels"]
        ]


class TestSharing:
    def test_a_short_link_in_a_field_and_a_code_that_says_the_same(self, client, expert, settings):
        session = make_session(expert)
        client.force_login(expert)
        page = client.get(f"{session.get_absolute_url()}share/").text
        link = f"{settings.SITE_URL}/s/{session.pk}/"
        assert f'value="{link}" readonly' in page
        assert qr_svg(link, "QR code that leads to the session") in page

    def test_it_leads_to_the_page_as_it_is_called_by_now_and_keeps_nothing(self, client, expert):
        session = make_session(expert)
        SkillSession.objects.filter(pk=session.pk).update(slug="called-otherwise")
        answer = client.get(f"/s/{session.pk}/")
        assert (answer.status_code, answer["Location"]) == (302, f"/sessions/{session.pk}/called-otherwise/")
        assert not answer.cookies
        assert client.get("/s/999999999/").status_code == 404

    def test_a_draft_says_that_others_do_not_see_it_yet(self, client, expert):
        session = make_session(expert, published=False)
        client.force_login(expert)
        assert "It is a draft" in client.get(f"{session.get_absolute_url()}share/").text
