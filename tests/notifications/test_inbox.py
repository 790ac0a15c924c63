import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import Outbox
from features.notifications.models import Notification
from features.notifications.services import notify, unread_count
from features.sessions import services as sessions
from tests.accounts.conftest import log_in
from tests.factories import make_session, make_user
from tests.undoing import undo

pytestmark = pytest.mark.django_db
URL = "/inbox/"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def member(client, learner):
    client.force_login(learner)
    return client


def tell(person, number, kind="test", ref=1):
    """`number` notifications, the newest last."""
    for i in range(number):
        notify(person, kind, ref, f"/sessions/{i}/", key=f"{kind}:{i}:{person.pk}")
    return list(Notification.objects.filter(recipient=person).order_by("pk"))


def reading(notification):
    return f"{URL}{notification.pk}/reading/"


def words(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def queries(member):
    with CaptureQueriesContext(connection) as captured:
        assert member.get(URL).status_code == 200
    return len(captured)


class TestInbox:
    def test_a_stranger_is_asked_to_log_in(self, client):
        response = client.get(URL)
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")

    def test_an_empty_one_says_what_will_stand_here(self, member):
        response = member.get(URL)
        assert "Nothing here yet" in words(response)
        assert "Mark all as read" not in words(response)

    def test_the_newest_is_first_with_its_words_and_its_age(self, member, learner, truth):
        old, new = tell(learner, 2)
        Notification.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
        truth["2"] = "Something newer"
        Notification.objects.filter(pk=new.pk).update(ref="2")
        said = words(member.get(URL))
        assert said.index("Something newer") < said.index("A seat is yours")

    def test_nobody_sees_what_others_are_told(self, member, outsider, truth):
        tell(outsider, 1)
        assert "A seat is yours" not in member.get(URL).text

    def test_unread_is_marked_in_words_and_read_is_a_plain_link(self, member, learner, truth):
        [one] = tell(learner, 1)
        assert "New" in words(member.get(URL))
        Notification.objects.update(read_at=timezone.now())
        page = member.get(URL)
        assert "New" not in words(page)
        assert f'<a href="{one.url}">A seat is yours</a>' in page.text

    def test_looking_changes_nothing(self, member, learner, truth):
        tell(learner, 1)
        for method in ("get", "head", "get"):
            assert getattr(member, method)(URL).status_code == 200
        assert unread_count(learner) == 1

    @pytest.mark.parametrize("read_at", [None, NOW])
    def test_what_is_gone_is_said_to_be_gone_and_leads_nowhere(self, member, learner, truth, read_at):
        [one] = tell(learner, 1)
        Notification.objects.update(read_at=read_at)
        truth.clear()
        page = member.get(URL)
        assert "What this was about is no longer here." in words(page)
        assert f'href="{one.url}"' not in page.text
        assert 'name="open"' not in page.text
        assert (f'action="{reading(one)}"' in page.text) == (read_at is None)

    def test_a_kind_that_is_no_more_breaks_no_page(self, member, learner, truth):
        tell(learner, 1)
        Notification.objects.update(kind="of a feature that was removed")
        assert "What this was about is no longer here." in words(member.get(URL))

    def test_names_in_it_are_text(self, member, learner, truth):
        truth["1"] = "<script>alert(1)</script>"
        tell(learner, 1)
        assert "<script>alert" not in member.get(URL).text

    def test_pages_follow_each_other_without_gap_or_repetition(self, member, learner, truth):
        told = {row.pk for row in tell(learner, 45)}
        url, seen = URL, []
        while url:
            page = member.get(url)
            seen += [int(pk) for pk in re.findall(r'/inbox/(\d+)/reading/[^>]*>[^>]*>\s*<div class="grow ', page.text)]
            found = re.search(r'rel="next" href="([^"]+)"', page.text)
            url = unescape(found[1]) if found else ""
        assert len(seen) == 45
        assert set(seen) == told

    def test_what_is_marked_as_a_whole_starts_at_the_page_one_is_on(self, member, learner, truth):
        told = tell(learner, 21)
        first = member.get(URL)
        assert "Mark all as read" in words(first)
        url = unescape(re.search(r'rel="next" href="([^"]+)"', first.text)[1])
        part = member.get(url, headers={"hx-request": "true"})
        assert "Mark these and all older as read" in words(part)
        assert f'action="{reading(told[0])}"' in part.text
        assert f'action="{reading(told[0])}?after=' in part.text

    def test_a_forged_page_is_the_first(self, member, learner, truth):
        tell(learner, 1)
        assert "A seat is yours" in words(member.get(URL, {"after": "forged"}))

    def test_htmx_gets_the_list_alone(self, member, learner, truth):
        tell(learner, 1)
        part = member.get(URL, headers={"hx-request": "true"})
        assert part.text.strip().startswith('<div id="notices"')
        assert "csrfmiddlewaretoken" in part.text
        assert "HX-Request" in part["Vary"]

    def test_the_queries_do_not_grow_with_the_rows(self, member, learner, truth):
        tell(learner, 1)
        few = queries(member)
        tell(learner, 19)
        assert queries(member) == few


class TestBell:
    def test_it_counts_what_is_unread_on_every_page_by_one_query(self, client, learner, truth):
        log_in(client, learner)
        home = client.get("/")
        assert 'aria-label="Inbox"' in home.text
        tell(learner, 3)
        with CaptureQueriesContext(connection) as captured:
            assert 'aria-label="Inbox, 3 unread"' in client.get("/").text
        assert sum("notifications_notification" in query["sql"] for query in captured) == 1

    def test_a_stranger_has_none_and_costs_no_query(self, client):
        with CaptureQueriesContext(connection) as captured:
            assert 'href="/inbox/"' not in client.get("/").text
        assert not any("notifications_" in query["sql"] for query in captured)


class TestReading:
    def test_a_stranger_is_asked_to_log_in(self, client, learner, truth):
        [one] = tell(learner, 1)
        response = client.post(reading(one))
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")
        assert unread_count(learner) == 1

    def test_one_is_marked_and_the_reader_stays(self, member, learner, truth):
        one, _other = tell(learner, 2)
        response = member.post(reading(one))
        assert (response.status_code, response["Location"]) == (303, URL)
        assert list(Notification.objects.unread()) == [_other]

    def test_the_reader_stays_on_the_page_they_were_on(self, member, learner, truth):
        [one] = tell(learner, 1)
        response = member.post(f"{reading(one)}?after=a%26b")
        assert response["Location"] == f"{URL}?after=a%26b"

    def test_opening_marks_and_leads_on(self, member, learner, truth):
        [one] = tell(learner, 1)
        response = member.post(reading(one), {"open": "yes"})
        assert (response.status_code, response["Location"]) == (303, one.url)
        assert unread_count(learner) == 0

    def test_who_looks_at_the_page_it_leads_to_has_read_it(self, member, learner, outsider, expert):
        session = make_session(expert)
        for person in (learner, outsider):
            sessions.register(session=session, person=person)
        here = 'action="/inbox/reading/"'
        for page in (session.get_absolute_url(), f"{session.get_absolute_url()}registration/"):
            assert here in member.get(page).text
        assert unread_count(learner) == 1  # until the browser says that the page has come
        answer = member.post("/inbox/reading/", {"url": session.get_absolute_url()}, headers={"HX-Request": "true"})
        assert answer.status_code == 204
        assert (unread_count(learner), unread_count(outsider)) == (0, 1)
        assert here not in member.get(session.get_absolute_url()).text

    def test_all_that_was_there_is_marked_and_nothing_that_came_since(self, member, learner, outsider, truth):
        first, second, late = tell(learner, 3)
        tell(outsider, 2)
        assert member.post(reading(second), {"older": "yes"}).status_code == 303
        assert list(Notification.objects.unread().filter(recipient=learner)) == [late]
        assert unread_count(outsider) == 2
        first.refresh_from_db()
        assert first.read_at

    def test_twice_is_once(self, member, learner, truth):
        [one] = tell(learner, 1)
        member.post(reading(one))
        before = Notification.objects.get().read_at
        member.post(reading(one))
        assert Notification.objects.get().read_at == before

    def test_htmx_is_led_to_the_page(self, member, learner, truth):
        [one] = tell(learner, 1)
        response = member.post(reading(one), {"open": "yes"}, headers={"hx-request": "true"})
        assert (response.status_code, response["HX-Redirect"]) == (200, one.url)

    def test_what_one_press_read_is_unread_again_and_nothing_else(self, member, learner, outsider, truth):
        rows = tell(learner, 4)
        member.post(reading(rows[0]))
        undo(member, member.post(reading(rows[2]), {"older": "yes"}, follow=True))
        unread = Notification.objects.filter(read_at=None).values_list("pk", flat=True)
        assert set(unread) == {row.pk for row in rows[1:]}
        member.force_login(outsider)
        assert member.post(reading(rows[2]), {"undo": "yes"}).status_code == 404

    def test_what_others_are_told_is_not_there(self, member, outsider, truth):
        [theirs] = tell(outsider, 1)
        assert member.post(reading(theirs)).status_code == 404
        assert member.post(reading(theirs), {"older": "yes"}).status_code == 404
        assert member.post(f"{URL}{10**30}/reading/").status_code == 404
        assert unread_count(outsider) == 1

    def test_a_link_cannot_do_it(self, member, learner, truth):
        [one] = tell(learner, 1)
        assert member.get(reading(one)).status_code == 405
        assert unread_count(learner) == 1


class TestWordsOfSessions:
    """What sessions say, on the page that says it."""

    def test_the_life_of_a_seat(self, member, learner, expert, skill):
        session = make_session(expert, about=[skill], title="Plans")
        seat = sessions.register(session=session, person=learner)
        sessions.cancel_registration(registration=seat, by=learner)
        said = words(member.get(URL))
        assert "You took a seat in “Plans”" in said
        assert said.index("Your seat in “Plans” was given back.") < said.index("You took a seat")

    def test_the_life_of_a_place_in_line(self, member, learner, outsider, expert):
        session = make_session(expert, title="Plans", capacity=1)
        seat = sessions.register(session=session, person=outsider)
        sessions.join_waitlist(session=session, person=learner)
        sessions.cancel_registration(registration=seat, by=outsider)
        said = words(member.get(URL))
        assert "A seat in “Plans” came free for you, kept until" in said
        assert "You joined the waitlist for “Plans”." in said

    @pytest.mark.parametrize(
        ("kind", "sentence"),
        [
            ("session_changed", "“Plans” was changed. It is on Thu 14 January 2038, 18:30."),
            ("session_moved", "“Plans” was moved. It is on Thu 14 January 2038, 18:30."),
            ("session_cancelled", "“Plans” was cancelled."),
            ("session_reminder", "Reminder: “Plans”, Thu 14 January 2038, 18:30."),
            ("session_follow_up", "Thank you for coming to “Plans”."),
        ],
    )
    def test_a_seat_in_the_clock_of_the_reader(self, member, learner, expert, kind, sentence):
        starts_at = datetime(2038, 1, 14, 18, 30, tzinfo=UTC)
        seat = sessions.register(session=make_session(expert, title="Plans", starts_at=starts_at), person=learner)
        notify(learner, kind, seat.pk, "/")
        assert sentence in words(member.get(URL))

    def test_the_queries_do_not_grow_with_the_seats_and_places(self, member, learner, outsider, expert):
        def book(number):
            for _ in range(number):
                sessions.register(session=make_session(expert), person=learner)
                full = make_session(expert, capacity=1)
                taken = sessions.register(session=full, person=make_user(f"Filler {full.pk}"))
                sessions.join_waitlist(session=full, person=learner)
                sessions.cancel_registration(registration=taken, by=taken.person)

        book(1)
        few = queries(member)
        book(4)
        assert queries(member) == few


def test_the_inbox_needs_no_mail(member, learner, truth):
    tell(learner, 1)
    assert Outbox.objects.filter(done_at=None).exists()
    assert "A seat is yours" in words(member.get(URL))
