"""Addresses that refuse our letters for good, or whose owners do not want them, get none."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from django.core import mail as outgoing
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import override_settings

from core.jobs import run_pending
from core.models import Outbox
from features.accounts.personal_data import erase_all, export_all
from features.notifications import services
from features.notifications.models import Digest, Notification, SuppressedAddress
from features.notifications.services import notify
from tests.core.workers import Sink

pytestmark = pytest.mark.django_db
URL = "/account/notifications/"


@pytest.fixture
def server():
    """A real mail server, whose answers `server.at_name` and `server.answer` decide."""

    class Strict(Sink):
        at_name = "250 OK"

        async def handle_RCPT(self, server, session, envelope, address, options):
            if self.at_name.startswith("250"):
                envelope.rcpt_tos.append(address)
            return self.at_name

    with Strict() as running:
        options = {"host": "127.0.0.1", "port": running.port, "timeout": 5}
        mailer = {"BACKEND": "core.smtp.EmailBackend", "OPTIONS": options}
        with override_settings(MAILERS={"default": mailer}):
            yield running


def suppressed():
    return dict(SuppressedAddress.objects.values_list("address", "reason"))


class TestWhatServersSay:
    @pytest.mark.parametrize(
        "answer", ["550 5.1.1 No such user here", "550 No such user", "551 gone", "550 5.2.1 Mailbox disabled"]
    )
    def test_an_address_that_is_none_is_written_to_once(self, learner, truth, server, answer):
        server.at_name = answer
        notify(learner, "test", 1, "/")
        run_pending()
        assert suppressed() == {learner.email: "bounced"}
        assert answer in SuppressedAddress.objects.get().answer
        row = Notification.objects.get()
        assert (row.mailed_at, row.withheld_at is None) == (None, False)
        server.at_name = "250 OK"
        notify(learner, "test", 2, "/")
        run_pending()
        assert server.letters == []
        assert Notification.objects.unread().count() == 2  # the inbox has them

    def test_also_when_the_server_says_so_after_the_letter(self, learner, truth, server):
        server.answer = lambda _letter: "550 5.1.1 No such user here"
        notify(learner, "test", 1, "/")
        run_pending()
        assert suppressed() == {learner.email: "bounced"}

    @pytest.mark.parametrize(
        ("at_name", "after"),
        [
            ("450 4.2.1 try later", "250 OK"),
            ("552 5.2.2 mailbox full", "250 OK"),
            ("550 5.7.1 your network is blocked", "250 OK"),
            ("554 no service here", "250 OK"),
            ("250 OK", "554 this looks like spam"),
            ("250 OK", "550 message refused"),
        ],
    )
    def test_what_is_not_the_address_is_tried_again(self, learner, truth, server, at_name, after):
        server.at_name, server.answer = at_name, lambda _letter: after
        notify(learner, "test", 1, "/")
        with pytest.raises(OSError, match=r"\d{3}"):
            run_pending()
        assert suppressed() == {}
        assert Outbox.objects.filter(done_at=None).exists()

    def test_a_digest_finds_it_out_too(self, learner, truth, server):
        server.at_name = "550 5.1.1 No such user here"
        key = f"digest:{learner.pk}"
        row = Notification.objects.create(recipient=learner, kind="tip", ref="1", url="/", key=key, by_digest=True)
        digest = Digest.objects.create(
            person=learner, day=row.created_at.date(), slot_at=row.created_at.replace(year=2100)
        )
        services.send_digest(digest.pk)
        assert suppressed() == {learner.email: "bounced"}
        digest.refresh_from_db()
        assert digest.withheld_at
        assert digest.sent_at is None


class TestWhoIsWrittenTo:
    def test_nothing_goes_to_a_suppressed_address_in_whatever_letters(self, learner, truth):
        services.suppress(address=learner.email.upper(), reason="complained")
        for kind in ("test", "tip"):
            notify(learner, kind, 1, "/")
        run_pending()
        assert outgoing.outbox == []

    def test_what_nobody_needs_goes_to_proved_addresses_alone(self, learner, truth):
        learner.emailaddress_set.update(verified=False)
        for kind in ("test", "tip"):
            notify(learner, kind, 1, "/", key=kind)
        run_pending()
        assert len(outgoing.outbox) == 1  # the one that is always sent
        learner.emailaddress_set.update(verified=True)
        notify(learner, "tip", 2, "/")
        run_pending()
        assert len(outgoing.outbox) == 2

    def test_no_digest_either(self, learner, truth):
        row = Notification.objects.create(recipient=learner, kind="tip", ref="1", url="/", key="1", by_digest=True)
        services.suppress(address=learner.email, reason="bounced")
        digest = Digest.objects.create(
            person=learner, day=row.created_at.date(), slot_at=row.created_at.replace(year=2100)
        )
        services.send_digest(digest.pk)
        row.refresh_from_db()
        assert outgoing.outbox == []
        assert row.withheld_at


class TestTheirOwner:
    @pytest.fixture
    def member(self, client, learner):
        client.force_login(learner)
        return client

    def test_sees_it_with_what_the_server_said_and_both_cures(self, member, learner):
        assert "We do not write to" not in member.get(URL).text
        services.suppress(address=learner.email, reason="bounced", answer="550 <b>No such user</b>")
        page = member.get(URL).text
        assert f"We do not write to {learner.email} any more." in page
        assert "550 &lt;b&gt;No such user&lt;/b&gt;" in page
        assert 'href="/account/email/">Use another address' in page
        response = member.post(f"{URL}address/")
        assert (response.status_code, response["Location"]) == (303, URL)
        assert suppressed() == {}
        assert "We write to this address again" in member.get(URL).text

    def test_sees_that_nobody_has_proved_it(self, member, learner):
        assert "Confirm the address" not in member.get(URL).text
        learner.emailaddress_set.update(verified=False)
        assert "Confirm the address" in member.get(URL).text

    def test_lifts_nobody_elses(self, member, outsider):
        services.suppress(address=outsider.email, reason="bounced")
        member.post(f"{URL}address/")
        assert suppressed() == {outsider.email: "bounced"}

    def test_who_has_another_leaves_the_former_nowhere(self, learner):
        services.suppress(address="old@example.org", reason="bounced")
        former = EmailAddress(user=learner, email="Old@example.org")
        email_changed.send(type(learner), request=None, user=learner, from_email_address=former, to_email_address=None)
        assert not SuppressedAddress.objects.exists()

    def test_has_it_in_their_data(self, learner, outsider):
        for person in (learner, outsider):
            services.suppress(address=person.email, reason="bounced")
        assert [row["address"] for row in export_all(learner)["notifications"]["address_not_written_to"]] == [
            learner.email
        ]
        erase_all(learner)
        assert suppressed() == {outsider.email: "bounced"}


class TestCommand:
    def run(self, *words):
        out = StringIO()
        call_command("suppress_address", *words, stdout=out)
        return out.getvalue()

    def test_it_suppresses_and_lifts(self):
        assert "not written to any more" in self.run("A@Example.org")
        assert suppressed() == {"a@example.org": "complained"}
        assert "written to again" in self.run("a@example.org", "--lift")
        assert "was not on the list" in self.run("a@example.org", "--lift")
        self.run("b@example.org", "--reason", "bounced")
        assert suppressed() == {"b@example.org": "bounced"}

    def test_what_is_no_address_is_refused(self):
        with pytest.raises(ValidationError):
            self.run("nobody")
