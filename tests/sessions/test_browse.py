"""The list: search and filters in the URL, counts beside each choice, a way on when nothing fits."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from features.discovery.models import Document
from features.sessions import services
from features.sessions.filters import window
from features.sessions.models import SkillSession
from tests.factories import make_session, make_skill, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def publish(host, **fields):
    """A session that the search knows."""
    session = make_session(host, published=False, **fields)
    return services.publish(session=session, by=host)


@pytest.fixture(scope="module")
def three(expert, skill):
    other = make_skill("Contract law")
    start = timezone.now() + timedelta(days=2)
    return [
        publish(expert, title="Reading a query plan", about=[skill], starts_at=start, level=3),
        publish(
            expert,
            title="Vacuum and bloat",
            about=[skill],
            starts_at=start + timedelta(days=1),
            level=4,
            kind="webinar",
        ),
        publish(
            expert,
            title="Clauses nobody reads",
            about=[other],
            starts_at=start + timedelta(days=20),
            level=1,
            language="de",
        ),
    ]


def titles(response):
    return [card.title for card in response.context["cards"]]


class TestList:
    def test_shows_what_is_coming_soonest_first_to_a_stranger(self, client, three):
        response = client.get("/sessions/")
        assert titles(response) == ["Reading a query plan", "Vacuum and bloat", "Clauses nobody reads"]
        assert "Amara Okonjo" in response.text

    def test_leaves_out_drafts_cancelled_past_and_removed(self, client, expert):
        make_session(expert, title="Draft", published=False)
        make_session(expert, title="Off", cancelled_at=timezone.now())
        make_session(expert, title="Over", starts_in=-timedelta(days=1))
        make_session(expert, title="Gone", removed_at=timezone.now())
        assert titles(client.get("/sessions/")) == []

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=query", ["Reading a query plan"]),
            ("q=postgres", ["Reading a query plan", "Vacuum and bloat"]),
            ("q=vacu", ["Vacuum and bloat"]),
            ("skill=postgresql", ["Reading a query plan", "Vacuum and bloat"]),
            ("level=3&level=1", ["Reading a query plan", "Clauses nobody reads"]),
            ("kind=webinar", ["Vacuum and bloat"]),
            ("language=de", ["Clauses nobody reads"]),
            ("when=week", ["Reading a query plan", "Vacuum and bloat"]),
            ("price=free&when=month", ["Reading a query plan", "Vacuum and bloat", "Clauses nobody reads"]),
            ("price=paid", []),
            ("format=online&level=4&q=bloat", ["Vacuum and bloat"]),
            ("level=99&kind=nonsense&when=never", ["Reading a query plan", "Vacuum and bloat", "Clauses nobody reads"]),
        ],
    )
    def test_filters_by_what_stands_in_the_url(self, client, three, query, found):
        assert titles(client.get(f"/sessions/?{query}")) == found

    def test_htmx_gets_the_results_alone_from_the_same_address(self, client, three):
        response = client.get("/sessions/?q=query", headers=HTMX)
        assert response.text.lstrip().startswith('<section id="results"')
        assert "<html" not in response.text
        assert "HX-Request" in response["Vary"]
        assert "HX-Request" in client.get("/sessions/?q=query")["Vary"]

    def test_counts_say_what_each_choice_would_show(self, client, three):
        facets = {
            facet.name: {c.value: c.count for c in facet.choices}
            for facet in client.get("/sessions/?level=3").context["form"]["facets"]
        }
        assert facets["level"] == {"3": 1, "4": 1, "1": 1}  # as if no level were chosen
        assert facets["kind"] == {"workshop": 1}  # with the level that is

    def test_each_chip_takes_its_own_filter_away(self, client, three):
        chips = client.get("/sessions/?level=3&level=1&q=query").context["form"]["chips"]
        assert {chip["url"] for chip in chips} == {"/sessions/?level=1&q=query", "/sessions/?level=3&q=query"}

    def test_nothing_found_names_the_one_filter_that_is_in_the_way(self, client, three):
        text = client.get("/sessions/?q=postgres&language=de").text
        assert '<a class="btn main" href="/sessions/?q=postgres">Show 2 without “German”</a>' in text
        text = client.get("/sessions/?level=3&kind=workshop&language=de").text
        assert "/sessions/?level=3&amp;kind=workshop" in text
        assert "Show 2 without filters" in client.get("/sessions/?q=postgres&level=1&language=fi").text

    def test_nothing_found_offers_what_was_meant_if_something_is_on_about_it(self, client, three):
        assert "Did you mean" in client.get("/sessions/?q=posgrezql").text
        make_skill("C++")
        text = client.get("/sessions/?q=C%2B%2B").text
        assert "Did you mean" not in text
        assert "follow C++" in text

    @pytest.mark.parametrize("query", ["q=posgrezql", "q=postgres&language=de", "skill=postgresql&level=5"])
    def test_nothing_found_leads_to_being_told_of_what_comes(self, client, three, skill, query):
        text = client.get(f"/sessions/?{query}").text
        assert f'Be told once there is one: <a href="{skill.get_absolute_url()}">follow {skill.name}</a>' in text
        assert "Tell me when there is something" in client.get("/sessions/?q=zzzzzzzz").text

    def test_what_is_offered_without_filters_has_the_same_words(self, client, expert, skill):
        session = make_session(expert, about=[skill], title="Query plans & indexes in C# code", published=False)
        services.publish(session=session, by=expert)
        url = client.get("/sessions/", {"q": "plans & C# code", "level": "5"}).context["nothing"]["ways"].wider.url
        found = client.get(url).context
        assert (found["form"]["words"], found["total"]) == ("plans & C# code", 1)

    @pytest.mark.parametrize("words", ["\x00", "' OR 1=1 --", "a:*&|!", '"', "%", "x" * 5000, "\u202e"])
    def test_odd_words_are_answered_with_a_page(self, client, three, words):
        assert client.get("/sessions/", {"q": words}).status_code == 200

    def test_filtered_lists_name_the_plain_list_as_canonical(self, client, three):
        assert '<link rel="canonical" href="http://testserver/sessions/">' in client.get("/sessions/?level=3").text

    def test_the_number_of_queries_does_not_grow_with_the_rows(
        self, client, learner, expert, django_assert_max_num_queries
    ):
        client.force_login(learner)
        for n in range(3):
            make_session(expert, title=f"Session {n}", starts_in=timedelta(days=n + 1))
        with django_assert_max_num_queries(99) as few:
            client.get("/sessions/")
        for n in range(30):
            make_session(make_user(f"Host {n}"), title=f"More {n}", starts_in=timedelta(days=n + 1, hours=1))
        with django_assert_max_num_queries(len(few)) as many:
            assert len(client.get("/sessions/").context["cards"]) == 20
        assert len(many) == len(few)

    def test_pages_follow_each_other_without_gaps_or_repeats(self, client, expert):
        start = timezone.now() + timedelta(days=1)
        for n in range(45):  # many start at the very same time
            make_session(expert, title=f"Session {n}", starts_at=start + timedelta(hours=n // 15))
        seen, url = [], "/sessions/"
        while url:
            response = client.get(url)
            seen += titles(response)
            url = response.context["page"].next_url
        assert sorted(seen) == sorted(f"Session {n}" for n in range(45))

    def test_a_forged_cursor_is_the_first_page(self, client, three):
        assert len(titles(client.get("/sessions/?after=forged"))) == 3

    def test_fits_my_free_time(self, client, learner, three):
        from features.calendar.models import WeeklyHours

        client.force_login(learner)
        there = timezone.localtime(three[0].starts_at, __import__("zoneinfo").ZoneInfo(learner.time_zone))
        WeeklyHours.objects.create(person=learner, weekday=there.isoweekday(), starts="00:00", ends="23:59:59")
        found = titles(client.get("/sessions/?fits=on&when=week"))
        assert "Vacuum and bloat" not in found
        assert titles(client.get("/sessions/?when=week")) == ["Reading a query plan", "Vacuum and bloat"]

    def test_the_search_document_goes_with_the_session(self, expert, three):
        services.cancel_session(session=three[0], by=expert, reason="Ill")
        assert not Document.objects.filter(kind="session", ref=str(three[0].pk)).exists()


class TestWindows:
    @pytest.mark.parametrize(
        ("now", "name", "until"),
        [
            (datetime(2026, 11, 25, 12, tzinfo=UTC), "today", datetime(2026, 11, 26, tzinfo=UTC)),
            (datetime(2026, 11, 25, 12, tzinfo=UTC), "weekend", datetime(2026, 11, 30, tzinfo=UTC)),
            (datetime(2026, 11, 29, 12, tzinfo=UTC), "weekend", datetime(2026, 11, 30, tzinfo=UTC)),
            (datetime(2026, 11, 25, 12, tzinfo=UTC), "week", datetime(2026, 12, 3, tzinfo=UTC)),
            (datetime(2026, 11, 25, 12, tzinfo=UTC), "month", datetime(2026, 12, 26, tzinfo=UTC)),
        ],
    )
    def test_end_with_the_day(self, now, name, until):
        with timezone.override("UTC"):
            assert window(name, now)[1] == until

    def test_a_day_with_a_clock_change_has_its_own_length(self):
        with timezone.override("Europe/Berlin"):
            start, end = window("today", datetime(2026, 10, 24, 22, 30, tzinfo=UTC))  # half past midnight, the 25th
            assert end == datetime(2026, 10, 25, 23, tzinfo=UTC)
            assert end - start == timedelta(hours=24, minutes=30)


class TestPage:
    def test_says_everything_above_the_button(self, client, expert, skill):
        session = make_session(expert, about=[skill], capacity=12, seats_taken=9, time_zone="Africa/Lagos")
        text = client.get(session.get_absolute_url()).text
        for words in (
            session.title,
            session.outcome,
            "Amara Okonjo",
            "3 of 12 seats left",
            "Free",
            "Lagos",
            "PostgreSQL",
        ):
            assert words in text

    def test_a_member_reads_their_own_time_with_the_hosts_beside_it(self, client, expert, outsider):
        client.force_login(outsider)  # Madrid
        session = make_session(
            expert, starts_at=datetime(2038, 1, 14, 18, 30, tzinfo=UTC), time_zone="America/New_York"
        )
        text = client.get(session.get_absolute_url()).text
        assert "19:30" in text
        assert "Your time, Madrid" in text
        assert "13:30 in New York" in text

    def test_an_old_slug_moves_for_good(self, client, expert):
        session = make_session(expert)
        response = client.get(f"/sessions/{session.pk}/an-older-title/")
        assert response.status_code == 301
        assert response["Location"] == session.get_absolute_url()

    def test_a_draft_is_there_for_its_host_alone(self, client, expert, outsider):
        draft = make_session(expert, published=False)
        assert client.get(draft.get_absolute_url()).status_code == 404
        client.force_login(outsider)
        assert client.get(draft.get_absolute_url()).status_code == 404
        client.force_login(expert)
        assert "Only you see this page" in client.get(draft.get_absolute_url()).text

    def test_a_full_page_shows_the_line_and_what_else_there_is(self, client, expert, skill, outsider):
        session = make_session(expert, about=[skill], capacity=1, seats_taken=1)
        make_session(expert, title="The next date", starts_in=timedelta(days=9))
        make_session(outsider, title="Something like it", about=[skill])
        text = client.get(session.get_absolute_url()).text
        assert "Join the waitlist" in text
        assert "The next date" in text
        assert "Something like it" in text
        assert f'<a href="{session.get_absolute_url()}"' not in text  # it is not like itself

    def test_a_cancelled_page_stays_with_its_reason(self, client, expert):
        session = make_session(expert, cancelled_at=timezone.now(), cancellation_reason="I lost my voice")
        response = client.get(session.get_absolute_url())
        assert response.status_code == 200
        assert "I lost my voice" in response.text
        assert "Take a seat" not in response.text

    def test_the_room_link_and_who_comes_are_not_on_the_public_page(self, client, expert, learner):
        session = make_session(expert, room_url="https://meet.example.org/secret")
        services.register(session=session, person=learner, note="canary-note")
        text = client.get(session.get_absolute_url()).text
        assert "secret" not in text
        assert learner.name not in text
        assert "canary-note" not in text

    def test_user_text_cannot_drive_htmx(self, client, expert, skill):
        text = "<div hx-get='/x' hx-trigger='load' data-hx-get='/x' id=main name=q>x</div><form action=/x><hx-partial>"
        draft = make_session(expert, published=False, about=[skill])
        data = {f: getattr(draft, f) for f in ("title", "outcome", "capacity", "starts_at", "ends_at", "time_zone")}
        session = services.save_draft(host=expert, session=draft, data=data | {"description": text}, skills=[skill])
        assert "<div" not in session.description_html
        assert "<form" not in session.description_html


class TestSearchEngines:
    def event(self, client, session):
        import json
        import re

        text = client.get(session.get_absolute_url()).text
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', text).group(1)
        assert "<" not in block
        return json.loads(block)

    def test_the_event_says_what_the_page_says(self, client, expert):
        session = make_session(expert, title="</script><b>", capacity=5, seats_taken=5, time_zone="Africa/Lagos")
        event = self.event(client, session)
        assert event["name"] == "</script><b>"
        assert event["startDate"] == timezone.localtime(session.starts_at, session.zone).isoformat()
        assert event["eventAttendanceMode"].endswith("OnlineEventAttendanceMode")
        assert event["location"]["@type"] == "VirtualLocation"
        assert event["offers"]["availability"].endswith("SoldOut")
        assert (event["offers"]["price"], event["isAccessibleForFree"]) == ("0.00", True)

    def test_so_does_one_with_a_price_in_a_place(self, client, expert):
        event = self.event(client, make_session(expert, format="in_person", address="Hall 5, Porto", price_minor=4550))
        assert event["eventAttendanceMode"].endswith("OfflineEventAttendanceMode")
        assert event["location"] == {"@type": "Place", "name": "Hall 5, Porto", "address": "Hall 5, Porto"}
        assert (event["offers"]["price"], event["offers"]["priceCurrency"]) == ("45.50", "EUR")
        assert event["isAccessibleForFree"] is False

    def test_a_new_time_and_a_cancellation_are_said(self, client, expert):
        moved = self.event(client, make_session(expert, previous_starts_at=timezone.now() + timedelta(days=1)))
        assert moved["previousStartDate"]
        assert moved["eventStatus"].endswith("EventRescheduled")
        cancelled = make_session(expert, cancelled_at=timezone.now())
        assert self.event(client, cancelled)["eventStatus"].endswith("EventCancelled")

    def test_the_sitemap_lists_published_sessions_with_their_last_change(self, client, expert):
        session = make_session(expert)
        draft = make_session(expert, title="Hidden draft", published=False)
        SkillSession.objects.filter(pk=session.pk).update(updated_at=datetime(2026, 3, 4, 12, tzinfo=UTC))
        assert "sitemap-sessions.xml" in client.get("/sitemap.xml").text
        text = client.get("/sitemap-sessions.xml").text
        assert session.get_absolute_url() in text
        assert "<lastmod>2026-03-04</lastmod>" in text
        assert draft.get_absolute_url() not in text

    def test_whoever_asks_by_another_name_reads_the_addresses_of_the_site(self, client, expert, settings):
        path = make_session(expert).get_absolute_url()
        settings.ALLOWED_HOSTS, settings.SITE_URL = ["www.example.org"], "https://example.org"
        robots, index, sessions = (
            client.get(page, headers={"host": "www.example.org"}).text
            for page in ("/robots.txt", "/sitemap.xml", "/sitemap-sessions.xml")
        )
        assert "Sitemap: https://example.org/sitemap.xml" in robots
        assert "<loc>https://example.org/sitemap-sessions.xml</loc>" in index
        assert f"<loc>https://example.org{path}</loc>" in sessions
        assert "www.example.org" not in robots + index + sessions


@time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC))
def test_tomorrow_is_the_viewers_tomorrow(client, expert, db):
    auckland = make_user("Aroha Ngata", time_zone="Pacific/Auckland")
    late = make_session(expert, title="Late", starts_at=datetime(2026, 11, 25, 10, 30, tzinfo=UTC) + timedelta(hours=2))
    client.force_login(auckland)  # 01:00 on the 26th there
    assert titles(client.get("/sessions/?when=today")) == [late.title]
    assert "<b>26</b>" in client.get("/sessions/").text
