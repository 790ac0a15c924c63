"""Webhooks, against a real server: what is sent, to whom, signed how, and what happens when it is not taken."""

import json
import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.jobs import run_pending
from core.models import Outbox
from core.signatures import is_signed, sign
from features.accounts.models import User
from features.integrations import services
from features.integrations.models import Attempt, Delivery, WebhookEndpoint
from features.integrations.services.deliveries import PAUSES
from features.sessions import services as sessions
from tests.factories import PASSWORD, make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(receiver, expert):
    return services.add_endpoint(person=expert, url=receiver.url, wanted=list(services.events))


@pytest.fixture
def signed_in(client, expert):
    client.post("/account/login/", {"login": expert.email, "password": PASSWORD})
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def types(receiver):
    return [json.loads(body)["type"] for _path, _headers, body in receiver.seen]


class TestSignature:
    def test_the_vector_that_the_documentation_shows(self):
        body, secret = '{"id": "evt_1"}', "whsec_for-checking-your-code"
        header = sign(body, [secret], 1767225600)
        assert header == "t=1767225600,v1=ad1f96ea1c9f1be309a0913e6f5aa3a2678dadc07c5ef0e63c31f1a0c86a96aa"
        assert is_signed(body, secret, header, 1767225600 + 300)

    def test_another_body_secret_or_time_does_not_fit(self):
        header = sign("{}", ["a"], 1000)
        assert not is_signed("{ }", "a", header, 1000)
        assert not is_signed("{}", "b", header, 1000)
        assert not is_signed("{}", "a", header, 1301)
        assert not is_signed("{}", "a", header.replace("1000", "1001"), 1001)
        assert not is_signed("{}", "a", "", 1000)


class TestEvents:
    def test_a_seat_is_told_to_host_and_guest_with_ids_and_a_link(self, endpoint, receiver, expert, learner):
        guests = services.add_endpoint(person=learner, url=receiver.url, wanted=["registration.created"])
        session = make_session(expert)
        seat = sessions.register(session=session, person=learner, note="my own trouble")
        run_pending()
        assert types(receiver) == ["registration.created"] * 2
        secrets, now = {endpoint.secret, guests.secret}, int(timezone.now().timestamp())
        for _path, headers, body in receiver.seen:  # whichever was first
            said = json.loads(body)
            assert said["data"] == {
                "session": session.pk,
                "registration": seat.public_id,
                "url": f"http://testserver{session.get_absolute_url()}",
            }
            assert headers["Webhook-Id"] == said["id"]
            [own] = [secret for secret in secrets if is_signed(body, secret, headers["Webhook-Signature"], now)]
            secrets.remove(own)

    def test_what_is_kept_names_nobody(self, endpoint, receiver, expert, learner):
        receiver.answer = f"thank you, {learner.email}".encode()
        sessions.register(session=make_session(expert), person=learner, note="my own trouble")
        run_pending()
        kept = str([*Delivery.objects.values(), *Attempt.objects.values(), *Outbox.objects.values()])
        for personal in (learner.name, learner.email, learner.handle, "my own trouble"):
            assert personal not in kept

    def test_others_are_told_nothing(self, receiver, endpoint, learner):
        host = make_user("Another Host", role="expert")
        sessions.register(session=make_session(host), person=learner)
        run_pending()
        assert not receiver.seen

    def test_only_what_was_chosen_is_sent(self, receiver, expert, learner):
        services.add_endpoint(person=expert, url=receiver.url, wanted=["registration.cancelled"])
        seat = sessions.register(session=make_session(expert), person=learner)
        sessions.cancel_registration(registration=seat, by=learner)
        run_pending()
        assert types(receiver) == ["registration.cancelled"]

    def test_all_that_can_happen_to_a_session_is_told(self, endpoint, receiver, expert, learner, outsider, skill):
        session = make_session(expert, about=[skill], published=False, capacity=1)
        session = sessions.publish(session=session, by=expert)
        seat = sessions.register(session=session, person=outsider)
        sessions.join_waitlist(session=session, person=learner)
        sessions.cancel_registration(registration=seat, by=outsider)
        sessions.register(session=session, person=learner)
        run_pending()
        session.refresh_from_db()
        fields = ("title", "outcome", "capacity", "time_zone", "starts_at", "ends_at", "format", "address")
        data = {name: getattr(session, name) for name in fields} | {"title": "Another title"}
        sessions.save_edit(session=session, data=data, skills=[skill])
        run_pending()
        sessions.cancel_session(session=session, by=expert, reason="Ill")
        run_pending()
        assert set(types(receiver)) == set(services.events)
        assert types(receiver).count("session.changed") == 1

    def test_a_rollback_tells_nothing(self, endpoint, receiver, expert, learner):
        with transaction.atomic():
            sessions.register(session=make_session(expert), person=learner)
            transaction.set_rollback(True)
        run_pending()
        assert not receiver.seen


class TestTryingAgain:
    def fail_until_given_up(self, endpoint, start):
        delivery = services.send_test(endpoint=endpoint)
        now, pauses = start, []
        for _ in range(20):
            delivery.refresh_from_db()
            if delivery.state != Delivery.State.WAITING:
                break
            Outbox.objects.all().delete()
            services.deliver(delivery.pk, now=now)
            row = Outbox.objects.filter(task__contains="integrations").first()
            if row:
                pauses.append(row.not_before - now)
                now = row.not_before
        return delivery, pauses, now

    def test_the_pauses_grow_and_a_day_in_vain_switches_it_off_with_notice(self, endpoint, receiver, letters):
        receiver.status = 503
        start = timezone.now()
        delivery, pauses, end = self.fail_until_given_up(endpoint, start)
        assert pauses == PAUSES
        assert timedelta(hours=24) < end - start < timedelta(hours=26)
        assert (delivery.state, delivery.attempts.count()) == (Delivery.State.GIVEN_UP, 8)
        endpoint.refresh_from_db()
        assert endpoint.disabled_at == end
        assert {json.loads(body)["id"] for *_rest, body in receiver.seen} == {delivery.event_id}
        (letter,) = letters()
        assert endpoint.url in letter.body
        assert services.emit(people=[endpoint.person_id], event="session.published", about={}, path="/") == 0

    def test_it_stays_on_if_something_came_through_meanwhile(self, endpoint, receiver):
        receiver.status = 503
        start = timezone.now()
        lost = services.send_test(endpoint=endpoint)
        for tries in range(8):
            if tries == 7:
                receiver.status = 200
                services.deliver(services.send_test(endpoint=endpoint).pk, now=start)
                receiver.status = 503
            services.deliver(lost.pk, now=start + sum(PAUSES[:tries], timedelta()))
        lost.refresh_from_db()
        endpoint.refresh_from_db()
        assert (lost.state, endpoint.disabled_at) == (Delivery.State.GIVEN_UP, None)

    def test_whoever_is_gone_is_asked_no_more(self, endpoint, receiver):
        receiver.status = 410
        services.deliver(services.send_test(endpoint=endpoint).pk)
        endpoint.refresh_from_db()
        assert endpoint.disabled_at
        assert len(receiver.seen) == 1

    def test_nothing_is_sent_for_whoever_is_suspended(self, endpoint, receiver, expert):
        services.send_test(endpoint=endpoint)
        User.objects.filter(pk=expert.pk).update(is_active=False)
        run_pending()
        assert not receiver.seen
        assert Delivery.objects.get().state == Delivery.State.GIVEN_UP

    def test_a_job_that_runs_twice_sends_once(self, endpoint, receiver):
        delivery = services.send_test(endpoint=endpoint)
        services.deliver(delivery.pk)
        services.deliver(delivery.pk)
        assert len(receiver.seen) == 1

    def test_the_log_keeps_thirty_days(self, endpoint):
        delivery = services.send_test(endpoint=endpoint)
        assert services.forget_old(now=delivery.created_at + timedelta(days=29)) == 0
        assert services.forget_old(now=delivery.created_at + timedelta(days=30)) == 1


class TestPages:
    def test_an_address_is_added_and_its_secret_shown_once(self, signed_in, receiver):
        page = signed_in.post("/account/webhooks/", {"url": receiver.url, "events": ["session.published"]})
        endpoint = WebhookEndpoint.objects.get()
        assert endpoint.secret in page.text
        assert endpoint.secret not in signed_in.get(f"/account/webhooks/{endpoint.public_id}/").text
        assert endpoint.secret not in signed_in.get("/account/webhooks/").text

    def test_a_private_address_is_refused_at_its_field(self, signed_in):
        page = signed_in.post("/account/webhooks/", {"url": "https://10.0.0.1/", "events": ["session.published"]})
        assert page.status_code == 422
        assert "not one of the public internet" in page.text
        assert not WebhookEndpoint.objects.exists()

    def test_a_test_is_sent_and_its_log_shows_request_and_answer(self, signed_in, endpoint, receiver):
        receiver.answer = b"<b>welcome</b>"
        address = f"/account/webhooks/{endpoint.public_id}/"
        assert signed_in.post(address, {"act": "test"}).status_code == 303
        run_pending()
        delivery = Delivery.objects.get()
        assert "Delivered" in signed_in.get(address).text
        page = signed_in.get(f"/account/webhooks/deliveries/{delivery.public_id}/").text
        assert delivery.event_id in page
        assert "&lt;b&gt;welcome" in page
        assert endpoint.secret not in page

    def test_sending_again_keeps_id_and_body_and_signs_anew(self, signed_in, endpoint, receiver):
        delivery = services.send_test(endpoint=endpoint)
        run_pending()
        services.exchange_secret(endpoint=endpoint)
        address = f"/account/webhooks/deliveries/{delivery.public_id}/replay/"
        assert signed_in.post(address).status_code == 303
        run_pending()
        (_path, first, body), (_path, second, again) = receiver.seen
        assert (again, second["Webhook-Id"]) == (body, first["Webhook-Id"])
        endpoint.refresh_from_db()
        now = int(timezone.now().timestamp())
        assert is_signed(again, endpoint.secret, second["Webhook-Signature"], now)
        assert is_signed(again, endpoint.former_secret, second["Webhook-Signature"], now)
        assert not is_signed(body, endpoint.secret, first["Webhook-Signature"], now)

    def test_the_former_secret_signs_for_a_day(self, endpoint, receiver):
        former, now = endpoint.secret, timezone.now()
        services.exchange_secret(endpoint=endpoint, now=now - timedelta(hours=25))
        services.deliver(services.send_test(endpoint=endpoint).pk, now=now)
        ((_path, headers, body),) = receiver.seen
        assert not is_signed(body, former, headers["Webhook-Signature"], int(now.timestamp()))

    def test_an_answer_that_is_loaded_again_exchanges_nothing(self, signed_in, endpoint, receiver):
        address = f"/account/webhooks/{endpoint.public_id}/"
        mark = re.search(r'name="of" value="([^"]+)"', signed_in.get(address).text)[1]
        former = endpoint.secret
        for _press in range(2):
            assert signed_in.post(address, {"act": "exchange", "of": mark}).status_code in (200, 303)
        endpoint.refresh_from_db()
        assert endpoint.former_secret == former

    def test_one_switched_off_is_switched_on_again(self, signed_in, endpoint, receiver):
        WebhookEndpoint.objects.update(disabled_at=timezone.now(), failing_since=timezone.now())
        address = f"/account/webhooks/{endpoint.public_id}/"
        assert "Switched off" in signed_in.get(address).text
        signed_in.post(address, {"act": "on"})
        endpoint.refresh_from_db()
        assert (endpoint.disabled_at, endpoint.failing_since) == (None, None)

    def test_removing_it_removes_its_log(self, signed_in, endpoint):
        services.send_test(endpoint=endpoint)
        signed_in.post(f"/account/webhooks/{endpoint.public_id}/", {"act": "remove"})
        assert not WebhookEndpoint.objects.exists()
        assert not Delivery.objects.exists()

    def test_tests_are_counted(self, signed_in, endpoint):
        address = f"/account/webhooks/{endpoint.public_id}/"
        answers = [signed_in.post(address, {"act": "test"}).status_code for _ in range(21)]
        assert answers == [303] * 20 + [429]
