"""What is on, for feed readers and calendars: the filters of the list, and only what everybody sees."""

from datetime import timedelta
from xml.etree import ElementTree

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from features.sessions import services
from features.sessions.models import SkillSession
from tests.factories import make_session, make_skill, make_user

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def session(expert, skill):
    return make_session(expert, about=[skill], title="Plans & <joins>", room_url="https://meet.example.org/canary")


def feed(response):
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def titles(response) -> list[str]:
    return [entry.findtext("a:title", namespaces=ATOM) for entry in feed(response).findall("a:entry", ATOM)]


def events(response) -> dict:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    return {str(event["summary"]): event for event in found}


class TestAtom:
    def test_it_has_all_that_the_format_asks_for(self, client, session, settings):
        """RFC 4287: id, title and updated, of the feed and of each entry; an author; absolute links."""
        root = feed(client.get("/feeds/sessions.atom"))
        assert root.tag == "{http://www.w3.org/2005/Atom}feed"
        [entry] = root.findall("a:entry", ATOM)
        for element in (root, entry):
            assert element.findtext("a:id", namespaces=ATOM)
            assert element.findtext("a:title", namespaces=ATOM)
            assert parse_datetime(element.findtext("a:updated", namespaces=ATOM)).tzinfo
        assert entry.findtext("a:author/a:name", namespaces=ATOM) == session.host.name
        assert entry.findtext("a:title", namespaces=ATOM) == "Plans & <joins>"
        assert entry.find("a:link", ATOM).get("href") == settings.SITE_URL + session.get_absolute_url()
        assert root.find("a:link[@rel='self']", ATOM).get("href") == f"{settings.SITE_URL}/feeds/sessions.atom"
        assert entry.find("a:category", ATOM).get("term") == "PostgreSQL"

    def test_an_entry_keeps_its_id_when_it_is_changed(self, client, session):
        def entry():
            return feed(client.get("/feeds/sessions.atom")).find("a:entry", ATOM)

        before = entry()
        later = timezone.now() + timedelta(hours=1)
        SkillSession.objects.update(title="Another", slug="another", updated_at=later)
        after = entry()
        assert after.findtext("a:id", namespaces=ATOM) == before.findtext("a:id", namespaces=ATOM)
        assert after.findtext("a:updated", namespaces=ATOM) > before.findtext("a:updated", namespaces=ATOM)

    def test_an_empty_one_is_a_feed_too_and_stays_the_same(self, client):
        first = client.get("/feeds/sessions.atom")
        assert titles(first) == []
        assert feed(first).findtext("a:updated", namespaces=ATOM) == "2000-01-01T00:00:00+00:00"
        assert client.get("/feeds/sessions.atom")["ETag"] == first["ETag"]

    def test_the_newest_stands_first(self, client, expert):
        for n, title in enumerate(["Old", "New"]):
            made = make_session(expert, title=title, starts_in=timedelta(days=9 - n))
            SkillSession.objects.filter(pk=made.pk).update(published_at=timezone.now() - timedelta(days=5 - n))
        assert titles(client.get("/feeds/sessions.atom")) == ["New", "Old"]


class TestCalendar:
    def test_it_is_the_page_as_entries_and_no_way_into_the_room(self, client, session, settings):
        response = client.get("/feeds/sessions.ics")
        event = events(response)["Plans & <joins>"]
        assert str(event["uid"]).startswith(str(session.ical_uid))
        assert str(event["url"]) == settings.SITE_URL + session.get_absolute_url()
        assert "canary" not in response.text


@pytest.mark.parametrize("form", ["atom", "ics"])
class TestBoth:
    def names(self, client, address, form):
        response = client.get(f"{address}.{form}")
        return sorted(titles(response) if form == "atom" else events(response))

    def test_only_what_is_public_and_to_come(self, client, expert, learner, session, form):
        make_session(expert, title="Draft", published=False, starts_in=timedelta(days=9))
        off = make_session(expert, title="Called off", starts_in=timedelta(days=10))
        services.cancel_session(session=off, by=expert, reason="ill")
        past = make_session(expert, title="Past", starts_in=timedelta(days=11))
        SkillSession.objects.filter(pk=past.pk).update(
            starts_at=timezone.now() - timedelta(days=1), ends_at=timezone.now() - timedelta(hours=22)
        )
        client.force_login(expert)
        for address in ("/feeds/sessions", "/feeds/skills/postgresql", f"/feeds/people/{expert.handle}"):
            assert self.names(client, address, form) == ["Plans & <joins>"]

    def test_the_filters_of_the_list_are_those_of_the_feed(self, client, expert, session, form):
        make_session(expert, title="For all", level=1, starts_in=timedelta(days=5))
        assert len(self.names(client, "/feeds/sessions", form)) == 2
        for query, expected in (("level=1", ["For all"]), ("skill=postgresql", ["Plans & <joins>"]), ("level=5", [])):
            response = client.get(f"/feeds/sessions.{form}?{query}")
            assert sorted(titles(response) if form == "atom" else events(response)) == expected

    def test_nobodys_free_time_stands_in_it(self, client, learner, session, form):
        client.force_login(learner)
        response = client.get(f"/feeds/sessions.{form}?fits=on")
        assert len(titles(response) if form == "atom" else events(response)) == 1

    def test_of_a_skill_with_what_lies_below_it_and_of_a_person(self, client, expert, session, form):
        area = make_skill("Data")
        below = make_skill("Plans", parent=area)
        other = make_user("Kwame Boateng", role="expert")
        make_session(other, about=[below], title="Below")
        assert self.names(client, "/feeds/skills/data", form) == ["Below"]
        assert self.names(client, f"/feeds/people/{other.handle}", form) == ["Below"]

    def test_what_is_not_there_has_none(self, client, learner, form):
        for address in ("skills/nothing", "people/nobody", f"people/{learner.handle}"):
            assert client.get(f"/feeds/{address}.{form}").status_code == 404

    def test_one_that_moved_is_found_where_it_went(self, client, expert, skill, session, form):
        skill.former_slugs.create(slug="pg")
        response = client.get(f"/feeds/skills/pg.{form}")
        assert (response.status_code, response["Location"]) == (301, f"/feeds/skills/postgresql.{form}")
        expert.former_handles.create(handle="amara")
        response = client.get(f"/feeds/people/amara.{form}")
        assert (response.status_code, response["Location"]) == (301, f"/feeds/people/{expert.handle}.{form}")

    def test_whoever_has_it_gets_it_once_and_strangers_share_it(self, client, expert, session, form):
        first = client.get(f"/feeds/sessions.{form}")
        assert first["Cache-Control"] == "public, max-age=0, s-maxage=60"
        assert first["X-Robots-Tag"] == "noindex"
        again = client.get(f"/feeds/sessions.{form}", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == first["Cache-Control"]
        make_session(expert, starts_in=timedelta(days=7))
        assert client.get(f"/feeds/sessions.{form}", headers={"If-None-Match": first["ETag"]}).status_code == 200

    def test_control_characters_break_nothing(self, client, session, form):
        SkillSession.objects.update(title="a\x0bb", outcome="c\x01d\u2028e")
        assert len(self.names(client, "/feeds/sessions", form)) == 1

    def test_the_queries_do_not_grow_with_the_rows(self, client, form):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get(f"/feeds/sessions.{form}")
            return len(captured)

        def fill(number):
            for n in range(number):
                host = make_user(f"Host {number} {n}", handle=f"host-{number}-{n}", role="expert")
                make_session(host, about=[make_skill(f"Skill {number} {n}")])

        fill(1)
        few = queries()
        fill(6)
        assert queries() == few


class TestWhereTheyAreFound:
    def test_heads_name_them_and_pages_link_them(self, client, expert, skill, session):
        pages = {
            "/sessions/?level=3": ("/feeds/sessions.atom", "/feeds/sessions.ics?level=3"),
            skill.get_absolute_url(): ("/feeds/skills/postgresql.atom", "/feeds/skills/postgresql.ics"),
            expert.get_absolute_url(): (
                f"/feeds/people/{expert.handle}.atom", f"/feeds/people/{expert.handle}.ics",
            ),
        }  # fmt: skip
        for page, (atom, ics) in pages.items():
            text = client.get(page).text
            head = text.partition("</head>")[0]
            assert '<link rel="alternate" type="application/atom+xml"' in head, page
            assert f'href="{atom}"' in head, page
            assert f'href="{ics}"' in text, page
