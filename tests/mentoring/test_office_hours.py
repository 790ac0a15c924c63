"""10.13: several share an hour of a mentor's and its price, which falls as they join; decided a day before."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.personal_data import erase_all, export_all, leave_all
from features.calendar.models import TimeClaim
from features.mentoring import services
from features.mentoring.models import OfficeHour, OfficeSeat
from features.notifications.models import Notification
from features.payments import services as payments
from features.payments.models import Refund
from tests.factories import make_user
from tests.local_stripe import money
from tests.mentoring.test_bookings import refused
from tests.payments.conftest import deliver, stripe, stripe_server  # noqa: F401

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def hour(mentor_page, skill):
    """Amara's hour in five days, for two or three."""
    starts_at = (timezone.now() + 5 * DAY).replace(minute=0, second=0, microsecond=0)
    return services.open_office_hour(
        hour=OfficeHour(mentor=mentor_page.person, skill=skill, title="Three plans", starts_at=starts_at), minutes=60
    )


@pytest.fixture
def people():
    return [make_user(name) for name in ("Sofia Mendes", "Nadia Petrova", "Ravi Rao")]


@pytest.fixture
def pay(stripe, deliver):  # noqa: F811
    def pay(hour, person):
        seat = services.join_hour(hour=hour, person=person)
        assert seat.joined_at is None
        order = payments.order_of("office_seat", seat.pk)
        payments.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get().stripe_id)
        deliver()
        return OfficeSeat.objects.get(pk=seat.pk)

    return pay


def refunds():
    run_pending()
    return sorted(Refund.objects.values_list("source", "amount_minor", "state"))


class TestSharing:
    @pytest.mark.parametrize("moment", ["9999-12-31T23:30", "2200-01-01T10:00", "0001-01-01T00:00"])
    def test_it_begins_within_a_year(self, mentor_page, skill, client, moment):
        client.force_login(mentor_page.person)
        said = {"title": "Plans", "skill": skill.pk, "starts_at": moment, "minutes": 60, "least": 2, "most": 3}
        assert client.post(reverse("office_hour_new"), said).status_code == 422
        assert not OfficeHour.objects.exists()

    def test_the_price_falls_as_they_join_and_the_mentor_gets_as_much(self, hour, people, pay, letters):
        OfficeHour.objects.update(price_minor=5000)
        hour.refresh_from_db()
        assert [hour.share(n) for n in (2, 3)] == [2500, 1667]
        seats = [pay(hour, person) for person in people]
        assert {seat.price_minor for seat in seats} == {2500}
        letters()
        assert services.decide_hours(now=hour.decide_at - HOUR) == 0
        for count in (1, 0):
            assert services.decide_hours(now=hour.decide_at) == count
        assert refunds() == [("shared", 833, "done")] * 3
        assert sum(seat.price_minor for seat in seats) - 3 * 833 >= 5000
        told = letters()
        assert {address for letter in told for address in letter.to} >= {person.email for person in people}
        assert any("8.33" in letter.body for letter in told)
        refused("decided", services.leave_hour, seat=seats[0], now=hour.decide_at + HOUR)
        services.cancel_hour(hour=hour, reason="Ill", now=hour.decide_at + HOUR)
        assert sum(amount for _source, amount, _state in refunds()) == 3 * 2500
        assert not TimeClaim.objects.exists()

    def test_whoever_came_with_a_code_gets_back_their_part_of_what_they_paid(self, hour, people, pay, stripe, deliver):  # noqa: F811
        OfficeHour.objects.update(price_minor=20000, most=4)
        hour.refresh_from_db()
        payments.make_coupon(
            by=hour.mentor, code="HALF", percent=50, amount_minor=None, currency="EUR", scope="", thing="", most=None,
            most_each=1,
        )  # fmt: skip
        seat = services.join_hour(hour=hour, person=people[0])
        order = payments.order_of("office_seat", seat.pk)
        payments.use_coupon(order=order, code="HALF")
        payments.checkout_url(order=order)
        money.pay(stripe.state, order.checkouts.get().stripe_id)
        deliver()
        for person in (*people[1:], make_user("Zoe Zed")):
            pay(hour, person)
        services.decide_hours(now=hour.decide_at)
        assert refunds() == [("shared", 2500, "done")] + [("shared", 5000, "done")] * 3

    def test_with_too_few_it_is_called_off_and_paid_back(self, hour, people, pay):
        OfficeHour.objects.update(price_minor=5000)
        pay(hour, people[0])
        services.decide_hours(now=hour.decide_at)
        assert refunds() == [("host_cancelled", 2500, "done")]
        hour.refresh_from_db()
        assert (hour.decided_at, hour.reason) == (None, "Too few people joined.")
        assert services.OfficeSeatFulfilment().delivered_at(str(OfficeSeat.objects.get().pk)) is None

    def test_who_leaves_before_gets_all_of_it_and_late_money_no_place_that_is_gone(self, hour, people, pay):
        OfficeHour.objects.update(price_minor=5000, most=2)
        seat = pay(hour, people[0])
        services.leave_hour(seat=seat)
        assert refunds() == [("buyer", 2500, "done")]
        fulfilment = services.OfficeSeatFulfilment()
        OfficeSeat.objects.filter(pk=seat.pk).update(joined_at=None)
        assert fulfilment.reseat(str(seat.pk), timezone.now())
        fulfilment.release(str(seat.pk), timezone.now())  # it is joined, so there is nothing to release
        assert OfficeSeat.objects.paid().count() == 1
        services.leave_hour(seat=OfficeSeat.objects.get())
        pay(hour, people[1])
        pay(hour, people[2])
        assert not fulfilment.reseat(str(seat.pk), timezone.now())

    def test_a_place_that_is_not_paid_at_the_decision_is_none(self, hour, people, settings):
        settings.STRIPE_SECRET_KEY = "sk_test_of_nobody"
        OfficeHour.objects.update(price_minor=5000)
        seat = services.join_hour(hour=hour, person=people[0], now=hour.decide_at - timedelta(minutes=10))
        assert seat.held_until == hour.decide_at
        services.decide_hours(now=hour.decide_at)
        hour.refresh_from_db()
        assert hour.cancelled_at
        assert OfficeSeat.objects.get().left_at


class TestJoining:
    def test_neither_side_is_in_two_places_and_one_has_one_place(self, hour, people, expert):
        services.join_hour(hour=hour, person=people[0])
        refused("joined", services.join_hour, hour=hour, person=people[0])
        refused("own", services.join_hour, hour=hour, person=expert)
        assert TimeClaim.objects.filter(person__in=(people[0], expert)).count() == 2
        again = OfficeHour(mentor=expert, skill=hour.skill, title="At the same time", starts_at=hour.starts_at)
        refused("taken", services.open_office_hour, hour=again, minutes=30)
        services.keep_apart(person=expert, other=people[1])
        refused("closed", services.join_hour, hour=hour, person=people[1])
        refused("closed", services.join_hour, hour=hour, person=people[2], now=hour.decide_at)
        soon = OfficeHour(mentor=expert, skill=hour.skill, title="Soon", starts_at=timezone.now() + DAY)
        refused("too_soon", services.open_office_hour, hour=soon, minutes=30)

    def test_who_leaves_the_site_or_is_kept_apart_leaves_the_hour(self, hour, people, expert):
        for person in people[:2]:
            services.join_hour(hour=hour, person=person)
        services.keep_apart(person=expert, other=people[0])
        leave_all(people[1])
        assert not OfficeSeat.objects.taken().exists()
        leave_all(expert)
        hour.refresh_from_db()
        assert hour.cancelled_at
        assert export_all(people[0])["mentoring"]["office_seats"][0]["hour__title"] == "Three plans"


def test_who_is_kept_apart_from_one_of_those_who_share_it_does_not_join(hour, people):
    services.join_hour(hour=hour, person=people[0])
    services.keep_apart(person=people[0], other=people[1])
    refused("closed", services.join_hour, hour=hour, person=people[1])
    assert services.join_hour(hour=hour, person=people[2])


@pytest.mark.django_db(transaction=True)
def test_of_many_who_join_at_once_as_many_come_in_as_there_are_places(hour):
    people = [make_user(f"Member {n}") for n in range(6)]
    codes = []

    def press(person):
        try:
            codes.append("in" if services.join_hour(hour=hour, person=person).joined_at else "held")
        except services.MentoringRefused as refusal:
            codes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["full"] * 3 + ["in"] * 3


class TestPages:
    def test_it_is_opened_joined_left_and_called_off(self, mentor_page, skill, expert, learner, client):
        client.force_login(expert)
        form = {"title": "Three plans", "skill": skill.pk, "minutes": "60", "price": "0", "least": "3", "most": "2"}
        form["starts_at"] = f"{timezone.localtime() + 5 * DAY:%Y-%m-%dT%H:%M}"
        assert client.post("/mentoring/hours/new/", form).status_code == 422
        made = client.post("/mentoring/hours/new/", form | {"least": "2", "most": "3"})
        here = OfficeHour.objects.get().get_absolute_url()
        assert (made.status_code, made["Location"]) == (303, here)
        client.logout()
        assert "Three plans" in client.get(f"/mentors/{expert.handle}/").text
        assert "Log in to join" in client.get(here).text
        client.force_login(learner)
        assert client.post(here, {"act": "call_off"}).status_code == 404
        assert client.post(here, {"act": "join"}).status_code == 303
        assert "You have a place" in client.get(here).text
        assert "Three plans" in client.get("/meetings/").text
        assert client.post(here, {"act": "join"})["Location"] == here  # a second tap
        assert client.post(here, {"act": "join", "once": "more"}).status_code == 422
        assert client.post(here, {"act": "leave"}).status_code == 303
        client.force_login(expert)
        assert client.post(here, {"act": "call_off", "reason": "Ill"}).status_code == 303
        assert "Called off. Ill" in client.get(here).text

    def test_the_room_and_who_comes_are_for_those_who_come(self, hour, people, client):
        for person in people[:2]:
            services.join_hour(hour=hour, person=person)
        here = hour.get_absolute_url()
        assert people[0].name not in client.get(here).text
        services.decide_hours(now=hour.decide_at)
        now = timezone.now()
        OfficeHour.objects.update(decide_at=now - DAY, starts_at=now, ends_at=now + HOUR)
        services.save_rules(rules=services.rules_of(hour.mentor))
        hour.mentor.booking_rules.room_url = "https://meet.example.org/amara"
        hour.mentor.booking_rules.save()
        assert "https://meet.example.org/amara" not in client.get(here).text
        client.force_login(people[0])
        assert "https://meet.example.org/amara" not in client.get(here).text
        assert client.post(here, {"act": "come"}).status_code == 303
        page = client.get(here).text
        assert "https://meet.example.org/amara" in page
        assert people[1].name in page

    def test_the_same_by_programs(self, hour, learner, client):
        OfficeHour.objects.update(description="Bring one")
        api = f"/api/v1/mentors/{hour.mentor.handle}/hours/"
        [shown] = client.get(api).json()
        assert (shown["title"], shown["people"], shown["least"]) == ("Three plans", 0, 2)
        client.force_login(learner)
        assert client.post(f"{api}{hour.pk}/place/").json()["people"] == 1
        assert client.post(f"{api}{hour.pk}/place/").json()["code"] == "joined"
        assert client.delete(f"{api}{hour.pk}/place/").json()["people"] == 0
        assert client.post(f"{api}{hour.pk}/presence/").json()["code"] == "not_open"
        now = timezone.now()
        OfficeHour.objects.update(decided_at=now, decide_at=now - DAY, starts_at=now, ends_at=now + HOUR)
        assert client.post(f"{api}{hour.pk}/presence/").json()["code"] == "no_place"
        client.force_login(hour.mentor)
        since = client.post(f"{api}{hour.pk}/presence/").json()["came_at"]
        assert client.post(f"{api}{hour.pk}/presence/").json() == {"came_at": since, "room_url": ""}
        assert OfficeHour.objects.get().mentor_came_at.isoformat() == since
        client.force_login(learner)
        assert client.get(reverse("office_hour", args=[hour.mentor.handle, hour.pk])).status_code == 200


def test_whoever_was_led_to_an_hour_keeps_no_name_of_its_mentor_once_they_are_erased(hour, people, expert):
    for person in people[:2]:
        services.join_hour(hour=hour, person=person)
    Notification.objects.create(
        recipient=people[0], kind="office_hour_reminder", ref=str(hour.pk), url=hour.get_absolute_url(), key="x"
    )
    erase_all(expert)
    assert not Notification.objects.filter(url__contains="amara-okonjo").exists()
