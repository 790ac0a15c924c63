"""Letters, from the template to a real mail server."""

import socket
from email.header import decode_header, make_header

import pytest
from django.conf import settings
from django.core import mail as outgoing
from django.test import override_settings
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from core import mail
from core.jobs import enqueue, outbox, run_pending
from core.models import Outbox
from features.accounts.emails import Letter
from tests.factories import make_session, make_user

LETTER = "tests.core.job_tasks.letter"
CALENDAR = "text/calendar; charset=utf-8; method=REQUEST"


def through(port, timeout=60):
    """Letters leave by SMTP, as in production."""
    mailer = {"BACKEND": "core.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": timeout}}
    return override_settings(MAILERS={"default": mailer})


def send(to="sofia@example.org", subject="Hello", line="A line.", **more):
    context = {"letter": Letter(subject=subject, lines=[line])}
    mail.send(to, "accounts/email/letter", context, **{"message_id": "letter-1", **more})


def bodies(message):
    whole = message.message()
    return whole.get_body(("plain",)).get_content(), whole.get_body(("html",)).get_content()


class TestSend:
    def test_words_in_text_are_words_and_in_html_are_escaped(self):
        send(subject='Tables & "joins" <fast>', line="a < b & c")
        [message] = outgoing.outbox
        text, html = bodies(message)
        assert message.subject == 'Tables & "joins" <fast>'
        assert "a < b & c" in text
        assert "a &lt; b &amp; c" in html
        assert "<title>Tables &amp; &quot;joins&quot; &lt;fast&gt;</title>" in html

    def test_the_same_key_is_the_same_letter(self):
        for key in ("notification-1", "notification-1", "notification-2"):
            send(message_id=key)
        first, again, other = (message.extra_headers["Message-ID"] for message in outgoing.outbox)
        assert first == again != other
        assert first.endswith("@testserver>")

    def test_links_come_from_the_configured_address_only(self, db, client):
        session, guest = make_session(make_user("Amara Okonjo", role="expert")), make_user("Sofia Mendes")
        client.force_login(guest)
        with override_settings(ALLOWED_HOSTS=["*"]):
            client.post(f"{session.get_absolute_url()}registration/", {}, headers={"host": "evil.example"})
        run_pending()
        [message] = outgoing.outbox
        text, html = bodies(message)
        assert f"{settings.SITE_URL}/" in text
        assert f'href="{settings.SITE_URL}/' in html
        assert "evil.example" not in message.message().as_string()

    def test_a_person_is_written_to_in_their_own_time_zone(self, db, monkeypatch):
        seen = []
        monkeypatch.setattr(mail, "render_to_string", lambda *_: seen.append(mail.timezone.get_current_timezone_name()))
        monkeypatch.setattr(mail, "_printable", str)
        person = make_user(time_zone="Asia/Kathmandu")
        send(person)
        send("stranger@example.org")
        assert seen == ["Asia/Kathmandu", settings.DEFAULT_TIME_ZONE]
        assert [message.to for message in outgoing.outbox] == [[person.email], ["stranger@example.org"]]

    def test_an_attachment_keeps_its_bytes_name_and_method(self):
        send(attachments=[("session.ics", "BEGIN:VCALENDAR\r\nSUMMARY:Übung\r\n".encode(), CALENDAR)])
        [part] = outgoing.outbox[0].message().iter_attachments()
        assert part.get_filename() == "session.ics"
        assert part.get_content_type() == "text/calendar"
        assert dict(part["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
        assert part.get_payload(decode=True).decode() == "BEGIN:VCALENDAR\r\nSUMMARY:Übung\r\n"

    def test_unsubscribing_is_offered_only_where_it_is_possible(self):
        send()
        send(headers={"List-Unsubscribe": "<https://testserver/stop>"})
        without, with_it = (message.message() for message in outgoing.outbox)
        assert "List-Unsubscribe" not in without
        assert with_it["List-Unsubscribe"] == "<https://testserver/stop>"
        assert without["Auto-Submitted"] == "auto-generated"


class TestHeaders:
    EXPECTED = {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
        "List-Unsubscribe",
    }  # fmt: skip

    @hypothesis(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(words=st.text(max_size=300), name=st.text(max_size=60))
    @example("Hi\r\nBcc: all@example.org\r\n\r\n<b>", "a.ics\r\nX-Evil: 1")
    @example("Hi\nBcc: x", "\x00")
    @example("\x00\x0b\x0c\x1c\x85\u2028\u2029Bcc: x", "a\u2029b")
    @example("=?utf-8?q?=0ABcc:_x?=", '"; x="')
    @example(" " * 300, "")
    @example("ü" * 300, "ü" * 60)
    def test_no_words_of_anybody_add_a_header(self, sink, words, name):
        """What people type stands in the subject, the body, an attachment's name and a header; the set stays."""
        sink.letters.clear()
        with through(sink.port):
            send(
                subject=words,
                line=words,
                attachments=[(name, words.encode(), CALENDAR)],
                headers={"List-Unsubscribe": f"<https://testserver/{words}>"},
            )
        [letter] = sink.letters
        assert sorted(letter.keys()) == sorted(self.EXPECTED)
        assert letter["To"] == "sofia@example.org"
        assert [part.get_content_type() for part in letter.walk()] == [
            "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
        ]  # fmt: skip
        assert sink.addresses[-1] == "sofia@example.org"

    def test_what_looks_like_an_encoded_word_stays_text(self, sink):
        with through(sink.port):
            send(subject="=?utf-8?q?=0ABcc:_x?=", line="Hello")
        assert str(make_header(decode_header(sink.letters[0]["Subject"]))) == "= ?utf-8?q?=0ABcc:_x?="

    def test_a_line_of_one_dot_does_not_end_the_letter(self, effects, sink):
        with through(sink.port):
            enqueue(LETTER, "1\n.\nMAIL FROM:<evil@example.org>")
            outbox.attempt(outbox.claim())
            assert not sink.letters  # no address has a line break
            message = mail.compose(
                "sofia@example.org", "accounts/email/letter", {"letter": Letter("Dots", [".", "..", ".\r\n.\r\nQUIT"])},
                message_id="dots", attachments=(), headers={},
            )  # fmt: skip
            mailer = outgoing.mailers.default
            mailer.handover = Noted()
            mailer.send_messages([message])
        [letter] = sink.letters
        text = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
        lines = text.get_payload(decode=True).decode().split()
        assert lines[:5] == [".", "..", ".", ".", "QUIT"]
        assert mailer.handover.calls == ["before", "after"]


class Noted:
    def __init__(self):
        self.calls = []

    def before(self):
        self.calls.append("before")

    def after(self):
        self.calls.append("after")

    def take_back(self):
        self.calls.append("take_back")


class TestHandover:
    """What a job learns from the mail server's answer to the final dot."""

    @pytest.fixture
    def notes(self, effects):
        notes = outbox.Notes()
        yield notes
        notes.close()

    def attempt(self, notes):
        row = outbox.claim()
        outbox.attempt(row, notes)
        return Outbox.objects.get()

    @pytest.mark.parametrize("answer", ["451 try later", "554 no such thing here", "421 closing"])
    def test_a_refused_letter_is_sent_again(self, effects, notes, sink, answer):
        sink.answer = lambda letter: answer
        enqueue(LETTER, 1)
        with through(sink.port):
            row = self.attempt(notes)
            assert (row.last_error, row.handed_over_at, row.done_at) == ("SMTPDataError", None, None)
            assert effects("letter") == {}
            sink.answer = lambda letter: "250 OK"
            Outbox.objects.update(not_before=row.created_at)
            row = self.attempt(notes)
        assert row.done_at
        assert row.handed_over_at
        assert effects("letter") == {"1": 1}
        assert list(sink.accepted().values()) == [1]
        assert len(sink.seen) == 1  # the same Message-ID both times

    def test_a_line_that_dies_after_the_dot_is_no_yes(self, effects, notes, sink):
        """The worker lives and got no answer: the letter goes out again, and is one letter by its Message-ID."""
        enqueue(LETTER, 1)
        sink.answer = lambda letter: self.hang_up(sink)
        with through(sink.port):
            row = self.attempt(notes)
            assert (row.last_error, row.handed_over_at) == ("SMTPServerDisconnected", None)
            sink.answer = lambda letter: "250 OK"
            Outbox.objects.update(not_before=row.created_at)
            assert self.attempt(notes).done_at
        assert list(sink.seen.values()) == [2]
        assert effects("letter") == {"1": 1}

    @staticmethod
    async def hang_up(sink):
        sink.line.abort()
        return "250 OK"

    def test_a_worker_that_lost_its_claim_does_not_send(self, effects, notes, sink):
        enqueue(LETTER, 1)
        stale = outbox.claim()
        Outbox.objects.update(claimed_until=None)
        fresh = outbox.claim()
        with through(sink.port):
            outbox.attempt(stale, notes)
            assert not sink.seen
            outbox.attempt(fresh, notes)
        assert list(sink.accepted().values()) == [1]

    def test_of_two_that_hold_a_row_one_sends(self, effects, notes, sink):
        """The first stood still behind the dot until its lease ran out; the second finds its note in time."""
        enqueue(LETTER, 1)
        first = outbox.claim()
        Outbox.objects.update(claimed_until=None)
        second = outbox.claim()
        notes.write(first, sent=True)
        with through(sink.port):
            outbox.attempt(second, notes)
        assert not sink.seen
        assert Outbox.objects.get().done_at is None


class TestServerDown:
    """A mail server that is silent or gone delays letters and nothing else."""

    def test_pages_are_quick_and_letters_leave_when_it_is_back(self, transactional_db, client, sink):
        host, guest = make_user("Amara Okonjo", role="expert"), make_user("Sofia Mendes")
        session = make_session(host)
        client.force_login(guest)
        with socket.create_server(("127.0.0.1", 0)) as silent, through(port := silent.getsockname()[1], timeout=0.5):
            response = client.post(f"{session.get_absolute_url()}registration/", {})
            assert response.status_code == 303
            silent.setblocking(False)
            with pytest.raises(BlockingIOError):  # nobody has called
                silent.accept()
            silent.setblocking(True)
            row = Outbox.objects.get(task="features.notifications.tasks.deliver")
            outbox.attempt(outbox.claim())
            row.refresh_from_db()
            assert (row.last_error, row.done_at) == ("SMTPServerDisconnected", None)
        with through(port):  # nobody listens any more
            Outbox.objects.update(not_before=row.created_at)
            outbox.attempt(outbox.claim())
            row.refresh_from_db()
            assert row.last_error == "ConnectionRefusedError"
        with through(sink.port):
            Outbox.objects.update(not_before=row.created_at)
            while due := outbox.claim():
                outbox.attempt(due)
        assert not Outbox.objects.filter(done_at=None).exists()
        [letter] = sink.letters
        assert letter["To"] == guest.email


def test_what_a_sink_receives_is_what_was_composed(sink):
    with through(sink.port):
        send(line="Grüße, 日本語", attachments=[("plan.ics", b"BEGIN:VCALENDAR", CALENDAR)])
    [letter] = sink.letters
    text = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    assert "Grüße, 日本語" in text.get_payload(decode=True).decode(text.get_content_charset())
