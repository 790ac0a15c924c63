"""6.10: who may use what is decided by rows of our own, in one place."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from features.payments import services

pytestmark = pytest.mark.django_db


def test_a_key_covers_what_lies_below_it_and_nothing_else(learner, outsider):
    services.entitle(person=learner, key="library:12", source="purchase", ref="line:1")
    assert services.entitled(learner, "library:12")
    for key in ("library", "library:1", "library:120", "mentoring:12"):
        assert not services.entitled(learner, key)
    services.entitle(person=learner, key="library", source="subscription", ref="subscription:1")
    assert services.entitled_to(learner, ["library:1", "library:99", "mentoring:1"]) == {"library:1", "library:99"}
    assert not services.entitled(outsider, "library:12")


def test_a_stranger_is_answered_without_a_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not services.entitled(AnonymousUser(), "library:12")


def test_it_holds_from_its_start_until_its_end(learner):
    now = timezone.now()
    day = timedelta(days=1)
    services.entitle(person=learner, key="library", source="gift", ref="gift:1", starts_at=now, until=now + day)
    assert not services.entitled(learner, "library", now - day)
    assert services.entitled(learner, "library", now)
    assert not services.entitled(learner, "library", now + day)


def test_a_refund_ends_what_its_purchase_gave_and_nothing_else(learner):
    services.entitle(person=learner, key="library:1", source="purchase", ref="line:1")
    services.entitle(person=learner, key="library:2", source="purchase", ref="line:2")
    assert services.end_entitlements(source="purchase", ref="line:1") == 1
    assert services.end_entitlements(source="purchase", ref="line:1") == 0
    assert services.entitled_to(learner, ["library:1", "library:2"]) == {"library:2"}


def test_the_same_cause_twice_is_one_and_brings_back_what_had_ended(learner):
    for _ in range(2):
        services.entitle(person=learner, key="library:1", source="purchase", ref="line:1")
    services.end_entitlements(source="purchase", ref="line:1")
    services.entitle(person=learner, key="library:1", source="purchase", ref="line:1")
    assert services.entitled(learner, "library:1")
    assert learner.entitlements.count() == 1
