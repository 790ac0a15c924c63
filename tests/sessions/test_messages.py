"""2.14 and 2.23: a host writes to those who registered, and to nobody else; new hosts are read first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import Outbox
from features.accounts.models import AuditEntry
from features.accounts.personal_data import erase_all, export_all
from features.moderation import services as moderation
from features.moderation.models import Case, Reason
from features.notifications import services as notifications
from features.notifications.models import Level, Notification
from features.notifications.services import mailings
from features.sessions import services
from features.sessions.models import Attendance, Registration, SessionMessage
from features.sessions.notices import HOST_MESSAGES
from tests.factories import make_session, make_user, with_tickets

pytestmark = pytest.mark.django_db
TITLE, TEXT = "Bring a laptop", "We try everything at once.\n\nThe door is on the left."


def browser_of(person):
    client = Client()
    client.force_login(person)
    return client


def write(session, audience="seats", ticket=None, **fields):
    data = {"title": TITLE, "text": TEXT, "audience": audience, "ticket": ticket} | fields
    return services.save_message(message=SessionMessage(session=session), by=session.host, data=data)


def send(message, **facts):
    return services.send_message(message=message, by=message.by, **facts)


def give_back(session, person):
    services.cancel_registration(registration=session.registrations.get(person=person), by=person)


def addresses(letters):
    found = [letter for letter in letters if "writes:" in letter.body]
    return sorted(address for letter in found for address in letter.to)


def hold(host, people, sessions=3):
    """Sessions that took place, with these people there."""
    for number in range(sessions):
        session = make_session(host, starts_in=timedelta(days=-7 * (number + 1)))
        session.attendance_settled_at = session.ends_at
        session.save()
        for person in people:
            seat = Registration.objects.create(session=session, person=person, confirmed_at=session.published_at)
            Attendance.objects.create(registration=seat, source="check_in")


@pytest.fixture(scope="module")
def known(expert):
    """The host, whose sessions people have been to."""
    hold(expert, [make_user(f"Guest {number}") for number in range(5)])
    return expert


@pytest.fixture
def session(expert, learner, outsider, letters):
    """Sofia and Tomás have a seat."""
    session = make_session(expert, capacity=2)
    for person in (learner, outsider):
        services.register(session=session, person=person)
    letters()
    return session


class TestWhoGetsIt:
    def test_everybody_with_a_seat_and_nobody_who_gave_it_back(self, known, session, learner, outsider, letters):
        services.cancel_registration(
            registration=Registration.objects.get(session=session, person=outsider), by=outsider
        )
        letters()
        sent = send(write(session))
        assert addresses(letters()) == [learner.email]
        sent.refresh_from_db()
        assert sent.told_count == 1
        assert sent.told_at

    def test_nobody_who_gives_it_back_before_the_letter_leaves(self, known, session, learner, outsider, letters):
        message = send(write(session))
        services.tell_attendees(message.pk)
        services.cancel_registration(
            registration=Registration.objects.get(session=session, person=outsider), by=outsider
        )
        assert addresses(letters()) == [learner.email]

    def test_by_kind_of_ticket_the_line_and_who_was_there(self, known, learner, outsider, letters):
        session = make_session(known, capacity=3, starts_in=timedelta(minutes=50))
        kinds = [
            {"name": name, "format": "online", "capacity": places} for name, places in (("Room", 1), ("Screen", 2))
        ]
        room, screen = with_tickets(session, *kinds).tickets.all()
        first = services.register(session=session, person=learner, ticket=room)
        services.register(session=session, person=outsider, ticket=screen)
        waiting = make_user("Wanda Waits")
        services.join_waitlist(session=session, person=waiting, ticket=room)
        letters()
        for audience, ticket, people in (
            ("ticket", screen, [outsider]),
            ("waiting", None, [waiting]),
            ("seats", None, [learner, outsider]),
        ):
            send(write(session, audience, ticket))
            assert addresses(letters()) == sorted(person.email for person in people), audience
        services.check_in(registration=first, by=known)
        send(write(session, "present"))
        assert addresses(letters()) == [learner.email]

    def test_who_switched_it_off_gets_nothing_and_who_stopped_the_letters_reads_it_here(
        self, known, session, learner, outsider, letters
    ):
        notifications.stop_letters(person=learner, group=HOST_MESSAGES)
        notifications.choose(person=outsider, levels={HOST_MESSAGES.key: Level.OFF})
        message = write(session)
        assert services.recipients(message).count() == 1
        send(message)
        assert addresses(letters()) == []
        assert Notification.objects.get(kind=services.MESSAGE).recipient == learner
        page = browser_of(learner).get("/inbox/").content.decode()
        assert f"Amara Okonjo wrote to you about “{session.title}”: “{TITLE}”." in page

    def test_in_batches_without_telling_anybody_twice(self, known, session, letters, monkeypatch):
        monkeypatch.setattr(mailings, "BATCH", 1)
        message = send(write(session))
        assert len(addresses(letters())) == 2
        assert services.tell_attendees(message.pk) == 0
        message.refresh_from_db()
        assert message.told_count == 2


class TestLetter:
    def test_it_gives_away_no_address_and_can_be_stopped_by_one_press(self, known, session, learner, letters):
        message = send(write(session))
        letter = next(letter for letter in letters() if letter.to == [learner.email])
        source = letter.message().as_string()
        assert "Reply-To" not in source
        assert known.email not in source
        assert "outsider" not in source
        assert letter.cc == letter.bcc == []
        assert letter.subject == f"{TITLE} ({session.title})"
        assert "The door is on the left." in letter.body
        assert message.get_absolute_url() in letter.body
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in source

    def test_it_is_read_on_the_site_by_those_who_got_it_alone(self, known, session, learner, letters):
        message = send(write(session))
        letters()
        url = message.get_absolute_url()
        page = browser_of(learner).get(url)
        assert "The door is on the left." in page.content.decode()
        assert "Send it to" not in page.content.decode()
        assert browser_of(make_user("Nobody")).get(url).status_code == 404
        assert browser_of(learner).post(url, {"act": "send"}).status_code == 404


class TestSending:
    def test_once_however_often_it_is_pressed_and_it_is_in_the_audit_log(self, known, session, letters):
        message = write(session)
        browser, url = browser_of(known), message.get_absolute_url()
        gone = browser.post(url, {"act": "discard"}, follow=True).text
        assert f'<input type="hidden" name="title" value="{message.title}">' in gone  # what brings it back
        message = write(session)
        url = message.get_absolute_url()
        assert "Send it to 2 people" in browser.get(url).content.decode()
        for _tap in range(2):
            assert browser.post(url, {"act": "send"}).status_code == 303
        assert len(addresses(letters())) == 2
        entry = AuditEntry.objects.get(act="message.asked")
        assert (entry.target, entry.fields) == (f"session:{session.pk}", [f"message:{message.pk}", "2"])
        with pytest.raises(services.MessageRefused):
            services.discard_message(message=message)
        with pytest.raises(services.MessageRefused):
            services.save_message(message=message, by=known, data={"title": "Another", "text": "Text"})
        page = browser.get(session.get_absolute_url()).content.decode()
        assert TITLE in page
        assert "to 2 people" in page

    def test_two_taps_on_the_form_are_one_draft(self, known, session):
        browser, url = browser_of(known), reverse("session_messages", args=[session.pk, session.slug])
        said = {"to": "seats", "title": TITLE, "text": TEXT, "form_key": "abcdefghijklmnopqrstuv"}
        answers = [browser.post(url, said) for _tap in range(2)]
        message = SessionMessage.objects.get()
        assert {answer["Location"] for answer in answers} == {message.get_absolute_url()}
        assert not Outbox.objects.filter(task=services.messages.TASK).exists()

    def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(self, known, session):
        url = reverse("session_messages", args=[session.pk, session.slug])
        page = browser_of(known).post(url, {"to": "seats", "title": "", "text": TEXT})
        assert page.status_code == 422
        assert 'id="id_title_error"' in page.content.decode()
        assert "The door is on the left." in page.content.decode()

    def test_nobody_there_long_over_and_drafts_are_refused_in_words(self, known, session):
        with pytest.raises(services.MessageRefused) as refused:
            send(write(session, "waiting"))
        assert refused.value.code == "nobody"
        for starts_in, published, code in ((-31, True, "over"), (3, False, "draft")):
            other = make_session(known, starts_in=timedelta(days=starts_in), published=published)
            assert services.why_not_write(other, known, timezone.now()).code == code

    def test_who_may_not_write_to_others_may_not_write_to_many(self, known, session, moderator):
        message = write(session)
        moderation.impose(by=moderator, person=known, kind="silence", reason="Too loud")
        known.refresh_from_db()
        with pytest.raises(services.MessageRefused) as refused:
            send(message)
        assert refused.value.code == "barred"
        assert refused.value.url

    def test_the_list_costs_the_same_however_long_it_is(self, known, session):
        browser, url = browser_of(known), reverse("session_messages", args=[session.pk, session.slug])
        counts = []
        for more in (1, 4):
            for _one in range(more):
                write(session)
            with CaptureQueriesContext(connection) as queries:
                browser.get(url)
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestNewHosts:
    def test_trust_is_earned_by_sessions_that_took_place_before_several_people(self, expert, learner):
        now = timezone.now()
        assert not services.is_trusted(expert, now)
        hold(expert, [learner])
        assert not services.is_trusted(expert, now)  # one account of one's own, three times
        hold(expert, [make_user(f"Guest {number}") for number in range(4)], sessions=1)
        assert services.is_trusted(expert, now)

    def test_an_upheld_report_or_a_sanction_ends_it_for_a_year(self, known, learner, moderator):
        now = timezone.now()
        session = make_session(known)
        moderation.flag(person=learner, key=f"session:{session.pk}", reason=Reason.ADVERTISING)
        assert services.is_trusted(known, now)  # nobody has looked at it
        moderation.act(by=moderator, name="warn", keys=[f"session:{session.pk}"], reason=Reason.ADVERTISING)
        assert not services.is_trusted(known, now)
        assert services.is_trusted(known, now + timedelta(days=366))

    def test_a_moderator_reads_it_before_anybody_gets_it(self, session, expert, moderator, letters):
        message = send(write(session))
        assert message.state == "held"
        assert letters() == []
        case = Case.objects.get(kind=services.MESSAGE)
        browser = browser_of(moderator)
        page = browser.get(reverse("moderation_case", args=[case.pk])).content.decode()
        assert "<p>The door is on the left.</p>" in page
        assert "Send it" in page
        assert "Let it stand" not in page
        act = f"{reverse('moderation_act', args=['message_send'])}?on={services.MESSAGE}:{message.pk}"
        answer = browser.post(act, {"on": f"{services.MESSAGE}:{message.pk}", "reason": Reason.TIDYING})
        assert answer.status_code == 303
        assert browser.get(answer["Location"]).status_code == 200
        told = letters()
        assert len(addresses(told)) == 2
        assert any(letter.to == [expert.email] and "On its way" in letter.subject for letter in told)
        case.refresh_from_db()
        assert case.outcome == "acted"

    def test_or_stops_it_and_its_host_is_told_why(self, session, expert, moderator, letters):
        message = send(write(session))
        key = f"{services.MESSAGE}:{message.pk}"
        [entry] = moderation.act(by=moderator, name="message_stop", keys=[key], reason=Reason.ADVERTISING)
        told = letters()
        assert addresses(told) == []
        assert [letter.to for letter in told] == [[expert.email]]
        assert "advertises" in told[0].body
        message.refresh_from_db()
        assert message.state == "hidden"
        moderation.undo(by=moderator, entry=entry)
        message.refresh_from_db()
        assert message.state == "held"
        assert Case.objects.waiting().get(kind=services.MESSAGE)

    def test_a_moderator_stops_what_is_on_its_way_and_lets_it_go_on(self, known, session, moderator, letters):
        message = send(write(session))
        key = f"{services.MESSAGE}:{message.pk}"
        [entry] = moderation.act(by=moderator, name="message_stop", keys=[key], reason=Reason.RUDE)
        assert addresses(letters()) == []
        moderation.undo(by=moderator, entry=entry)
        assert len(addresses(letters())) == 2

    def test_nobody_approves_their_own(self, learner):
        host = make_user("Mona Both", role="moderator")
        message = make_session(host)
        services.register(session=message, person=learner)
        message = send(write(message))
        with pytest.raises(moderation.ModerationRefused) as refused:
            moderation.act(
                by=host, name="message_send", keys=[f"{services.MESSAGE}:{message.pk}"], reason=Reason.TIDYING
            )
        assert refused.value.code == "own"

    @pytest.mark.parametrize(
        "text", ["See https://example.org", "see www.example.org", "write to me@example.org", "on example.org/join"]
    )
    def test_links_and_addresses_are_for_those_who_have_earned_it(self, session, text):
        with pytest.raises(services.MessageRefused) as refused:
            write(session, text=text)
        assert (refused.value.code, refused.value.field) == ("links", "text")
        hold(session.host, [make_user(f"Guest {number}") for number in range(5)])
        assert write(session, text=text).text == text

    def test_names_with_a_point_are_no_links(self, session):
        assert write(session, text="We use Node.js and ASP.NET, i.e. both. 9.30 sharp.")

    def test_two_a_day_and_the_third_is_kept(self, session):
        for _more in range(2):
            send(write(session))
        third = write(session)
        page = browser_of(session.host).post(third.get_absolute_url(), {"act": "send"})
        assert page.status_code == 422
        assert "it is kept until then" in page.content.decode()
        third.refresh_from_db()
        assert third.is_draft


class TestRunningLate:
    """Journey 11.2: at the door, one press, by new hosts too."""

    def test_everybody_with_a_seat_is_told_once_and_reads_it_on_the_join_page(self, expert, learner, letters):
        session = make_session(expert, starts_in=timedelta(minutes=12))
        seat = services.register(session=session, person=learner)
        letters()
        browser, roster = browser_of(expert), reverse("session_roster", args=[session.pk, session.slug])
        assert "Running late?" in browser.get(roster).content.decode()
        for _tap in range(2):
            answer = browser.post(reverse("session_late", args=[session.pk, session.slug]), {"minutes": "10"})
            assert answer["Location"] == roster
        [letter] = letters()
        assert (letter.to, letter.subject) == ([learner.email], f"Running about 10 minutes late ({session.title})")
        join = reverse("join", args=[seat.join_token])
        assert "about 10 minutes later than planned" in Client().get(join).content.decode()
        services.say_late(session=session, by=expert, minutes=20)
        page = Client().get(join).content.decode()
        assert "about 20 minutes later" in page
        assert "about 10 minutes later" not in page

    def test_a_form_of_somebody_else_does_not_take_its_place(self, expert, learner, outsider, letters):
        """Forms bring their own keys: whoever makes one up says nothing in another's session, and stops nothing."""
        session = make_session(expert, starts_in=timedelta(minutes=12))
        seat = services.register(session=session, person=learner)
        letters()
        other = SessionMessage(session=make_session(outsider))
        data = {"title": "Free money", "text": "Come to my house.", "audience": "seats", "ticket": None}
        services.save_message(message=other, by=outsider, data=data, form_key=f"late:{session.pk}:10")
        join = reverse("join", args=[seat.join_token])
        assert "Come to my house" not in Client().get(join).content.decode()
        services.say_late(session=session, by=expert, minutes=10)
        [letter] = letters()
        assert letter.subject.startswith("Running about 10 minutes late")
        assert "about 10 minutes later than planned" in Client().get(join).content.decode()

    @pytest.mark.parametrize(("starts_in", "minutes"), [(61, 10), (-100, 10), (5, 7)])
    def test_not_long_before_not_afterwards_and_not_any_number(self, expert, starts_in, minutes):
        session = make_session(expert, starts_in=timedelta(minutes=starts_in))
        with pytest.raises(services.MessageRefused):
            services.say_late(session=session, by=expert, minutes=minutes)


class TestOwnData:
    def test_what_was_written_is_given_out_and_forgotten(self, session, expert, moderator):
        message = send(write(session))
        assert export_all(expert)["sessions"]["messages_to_attendees"][0]["text"] == TEXT
        erase_all(expert)
        message.refresh_from_db()
        assert (message.title, message.text, message.state) == ("—", "", "hidden")
        case = Case.objects.get(kind=services.MESSAGE)
        moderation.decide(by=moderator, case=case, outcome="ignored")  # nothing is left to decide on
