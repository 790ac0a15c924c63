"""3.20, 10.9, 10.13: shared hours stand on the record of promises as meetings of two do, for mentor and visitors."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.models import RoleGrant, User
from features.accounts.personal_data import leave_all
from features.calendar.models import TimeClaim
from features.mentoring import services
from features.mentoring.models import OfficeHour, OfficeSeat
from features.moderation import services as moderation
from features.moderation.models import Incident
from features.payments.models import Refund
from tests.mentoring.test_bookings import refused
from tests.mentoring.test_office_hours import hour, pay, people  # noqa: F401
from tests.payments.conftest import deliver, stripe, stripe_server  # noqa: F401

pytestmark = pytest.mark.django_db
HOUR, DAY, MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def decided(hour, people):  # noqa: F811
    """It takes place, for Sofia and Nadia."""
    for person in people[:2]:
        services.join_hour(hour=hour, person=person)
    services.decide_hours(now=hour.decide_at)
    return OfficeHour.objects.select_related("mentor").get()


def record():
    return list(Incident.objects.order_by("pk").values_list("person", "kind", "ability", "source"))


def settle(hour):  # noqa: F811
    services.settle_hours(now=hour.ends_at + 31 * MINUTES)
    assert services.settle_hours(now=hour.ends_at + 40 * MINUTES) == 0
    hour.refresh_from_db()
    return hour.outcome, list(OfficeSeat.objects.order_by("pk").values_list("outcome", flat=True))


def come(hour, *whom, after=0):  # noqa: F811
    for person in whom:
        services.come_to_hour(hour=hour, person=person, now=hour.starts_at + after * MINUTES)


class TestCallingOff:
    def test_by_the_mentor_in_the_last_three_hours_is_told_and_before_is_not(self, decided):
        early = decided.starts_at - 4 * HOUR
        OfficeHour.objects.filter(pk=decided.pk).update(cancelled_at=None)
        services.cancel_hour(hour=decided, reason="Ill", now=early)
        assert record() == []
        OfficeHour.objects.filter(pk=decided.pk).update(cancelled_at=None)
        for _ in range(2):
            services.cancel_hour(hour=decided, reason="Ill", now=decided.starts_at - 2 * HOUR)
        assert record() == [(decided.mentor_id, "late_cancel", "mentor", f"office_hour:{decided.pk}")]
        words, url = moderation.told(Incident.objects.all(), decided.mentor)[Incident.objects.get().pk]
        assert (words, url) == ("“Three plans”", decided.get_absolute_url())

    def test_by_a_visitor_frees_their_time_and_late_it_is_told(self, decided, people, letters):  # noqa: F811
        first, second = OfficeSeat.objects.order_by("pk")
        letters()
        services.stay_away(seat=first, now=decided.starts_at - 4 * HOUR)
        assert record() == []
        assert not TimeClaim.objects.filter(person=people[0]).exists()
        for _ in range(2):
            services.stay_away(seat=second, now=decided.starts_at - 2 * HOUR)
        assert record() == [(people[1].pk, "late_cancel", "register", f"office_seat:{second.pk}")]
        told = [letter.subject for letter in letters() if decided.mentor.email in letter.to]
        assert told == [f"{person.name} does not come: Three plans" for person in people[:2]]
        refused("no_place", services.come_to_hour, hour=decided, person=people[0], now=decided.starts_at)
        refused("started", services.stay_away, seat=second, now=decided.starts_at)
        come(decided, decided.mentor)
        assert settle(decided) == ("mentor_came", ["", ""])
        assert len(record()) == 1

    @pytest.mark.parametrize("way", ["closing", "apart"])
    def test_leaving_pays_no_more_than_staying_away_and_the_mentor_is_paid(self, hour, people, pay, way):  # noqa: F811
        OfficeHour.objects.update(price_minor=6000)
        for person in people[:2]:
            pay(hour, person)
        services.decide_hours(now=hour.decide_at)
        if way == "closing":
            leave_all(people[0])
            leave_all(people[0])
        else:
            services.keep_apart(person=people[0], other=hour.mentor)
        run_pending()
        assert not Refund.objects.exists()
        assert not TimeClaim.objects.filter(person=people[0]).exists()
        seat = OfficeSeat.objects.get(person=people[0])
        assert (seat.left_at, bool(seat.away_at)) == (None, True)
        assert services.OfficeSeatFulfilment().delivered_at(seat.pk) == hour.ends_at
        services.keep_apart(person=hour.mentor, other=people[1])
        assert list(Refund.objects.values_list("source", "amount_minor")) == [("host_cancelled", 3000)]

    def test_before_it_is_decided_nobody_says_that_they_stay_away(self, hour, people):  # noqa: F811
        seat = services.join_hour(hour=hour, person=people[0])
        refused("started", services.stay_away, seat=seat)


def test_an_hour_of_a_mentor_who_is_shut_out_by_then_does_not_take_place(hour, people):  # noqa: F811
    for person in people[:2]:
        services.join_hour(hour=hour, person=person)
    User.objects.filter(pk=hour.mentor_id).update(is_active=False)
    assert services.decide_hours(now=hour.decide_at) == 1
    hour.refresh_from_db()
    assert (hour.decided_at, hour.reason) == (None, "Its mentor cannot be here.")


class TestNotComing:
    def test_a_visitor_who_does_not_come_is_told_the_mentor_can_put_it_right_and_there_is_an_appeal(
        self, decided, people, moderator  # noqa: F811
    ):  # fmt: skip
        come(decided, decided.mentor, people[0])
        assert settle(decided) == ("mentor_came", ["came", "absent"])
        seat = OfficeSeat.objects.get(person=people[1])
        assert record() == [(people[1].pk, "no_show", "register", f"office_seat:{seat.pk}")]
        after = decided.ends_at + DAY
        kept = moderation.records([decided.mentor_id, people[0].pk, people[1].pk], after)
        assert [kept[pk].kept for pk in kept] == [1, 1, 0]
        incident = Incident.objects.get()
        assert moderation.told([incident], people[1])[incident.pk][0] == "Your place in “Three plans”"
        appeal = moderation.appeal_incident(incident=incident, words="I was there", now=after)
        assert moderation.may_decide_incident(moderator, incident)
        assert not moderation.may_decide_incident(decided.mentor, incident)
        RoleGrant.objects.create(person=people[0], role="moderator")
        shared = User.objects.get(pk=people[0].pk)
        assert not moderation.may_decide_incident(shared, incident)
        assert list(moderation.open_incident_appeals(shared)) == []
        assert list(moderation.open_incident_appeals(moderator)) == [appeal]
        assert appeal.decided_at is None
        refused("too_late", services.say_who_came, seat=seat, now=decided.ends_at + 3 * DAY)
        services.say_who_came(seat=seat, now=after)
        assert record() == []

    def test_a_mentor_who_does_not_come_pays_all_back_unless_most_of_those_who_came_say_otherwise(
        self, hour, people, pay, letters  # noqa: F811
    ):  # fmt: skip
        OfficeHour.objects.update(price_minor=6000)
        for person in people:
            pay(hour, person)
        services.decide_hours(now=hour.decide_at)
        run_pending()
        hour.refresh_from_db()
        come(hour, *people[:2])
        letters()
        assert settle(hour) == ("mentor_absent", ["came", "came", ""])
        assert record() == [(hour.mentor_id, "no_show", "mentor", f"office_hour:{hour.pk}")]
        assert {to for letter in letters() for to in letter.to if "did not come" in letter.subject} == {
            person.email for person in people
        }
        services.say_hour_was_held(seat=OfficeSeat.objects.get(person=people[0]), now=hour.ends_at + DAY)
        assert len(record()) == 1
        assert services.refund_missed(now=hour.ends_at + 2 * DAY - MINUTES) == 0
        for _ in range(2):
            services.refund_missed(now=hour.ends_at + 2 * DAY)
        run_pending()
        back = Refund.objects.filter(source="expert_absent", state="done")
        assert sorted(back.values_list("amount_minor", flat=True)) == [2000] * 3

    def test_when_most_say_that_it_was_held_it_was(self, decided, people):  # noqa: F811
        come(decided, *people[:2])
        settle(decided)
        for seat in OfficeSeat.objects.all():
            assert len(record()) == 1
            services.say_hour_was_held(seat=seat, now=decided.ends_at + DAY)
        decided.refresh_from_db()
        assert (decided.outcome, record()) == ("mentor_came", [])
        assert services.refund_missed(now=decided.ends_at + 3 * DAY) == 0

    def test_more_than_ten_minutes_late_is_not_there_unless_all_were(self, decided, people):  # noqa: F811
        come(decided, people[0], after=10)
        come(decided, decided.mentor, people[1], after=11)
        assert settle(decided) == ("mentor_absent", ["came", ""])

    def test_whoever_comes_alone_at_the_very_end_has_not_waited(self, decided, people):  # noqa: F811
        come(decided, decided.mentor, after=51)
        assert settle(decided) == ("nobody", ["", ""])
        assert record() == []

    def test_where_all_are_late_they_met_and_where_nobody_came_nobody_waited(self, decided, people):  # noqa: F811
        come(decided, decided.mentor, *people[:2], after=15)
        assert settle(decided) == ("mentor_came", ["came", "came"])
        OfficeHour.objects.update(settled_at=None, mentor_came_at=None)
        OfficeSeat.objects.update(came_at=None, outcome="")
        assert settle(decided) == ("nobody", ["", ""])
        assert record() == []


class TestPages:
    def test_the_words_explain_it_before_and_after(self, decided, people, client):  # noqa: F811
        here, now = decided.get_absolute_url(), timezone.now()
        client.force_login(people[0])
        page = client.get(here).text
        assert "Less than three hours before it begins, it stands on your record" in page
        assert "The rules, and how to object" in page
        assert client.post(here, {"act": "come"}).status_code == 422
        client.force_login(decided.mentor)
        assert "it stands on your record as called off late" in client.get(here).text
        OfficeHour.objects.update(decide_at=now - DAY, starts_at=now, ends_at=now + HOUR)
        assert "I am here, let me in" in client.get(here).text
        assert client.post(here, {"act": "come"}).status_code == 303
        OfficeHour.objects.update(starts_at=now - 2 * HOUR, ends_at=now - HOUR, mentor_came_at=now - 2 * HOUR)
        services.settle_hours(now=now)
        absent = OfficeSeat.objects.get(person=people[0])
        assert f"{people[0].name} was there" in client.get(here).text
        assert client.post(here, {"act": "was_there", "place": "x"}).status_code == 404
        assert client.post(here, {"act": "was_there", "place": absent.pk}).status_code == 303
        client.force_login(people[1])
        assert "You were not seen" in client.get(here).text
        assert client.post(here, {"act": "was_there", "place": absent.pk}).status_code == 404
        OfficeHour.objects.update(outcome="nobody")
        OfficeSeat.objects.update(outcome="")
        assert "It was held" in client.get(here).text
        assert client.post(here, {"act": "held"}).status_code == 303
        assert OfficeHour.objects.get().outcome == "mentor_came"

    def test_whoever_comes_is_reminded_an_hour_before(self, decided, letters):
        sent = [letter for letter in letters() if letter.subject == "It takes place: Three plans"]
        entries = [letter.attachments[0].get_payload(decode=True).decode() for letter in sent]
        assert entries  # for their calendars, one number above what their feed said while it was open
        assert all("METHOD:REQUEST" in entry and "SEQUENCE:1" in entry for entry in entries)
        for _ in range(2):
            services.remind_of_hours(now=decided.starts_at - HOUR)
        told = [letter for letter in letters() if letter.subject == "In an hour: Three plans"]
        assert len(told) == 3
