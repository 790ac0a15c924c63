"""6.16 for sessions: a host who does not come pays everybody back, and others are named; a learner who does not come
gets nothing, and the host their money."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.jobs import run_pending
from features.accounts.models import AuditEntry
from features.moderation import services as moderation
from features.moderation.models import Case, Incident
from features.payments import services as payments
from features.payments.models import Earning, Refund
from features.sessions import services
from features.sessions.models import HostAbsence, Registration, SkillSession
from features.sessions.services.absence import silence_says_absent
from features.skills.models import SkillEvidence
from tests.factories import make_session, make_user
from tests.payments.conftest import deliver, stripe, stripe_server  # noqa: F401
from tests.payments.selling import sold

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def session(expert, skill):
    return make_session(expert, about=[skill])


@pytest.fixture(scope="module")
def seats(session, learner, outsider):
    """Two who have a seat; it is an hour since the end."""
    found = [services.register(session=session, person=person) for person in (learner, outsider)]
    begin(session)
    return found


def begin(session, ago=2.5 * HOUR):
    starts_at = timezone.now() - ago
    SkillSession.objects.filter(pk=session.pk).update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90))
    session.refresh_from_db()


def say(seat, came=False, **more):
    return services.say_of_host(registration=seat, came=came, **more)


def refused(verb, **given):
    with pytest.raises(services.AbsenceRefused) as caught:
        verb(**given)
    return caught.value.code


def outcome():
    return HostAbsence.objects.get().outcome


# --- Saying so --------------------------------------------------------------------------------------------------------
def test_who_has_a_seat_says_so_and_the_host_is_asked_once(session, seats, expert, learner, letters):
    letters()
    say(seats[0], words="The room stayed empty.")
    say(seats[1])
    [told] = letters()
    assert (told.to, told.subject) == ([expert.email], "Did you come to “Reading a query plan without fear”?")
    assert learner.name not in told.body  # whoever says so is not named
    assert outcome() == ""


@pytest.mark.parametrize(
    ("ago", "code"), [(9 * MINUTE, "too_early"), (timedelta(hours=49, minutes=31), "too_late"), (-DAY, "too_early")]
)
def test_only_from_ten_minutes_after_the_start_until_two_days_after_the_end(session, seats, ago, code):
    begin(session, ago)
    assert refused(services.say_of_host, registration=seats[0], came=False) == code


def test_who_reviewed_it_or_gave_the_seat_back_cannot(session, seats, expert):
    services.check_in(registration=seats[0], by=expert)
    services.write_review(registration=seats[0], rating=4)
    assert refused(services.say_of_host, registration=seats[0], came=False) == "reviewed"
    Registration.objects.filter(pk=seats[1].pk).update(cancelled_at=timezone.now())
    assert refused(services.say_of_host, registration=seats[1], came=False) == "no_seat"
    assert refused(services.answer_for_host, session=session, came=False) == "not_asked"


# --- What decides -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("absent", "came", "silent", "has_sign", "decided"),
    [
        (1, 0, 0, False, True),
        (1, 0, 1, False, True),
        (1, 0, 2, False, False),
        (2, 1, 0, False, False),
        (2, 0, 0, True, False),
        (0, 0, 0, False, False),
    ],
)
def test_silence_decides_for_those_who_waited_unless_somebody_saw_the_host(absent, came, silent, has_sign, decided):
    assert silence_says_absent(absent=absent, came=came, silent=silent, has_sign=has_sign) == decided


def test_a_host_who_says_nothing_for_two_days_did_not_come(session, seats, expert):
    services.record_join(registration=seats[0], now=session.starts_at)
    services.settle_due(now=session.ends_at + 3 * HOUR)
    assert SkillEvidence.objects.filter(person=expert).exists()
    until = say(seats[0]).answer_until
    assert services.decide_absences(now=until - MINUTE) == 0
    assert services.decide_absences(now=until) == 1
    assert services.decide_absences(now=until) == 0
    assert outcome() == "absent"
    # It taught nobody anything, nobody else is missing, and it stands on the record of the host.
    assert not SkillEvidence.objects.filter(revoked_at=None).exists()
    [incident] = Incident.objects.all()
    assert (incident.person, incident.kind, incident.source) == (expert, "no_show", f"session:{session.pk}")
    seats[0].refresh_from_db()
    assert services.why_not_review(seats[0], SkillSession.objects.get(), timezone.now()).code == "did_not_take_place"


def test_whoever_thinks_better_of_it_ends_the_question(session, seats):
    until = say(seats[0]).answer_until
    say(seats[0], came=True)
    services.decide_absences(now=until)
    assert outcome() == "came"
    assert not Case.objects.exists()


def test_where_two_sides_differ_a_moderator_decides_and_not_one_with_a_part_in_it(
    session, seats, expert, moderator, letters
):
    say(seats[0], words="We waited an hour.")
    assert refused(services.answer_for_host, session=session, came=True, words=" ") == "no_words"
    services.answer_for_host(session=session, came=True, words="I was in the other room.")
    assert refused(services.answer_for_host, session=session, came=False) == "answered"
    [waiting] = moderation.line(moderator)
    assert "We waited an hour." in waiting.thing.html
    assert "I was in the other room." in waiting.thing.html
    with pytest.raises(moderation.ModerationRefused):  # letting it lie is no answer
        moderation.decide(by=moderator, case=waiting.case, outcome="ignored")
    moderation.act(by=moderator, name="warn", keys=[waiting.case.key], reason="other", words="Answer sooner")
    assert Case.objects.waiting().exists()  # nor is a word to the host
    guest = make_user("Guest Judge", role="moderator")
    Registration.objects.create(session=session, person=guest, confirmed_at=timezone.now())
    key = waiting.case.key
    with pytest.raises(moderation.ModerationRefused) as no:
        moderation.act(by=guest, name="host_absent", keys=[key], reason="other", words="Both read")
    assert no.value.code == "own"
    letters()
    moderation.act(by=moderator, name="host_came", keys=[key], reason="other", words="Both read")
    assert outcome() == "came"
    assert not Case.objects.waiting().exists()
    assert AuditEntry.objects.filter(act="moderation.host_came").count() == 1
    assert {address for letter in letters() for address in letter.to} >= {expert.email, seats[0].person.email}
    assert not Incident.objects.exists()


def test_what_a_host_ticked_off_is_a_sign_that_a_moderator_weighs(session, seats, expert):
    services.check_in(registration=seats[1], by=expert)
    until = say(seats[0]).answer_until
    assert services.decide_absences(now=until) == 0
    assert services.decide_absences(now=until) == 0
    assert Case.objects.waiting().count() == 1


# --- Money ------------------------------------------------------------------------------------------------------------
def test_everybody_is_paid_back_once_and_others_are_named(
    stripe, deliver, expert, learner, outsider, skill, letters  # noqa: F811
):  # fmt: skip
    other = make_session(make_user("Other Host", role="expert"), about=[skill], title="Plans by somebody else")
    session = make_session(expert, about=[skill], price_minor=4500)
    earnings = [sold(stripe, session, person) for person in (learner, outsider)]
    begin(session)
    say(Registration.objects.get(person=learner))
    letters()
    far = timezone.now() + 30 * DAY
    payments.release_earnings(now=far)  # whoever says so holds the money
    assert not Earning.objects.exclude(released_at=None).exists()
    services.answer_for_host(session=session, came=False)
    services.refund_batch(session.pk, 0)
    told = [letter for letter in letters() if learner.email in letter.to]
    assert "The host did not come: Reading a query plan without fear" in [letter.subject for letter in told]
    [letter] = [letter for letter in told if letter.subject.startswith("The host")]
    assert "all that you paid" in letter.body
    assert other.get_absolute_url() in letter.body
    run_pending()
    assert {(row.source, row.amount_minor, row.state) for row in Refund.objects.all()} == {
        ("expert_absent", 4500, "done")
    }
    assert len(stripe.state.of_kind("refund")) == 2
    for earning in earnings:
        earning.refresh_from_db()
        assert (earning.net_minor, earning.paid_minor) == (0, 0)


def test_a_learner_who_does_not_come_gets_nothing_and_the_host_the_money(stripe, deliver, expert, learner, outsider):  # noqa: F811
    session = make_session(expert, price_minor=4500)
    earning = sold(stripe, session, learner)
    sold(stripe, session, outsider)
    begin(session)
    services.record_join(registration=Registration.objects.get(person=outsider), now=session.starts_at)
    services.settle_due(now=session.ends_at + 3 * HOUR)
    seat = Registration.objects.get(person=learner)
    assert seat.did_not_come
    with pytest.raises(services.RegistrationRefused):
        services.cancel_registration(registration=seat, by=learner)
    payments.release_earnings(now=session.ends_at + 30 * DAY)
    earning.refresh_from_db()
    assert earning.released_at
    assert earning.net_minor > 0
    assert not Refund.objects.exists()


# --- Pages ------------------------------------------------------------------------------------------------------------
def test_both_say_it_on_a_page_of_its_own(session, seats, expert, learner, client):
    page = reverse("host_absence", args=[session.pk, session.slug])
    client.force_login(learner)
    assert page in client.get(session.get_absolute_url()).text
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {"came": "no", "words": "Nobody"}).status_code == 303
    assert "You said: the host did not come." in client.get(page).text
    client.force_login(expert)
    assert "Somebody says that you did not come." in client.get(session.get_absolute_url()).text
    empty = client.post(page, {"came": "yes", "words": ""})
    assert (empty.status_code, "Say what happened." in empty.text) == (422, True)
    assert client.post(page, {"came": "no"}).status_code == 303
    client.force_login(learner)
    assert "The host did not come." in client.get(page).text
    assert "The host did not come." in client.get(session.get_absolute_url()).text


def test_programs_say_it_too(session, seats, expert, learner, client):
    client.force_login(learner)
    path = f"/api/v1/sessions/{session.pk}/host-absence/"
    answer = client.put(path, {"came": False}, content_type="application/json")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "")
    client.force_login(expert)
    path = f"/api/v1/hosting/{session.pk}/host-absence/"
    answer = client.put(path, {"came": False}, content_type="application/json")
    assert answer.json()["outcome"] == "absent"
