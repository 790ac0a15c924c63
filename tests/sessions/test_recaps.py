"""11.2 step 7 and "past → recording": notes and a recording after a session, and nobody sees what is not for them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import RateCounter
from features.accounts.models import FOR_GOOD, AuditEntry, User
from features.accounts.personal_data import erase_all, export_all
from features.discovery import services as discovery
from features.discovery.models import Document
from features.moderation import services as moderation
from features.notifications import services as notifications
from features.notifications.models import Level, Notification
from features.payments.models import CreditLot, CreditMove, Dispute, Order, OrderLine
from features.sessions import services
from features.sessions.models import CoHost, HostAbsence, Recap, SkillSession
from features.sessions.notices import RECAPS
from tests.factories import make_session, make_user, with_tickets
from tests.sessions.recap_world import CANARY, NOTES, RECORDING, over, pay, post, sit, wording
from tests.sessions.test_messages import hold

pytestmark = pytest.mark.django_db
STRANGER = AnonymousUser()
NOTHING, BOTH = (False, False), (True, True)


@pytest.fixture(scope="module")
def session(expert, skill):
    return over(expert, about=[skill])


def sees(recap, person):
    recap = Recap.objects.select_related("session__host").get(pk=recap.pk)
    what = services.seen_by(recap, person)
    return what.notes, what.recording


class TestWhoSeesIt:
    @pytest.fixture
    def people(self, session, learner, outsider):
        """Sofia was there, Tomás was not, Noor gave the seat back, Kim is still to pay."""
        sit(session, learner)
        sit(session, outsider, came=False)
        noor, kim = make_user("Noor"), make_user("Kim")
        sit(session, noor, cancelled_at=timezone.now())
        seat = sit(session, kim, came=None, held_until=timezone.now())
        type(seat).objects.filter(pk=seat.pk).update(confirmed_at=None)
        return [STRANGER, None, make_user("Bo"), noor, kim, outsider, learner, session.host]

    @pytest.mark.parametrize(
        ("audience", "readers"), [("everybody", "11111111"), ("seats", "00000111"), ("present", "00000011")]
    )
    def test_of_notes_and_of_a_recording_each_those_it_is_for(self, session, people, audience, readers):
        recap = post(session, notes_for=audience, recording_url=RECORDING, recording_for="everybody")
        assert [sees(recap, one) for one in people] == [(reads == "1", True) for reads in readers]
        recap = post(session, recording_url=RECORDING, recording_for=audience)
        assert [sees(recap, one) for one in people] == [(True, reads == "1") for reads in readers]

    def test_of_a_paid_session_nobody_who_did_not_pay(self, expert, learner):
        session = over(expert, price_minor=4000)
        people = [make_user(f"Guest {n}") for n in range(5)]
        seats = [sit(session, person) for person in people]
        pay(seats[0])
        pay(seats[1], refunded=4000)
        pay(seats[2], refunded=1000)
        lost = pay(seats[3])
        Dispute.objects.create(
            payment=lost, stripe_id="dp_1", amount_minor=4000, state="lost", opened_at=timezone.now(), reason="fraud"
        )
        recap = post(session, notes_for="present", recording_url=RECORDING)
        assert [sees(recap, person) for person in people] == [BOTH, NOTHING, BOTH, NOTHING, NOTHING]
        recap = post(session, notes_for="present", recording_url=RECORDING, recording_for="everybody")
        assert sees(recap, people[4]) == sees(recap, STRANGER) == (False, True)

    def test_nor_who_came_with_a_free_ticket_but_who_used_a_credit(self, expert, learner, outsider):
        session = make_session(expert)
        with_tickets(session, {"name": "Free"}, {"name": "Seat", "price_minor": 4000})
        free, paid = session.tickets.order_by("price_minor")
        is_over = timezone.now() - timedelta(hours=1)
        SkillSession.objects.filter(pk=session.pk).update(starts_at=is_over - timedelta(hours=1), ends_at=is_over)
        session.refresh_from_db()
        seat = sit(session, learner, ticket=free)
        order = Order.objects.create(buyer=learner, currency="EUR", settled_at=timezone.now())
        line = {"kind": "registration", "title": "A seat", "unit_minor": 0, "currency": "EUR"}
        OrderLine.objects.create(order=order, ref=str(seat.pk), **line)
        recap = post(session, recording_url=RECORDING)
        assert sees(recap, learner) == (True, False)
        lot = make_lot(outsider, expert)
        seat = sit(session, outsider, ticket=paid)
        order = Order.objects.create(buyer=outsider, currency="EUR", settled_at=timezone.now())
        OrderLine.objects.create(order=order, ref=str(seat.pk), **line)
        CreditMove.objects.create(lot=lot, kind="spent", cause=f"registration:{seat.pk}")
        assert sees(recap, outsider) == BOTH
        CreditMove.objects.create(lot=lot, kind="returned", cause=f"registration:{seat.pk}")
        assert sees(recap, outsider) == (True, False)

    def test_nobody_but_the_host_while_it_is_taken_back_or_hidden(self, session, learner):
        sit(session, learner)
        recap = post(session, recording_url=RECORDING)
        services.take_back_recap(session=session, by=session.host)
        assert (sees(recap, learner), sees(recap, STRANGER), sees(recap, session.host)) == (NOTHING, NOTHING, BOTH)
        services.put_back_recap(session=session, by=session.host)
        assert sees(recap, learner) == BOTH
        services.set_recap_hidden(recap=recap, hidden=True)
        assert (sees(recap, learner), sees(recap, STRANGER)) == (NOTHING, NOTHING)
        services.set_recap_hidden(recap=recap, hidden=False)
        assert sees(recap, learner) == BOTH

    def test_nobody_of_what_did_not_take_place(self, session, learner):
        sit(session, learner)
        recap = post(session, recording_url=RECORDING)
        HostAbsence.objects.create(
            session=session, answer_until=timezone.now(), outcome="absent", decided_at=timezone.now()
        )
        assert sees(recap, learner) == NOTHING
        assert "did not take place" in services.why_not_post(fresh(session), session.host, timezone.now()).words

    def test_of_a_suspended_host_those_who_have_a_seat(self, session, learner):
        sit(session, learner)
        recap = post(session)
        User.objects.filter(pk=session.host_id).update(is_active=False, suspended_until=FOR_GOOD)
        assert (sees(recap, learner), sees(recap, STRANGER)) == ((True, False), NOTHING)

    def test_the_questions_to_the_database_do_not_grow(self, expert, learner):
        def asked(n):
            for _ in range(n):
                session = over(expert, price_minor=4000)
                pay(sit(session, learner))
                post(session, recording_url=RECORDING)
            with CaptureQueriesContext(connection) as queries:
                assert all(services.what_to_see(SkillSession.objects.all(), learner).values())
            return len(queries)

        assert asked(1) == asked(3)


def fresh(session):
    return SkillSession.objects.get(pk=session.pk)


def make_lot(person, seller):
    return CreditLot.objects.create(
        person=person, seller=seller, scope="session", units=3, left=2, price_minor=9000, currency="EUR", valid_days=9,
        expires_at=timezone.now() + timedelta(days=9),
    )  # fmt: skip


class TestPosting:
    def test_markdown_is_rendered_and_made_safe_once(self, session):
        recap = post(session, notes="# Big\n\n<script>alert(1)</script> [x](javascript:alert(1)) **b**")
        assert "<h3>Big</h3>" in recap.notes_html
        assert "<strong>b</strong>" in recap.notes_html
        assert "<script" not in recap.notes_html
        assert "javascript:" not in recap.notes_html.replace("[x](javascript:alert(1))", "")

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            ({"starts_in": timedelta(hours=1)}, "too_early"),
            ({"starts_in": timedelta(hours=-3), "published": False}, "too_early"),
            ({"starts_in": timedelta(hours=-3), "cancelled_at": timezone.now()}, "did_not_take_place"),
        ],
    )
    def test_only_of_what_began(self, expert, state, code):
        with pytest.raises(services.RecapRefused) as refused:
            post(make_session(expert, **state))
        assert refused.value.code == code

    def test_while_it_goes_on_it_may_be(self, expert):
        assert post(make_session(expert, starts_in=timedelta(minutes=-5))).pk

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"notes": ""}, "empty", ""),
            ({"notes": "&nbsp;\u200b"}, "empty", "notes"),
            ({"transcript": "Hello"}, "no_recording", "recording_url"),
            ({"has_captions": True}, "no_recording", "recording_url"),
            ({"notes": "[1](https://a.example) [2](https://b.example) [3](https://c.example)"}, "links", "notes"),
        ],
    )
    def test_what_says_nothing_or_too_much_is_refused(self, session, changes, code, field):
        with pytest.raises(services.RecapRefused) as refused:
            post(session, **changes)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert not Recap.objects.exists()

    def test_hosts_whose_sessions_people_have_been_to_give_more_links(self, session, expert):
        hold(expert, [make_user(f"Guest {n}") for n in range(5)])
        assert post(session, notes=" ".join(f"[{n}](https://a.example/{n})" for n in range(5))).pk

    def test_a_second_tap_is_the_first(self, session):
        first, second = post(session), post(session)
        assert first.pk == second.pk
        assert second.edited_at is None
        assert AuditEntry.objects.filter(act__startswith="recap.").count() == 1

    def test_each_change_is_in_the_audit_log_by_field(self, session):
        post(session)
        post(session, recording_url=RECORDING, transcript="Hello")
        services.take_back_recap(session=session, by=session.host)
        services.take_back_recap(session=session, by=session.host)
        services.put_back_recap(session=session, by=session.host)
        entries = AuditEntry.objects.filter(target=f"session:{session.pk}").order_by("pk")
        assert [(entry.act, entry.fields) for entry in entries] == [
            ("recap.posted", ["notes"]),
            ("recap.changed", ["recording_url", "transcript"]),
            ("recap.taken_back", []),
            ("recap.put_back", []),
        ]

    def test_saving_it_puts_back_what_was_taken_back(self, session):
        recap = post(session)
        services.take_back_recap(session=session, by=session.host)
        post(session)
        assert sees(recap, STRANGER) == (True, False)

    def test_not_sixty_times_an_hour(self, session):
        RateCounter.objects.create(
            key=f"recap:{session.host_id}", count=60, ends_at=timezone.now() + timedelta(minutes=9)
        )
        with pytest.raises(services.RecapRefused) as refused:
            post(session)
        assert refused.value.code == "too_many"


class TestTelling:
    @pytest.fixture
    def guests(self, session, learner, outsider):
        sit(session, learner)
        sit(session, outsider, came=False)

    def test_those_who_see_something_are_told_once_ever(self, session, guests, learner, outsider, letters):
        recap = post(session, tell=True, notes_for="present")
        [letter] = letters()
        assert letter.to == [learner.email]
        assert letter.subject == f"Notes: {session.title}"
        assert f"{session.get_absolute_url()}#recap" in letter.body
        post(session, tell=True, notes="Other words", notes_for="everybody")
        services.tell_of_recap(recap.pk)
        services.take_back_recap(session=session, by=session.host)
        post(session, tell=True)
        assert not letters()
        assert Notification.objects.filter(kind="recap").count() == 1

    def test_nobody_without_being_asked_to(self, session, guests, letters):
        post(session)
        assert not letters()
        post(session, tell=True)  # the same words, told now
        assert len(letters()) == 2

    def test_a_recording_without_captions_says_so_there_too(self, session, guests, letters):
        post(session, tell=True, recording_url=RECORDING)
        assert all("no captions" in letter.body for letter in letters())

    def test_who_switched_it_off_hears_nothing(self, session, guests, learner, outsider, letters):
        notifications.choose(person=learner, levels={RECAPS.key: Level.OFF})
        post(session, tell=True)
        assert [letter.to for letter in letters()] == [[outsider.email]]

    def test_what_is_no_longer_so_when_it_is_sent_is_not_said(self, session, guests, learner, letters):
        recap = post(session, tell=True, notes_for="seats")
        services.tell_of_recap(recap.pk)
        assert Notification.objects.filter(kind="recap").count() == 2
        session.registrations.filter(person=learner).update(cancelled_at=timezone.now())
        assert [letter.to for letter in letters()] != []
        assert Notification.objects.get(kind="recap", recipient=learner).withheld_at

    def test_taken_back_before_anybody_heard_it_is_told_once_it_is_back(self, session, guests, letters):
        post(session, tell=True)
        services.take_back_recap(session=session, by=session.host)
        assert not letters()
        services.put_back_recap(session=session, by=session.host)
        assert len(letters()) == 2
        assert not letters()


class TestFound:
    def found(self, words, person=None):
        results = discovery.search(words, kinds=["session"], person=person, now=timezone.now())
        return [(row.ref, row.text) for row in results.documents]

    def test_public_notes_and_what_is_said_in_a_public_recording(self, session):
        said = {"recording_for": "everybody", "transcript": "And of wurzelholz."}
        post(session, notes=f"We spoke of {CANARY}.", recording_url=RECORDING, **said)
        assert [ref for ref, _text in self.found(CANARY)] == [str(session.pk)]
        assert [ref for ref, _text in self.found("wurzelholz")] == [str(session.pk)]

    @pytest.mark.parametrize("person", ["stranger", "reader"])
    def test_of_what_is_for_some_no_word_lies_in_the_search(self, session, learner, person):
        sit(session, learner)
        post(session, notes=CANARY, notes_for="present", recording_url=RECORDING, transcript=f"{CANARY} again")
        assert not self.found(CANARY, learner if person == "reader" else None)
        assert not Document.objects.filter(text__icontains=CANARY).exists()

    def test_it_goes_with_every_way_of_taking_it_away(self, session):
        recap = post(session, notes=CANARY)
        for away, back in (
            (lambda: services.take_back_recap(session=session, by=session.host), lambda: post(session, notes=CANARY)),
            (
                lambda: services.set_recap_hidden(recap=recap, hidden=True),
                lambda: services.set_recap_hidden(recap=recap, hidden=False),
            ),
            (lambda: post(session, notes=CANARY, notes_for="seats"), lambda: post(session, notes=CANARY)),
        ):
            assert self.found(CANARY)
            away()
            assert not self.found(CANARY)
            back()
        erase_all(session.host)
        assert not Document.objects.filter(text__icontains=CANARY).exists()


class TestModerating:
    def test_who_reads_it_reports_it_and_a_moderator_hides_it_and_takes_that_back(self, session, learner, moderator):
        sit(session, learner)
        recap = post(session, notes=NOTES, notes_for="seats", recording_url=RECORDING, transcript="<b>loud</b>")
        thing = moderation.thing(f"recap:{recap.pk}")
        assert (thing.author, thing.state) == (session.host, "shown")
        assert "from the inside out" in thing.html
        assert "<b>loud" not in thing.html
        shown_to = moderation.subjects["recap"].shown_to
        assert shown_to(learner, str(recap.pk))
        assert not shown_to(make_user("Bo"), str(recap.pk))
        before = moderation.subjects["recap"].set_state(thing, "hidden", timezone.now())
        assert sees(recap, learner) == NOTHING
        assert moderation.thing(f"recap:{recap.pk}").state == "hidden"
        post(session, notes="Softer words", recording_url=RECORDING)  # changed, and still hidden
        assert sees(recap, learner) == NOTHING
        moderation.subjects["recap"].restore(before, moderation.thing(f"recap:{recap.pk}"), timezone.now())
        assert sees(recap, learner) == BOTH


class TestLeaving:
    def test_it_stands_in_ones_own_data(self, session):
        post(session, recording_url=RECORDING)
        [row] = export_all(session.host)["sessions"]["recaps"]
        assert (row["notes"], row["recording_url"]) == (NOTES, RECORDING)

    def test_of_who_leaves_public_notes_may_stay_and_nothing_else(self, session, expert):
        kept = post(session, recording_url=RECORDING, transcript="Hello", recording_for="everybody")
        private = post(over(expert, title="Another"), notes_for="seats")
        erase_all(expert, with_words=False)
        kept.refresh_from_db()
        assert (kept.notes, kept.recording_url, kept.transcript) == (NOTES, "", "")
        assert not Recap.objects.filter(pk=private.pk).exists()

    def test_or_all_of_it_goes(self, session, expert):
        post(session, recording_url=RECORDING)
        erase_all(expert)
        assert not Recap.objects.exists()


def test_what_the_form_takes_is_what_the_service_takes():
    assert set(wording()) == set(services.WRITTEN)


class TestTogether:
    """Whoever holds a session with its host posts like them."""

    @pytest.fixture
    def partner(self, session):
        partner = make_user("Ben Partner", role="expert")
        CoHost.objects.create(session=session, person=partner, accepted_at=timezone.now())
        return partner

    def test_they_post_see_it_and_take_it_back(self, session, partner, learner):
        sit(session, partner, came=False)
        recap = services.post_recap(session=session, by=partner, data=wording(notes_for="present"), tell=True)
        assert recap.by == partner
        assert sees(recap, partner) == sees(recap, session.host) == (True, False)
        assert not services.to_tell(recap).exists()
        services.take_back_recap(session=session, by=partner)
        assert sees(recap, partner) == (True, False)

    def test_who_holds_it_no_more_does_not(self, session, partner):
        post(session, notes_for="present")
        CoHost.objects.update(ended_at=timezone.now(), ending="left")
        assert sees(Recap.objects.get(), partner) == NOTHING
        for act in (
            lambda: services.post_recap(session=session, by=partner, data=wording()),
            lambda: services.take_back_recap(session=session, by=partner),
            lambda: services.put_back_recap(session=session, by=partner),
        ):
            with pytest.raises(services.RecapRefused, match="no_host"):
                act()
