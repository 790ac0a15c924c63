"""Pages of offers and meetings."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.mentoring import services
from features.mentoring.models import Booking, MentorPage, Offer
from features.sessions import services as sessions
from tests.factories import make_session


def seconds(moment):
    return str(int(moment.timestamp()))


class TestSlots:
    def test_everybody_sees_times_in_their_zone_with_the_mentors_beside(self, client, offer, slot, learner):
        address = f"/mentors/amara-okonjo/times/{offer.pk}/"
        assert slot().isoformat() in client.get(address).content.decode()
        client.force_login(learner)
        page = client.get(address).content.decode()
        assert "In Lisbon time." in page
        assert "Lagos" in page

    def test_a_stranger_logs_in_first_a_member_gets_a_hold_and_books_it(self, client, offer, slot, learner):
        address = f"/mentors/amara-okonjo/times/{offer.pk}/"
        assert "/account/login/" in client.post(address, {"starts_at": seconds(slot())})["Location"]
        client.force_login(learner)
        answer = client.post(address, {"starts_at": seconds(slot())})
        assert answer.status_code == 303
        page = client.get(answer["Location"])
        assert "Kept for you until" in page.content.decode()
        assert "After that others can book the time" in page.content.decode()
        assert client.post(answer["Location"], {"note": "Slow joins", "act": "book"}).status_code == 303
        booking = Booking.objects.get()
        assert booking.confirmed_at
        page = client.get(answer["Location"]).content.decode()
        assert "Slow joins" in page
        assert "Move it" in page

    @pytest.mark.parametrize("sent", ["", "noon", "9" * 40, "12"])
    def test_what_is_no_free_time_is_said_beside_the_times(self, client, offer, learner, sent):
        client.force_login(learner)
        answer = client.post(f"/mentors/amara-okonjo/times/{offer.pk}/", {"starts_at": sent})
        assert answer.status_code == 422
        assert "Choose" in answer.content.decode()

    def test_a_time_that_is_kept_waits_at_home_until_it_is_booked_or_let_go(self, client, offer, slot, learner):
        held = services.reserve(offer=offer, person=learner, starts_at=slot())
        client.force_login(learner)
        page = client.get("/").text
        assert "Kept for you until" in page
        assert f'href="{held.get_absolute_url()}">Book it, or let it go' in page
        assert 'data-countdown="' in page
        services.give_back(booking=held)
        assert "Kept for you until" not in client.get("/").text

    @pytest.mark.parametrize(
        ("price", "said"), [(0, "If you cannot come, say so all the same."), (4000, "gives no money back")]
    )
    def test_what_can_no_longer_be_changed_says_so_and_no_time_that_is_over(self, client, booked, learner, price, said):
        client.force_login(learner)
        assert "until" in client.get(booked.get_absolute_url()).text.partition("</dl>")[0]
        Booking.objects.update(price_minor=price, policy={"free_until_hours": 24 * 30})
        facts = client.get(booked.get_absolute_url()).text.partition("</dl>")[0]
        assert said in facts
        assert "called off until" not in facts
        assert "full price, until" not in facts

    def test_what_was_kept_can_be_given_back(self, client, offer, slot, learner):
        held = services.reserve(offer=offer, person=learner, starts_at=slot())
        client.force_login(learner)
        assert client.post(held.get_absolute_url(), {"act": "give_back"}).status_code == 303
        assert "no longer kept" in client.get(held.get_absolute_url()).content.decode()


class TestJourneys:
    def test_are_said_whole_and_move_the_hours(self, client, offer, learner):
        client.force_login(offer.mentor)
        rules = {
            "room_url": "", "notice_hours": 12, "horizon_days": 30, "before_minutes": 0, "after_minutes": 0,
            "most_a_day": 0, "most_a_week": 0, "travel_from": timezone.localdate().isoformat(),
        }  # fmt: skip
        answer = client.post("/mentoring/offers/", rules)
        assert answer.status_code == 422
        assert "Of a journey say from when, until when, and where." in answer.text
        until = timezone.localdate() + timedelta(days=60)
        rules |= {"travel_until": until.isoformat(), "travel_zone": "Asia/Tokyo"}
        assert client.post("/mentoring/offers/", rules).status_code == 303
        client.force_login(learner)
        page = client.get(f"/mentors/amara-okonjo/times/{offer.pk}/").text
        assert "Tokyo" in page
        assert "Lagos" not in page
        start = services.free_slots(offer, learner, now=timezone.now())[0][0]
        assert services.reserve(offer=offer, person=learner, starts_at=start).time_zone == "Asia/Tokyo"


class TestPrograms:
    def test_say_i_am_here_and_are_told_where(self, client, booked, outsider):
        here = f"/api/v1/meetings/{booked.public_id}/presence/"
        client.force_login(outsider)
        assert client.post(here).status_code == 404
        client.force_login(booked.mentee)
        assert client.post(here).json()["code"] == "not_open"
        now = timezone.now()
        Booking.objects.update(starts_at=now, ends_at=now + timedelta(hours=1))
        found = client.post(here).json()
        assert found["room_url"] == "https://meet.example.org/amara"
        assert client.post(here).json() == found
        came = Booking.objects.get()
        assert (came.mentee_came_at.isoformat(), came.mentor_came_at) == (found["came_at"], None)


class TestMeetings:
    def test_nobody_else_finds_it_and_a_hold_is_its_mentees(self, client, booked, outsider, offer, slot):
        held = services.reserve(offer=offer, person=outsider, starts_at=slot(3))
        client.force_login(booked.mentor)
        assert client.get(held.get_absolute_url()).status_code == 404
        client.force_login(outsider)
        for part in ("", "move/", "cancellation/", "calendar.ics"):
            assert client.get(booked.get_absolute_url() + part).status_code == 404

    def test_moving_and_calling_off_take_a_reason(self, client, booked, slot):
        client.force_login(booked.mentor)
        address = booked.get_absolute_url()
        start = slot(3)
        answer = client.post(address + "move/", {"starts_at": seconds(start)})
        assert answer.status_code == 422
        assert f'value="{seconds(start)}" selected' in answer.content.decode()
        assert client.post(address + "move/", {"starts_at": seconds(start), "reason": "A release"}).status_code == 303
        assert "A release" in client.get(address).content.decode()
        assert client.post(address + "cancellation/", {}).status_code == 422
        assert client.post(address + "cancellation/", {"reason": "Ill"}).status_code == 303
        assert "Amara Okonjo called it off." in client.get(address).content.decode()

    def test_the_list_costs_the_same_for_more_meetings(self, client, booked, offer, slot, learner):
        def queries():
            with CaptureQueriesContext(connection) as seen:
                assert client.get("/meetings/").status_code == 200
            return len(seen)

        client.force_login(learner)
        before = queries()
        for n in (3, 5, 7):
            services.book(booking=services.reserve(offer=offer, person=learner, starts_at=slot(n)))
        Booking.objects.filter(pk=booked.pk).update(cancelled_at=timezone.now(), reason="-")
        assert queries() <= before

    def test_the_agenda_is_written_by_either(self, client, booked):
        client.force_login(booked.mentee)
        assert client.post(booked.get_absolute_url() + "agenda/", {"agenda": "1. Indexes"}).status_code == 303
        client.force_login(booked.mentor)
        assert "1. Indexes" in client.get(booked.get_absolute_url()).content.decode()

    def test_what_is_still_to_be_done_stands_beside_the_agenda(self, client, together, booked):
        todo = services.add_action(engagement=together, by=booked.mentor, owner=booked.mentee, text="Read chapter 14")
        client.force_login(booked.mentee)
        page = client.get(booked.get_absolute_url()).text
        assert "Read chapter 14" in page
        assert f'href="{together.get_absolute_url()}"' in page
        services.tick_action(action=todo, is_done=True)
        assert "Read chapter 14" not in client.get(booked.get_absolute_url()).text

    def test_nobody_writes_over_the_agenda_of_the_other(self, client, booked):
        place, seen = booked.get_absolute_url() + "agenda/", booked.agenda_version
        client.force_login(booked.mentee)
        assert f'name="seen" value="{seen}"' in client.get(booked.get_absolute_url()).text
        assert client.post(place, {"agenda": "Of the mentee", "seen": seen}).status_code == 303
        client.force_login(booked.mentor)
        answer = client.post(place, {"agenda": "Of the mentor", "seen": seen})
        assert answer.status_code == 422
        assert "Of the mentee" in answer.text
        assert ">Of the mentor</textarea>" in answer.text
        booked.refresh_from_db()
        assert booked.agenda == "Of the mentee"
        assert client.post(place, {"agenda": "Both", "seen": booked.agenda_version}).status_code == 303

    def test_the_agenda_is_written_until_the_meeting_is_over_and_read_afterwards(self, client, booked):
        place = f"{booked.get_absolute_url()}agenda/"
        client.force_login(booked.mentee)
        client.post(place, {"agenda": "1. In\x00dexes"})
        began = timezone.now() - timedelta(hours=2)
        Booking.objects.filter(pk=booked.pk).update(starts_at=began, ends_at=began + timedelta(hours=1))
        assert "stays as it was" in client.post(place, {"agenda": "Rewritten"}, follow=True).text
        page = client.get(booked.get_absolute_url()).text
        assert "1. Indexes" in page
        assert place not in page


class TestOffers:
    def test_a_mentor_makes_changes_and_closes_offers(self, client, offer):
        client.force_login(offer.mentor)
        sent = {"kind": "meeting", "title": "Half an hour", "minutes": 30, "price": "45.50", "change_hours": 24}
        sent["most_moves"] = 1
        assert client.post("/mentoring/offers/new/", sent).status_code == 303
        made = Offer.objects.get(title="Half an hour")
        assert made.price_minor == 4550
        assert MentorPage.objects.get().price_from == 0
        answer = client.post(f"/mentoring/offers/{made.pk}/", sent | {"kind": "intro"})
        assert answer.status_code == 422
        assert "A first talk is free." in answer.content.decode()
        client.post(f"/mentoring/offers/{offer.pk}/closing/")
        assert MentorPage.objects.get().price_from == 4550

    def test_the_page_of_a_mentor_says_what_is_free_next(self, offer, slot):
        page = MentorPage.objects.get()
        assert page.next_free_at == services.free_slots(offer, None, now=timezone.now())[0][0]

    def test_rules_are_the_mentors_to_say(self, client, offer, learner):
        client.force_login(learner)
        assert client.get("/mentoring/offers/").status_code == 404
        client.force_login(offer.mentor)
        said = {"notice_hours": 48, "horizon_days": 10, "before_minutes": 5, "after_minutes": 10, "most_a_day": 1}
        assert client.get("/mentoring/offers/").text.count('class="btn main"') == 1
        assert client.post("/mentoring/offers/", said).status_code == 422
        assert client.post("/mentoring/offers/", said | {"most_a_week": 2}).status_code == 303
        assert services.rules_of(offer.mentor).notice_hours == 48


@pytest.mark.parametrize(
    ("days", "first", "then"), [(1, "Next meeting", "Next session"), (-1, "Next session", "Next meeting")]
)
def test_at_home_what_comes_first_stands_first(client, learner, outsider, booked, days, first, then):
    client.force_login(learner)
    assert "A meeting comes up." in client.get("/").text
    session = make_session(outsider, starts_in=booked.starts_at + timedelta(days=days) - timezone.now())
    sessions.register(session=session, person=learner)
    page = client.get("/").text
    assert page.index(first) < page.index(then)
