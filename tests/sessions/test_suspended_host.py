"""A host whose account is suspended: nobody new comes in, and nobody who has a seat is left in the dark."""

from datetime import timedelta

import pytest

from features.accounts import services as accounts
from features.discovery.models import Document
from features.sessions import services
from features.sessions.joining import can_join
from features.sessions.models import WaitlistOffer
from features.sessions.services.letters import remind
from tests.factories import make_session

pytestmark = pytest.mark.django_db
TITLE = "Reading a query plan"
AWAY = "The account of the host is suspended."


@pytest.fixture(scope="module")
def session(expert, skill):
    session = make_session(expert, about=[skill], title=TITLE, published=False, capacity=1)
    return services.publish(session=session, by=expert)


@pytest.fixture(scope="module")
def seat(session, learner):
    return services.register(session=session, person=learner)


@pytest.fixture(scope="module")
def away(seat, expert):
    accounts.suspend(person=expert, until=None, page="")
    return expert


class TestStrangers:
    def test_find_it_nowhere(self, client, away, session):
        for url in ("/", "/sessions/", "/sessions/?q=query", "/skills/postgresql/", "/sitemap-sessions.xml"):
            text = client.get(url).content.decode()
            assert TITLE not in text, url
            assert session.get_absolute_url() not in text, url
        assert client.get(session.get_absolute_url()).status_code == 404
        assert not Document.objects.filter(kind="session").exists()

    def test_nor_do_members_without_a_seat(self, client, away, session, outsider):
        client.force_login(outsider)
        assert client.get(session.get_absolute_url()).status_code == 404
        assert client.post(f"{session.get_absolute_url()}registration/").status_code == 404

    def test_nobody_takes_a_seat_by_another_way(self, away, session, outsider):
        with pytest.raises(services.RegistrationRefused) as refused:
            services.register(session=session, person=outsider, now=session.starts_at - timedelta(days=1))
        assert refused.value.code == "host_away"


class TestWhoHasASeat:
    def test_is_told_plainly_on_the_page_without_a_dead_link(self, client, away, session, learner):
        client.force_login(learner)
        page = client.get(session.get_absolute_url()).content.decode()
        assert AWAY in page
        assert "give it back" in page
        assert away.name in page
        assert f'href="{away.get_absolute_url()}"' not in page

    def test_is_told_in_place_of_a_reminder(self, away, session, letters):
        letters()
        remind(now=session.starts_at - timedelta(hours=24))
        (letter,) = letters()
        assert letter.subject == f"Probably not taking place: {TITLE}"
        assert AWAY in letter.body
        assert "/join/" not in letter.body

    def test_may_give_it_back_and_it_is_offered_to_nobody(self, session, seat, expert, learner, outsider):
        services.join_waitlist(session=session, person=outsider)
        accounts.suspend(person=expert, until=None, page="")
        services.cancel_registration(registration=seat, by=learner)
        assert not WaitlistOffer.objects.exists()
        assert can_join(session, outsider, session.starts_at - timedelta(days=2)).code == "host_away"


class TestBack:
    def test_everything_is_as_before_and_the_line_moves_on(self, client, session, seat, expert, learner, outsider):
        services.join_waitlist(session=session, person=outsider)
        accounts.suspend(person=expert, until=None, page="")
        services.cancel_registration(registration=seat, by=learner)
        accounts.reinstate(person=expert)
        assert WaitlistOffer.objects.get().entry.person == outsider
        assert TITLE in client.get("/sessions/").content.decode()
        assert Document.objects.filter(kind="session", ref=str(session.pk)).exists()
