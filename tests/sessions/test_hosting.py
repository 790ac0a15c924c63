"""Writing, publishing, changing, copying and cancelling a session."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import Outbox
from features.calendar.models import TimeClaim
from features.discovery.models import Document
from features.sessions import services
from features.sessions.models import SkillSession
from tests.factories import make_session, make_user
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
START = (timezone.now() + timedelta(days=5)).replace(microsecond=0)


def wording(**changes):
    return {
        "title": "Reading a query plan",
        "outcome": "You say which node costs the time.",
        "description": "# Plan\n\nBring **one** slow query.",
        "kind": "workshop",
        "format": "online",
        "level": 3,
        "language": "en",
        "starts_at": START,
        "ends_at": START + timedelta(minutes=90),
        "time_zone": "Africa/Lagos",
        "address": "",
        "room_url": "https://meet.example.org/a",
        "preparation": "",
        "capacity": 12,
        "cancellation_hours": 24,
        "reminder_minutes": [60],
    } | changes


@pytest.fixture(scope="module")
def draft(expert, skill):
    return services.save_draft(host=expert, data=wording(), skills=[skill])


HOUR = timedelta(hours=1)


def offered(expert, skill, person):
    """A session of one seat, and the offer of it that `person` has."""
    session = published(services.save_draft(host=expert, data=wording(capacity=1), skills=[skill]), expert)
    seat = services.register(session=session, person=make_user("First"))
    services.join_waitlist(session=SkillSession.objects.get(pk=session.pk), person=person)
    services.cancel_registration(registration=seat, by=seat.person)
    return session, session.waitlist.get().offers.get()


def published(draft, expert):
    return services.publish(session=draft, by=expert)


class TestPublish:
    def test_makes_it_findable_and_claims_the_hosts_time(self, draft, expert):
        session = published(draft, expert)
        assert session.is_published
        assert SkillSession.objects.upcoming(timezone.now()).get() == session
        assert Document.objects.get(kind="session").ref == str(session.pk)
        assert TimeClaim.objects.get().person == expert

    def test_publishing_twice_is_publishing_once(self, draft, expert):
        first = published(draft, expert).published_at
        assert published(draft, expert).published_at == first

    def test_is_for_experts(self, skill, learner):
        draft = services.save_draft(host=learner, data=wording(), skills=[skill])
        with pytest.raises(services.HostingRefused) as refused:
            services.publish(session=draft, by=learner)
        assert refused.value.code == "not_an_expert"
        assert not SkillSession.objects.get().is_published

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"starts_at": None, "ends_at": None}, "no_time"),
            ({"starts_at": START - timedelta(days=50), "ends_at": START}, "in_the_past"),
        ],
    )
    def test_says_what_is_missing(self, expert, skill, changes, code):
        draft = services.save_draft(host=expert, data=wording(**changes), skills=[skill])
        with pytest.raises(services.HostingRefused) as refused:
            services.publish(session=draft, by=expert)
        assert refused.value.code == code
        assert refused.value.field

    def test_needs_a_skill(self, expert):
        draft = services.save_draft(host=expert, data=wording(), skills=[])
        with pytest.raises(services.HostingRefused) as refused:
            services.publish(session=draft, by=expert)
        assert refused.value.field == "skills"

    def test_nobody_hosts_two_things_at_once(self, draft, expert, skill):
        published(draft, expert)
        other = services.save_draft(
            host=expert,
            data=wording(starts_at=START + timedelta(minutes=30), ends_at=START + timedelta(minutes=60)),
            skills=[skill],
        )
        with pytest.raises(services.HostingRefused) as refused:
            services.publish(session=other, by=expert)
        assert refused.value.code == "time_taken"
        other.refresh_from_db()
        assert not other.is_published

    def test_one_right_after_the_other_is_fine(self, draft, expert, skill):
        published(draft, expert)
        end = START + timedelta(minutes=90)
        after = services.save_draft(
            host=expert, data=wording(starts_at=end, ends_at=end + timedelta(hours=1)), skills=[skill]
        )
        assert services.publish(session=after, by=expert).is_published

    def test_markdown_is_rendered_and_made_safe_at_save(self, expert, skill):
        bad = "<script>alert(1)</script> [x](javascript:alert(1)) <b hx-get=/x>hi</b>"
        draft = services.save_draft(host=expert, data=wording(description=bad), skills=[skill])
        assert "<script" not in draft.description_html
        assert "javascript:" not in draft.description_html.replace("[x](javascript:alert(1))", "")
        assert "<b" not in draft.description_html


class TestEdit:
    def test_a_new_time_raises_the_sequence_and_tells_people_once(self, draft, expert, skill):
        session = published(draft, expert)
        before = session.starts_at
        later = wording(starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=1))
        session = services.save_edit(session=session, data=later, skills=[skill])
        assert session.ical_sequence == 1
        assert session.previous_starts_at == before
        assert Outbox.objects.filter(task__endswith="tell_of_change").count() == 1
        assert TimeClaim.objects.get().during.lower == session.starts_at

    def test_a_new_room_link_or_description_stirs_no_calendar(self, draft, expert, skill):
        session = published(draft, expert)
        session = services.save_edit(
            session=session, data=wording(room_url="https://meet.example.org/b"), skills=[skill]
        )
        assert session.ical_sequence == 0
        assert not Outbox.objects.filter(task__endswith="tell_of_change").exists()

    def test_capacity_below_what_is_taken_is_refused_at_its_field(self, draft, expert, skill, learner, outsider):
        session = published(draft, expert)
        for person in (learner, outsider):
            services.register(session=session, person=person)
        with pytest.raises(services.HostingRefused) as refused:
            services.save_edit(session=session, data=wording(capacity=1), skills=[skill])
        assert (refused.value.code, refused.value.field) == ("seats_taken", "capacity")
        session.refresh_from_db()
        assert session.capacity == 12

    def test_more_seats_are_handed_to_the_line(self, expert, skill, learner):
        session = published(services.save_draft(host=expert, data=wording(capacity=1), skills=[skill]), expert)
        services.register(session=session, person=make_user("First"))
        services.join_waitlist(session=session, person=learner)
        services.save_edit(session=session, data=wording(capacity=2), skills=[skill])
        session.refresh_from_db()
        assert session.waitlist.get().offers.count() == 1
        assert session.seats_taken == 2

    def test_what_has_started_stays_as_it_was(self, draft, expert, skill):
        session = published(draft, expert)
        with pytest.raises(services.HostingRefused):
            services.save_edit(session=session, data=wording(title="Other"), skills=[skill], now=START)

    def test_moved_to_an_earlier_time_an_offer_ends_as_one_made_now(self, expert, skill, learner, letters):
        session, offer = offered(expert, skill, learner)
        letters()
        start = timezone.now() + timedelta(hours=4)
        services.save_edit(session=session, data=wording(starts_at=start, ends_at=start + HOUR), skills=[skill])
        offer.refresh_from_db()
        assert offer.expires_at <= timezone.now() + HOUR / 2
        assert offer.closed_at is None
        assert "until" in next(letter.subject for letter in letters() if "A seat is yours" in letter.subject)

    def test_moved_to_within_the_cutoff_no_seat_is_kept_and_all_who_wait_are_told(
        self, expert, skill, learner, letters
    ):
        session, offer = offered(expert, skill, learner)
        letters()
        start = timezone.now() + HOUR
        services.save_edit(session=session, data=wording(starts_at=start, ends_at=start + HOUR), skills=[skill])
        offer.refresh_from_db()
        session.refresh_from_db()
        assert (offer.outcome, session.seats_taken) == ("revoked", 0)
        assert not offer.entry.left_at
        assert "A seat is free now" in " ".join(letter.subject for letter in letters())

    def test_moved_to_a_later_time_an_offer_stays_as_it_was_told(self, expert, skill, learner):
        session, offer = offered(expert, skill, learner)
        start = START + timedelta(days=5)
        services.save_edit(session=session, data=wording(starts_at=start, ends_at=start + HOUR), skills=[skill])
        assert offer.expires_at == session.waitlist.get().offers.get().expires_at


class TestADraftThatIsPublishedMeanwhile:
    """What a page was made from may be minutes old."""

    def test_is_changed_as_what_it_is_now(self, draft, expert, skill, learner):
        services.register(session=published(SkillSession.objects.get(pk=draft.pk), expert), person=learner)
        services.save_draft(host=expert, data=wording(title="Other words"), skills=[skill], session=draft)
        now = SkillSession.objects.get(pk=draft.pk)
        assert (now.title, now.is_published, now.seats_taken) == ("Other words", True, 1)
        assert Document.objects.get(kind="session").title == "Other words"

    def test_is_not_thrown_away(self, draft, expert):
        published(SkillSession.objects.get(pk=draft.pk), expert)
        with pytest.raises(services.HostingRefused):
            services.remove_draft(session=draft, by=expert)
        assert not SkillSession.objects.get(pk=draft.pk).removed_at

    def test_a_draft_that_was_thrown_away_meanwhile_is_not_published(self, draft, expert):
        services.remove_draft(session=SkillSession.objects.get(pk=draft.pk), by=expert)
        with pytest.raises(services.HostingRefused) as refused:
            published(draft, expert)
        assert refused.value.code == "removed"

    @pytest.mark.django_db(transaction=True)
    def test_saving_and_publishing_at_once_leaves_it_published(self, draft, expert, skill):
        stale = [SkillSession.objects.get(pk=draft.pk) for _ in range(8)]

        def act(session, number):
            if number % 2:
                return services.publish(session=session, by=expert)
            return services.save_draft(host=expert, data=wording(), skills=[skill], session=session)

        results = in_parallel([lambda s=s, n=n: act(s, n) for n, s in enumerate(stale)])
        assert all(isinstance(result, SkillSession) for result in results), results
        assert SkillSession.objects.get().is_published


class TestCancel:
    def test_nobody_waits_for_it_any_more(self, expert, skill, learner, outsider, client):
        session, offer = offered(expert, skill, learner)
        services.join_waitlist(session=SkillSession.objects.get(pk=session.pk), person=outsider)
        services.cancel_session(session=session, by=expert, reason="Ill")
        offer.refresh_from_db()
        session.refresh_from_db()
        assert (offer.outcome, session.seats_taken) == ("revoked", 0)
        assert not session.waitlist.filter(left_at=None).exists()
        for person in (learner, outsider):
            client.force_login(person)
            for page in ("/", "/agenda/"):
                assert "Reading a query plan" not in client.get(page).text

    def test_frees_the_hosts_time_keeps_the_page_and_tells_people_once(self, draft, expert):
        session = published(draft, expert)
        assert services.cancel_session(session=session, by=expert, reason="Ill\r\nBcc: x")
        assert not services.cancel_session(session=session, by=expert, reason="Again")
        session.refresh_from_db()
        assert session.cancellation_reason == "Ill Bcc: x"
        assert session.ical_sequence == 1
        assert SkillSession.objects.visible_to(make_user("Anybody")).filter(pk=session.pk).exists()
        assert not TimeClaim.objects.exists()
        assert not Document.objects.filter(kind="session").exists()
        assert Outbox.objects.filter(task__endswith="tell_of_cancellation").count() == 1

    def test_a_session_that_is_over_cannot_be_cancelled(self, expert):
        session = make_session(expert)
        with pytest.raises(services.HostingRefused):
            services.cancel_session(session=session, by=expert, reason="Late", now=session.ends_at)


def test_a_copy_is_a_draft_without_a_date(draft, expert, skill):
    copy = services.duplicate(session=published(draft, expert), by=expert)
    assert not copy.is_published
    assert copy.starts_at is None
    assert list(copy.skills.all()) == [skill]
    assert copy.ical_uid != draft.ical_uid


def test_a_draft_is_thrown_away_a_published_session_is_not(draft, expert):
    session = published(draft, expert)
    with pytest.raises(services.HostingRefused):
        services.remove_draft(session=session, by=expert)
    copy = services.duplicate(session=session, by=expert)
    services.remove_draft(session=copy, by=expert)
    assert not SkillSession.objects.visible_to(expert).filter(pk=copy.pk).exists()
