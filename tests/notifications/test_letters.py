"""One notification, one letter, true at the moment it is sent."""

from datetime import UTC, datetime

import pytest
from django.core import mail as outgoing
from django.db import transaction

from core.jobs import enqueue, outbox, run_pending
from core.models import Outbox
from features.notifications import services
from features.notifications.kinds import kinds
from features.notifications.models import Notification
from features.notifications.services import notify
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def subjects():
    return [message.subject for message in outgoing.outbox]


class TestNotify:
    def test_the_letter_goes_to_the_person(self, learner, truth):
        notify(learner, "test", 1, "/sessions/1/")
        assert subjects() == []
        run_pending()
        [message] = outgoing.outbox
        assert (message.subject, message.to) == ("A seat is yours", [learner.email])
        assert message.extra_headers["X-Topic"] == "seats"
        assert [part.get_filename() for part in message.message().iter_attachments()] == ["session.ics"]
        assert Notification.objects.get().mailed_at

    def test_the_same_key_is_said_once(self, learner, truth):
        for _ in range(3):
            notify(learner, "test", 1, "/", key="once")
            run_pending()
        assert subjects() == ["A seat is yours"]
        assert Notification.objects.count() == 1

    def test_without_a_key_a_thing_is_said_once_to_each_person(self, learner, outsider, truth):
        for person in (learner, outsider, learner):
            notify(person, "test", 1, "/")
        run_pending()
        assert sorted(message.to[0] for message in outgoing.outbox) == sorted([learner.email, outsider.email])

    def test_nothing_is_said_when_its_cause_is_rolled_back(self, learner, truth):
        with transaction.atomic():
            notify(learner, "test", 1, "/")
            transaction.set_rollback(True)
        assert run_pending() == 0
        assert not Notification.objects.exists()

    def test_what_nobody_registered_is_refused_to_whoever_says_it(self, learner):
        with pytest.raises(KeyError, match="no such kind"):
            notify(learner, "no such kind", 1, "/")
        assert not Notification.objects.exists()

    def test_the_row_and_the_job_hold_ids_and_no_words(self, learner, truth):
        notify(learner, "test", 1, "/sessions/1/")
        row, job = Notification.objects.get(), Outbox.objects.get()
        stored = f"{row.__dict__} {job.__dict__}"
        assert learner.email not in stored
        assert learner.name not in stored
        assert "A seat is yours" not in stored
        assert job.ref == str(row.pk)


class TestDelivery:
    def test_what_is_no_longer_true_is_withheld(self, learner, truth):
        notify(learner, "test", 1, "/")
        del truth["1"]
        run_pending()
        assert subjects() == []
        row = Notification.objects.get()
        assert row.withheld_at
        assert row.mailed_at is None
        truth["1"] = "True again"
        services.deliver(row.pk)
        assert subjects() == []

    def test_the_words_are_those_of_the_moment_of_sending(self, learner, truth):
        notify(learner, "test", 1, "/")
        truth["1"] = "The time has changed"
        run_pending()
        assert subjects() == ["The time has changed"]

    def test_who_has_left_gets_no_letter(self, learner, truth):
        notify(learner, "test", 1, "/")
        learner.is_active = False
        learner.save()
        run_pending()
        assert subjects() == []
        assert Notification.objects.get().withheld_at

    def test_run_twice_it_is_one_letter(self, learner, truth):
        notify(learner, "test", 1, "/")
        pk = Notification.objects.get().pk
        services.deliver(pk, now=NOW)
        services.deliver(pk)
        enqueue("features.notifications.tasks.deliver", pk)
        run_pending()
        assert subjects() == ["A seat is yours"]
        assert Notification.objects.get().mailed_at == NOW

    def test_a_notification_that_is_gone_is_no_error(self, learner, truth):
        notify(learner, "test", 1, "/")
        Notification.objects.all().delete()
        assert run_pending() == 1
        assert subjects() == []

    def test_a_letter_that_cannot_be_written_waits_and_others_go(self, learner, outsider, truth, monkeypatch):
        monkeypatch.setitem(kinds, "gone soon", kinds["test"])
        notify(learner, "gone soon", 1, "/")
        notify(outsider, "test", 2, "/")
        monkeypatch.delitem(kinds, "gone soon")
        while row := outbox.claim():
            outbox.attempt(row)
        assert subjects() == ["Another one"]
        assert Outbox.objects.get(done_at=None).last_error == "KeyError"
        assert Notification.objects.get(recipient=learner).mailed_at is None

    def test_each_of_many_has_its_own_message_id(self, truth):
        for number in range(5):
            notify(make_user(f"Person {number}"), "test", 1, "/")
        run_pending()
        assert len({message.extra_headers["Message-ID"] for message in outgoing.outbox}) == 5
