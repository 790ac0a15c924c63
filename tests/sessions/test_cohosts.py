"""11.2: a host asks others to hold a session together, who say yes or no; what they may do then, and what not."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from features.accounts import services as accounts
from features.accounts.models import AuditEntry, RoleGrant
from features.accounts.personal_data import erase_all, export_all
from features.calendar.models import TimeClaim
from features.mentoring import services as mentoring
from features.moderation import services as moderation
from features.moderation.services.reliability import parts_of
from features.notifications import services as notifications
from features.notifications.models import Notification
from features.profiles.access import met_in_a_session, public_people
from features.sessions import entries, services
from features.sessions.api.hosting import WORDING
from features.sessions.models import CoHost, KeptForm, Registration, SessionMessage, SkillSession
from features.skills.models import SkillEvidence
from tests.factories import make_session, make_user, with_tickets
from tests.undoing import undo

pytestmark = pytest.mark.django_db


def browser_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture(scope="module")
def other(kept):
    return make_user("Lena Vogel", time_zone="Europe/Berlin")


@pytest.fixture(scope="module")
def session(expert, skill):
    return services.publish(session=make_session(expert, about=[skill], published=False, capacity=5), by=expert)


@pytest.fixture(scope="module")
def held(session, other):
    """The session, which Lena holds with Amara."""
    together(session, other)
    return SkillSession.objects.get(pk=session.pk)


def together(session, person):
    services.invite_cohost(session=session, by=session.host, handle=person.handle)
    return services.accept_cohosting(session=session, by=person)


def refused(verb, **given):
    with pytest.raises(services.HostingRefused) as caught:
        verb(**given)
    return caught.value.code


def start(session, **ago):
    now = timezone.now()
    begun = now - timedelta(**ago)
    SkillSession.objects.filter(pk=session.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))
    session.refresh_from_db()


def page(session, path=""):
    return f"{session.get_absolute_url()}{path}"


def wording(session, **changes):
    start = session.starts_at.astimezone(session.zone)
    return {
        "title": session.title, "outcome": session.outcome, "skills": "PostgreSQL", "kind": session.kind, "level": "3",
        "language": "en", "date": f"{start:%Y-%m-%d}", "time": f"{start:%H:%M}", "minutes": "90",
        "time_zone": session.time_zone, "format": "online", "room_url": "https://meet.example.org/b", "address": "",
        "capacity": str(session.capacity), "description": "", "preparation": "", "cancellation_hours": "0",
        "price": "90", "least_seats": "5", "reminder_minutes": ["60"],
    } | changes  # fmt: skip


class TestAsking:
    def test_somebody_is_asked_by_letter_and_inbox_and_says_yes(self, session, expert, other, letters):
        letters()
        host, guest = browser_of(expert), browser_of(other)
        answer = host.post(page(session, "co-hosts/"), {"handle": f"@{other.handle.upper()}"}, follow=True)
        assert "Lena Vogel is asked" in answer.text
        [letter] = letters()
        assert letter.to == [other.email]
        assert f"{page(session)}co-hosting/" in letter.body
        assert "asks you to host" in guest.get("/inbox/").text
        assert session.title in guest.get("/hosting/").text
        assert (
            "Price, refunds and calling it off stay with Amara Okonjo" in guest.get(page(session, "co-hosting/")).text
        )
        answer = guest.post(page(session, "co-hosting/"), {"act": "accept"}, follow=True)
        assert answer.redirect_chain == [(page(session), 303)]
        assert "You host this" in answer.text
        [letter] = letters()
        assert letter.to == [expert.email]
        assert "Lena Vogel hosts" in letter.subject

    def test_before_they_say_yes_nobody_else_is_told(self, client, session, expert, other, learner):
        services.invite_cohost(session=session, by=expert, handle=other.handle)
        for browser in (client, browser_of(learner)):
            assert "Lena" not in browser.get(page(session)).text
        assert browser_of(other).get(page(session, "roster/")).status_code == 404
        assert not public_people().filter(pk=other.pk).exists()
        assert client.get(f"/people/{other.handle}/").status_code == 404
        assert browser_of(learner).get(page(session, "co-hosting/")).status_code == 404

    def test_pressing_twice_asks_and_answers_once(self, session, expert, other, letters):
        letters()
        for _tap in range(2):
            services.invite_cohost(session=session, by=expert, handle=other.handle)
        assert len(letters()) == 1
        for _tap in range(2):
            services.accept_cohosting(session=session, by=other)
        assert len(letters()) == 1
        assert CoHost.objects.count() == 1
        for _tap in range(2):
            services.decline_cohosting(session=session, by=other)
        assert len(letters()) == 1

    def test_who_says_no_or_leaves_is_not_asked_again_and_who_was_taken_off_may_be(
        self, session, expert, other, letters
    ):
        services.invite_cohost(session=session, by=expert, handle=other.handle)
        letters()
        place, row, host = page(session, "co-hosts/"), CoHost.objects.get(), browser_of(expert)
        undo(host, host.post(place, {"remove": row.pk}, follow=True))
        assert CoHost.objects.invited().get() == row
        services.remove_cohost(session=session, by=expert, person=other)
        assert not letters()  # nobody hears of a question that was taken back
        assert refused(services.accept_cohosting, session=session, by=other) == "withdrawn"
        services.invite_cohost(session=session, by=expert, handle=other.handle)
        services.decline_cohosting(session=session, by=other)
        assert "does not host" in letters()[-1].subject
        assert refused(services.invite_cohost, session=session, by=expert, handle=other.handle) == "said_no"

    def test_a_letter_that_was_overtaken_is_not_sent(self, session, expert, other, letters):
        letters()
        services.invite_cohost(session=session, by=expert, handle=other.handle)
        services.remove_cohost(session=session, by=expert, person=other)
        assert not letters()

    @pytest.mark.parametrize("handle", ["nobody-here", "", "amara-okonjo"])
    def test_a_name_that_nobody_has_is_blamed_at_its_field(self, session, expert, handle):
        answer = browser_of(expert).post(page(session, "co-hosts/"), {"handle": handle})
        assert answer.status_code == 422
        assert "handle" in answer.context["form"].errors
        assert not CoHost.objects.exists()

    def test_who_has_not_proved_their_address_or_is_suspended_is_nobody(self, session, expert, organiser, other):
        unverified = make_user("Nadia Petrova", verified=False)
        moderation.impose(by=organiser, person=other, kind="suspension", reason="Noise")
        for person in (unverified, other):
            assert refused(services.invite_cohost, session=session, by=expert, handle=person.handle) == "nobody"

    def test_there_are_five_at_most(self, session, expert):
        people = [make_user(f"Helper {n}") for n in "abcdef"]
        for person in people[:5]:
            services.invite_cohost(session=session, by=expert, handle=person.handle)
        assert refused(services.invite_cohost, session=session, by=expert, handle=people[5].handle) == "too_many"
        assert "as many as there can be" in browser_of(expert).get(page(session, "co-hosts/")).text

    def test_only_the_host_asks_and_takes_off(self, held, other, outsider):
        third = make_user("Third Person")
        assert refused(services.invite_cohost, session=held, by=other, handle=third.handle) == "owner_only"
        assert refused(services.remove_cohost, session=held, by=other, person=other) == "owner_only"
        row = CoHost.objects.get()
        for person in (other, outsider):
            answer = browser_of(person).post(page(held, "co-hosts/"), {"remove": row.pk})
            assert answer.status_code == 404
        assert held.is_hosted_by(other)

    def test_a_number_of_another_session_takes_nobody_off(self, held, expert, other, learner):
        elsewhere = make_session(expert)
        answer = browser_of(expert).post(page(elsewhere, "co-hosts/"), {"remove": CoHost.objects.get().pk})
        assert answer.status_code == 404
        assert CoHost.objects.in_force().exists()

    def test_those_who_are_kept_apart_hold_nothing_together(self, held, session, expert, other, learner, letters):
        mentoring.keep_apart(person=other, other=expert)
        fresh = SkillSession.objects.get(pk=session.pk)
        assert not fresh.is_hosted_by(other)
        assert not TimeClaim.objects.filter(person=other).exists()
        again = make_session(expert)
        assert refused(services.invite_cohost, session=again, by=expert, handle=other.handle) == "not_them"
        services.invite_cohost(session=again, by=expert, handle=learner.handle)
        together(again, third := make_user("Third Person"))
        mentoring.keep_apart(person=learner, other=third)  # also from somebody who holds it already
        assert refused(services.accept_cohosting, session=again, by=learner) == "withdrawn"


class TestSayingYes:
    def test_whoever_has_a_seat_gives_it_back_first(self, session, expert, other):
        services.register(session=session, person=other)
        services.invite_cohost(session=session, by=expert, handle=other.handle)
        answer = browser_of(other).post(page(session, "co-hosting/"), {"act": "accept"})
        assert answer.status_code == 422
        assert "registration/cancellation/" in answer.text

    def test_a_place_in_line_ends_with_it_and_the_offer_moves_on(self, expert, skill, other, learner):
        session = make_session(expert, about=[skill], capacity=1)
        seat = services.register(session=session, person=make_user("Early Bird"))
        for person in (other, learner):
            services.join_waitlist(session=session, person=person)
        services.cancel_registration(registration=seat, by=seat.person)
        together(session, other)
        line = session.waitlist.filter(left_at=None)
        assert [entry.person for entry in line] == [learner]
        assert line.get().offers.filter(closed_at=None).exists()

    def test_the_time_is_theirs_once_and_moves_with_the_session(self, held, skill, other):
        assert TimeClaim.objects.filter(person=other, kind="session", ref=str(held.pk)).exists()
        own = make_session(other, about=[skill], published=False, starts_at=held.starts_at)
        RoleGrant.objects.create(person=other, role="expert")
        assert refused(services.publish, session=own, by=other) == "time_taken"
        own.starts_at, own.ends_at = held.ends_at, held.ends_at + timedelta(hours=1)
        own.save()
        services.publish(session=own, by=other)
        data = {"starts_at": own.starts_at, "ends_at": own.ends_at, "capacity": 5}
        with pytest.raises(services.HostingRefused, match="time_taken") as caught:
            services.save_edit(session=held, data=data, skills=[skill], by=held.host)
        assert "Lena Vogel is not free" in str(caught.value.words)

    def test_who_is_busy_then_cannot_say_yes(self, session, expert, skill, other):
        RoleGrant.objects.create(person=other, role="expert")
        own = make_session(other, about=[skill], published=False, starts_at=session.starts_at)
        services.publish(session=own, by=other)
        services.invite_cohost(session=session, by=expert, handle=other.handle)
        assert refused(services.accept_cohosting, session=session, by=other) == "time_taken"

    def test_a_draft_claims_the_time_when_it_is_published(self, expert, skill, other):
        draft = make_session(expert, about=[skill], published=False)
        together(draft, other)
        assert not TimeClaim.objects.exists()
        assert browser_of(other).get(page(draft, "edit/")).status_code == 200
        services.publish(session=draft, by=expert)
        assert TimeClaim.objects.filter(person=other).exists()

    def test_who_may_not_host_is_told_so_and_nobody_else(self, session, expert, moderator, other):
        moderation.impose(by=moderator, person=other, kind="limit", ability="host", reason="Noise")
        services.invite_cohost(session=session, by=expert, handle=other.handle)
        assert refused(services.accept_cohosting, session=session, by=other) == "barred"

    @pytest.mark.parametrize("state", ["over", "cancelled"])
    def test_what_is_over_or_called_off_takes_nobody(self, session, expert, other, state):
        services.invite_cohost(session=session, by=expert, handle=other.handle)
        if state == "over":
            start(session, hours=3)
        else:
            services.cancel_session(session=session, by=expert, reason="Ill")
        assert refused(services.accept_cohosting, session=session, by=other) == "over"
        assert refused(services.invite_cohost, session=session, by=expert, handle=make_user("X Y").handle) == "over"
        assert "over or was called off" in browser_of(other).get(page(session, "co-hosting/")).text

    def test_their_followers_hear_of_it_too_once(self, session, other, learner, letters):
        notifications.follow(person=learner, key=f"person:{session.host_id}")
        letters()
        services.invite_cohost(session=session, by=session.host, handle=other.handle)
        fan = make_user("Fan Of Lena")
        RoleGrant.objects.create(person=other, role="expert")
        notifications.follow(person=fan, key=f"person:{other.pk}")
        services.accept_cohosting(session=session, by=other)
        letters()
        told = Notification.objects.filter(kind="session_published")
        assert sorted(told.values_list("recipient", flat=True)) == sorted([learner.pk, fan.pk])


class TestWhereItIsShown:
    def test_on_the_page_in_its_json_ld_and_wherever_sessions_are_told_of(self, client, held, other):
        shown = client.get(page(held))
        assert f"/people/{other.handle}/" in shown.text
        said = json.loads(shown.text.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
        event = said if "organizer" in said else next(one for one in said["@graph"] if "organizer" in one)
        assert [one["name"] for one in event["organizer"]] == ["Amara Okonjo", "Lena Vogel"]
        assert client.get(f"/people/{other.handle}/").text.count(held.title)
        assert held.title in client.get(f"/feeds/people/{other.handle}.ics").text
        feed = client.get("/feeds/sessions.ics").text.replace("\r\n ", "")
        assert "With Amara Okonjo\\, Lena Vogel" in feed
        assert "Lena Vogel" in client.get(f"{page(held)[:-1]}.md").text
        assert client.get(f"/api/v1/sessions/{held.pk}/").json()["co_hosts"] == [other.handle]
        assert held.title in client.get("/search/", {"q": "Vogel"}).text
        assert [entry.summary for entry in entries.of_person(other, timezone.now())] == [held.title]

    def test_not_while_they_are_suspended(self, client, held, other, organiser):
        moderation.impose(by=organiser, person=other, kind="suspension", reason="Noise")
        assert "Lena" not in client.get(page(held)).text
        assert client.get(f"/api/v1/sessions/{held.pk}/").json()["co_hosts"] == []

    def test_lists_ask_once_for_all(self, client, held, other, expert, skill, django_assert_max_num_queries):
        def queries(path):
            with django_assert_max_num_queries(60) as found:
                client.get(path)
            return len(found)

        paths = ("/api/v1/sessions/", "/feeds/sessions.ics")
        before = [queries(path) for path in paths]
        for days in (5, 6):
            together(services.publish(session=make_session(
                expert, about=[skill], published=False, starts_in=timedelta(days=days)), by=expert), other)  # fmt: skip
        assert [queries(path) for path in paths] == before


class TestWhatTheyMay:
    def test_see_the_roster_check_in_and_say_that_it_begins_late(self, held, other, learner, expert, letters):
        seat = services.register(session=held, person=learner)
        start(held, minutes=-30)
        browser = browser_of(other)
        assert "Sofia Mendes" in browser.get(page(held, "roster/")).text
        assert "sofia-mendes" in browser.get(page(held, "roster.csv")).content.decode()
        assert browser.post(f"/attendance/{seat.public_id}/", {"act": "check_in"}).status_code == 303
        assert Registration.objects.get(pk=seat.pk).was_there
        browser.post(page(held, "messages/late/"), {"minutes": "10"})
        browser_of(expert).post(page(held, "messages/late/"), {"minutes": "10"})
        assert SessionMessage.objects.count() == 1  # whoever of them says it
        assert "about 10 minutes" in services.lateness(held).title

    def test_write_to_attendees_by_their_own_record_and_no_more_than_one_host(self, held, other, learner, expert):
        services.register(session=held, person=learner)
        browser = browser_of(other)
        said = {"to": "seats", "title": "Bring it", "text": "All of it."}
        for _n in range(2):
            browser.post(page(held, "messages/"), said)
            message = SessionMessage.objects.latest("pk")
            assert "Bring it" not in browser_of(expert).get(page(held, "messages/")).text  # a draft is its writer's
            browser.post(message.get_absolute_url(), {"act": "send"})
            message.refresh_from_db()
            assert message.state == "held"
            SessionMessage.objects.filter(pk=message.pk).update(title="Sent")
        assert "Lena Vogel" in browser_of(expert).get(page(held, "messages/")).text
        assert browser_of(expert).get(message.get_absolute_url()).status_code == 200
        data = {"title": "More", "text": "More of it.", "audience": "seats", "ticket": None}
        third = services.save_message(message=SessionMessage(session=held), by=expert, data=data)
        with pytest.raises(services.MessageRefused, match="too_many"):
            services.send_message(message=third, by=expert)

    def test_change_the_wording_but_nothing_of_money(self, held, other, expert, letters):
        browser = browser_of(other)
        assert 'name="price"' not in browser.get(page(held, "edit/")).text
        answer = browser.post(page(held, "edit/"), wording(held, title="Held by two", capacity="7"))
        assert answer.status_code == 303
        fresh = SkillSession.objects.get(pk=held.pk)
        assert (fresh.title, fresh.capacity, fresh.cancellation_hours) == ("Held by two", 7, 24)
        assert (fresh.price_minor, fresh.least_seats) == (0, None)
        for name, value in (("price_minor", 100), ("least_seats", 3), ("refund_preset", "none")):
            given = {"session": fresh, "data": {name: value, "capacity": 7}, "skills": [], "by": other}
            assert refused(services.save_edit, **given) == "owner_only"
        given = {"session": fresh, "data": {"capacity": 7}, "skills": [], "tickets": [services.Wanted(name="A")]}
        assert refused(services.save_edit, by=other, **given) == "owner_only"

    def test_nobody_writes_over_what_the_other_has_saved_unseen(self, held, other, expert):
        theirs, ours = browser_of(other), browser_of(expert)
        edit = page(held, "edit/")
        seen = theirs.get(edit).context["form"]["seen"].value()
        assert ours.post(edit, wording(held, title="By the host", seen=seen)).status_code == 303
        answer = theirs.post(edit, wording(held, title="By the co-host", seen=seen))
        assert answer.status_code == 422
        assert "It was saved since you opened this page" in answer.text
        assert SkillSession.objects.get(pk=held.pk).title == "By the host"
        again = answer.context["form"]["seen"].value()
        assert theirs.post(edit, wording(held, title="By the co-host", seen=again)).status_code == 303
        assert SkillSession.objects.get(pk=held.pk).title == "By the co-host"

    def test_nor_in_the_same_moment_and_the_same_once_more_is_no_change(self, held, other, expert, skill):
        """What is seen is compared under the lock: both have read the session before either saves it."""
        theirs, ours = (SkillSession.objects.get(pk=held.pk) for _ in range(2))
        facts = {"skills": [skill], "seen": services.version_of(held)}
        data = {"capacity": held.capacity}
        for _tap in range(2):
            services.save_edit(session=ours, data=data | {"title": "By the host"}, by=expert, **facts)
        written = {"session": theirs, "data": data | {"title": "By the co-host"}, "by": other}
        assert refused(services.save_edit, **written, **facts) == "overtaken"
        assert SkillSession.objects.get(pk=held.pk).title == "By the host"

    def test_nor_over_a_draft(self, expert, other, skill):
        draft = make_session(expert, about=[skill], published=False)
        together(draft, other)
        edit = page(draft, "edit/")
        seen = browser_of(other).get(edit).context["form"]["seen"].value()
        browser_of(expert).post(edit, wording(draft, title="By the host", seen=seen))
        assert browser_of(other).post(edit, wording(draft, seen=seen)).status_code == 422

    def test_promise_no_fewer_seats_than_the_host_counts_on(self, held, other, expert):
        SkillSession.objects.filter(pk=held.pk).update(least_seats=4)
        held.refresh_from_db()
        answer = browser_of(other).post(page(held, "edit/"), wording(held, capacity="3"))
        assert answer.status_code == 422
        assert "capacity" in answer.context["form"].errors

    def test_neither_publish_nor_call_off_copy_or_throw_away(self, held, other, expert):
        browser, draft = browser_of(other), make_session(expert, published=False)
        together(draft, other)
        RoleGrant.objects.create(person=other, role="expert")
        for session, path in (
            (held, "cancellation/"), (held, "copy/"), (draft, "publication/"), (draft, "removal/"),
        ):  # fmt: skip
            assert browser.post(page(session, path), {"reason": "No"}).status_code == 404
        browser.post(page(draft, "edit/"), wording(draft, publish="yes"))
        assert not SkillSession.objects.get(pk=draft.pk).is_published
        for verb in (services.publish, services.remove_draft):
            assert refused(verb, session=draft, by=other) == "owner_only"
        assert refused(services.cancel_session, session=held, by=other, reason="No") == "owner_only"

    def test_take_no_seat_and_join_no_line(self, held, other):
        with pytest.raises(services.RegistrationRefused, match="host"):
            services.register(session=held, person=other)
        with pytest.raises(services.RegistrationRefused, match="host"):
            services.join_waitlist(session=held, person=other)
        assert browser_of(other).get(page(held)).context["verdict"].code == "host"

    def test_a_seat_that_was_asked_for_before_and_comes_after_is_refused(self, session, other, monkeypatch):
        from features.sessions.services import seats

        before = seats.can_join(session, other, timezone.now())
        together(session, other)
        monkeypatch.setattr(seats, "can_join", lambda *given: before)
        with pytest.raises(services.RegistrationRefused, match="host"):
            services.register(session=session, person=other)
        assert SkillSession.objects.get(pk=session.pk).seats_taken == 0

    def test_the_host_stays_the_one_who_answers_reviews_and_for_absence(self, held, other, learner):
        seat = services.register(session=held, person=learner)
        start(held, hours=3)
        services.check_in(registration=seat, by=other)
        review = services.write_review(registration=seat, rating=4)
        browser = browser_of(other)
        assert browser.post(f"/reviews/{review.pk}/reply/", {"words": "Thanks"}).status_code == 404
        assert browser.get(page(held, "host-absence/")).status_code == 404
        assert met_in_a_session(other, learner)


class TestLeaving:
    def test_takes_everything_with_it(self, client, held, other, expert, letters):
        KeptForm.objects.create(person=other, key=str(held.pk), data="title=x")
        letters()
        answer = browser_of(other).post(page(held, "co-hosting/"), {"act": "decline"}, follow=True)
        assert answer.redirect_chain == [("/hosting/", 303)]
        assert "no longer hosts" in letters()[-1].subject
        assert "Lena" not in client.get(page(held)).text
        assert browser_of(other).get(page(held, "roster/")).status_code == 404
        assert not TimeClaim.objects.filter(person=other).exists()
        assert not KeptForm.objects.exists()
        assert client.get(f"/people/{other.handle}/").status_code == 404

    def test_a_draft_of_a_message_is_not_sent_by_who_has_left(self, held, other, learner):
        services.register(session=held, person=learner)
        data = {"title": "More", "text": "More of it.", "audience": "seats", "ticket": None}
        message = services.save_message(message=SessionMessage(session=held), by=other, data=data)
        services.decline_cohosting(session=held, by=other)
        message = SessionMessage.objects.get(pk=message.pk)
        assert browser_of(other).post(message.get_absolute_url(), {"act": "send"}).status_code == 404
        with pytest.raises(services.MessageRefused, match="no_host"):
            services.send_message(message=message, by=other)

    def test_the_host_takes_somebody_off_who_is_told(self, held, other, expert, letters):
        letters()
        row = CoHost.objects.get()
        answer = browser_of(expert).post(page(held, "co-hosts/"), {"remove": row.pk}, follow=True)
        assert "does not host it with you" in answer.text
        assert "no longer host" in letters()[-1].subject
        assert AuditEntry.objects.filter(act="cohost.removed").exists()

    def test_once_it_is_over_who_held_it_stays_on_record(self, held, other, expert):
        start(held, hours=3)
        assert refused(services.decline_cohosting, session=held, by=other) == "over"
        assert refused(services.remove_cohost, session=held, by=expert, person=other) == "over"

    def test_closing_an_account_ends_it_and_erasing_forgets_it(self, held, other, expert, letters):
        assert export_all(other)["sessions"]["hosted_with_others"][0]["session__title"] == held.title
        letters()
        accounts.close(person=other, takes_words=False)
        assert not CoHost.objects.open().exists()
        assert any("no longer hosts" in letter.subject for letter in letters())
        erase_all(other)
        assert not CoHost.objects.exists()


class TestNews:
    def test_co_hosts_hear_that_it_was_moved_and_called_off(self, held, other, skill, expert, letters):
        letters()
        data = {
            "starts_at": held.starts_at + timedelta(days=1), "ends_at": held.ends_at + timedelta(days=1), "capacity": 5,
        }  # fmt: skip
        services.save_edit(session=held, data=data, skills=[skill])
        [letter] = letters()
        assert (letter.to, "was changed" in letter.subject) == ([other.email], True)
        services.cancel_session(session=held, by=expert, reason="Ill")
        [letter] = letters()
        assert (letter.to, "was cancelled" in letter.subject) == ([other.email], True)
        assert "was cancelled" in browser_of(other).get("/inbox/").text

    def test_the_host_hears_that_a_co_host_moved_it(self, held, other, skill, expert, letters):
        letters()
        data = {
            "starts_at": held.starts_at + timedelta(days=1), "ends_at": held.ends_at + timedelta(days=1), "capacity": 5,
        }  # fmt: skip
        services.save_edit(session=held, data=data, skills=[skill], by=other)
        told = letters()
        assert expert.email in [address for letter in told for address in letter.to]
        assert "Lena Vogel changed" in " ".join(letter.subject for letter in told)


class TestTheLedger:
    def settle(self, session, seats, by):
        start(session, hours=4)
        for seat in seats:
            services.check_in(registration=seat, by=by)
        SkillSession.objects.filter(pk=session.pk).update(attendance_settled_at=None)
        services.settle_due()

    def test_whoever_held_it_with_the_host_taught_as_well(self, session, other, learner, expert):
        together(session, other)
        CoHost.objects.update(accepted_at=session.starts_at - timedelta(days=30))
        self.settle(session, [services.register(session=session, person=learner)], expert)
        taught = SkillEvidence.objects.filter(kind="session_hosted", revoked_at=None)
        assert {row.person for row in taught} == {expert, other}

    def test_who_joined_when_it_had_begun_did_not(self, session, other, learner, expert):
        seat = services.register(session=session, person=learner)
        together(session, other)
        self.settle(session, [seat], expert)  # accepted after the start, as that lies back now
        taught = SkillEvidence.objects.filter(kind="session_hosted", revoked_at=None)
        assert [row.person for row in taught] == [expert]

    def test_moderators_judge_nothing_of_what_they_held_along(self, session, moderator, learner):
        seat = services.register(session=session, person=learner)
        together(session, moderator)
        assert {f"session:{session.pk}", f"registration:{seat.pk}"} <= parts_of(moderator)


class TestApi:
    def test_the_whole_way_by_json(self, session, expert, other):
        host, guest = browser_of(expert), browser_of(other)
        root, json_type = "/api/v1/hosting", "application/json"
        answer = host.post(f"{root}/{session.pk}/co-hosts/", {"handle": other.handle}, content_type=json_type)
        assert (answer.status_code, answer.json()["accepted_at"]) == (201, None)
        assert [one["session"] for one in guest.get(f"{root}/invitations/").json()] == [session.pk]
        assert guest.get(f"{root}/{session.pk}/").status_code == 404
        assert guest.put(f"{root}/{session.pk}/co-hosting/").json()["accepted_at"]
        assert guest.get(f"{root}/{session.pk}/").json()["host"] == expert.handle
        assert guest.get(f"{root}/roster/{session.pk}/").status_code == 200
        assert guest.patch(f"{root}/{session.pk}/", {"title": "By two"}, content_type=json_type).status_code == 200
        answer = guest.patch(f"{root}/{session.pk}/", {"price_minor": 900}, content_type=json_type)
        assert (answer.status_code, answer.json()["code"]) == (409, "owner_only")
        assert guest.post(f"{root}/{session.pk}/co-hosts/", {"handle": "x"}, content_type=json_type).status_code == 404
        call_off = guest.post(f"{root}/{session.pk}/cancellation/", {"reason": "No"}, content_type=json_type)
        assert call_off.status_code == 404
        assert host.delete(f"{root}/{session.pk}/co-hosts/{other.handle}/").status_code == 204
        assert host.get(f"{root}/{session.pk}/co-hosts/").json() == []
        assert set(WORDING) >= set(services.OF_THE_OWNER) - {"tickets"}

    def test_kinds_of_ticket_are_the_hosts(self, held, other):
        with_tickets(held, {"name": "Seat", "capacity": 3})
        browser, path = browser_of(other), f"/api/v1/hosting/{held.pk}/"
        same = browser.get(path).json()["wording"]["tickets"]
        assert browser.patch(path, {"tickets": same}, content_type="application/json").status_code == 200
        other_ones = [one | {"capacity": 4} for one in same]
        answer = browser.patch(path, {"tickets": other_ones}, content_type="application/json")
        assert answer.json()["code"] == "owner_only"
