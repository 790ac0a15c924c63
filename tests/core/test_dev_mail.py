"""`/dev/mail/` shows what the demo has sent. It exists only with DEMO=1 on a loopback address."""

import pytest
from django.test import override_settings
from django.urls import include, path

from core import dev_mail, dev_panels, mail
from core.urls import urlpatterns as site
from features.accounts.emails import Letter
from tests.core.test_checks import DEMO, PRODUCTION, run

urlpatterns = [path("dev/", include("core.dev")), *site]


@pytest.fixture
def folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.MAILERS = {
        "default": {
            "BACKEND": "core.letter_files.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }
    return tmp_path / "mail"


def send(subject, line, to="sofia@example.org", **more):
    letter = Letter(subject=subject, lines=[line])
    mail.send(to, "accounts/email/letter", {"letter": letter}, message_id=subject, **more)


class TestReading:
    def test_the_newest_stands_first_with_what_is_attached(self, folder):
        send("First", "See https://testserver/a/?b=1 and https://testserver/a/?b=1")
        send("Grüße", "Nothing", attachments=[("session.ics", b"BEGIN:VCALENDAR", "text/calendar")])
        newest, first = dev_mail.newest(dev_mail.by_age(folder))
        assert (newest.subject, newest.to, newest.attachments) == ("Grüße", "sofia@example.org", ["session.ics"])
        assert "Nothing" in newest.text
        assert "See https://testserver/a/?b=1" in first.text
        assert first.sent_at <= newest.sent_at

    def test_a_letter_that_is_written_again_is_one_letter(self, folder):
        for line in ("Once", "And again, by the next worker"):
            send("First", line)
        assert ["again" in letter.text for letter in dev_mail.newest(dev_mail.by_age(folder))] == [True]
        assert len(list(folder.iterdir())) == 1

    def test_no_folder_is_no_letter(self, folder):
        assert dev_mail.by_age(folder / "absent") == []


@pytest.mark.urls("tests.core.test_dev_mail")
class TestPage:
    def test_it_shows_letters_escaped_and_what_features_add(self, db, client, folder, monkeypatch):
        monkeypatch.setattr(dev_mail, "panels", {"Codes": lambda: [("moderator@demo.example", "123456")]})
        send("A <b>bold</b> subject", "<script>alert(1)</script> http://localhost:8000/a/?b=1")
        response = client.get("/dev/mail/")
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert "A &lt;b&gt;bold&lt;/b&gt; subject" in response.text
        assert "<script>alert" not in response.text
        assert '<a href="http://localhost:8000/a/?b=1"' in response.text
        assert "moderator@demo.example" in response.text
        assert "123456" in response.text

    def test_one_chooses_whose_letters(self, db, client, folder):
        send("For Sofia", "Yours")
        send("For Amara", "Yours", to="amara+demo@example.org")
        page = client.get("/dev/mail/").text
        assert "For Sofia" in page
        assert '<a href="?to=amara%2Bdemo%40example.org#letters">' in page
        hers = client.get("/dev/mail/?to=amara%2Bdemo%40example.org").text
        assert "For Amara" in hers
        assert "For Sofia" not in hers
        assert "No letter went there yet" in client.get("/dev/mail/?to=nobody@example.org").text

    def test_it_says_so_when_letters_really_leave(self, db, client, folder):
        with override_settings(EMAIL_URL="smtp://mail.example.org"):
            assert "letters go to that server" in client.get("/dev/mail/").text
        assert "No letter was sent yet" in client.get("/dev/mail/").text


class TestWhere:
    SCRIPT = (
        "import django; from core import garbage; garbage.leave_it(); django.setup();"
        "from django.urls import resolve, Resolver404\n"
        "try: print(resolve('/dev/mail/').func.__name__)\n"
        "except Resolver404: print('absent')"
    )

    @pytest.mark.parametrize(
        ("environment", "answer"),
        [
            (DEMO, "mail"),
            (PRODUCTION, "absent"),
            ({**DEMO, "HOST": "0.0.0.0"}, "absent"),
            ({**DEMO, "DEMO": "0"}, "absent"),
        ],
        ids=["demo", "production", "demo in the open", "no demo"],
    )
    def test_it_exists_in_a_demo_on_this_machine_only(self, environment, answer):
        done = run(["-c", self.SCRIPT], {"DJANGO_SETTINGS_MODULE": "core.settings", **environment})
        assert done.stdout.strip() == answer, done.stderr


def test_a_panel_is_registered_once():
    registry = type(dev_panels.panels)("panels")
    registry.register("a", list)
    with pytest.raises(ValueError, match="registered twice"):
        registry.register("a", dict)
