"""One answer to "can I join?", with the one next step."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from features.sessions import services
from features.sessions.joining import VERDICTS, can_join
from tests.factories import make_session, make_user

pytestmark = pytest.mark.django_db


def code(session, person, now=None):
    return can_join(session, person, now or timezone.now()).code


def test_a_member_may_take_a_free_seat(expert, learner):
    assert code(make_session(expert), learner) == "open"


def test_a_stranger_is_asked_who_they_are(expert):
    assert code(make_session(expert), AnonymousUser()) == "sign_in"


def test_somebody_without_a_confirmed_address_confirms_it_first(expert):
    assert code(make_session(expert), make_user("Unconfirmed", verified=False)) == "email_not_verified"


def test_the_host_does_not_sit_in_their_own_session(expert):
    assert code(make_session(expert), expert) == "host"


def test_a_full_session_leads_to_the_waitlist(expert, learner):
    assert code(make_session(expert, capacity=1, seats_taken=1), learner) == "full"
    assert (
        can_join(make_session(expert, capacity=1, seats_taken=1), AnonymousUser(), timezone.now()).step
        == "join_waitlist"
    )


def test_a_draft_cannot_be_joined(expert, learner):
    assert code(make_session(expert, published=False), learner) == "draft"


def test_a_cancelled_session_cannot_be_joined(expert, learner):
    assert code(make_session(expert, cancelled_at=timezone.now()), learner) == "cancelled"


def test_registration_closes_when_it_starts(expert, learner):
    session = make_session(expert)
    assert code(session, learner, session.starts_at) == "started"
    assert code(session, learner, session.starts_at - timedelta(seconds=1)) == "open"


def test_a_session_that_is_over_says_so(expert, learner):
    session = make_session(expert)
    assert code(session, learner, session.ends_at) == "ended"


def test_a_priced_session_says_that_payments_are_not_set_up(expert, learner):
    session = make_session(expert, price_minor=4500)
    assert code(session, learner) == "payments_not_set_up"
    with pytest.raises(services.RegistrationRefused) as refused:
        services.register(session=session, person=learner)
    assert refused.value.code == "payments_not_set_up"
    assert not session.registrations.exists()


def test_whoever_has_a_seat_sees_it_also_afterwards(expert, learner):
    session = make_session(expert)
    services.register(session=session, person=learner)
    assert code(session, learner) == "registered"
    assert code(session, learner, session.ends_at + timedelta(days=1)) == "registered"


def test_every_verdict_names_a_next_step_in_words():
    for verdict in VERDICTS.values():
        assert verdict.step
        assert str(verdict.words)
