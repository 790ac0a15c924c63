from datetime import date, time, timedelta

import pytest

from features.accounts.models import User
from features.calendar import services
from features.calendar.models import MIDNIGHT, WeeklyHours
from features.calendar.zones import from_wall
from features.sessions.models import SkillSession
from tests import factories

pytestmark = pytest.mark.django_db
MON, TUE, THU, FRI = 1, 2, 4, 5


def week(person):
    return [(row.weekday, f"{row.starts:%H:%M}", f"{row.ends:%H:%M}") for row in services.week_of(person)]


class TestKeepFree:
    def test_hours_that_touch_become_one_row(self, learner):
        services.keep_free(person=learner, hours=[(MON, time(18), time(20)), (MON, time(20), time(21))])
        services.keep_free(person=learner, hours=[(MON, time(17), time(18, 30)), (TUE, time(18), time(20))])
        assert week(learner) == [(MON, "17:00", "21:00"), (TUE, "18:00", "20:00")]

    def test_hours_apart_stay_apart_and_the_same_again_changes_nothing(self, learner):
        for _ in range(2):
            services.keep_free(person=learner, hours=[(MON, time(8), time(9)), (MON, time(18), time(20))])
        assert week(learner) == [(MON, "08:00", "09:00"), (MON, "18:00", "20:00")]

    def test_one_persons_hours_are_not_anothers(self, learner, outsider):
        services.keep_free(person=learner, hours=[(MON, time(18), time(20))])
        services.keep_free(person=outsider, hours=[(MON, time(19), time(21))])
        assert week(learner) == [(MON, "18:00", "20:00")]


class TestFitsFreeTime:
    @pytest.fixture
    def berliner(self):
        return factories.make_user("Jonas Brandt", time_zone="Europe/Berlin")

    @pytest.fixture
    def fits(self, berliner, expert):
        def fits(day, clock, zone="Europe/Berlin", minutes=90):
            starts_at = from_wall(day, clock, zone)
            session = factories.make_session(
                expert, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes)
            )
            return services.fits_free_time(SkillSession.objects.filter(pk=session.pk), berliner).exists()

        return fits

    def test_without_any_hours_nothing_fits(self, fits):
        assert not fits(date(2026, 11, 26), time(18))

    def test_start_and_end_must_lie_within_one_stretch(self, berliner, fits):
        services.keep_free(person=berliner, hours=[(THU, time(18), time(21))])
        thursday = date(2026, 11, 26)
        assert fits(thursday, time(18))
        assert fits(thursday, time(19, 30))
        assert not fits(thursday, time(19, 31))
        assert not fits(thursday, time(17, 59))
        assert not fits(date(2026, 11, 27), time(18))
        assert not fits(thursday, time(18), minutes=24 * 60 + 90)

    def test_clocks_are_the_persons_own_in_winter_and_in_summer(self, berliner, fits):
        services.keep_free(person=berliner, hours=[(THU, time(18), time(20))])
        # 18:00 in Berlin is 17:00 UTC in November and 16:00 UTC in July.
        assert fits(date(2026, 11, 26), time(17), "UTC")
        assert not fits(date(2026, 11, 26), time(16), "UTC")
        assert fits(date(2027, 7, 1), time(16), "UTC")
        assert not fits(date(2027, 7, 1), time(17), "UTC")

    def test_days_are_the_persons_own_too(self, fits, berliner):
        services.keep_free(person=berliner, hours=[(FRI, time(0), time(4))])
        # Thursday evening in New York is Friday night in Berlin.
        assert fits(date(2026, 11, 26), time(19), "America/New_York")

    def test_an_evening_may_end_at_midnight_and_not_a_minute_later(self, berliner, fits):
        services.keep_free(person=berliner, hours=[(THU, time(22), MIDNIGHT)])
        assert fits(date(2026, 11, 26), time(22, 30), minutes=90)
        assert not fits(date(2026, 11, 26), time(22, 31), minutes=90)

    @pytest.mark.parametrize(("clock", "fit"), [(time(1, 30), True), (time(3, 30), True), (time(4, 30), False)])
    def test_in_the_night_when_clocks_go_forward(self, berliner, fits, clock, fit):
        services.keep_free(person=berliner, hours=[(7, time(1), time(5))])
        # 01:30 and 90 minutes is 04:00 that night.
        assert fits(date(2027, 3, 28), clock) == fit

    def test_what_the_person_claimed_is_not_free(self, berliner, fits):
        services.keep_free(person=berliner, hours=[(THU, time(18), time(21))])
        busy = from_wall(date(2026, 11, 26), time(20), "Europe/Berlin")
        services.claim(berliner, busy, busy + timedelta(hours=1), "mentoring", "7")
        assert fits(date(2026, 11, 26), time(18, 30))
        assert not fits(date(2026, 11, 26), time(18, 31))
        assert fits(date(2026, 12, 3), time(19))

    def test_it_is_one_filter_however_many_hours_there_are(self, berliner, django_assert_num_queries):
        services.keep_free(
            person=berliner, hours=[(day, time(h), time(h, 30)) for day in range(1, 8) for h in (8, 12, 18)]
        )
        with django_assert_num_queries(2):
            list(services.fits_free_time(SkillSession.objects.all(), berliner))


class TestWeeklyHoursPage:
    URL = "/account/weekly-hours/"

    @pytest.fixture
    def member(self, client, learner):
        client.force_login(learner)
        return client

    def hours(self, **changes):
        return {"days": ["1", "3"], "starts": "18:00", "ends": "20:30"} | changes

    def test_a_stranger_is_asked_to_log_in(self, client):
        for address in (self.URL, f"{self.URL}preset/", f"{self.URL}1/removal/"):
            response = client.post(address)
            assert response.status_code == 302, address
            assert "login" in response["Location"]
        assert client.get(self.URL).status_code == 302

    def test_an_empty_week_says_what_that_means(self, member):
        page = member.get(self.URL).content.decode()
        assert "No free hours yet" in page
        assert "Lisbon" in page

    def test_hours_are_added_to_several_days_at_once(self, member, learner):
        response = member.post(self.URL, self.hours())
        assert response.status_code == 303
        assert week(learner) == [(1, "18:00", "20:30"), (3, "18:00", "20:30")]
        page = member.get(self.URL).content.decode()
        assert "18:00–20:30" in page
        assert "Added to your free hours." in page

    def test_midnight_is_the_end_of_the_day(self, member, learner):
        member.post(self.URL, self.hours(ends="00:00"))
        assert all(row.is_until_midnight for row in services.week_of(learner))
        assert "18:00–24:00" in member.get(self.URL).content.decode()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"ends": "17:00"}, "The end must be later than the start."),
            ({"ends": "18:00"}, "The end must be later than the start."),
            ({"days": []}, "Choose at least one."),
            ({"days": ["8"]}, "Choose one of those that are offered."),
            ({"starts": "half past six"}, "Write a time such as 18:30."),
        ],
    )
    def test_a_mistake_is_said_at_its_field_and_keeps_the_rest(self, member, learner, changes, words):
        response = member.post(self.URL, self.hours(**changes))
        page = response.content.decode()
        assert response.status_code == 422
        assert words in page
        assert 'id="week"' in page
        assert week(learner) == []

    def test_htmx_gets_the_form_alone_back(self, member):
        response = member.post(self.URL, self.hours(ends="17:00"), headers={"hx-request": "true"})
        assert response.status_code == 422
        assert response.content.decode().strip().startswith('<form id="add_hours"')
        assert "csrfmiddlewaretoken" in response.content.decode()
        done = member.post(self.URL, self.hours(), headers={"hx-request": "true"})
        assert (done.status_code, done["HX-Redirect"]) == (200, self.URL)

    def test_a_preset_is_one_press(self, member, learner):
        member.post(f"{self.URL}preset/", {"preset": "evenings"})
        assert week(learner) == [(day, "18:00", "21:00") for day in range(1, 6)]
        member.post(f"{self.URL}preset/", {"preset": "weekends"})
        assert len(week(learner)) == 7
        assert member.post(f"{self.URL}preset/", {"preset": "never"}).status_code == 303
        assert member.get(f"{self.URL}preset/").status_code == 405

    def test_a_row_is_removed_by_whose_it_is_alone(self, member, learner, outsider):
        services.keep_free(person=learner, hours=[(MON, time(18), time(20))])
        services.keep_free(person=outsider, hours=[(MON, time(18), time(20))])
        theirs = WeeklyHours.objects.get(person=outsider)
        assert member.post(f"{self.URL}{theirs.pk}/removal/").status_code == 404
        member.post(f"{self.URL}{WeeklyHours.objects.get(person=learner).pk}/removal/")
        assert list(WeeklyHours.objects.all()) == [theirs]

    def test_more_fields_than_the_form_has_change_nothing(self, member, learner, outsider):
        member.post(self.URL, self.hours(person=outsider.pk, is_staff="on", pk="1"))
        assert set(WeeklyHours.objects.values_list("person", flat=True)) == {learner.pk}
        assert not User.objects.filter(is_superuser=True).exists()

    def test_the_queries_do_not_grow_with_the_rows(self, member, learner):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def count():
            with CaptureQueriesContext(connection) as queries:
                member.get(self.URL)
            return len(queries)

        services.keep_free(person=learner, hours=[(MON, time(18), time(20))])
        few = count()
        services.keep_free(person=learner, hours=[(day, time(h), time(h, 30)) for day in range(1, 8) for h in (8, 12)])
        assert count() == few
