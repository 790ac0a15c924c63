"""Answers by mail: they stand where the letter's address leads, once, without what they quote."""

import io
from email.message import EmailMessage
from time import time
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core.signatures import sign
from features.accounts.models import User
from features.forum import services
from features.forum.by_mail.addresses import address, read
from features.forum.by_mail.messages import read_message
from features.forum.models import Draft, MailedAnswer, Post, Thread
from features.forum.services import NotOurs, receive

pytestmark = pytest.mark.django_db

QUOTE = "\n\nOn Mon, 3 Nov 2026 at 10:00, MasteryHub <reply@in.example.org> wrote:\n\n> Sofia Mendes:\n>\n> Canary\n"


@pytest.fixture(autouse=True)
def inbound(settings):
    settings.INBOUND_ADDRESS = "reply@in.example.org"


def message(sender, to, text="Because it is small." + QUOTE, *, html="", number="<1@example.org>", **headers) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = f"Somebody <{sender}>", to, number
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if html:
        made.set_content(html, subtype="html")
    else:
        made.set_content(text)
    return made.as_bytes()


@pytest.fixture
def answers(thread, helper):
    """The address that the letter about the thread had for who helps."""
    return address(helper.pk, "t", thread.pk)


class TestLetters:
    def test_an_answer_to_the_letter_of_a_new_answer_stands_in_the_thread(self, thread, asker, helper, letters):
        letters()
        services.reply(author=helper, thread=thread, text="How small is it?")
        [letter] = [letter for letter in letters() if letter.to == [asker.email]]
        assert "You can answer this letter" in letter.body
        post = receive(message(asker.email, letter.message()["Reply-To"])).post
        assert (post.thread, post.part, post.author) == (thread, "reply", asker)
        assert post.text == "Because it is small."
        assert Thread.objects.get(pk=thread.pk).replies == 2

    def test_an_answer_to_the_letter_of_a_comment_is_a_comment(self, thread, asker, helper, letters):
        opening = thread.posts.get()
        letters()
        services.remark(author=helper, post=opening, text="Which version?")
        [letter] = letters()
        post = receive(message(asker.email, letter.message()["Reply-To"], "The newest.")).post
        assert (post.part, post.parent, post.text) == ("comment", opening, "The newest.")

    def test_without_an_inbound_address_letters_say_nothing_of_it(self, thread, asker, helper, letters, settings):
        settings.INBOUND_ADDRESS = ""
        letters()
        services.reply(author=helper, thread=thread, text="How small is it?")
        [letter] = [letter for letter in letters() if letter.to == [asker.email]]
        assert "Reply-To" not in letter.message()
        assert "You can answer this letter" not in letter.body


class TestWhoAndWhere:
    def test_a_forged_address_and_another_sender_have_no_mailbox(self, thread, asker, helper, answers):
        forged = answers.replace(f"+{helper.pk}.", f"+{asker.pk}.")
        for sender, to in ((asker.email, forged), (asker.email, answers), ("x@example.org", answers),
                           (helper.email, "reply@in.example.org"), (helper.email, "")):  # fmt: skip
            with pytest.raises(NotOurs):
                receive(message(sender, to))
        User.objects.filter(pk=helper.pk).update(is_active=False)
        with pytest.raises(NotOurs):
            receive(message(helper.email, answers))
        assert not MailedAnswer.objects.exists()

    def test_what_strangers_send_is_not_looked_through(self, helper, answers, monkeypatch):
        def run(*command, **how):
            raise AssertionError("no process for a message without a mailbox")

        monkeypatch.setattr("features.forum.by_mail.messages.subprocess.run", run)
        for sender, to in (("x@example.org", answers), (helper.email, "reply@in.example.org")):
            with pytest.raises(NotOurs):
                receive(message(sender, to))
        assert receive(message("x@example.org", answers, Auto_Submitted="auto-replied")) is None

    def test_an_address_survives_small_letters_and_a_change_of_the_key(self, answers, helper, settings):
        assert read(answers.upper()).person == helper.pk
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50
        assert read(answers).person == helper.pk
        settings.SECRET_KEY_FALLBACKS = []
        assert read(answers) is None
        assert len(answers.partition("@")[0]) <= 64

    def test_the_same_message_is_taken_once(self, helper, answers):
        first = receive(message(helper.email, answers))
        assert receive(message(helper.email, answers)) == first
        assert Post.objects.filter(part="reply").count() == 1
        receive(message(helper.email, answers, number="<2@example.org>"))
        assert Post.objects.filter(part="reply").count() == 2


class TestWhatItSays:
    @pytest.mark.parametrize(
        "text",
        [
            "Danke, das war es!\n\nAm 3. Nov. 2026 um 10:00 schrieb MasteryHub <r@in.example.org>:\n\n> Canary\n",
            "Danke, das war es!\n\n-- \nAda Canary, 1 Main Street",
            "Danke, das war es!\n\n> Canary\n> and more\n",
        ],
    )
    def test_what_is_quoted_and_the_signature_are_left_out(self, helper, answers, text):
        assert receive(message(helper.email, answers, text)).post.text == "Danke, das war es!"

    def test_quotes_between_ones_own_words_and_lists_stay(self, helper, answers):
        text = "> Which version?\n\nThe newest.\n\n> And how large?\n\n- small\n- very small" + QUOTE
        said = receive(message(helper.email, answers, text)).post.text
        assert said == "> Which version?\n\nThe newest.\n\n> And how large?\n\n- small\n- very small"

    def test_a_message_that_is_made_to_keep_us_busy_is_given_up(self, helper, answers, monkeypatch):
        monkeypatch.setattr("features.forum.by_mail.messages.PATIENCE", 2)
        assert "No words" in receive(message(helper.email, answers, "x\n" + "Am x schrieb " * 2000)).refused

    def test_html_alone_becomes_its_words(self, helper, answers):
        html = "<p>One &amp; <b>two</b></p><p>Three</p><blockquote>Canary<p>more</p></blockquote><script>x</script>"
        assert receive(message(helper.email, answers, html=html)).post.text == "One & two\nThree"

    def test_what_no_person_sent_is_left_alone(self, helper, answers):
        for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"},
                        {"X_Autoreply": "yes"}, {"List_Id": "<all.example.org>"}):  # fmt: skip
            assert receive(message(helper.email, answers, **headers)) is None
        assert not MailedAnswer.objects.exists()

    def test_files_no_words_and_what_is_refused_are_answered_by_one_letter(self, thread, helper, answers, letters):
        letters()
        made = EmailMessage()
        made["From"], made["To"], made["Message-ID"] = helper.email, answers, "<3@example.org>"
        made.set_content("See this.")
        made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
        for raw in (made.as_bytes(), made.as_bytes(), message(helper.email, answers, QUOTE)):
            assert receive(raw).post is None
        Thread.objects.filter(pk=thread.pk).update(closing="closed")
        receive(message(helper.email, answers, number="<4@example.org>"))
        bodies = [letter.body for letter in letters()]
        assert len(bodies) == 3
        for words in ("files attached", "No words of your own", "takes no new answers"):
            assert sum(words in body for body in bodies) == 1
        assert all(thread.get_absolute_url() in body for body in bodies)
        assert not Post.objects.filter(part="reply").exists()

    def test_broken_messages_are_nobodys(self, answers):
        odd = f"From: <a@b>\r\nTo: <{answers}>\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xe9".encode()
        empty, split = b"From: =?x?q?\r\nTo: \r\n\r\n", b"Content-Type: multipart/mixed\r\n\r\nx"
        for raw in (b"", b"\xff\xfe\x00", empty, split, odd):
            assert read_message(raw).key
            with pytest.raises(NotOurs):
                receive(raw)


class TestCommand:
    def test_it_takes_what_a_mail_server_hands_over(self, helper, answers, monkeypatch):
        for raw, end in ((message(helper.email, answers), None), (message("x@example.org", answers), 67)):
            monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
            if end:
                with pytest.raises(SystemExit) as ended:
                    call_command("receive_mail", stderr=io.StringIO())
                assert ended.value.code == end
            else:
                call_command("receive_mail")
        assert Post.objects.filter(part="reply").count() == 1

    def test_it_takes_all_of_a_maildir_once(self, helper, answers, tmp_path):
        for name in ("new", "cur", "tmp"):
            (tmp_path / name).mkdir()
        (tmp_path / "new/1").write_bytes(message(helper.email, answers))
        (tmp_path / "new/2").write_bytes(message("x@example.org", answers, number="<2@example.org>"))
        said = io.StringIO()
        call_command("receive_mail", maildir=tmp_path, stdout=said)
        call_command("receive_mail", maildir=tmp_path, stdout=said)
        assert said.getvalue().splitlines()[0] == "1 messages were taken, 1 were for nobody here."
        assert len(list((tmp_path / "cur").iterdir())) == 2
        assert MailedAnswer.objects.get().came_at <= timezone.now()


class TestTheDoor:
    """A provider posts what came."""

    SECRET = "a secret that two of us know"

    def post(self, client, raw, *, secret=SECRET, at=None, **headers):
        signed = {"Webhook-Signature": sign(raw, [secret], int(at or time()))} | headers
        return client.post("/forum/mail/", raw, content_type="message/rfc822", headers=signed)

    @pytest.fixture(autouse=True)
    def door(self, settings):
        settings.INBOUND_SECRET = self.SECRET

    def test_a_signed_message_stands_in_the_thread_once_however_often_it_comes(self, thread, helper, answers):
        client = Client(enforce_csrf_checks=True)
        raw = message(helper.email, answers)
        assert [self.post(client, raw).status_code for _ in range(2)] == [204, 204]
        post = Post.objects.get(part="reply")
        assert (post.author, post.text, post.thread) == (helper, "Because it is small.", thread)

    def test_what_is_not_signed_or_old_or_changed_has_no_effect(self, client, helper, answers):
        raw = message(helper.email, answers)
        assert client.post("/forum/mail/", raw, content_type="message/rfc822").status_code == 403
        assert self.post(client, raw, secret="another").status_code == 403
        assert self.post(client, raw, at=time() - 600).status_code == 403
        other = sign(raw, [self.SECRET], int(time()))
        assert self.post(client, raw + b"!", **{"Webhook-Signature": other}).status_code == 403
        for header in ("t=x,v1=0", f"t={int(time())},v1=\xe9", "v1", ","):
            assert self.post(client, raw, **{"Webhook-Signature": header}).status_code == 403
        assert not MailedAnswer.objects.exists()

    def test_for_nobody_here_and_too_large_are_refused_for_good(self, client, helper, answers, monkeypatch):
        assert self.post(client, message(helper.email, "reply@in.example.org")).status_code == 422
        monkeypatch.setattr("features.forum.views.mail.LARGEST", 100)
        assert self.post(client, message(helper.email, answers)).status_code == 413
        assert not MailedAnswer.objects.exists()

    def test_what_can_not_be_used_is_taken_and_answered_by_a_letter(self, client, thread, helper, answers):
        Thread.objects.update(closing="closed")
        assert self.post(client, message(helper.email, answers)).status_code == 204
        assert MailedAnswer.objects.get().refused

    def test_there_is_no_door_without_an_address_or_a_secret(self, client, settings, helper, answers):
        for name in ("INBOUND_SECRET", "INBOUND_ADDRESS"):
            kept = getattr(settings, name)
            setattr(settings, name, "")
            assert self.post(client, message(helper.email, answers)).status_code == 404
            setattr(settings, name, kept)
        assert client.get("/forum/mail/").status_code == 405


@pytest.mark.parametrize("broken", ['To: "', "To: a@[", 'From: "', "From: a@[", "Message-ID: a@[", "Cc: :;"])
def test_what_is_no_header_breaks_nothing(broken, helper, thread, settings):
    """A mail server would bring it again and again."""
    settings.INBOUND_ADDRESS = "reply@in.example.org"
    with pytest.raises(services.NotOurs):
        services.receive(f"{broken}\nSubject: x\n\nHello".encode())


def test_what_was_typed_on_the_page_stays_there(helper, thread, settings):
    settings.INBOUND_ADDRESS = "reply@in.example.org"
    services.save_draft(person=helper, place=f"thread:{thread.pk}", words={"text": "Another thing"})
    services.receive(message(helper.email, address(helper.pk, "t", thread.pk)))
    assert Draft.objects.get().words == {"text": "Another thing"}
