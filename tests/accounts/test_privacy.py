"""1.17, 8.4, G1–G3: one's data to take along, and the end of an account that can be undone for two weeks."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.utils import timezone

from core.jobs import run_pending
from core.models import Outbox
from features.accounts import services, tasks
from features.accounts.models import AuditEntry, Closure, DataExport, RoleGrant, User
from features.accounts.personal_data import personal_data
from features.discovery.models import Document
from features.sessions import services as sessions
from features.sessions.models import Registration, Review, SkillSession
from tests.accounts.conftest import log_in
from tests.factories import PASSWORD, make_session, make_upload, make_user
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
LATER = timedelta(days=14, minutes=1)


@pytest.fixture
def inside(client, learner):
    """A browser of the learner's in which the password was given a moment ago."""
    log_in(client, learner)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def close(client, words="keep"):
    return client.post("/account/closure/", {"words": words, "sure": "on"})


def link_of(letter):
    return re.search(r"/reopening/[^/\s]+/", letter.body.replace("\n", ""))[0]


class TestTakingAlong:
    def test_a_press_makes_an_archive_and_a_letter_says_so(self, inside, learner, letters):
        services.set_photo(person=learner, upload=make_upload())
        letters()
        assert inside.post("/account/data/").status_code == 303
        assert "being made" in inside.get("/account/data/").content.decode()
        [letter] = letters()
        assert "48 hours" in letter.body
        page = inside.get("/account/data/").content.decode()
        answer = inside.get(re.search(r"/account/data/[\w-]+\.zip", page)[0])
        assert answer["Cache-Control"] == "private, no-store"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            parts = {name for name in archive.namelist() if name.endswith(".json")}
            assert parts == {f"{name}.json" for name in personal_data}
            assert json.loads(archive.read("accounts.json"))["account"]["email"] == learner.email
            [picture] = [name for name in archive.namelist() if name.startswith(f"files/{learner.photo_id}")]
            assert archive.read(picture)[:4] == b"RIFF"
        assert AuditEntry.objects.filter(act="data.exported", actor_id=learner.pk).count() == 1

    def test_its_address_says_nothing_of_anybody_and_is_one_persons(self, inside, learner, outsider):
        services.ask_for_export(person=learner)
        run_pending()
        path = f"/account/data/{DataExport.objects.get().public_id}.zip"
        assert learner.handle not in path
        assert Client().get(path)["Location"].startswith("/account/login/")
        other = Client()
        log_in(other, outsider)
        other.post("/account/reauthenticate/", {"password": PASSWORD})
        assert other.get(path).status_code == 404
        assert inside.get(path).status_code == 200

    def test_the_password_is_asked_for_again(self, client, learner, settings):
        log_in(client, learner)
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
        for path in ("/account/data/", "/account/data/x.zip", "/account/closure/"):
            assert client.get(path)["Location"].startswith("/account/reauthenticate/")

    def test_after_two_days_it_is_gone(self, inside, learner):
        then = timezone.now() - timedelta(hours=49)
        asked = services.ask_for_export(person=learner, now=then)
        services.make_export(asked.pk, now=then)
        assert inside.get(f"/account/data/{asked.public_id}.zip").status_code == 404
        assert "Make an archive" in inside.get("/account/data/").content.decode()
        assert services.forget_exports() == 1

    def test_asking_twice_is_once_and_made_twice_is_once(self, learner, letters):
        first, second = (services.ask_for_export(person=learner) for _ in range(2))
        assert first == second
        run_pending()
        services.make_export(first.pk)
        assert len(letters()) == 1


class TestClosing:
    def test_first_what_it_means_in_numbers(self, inside, learner, expert, skill):
        services_session = make_session(expert, about=[skill])
        sessions.register(session=services_session, person=learner)
        page = inside.get("/account/closure/").content.decode()
        assert re.search(r"Seats given back</dt><dd>1<", page)
        assert "14 days" in page
        assert User.objects.get(pk=learner.pk).is_active

    def test_without_a_choice_and_a_yes_nothing_happens(self, inside, learner):
        for form in ({"words": "all", "sure": "on"}, {"words": "keep"}, {"sure": "on"}):
            assert inside.post("/account/closure/", form).status_code == 422
        assert not Closure.objects.exists()

    def test_nobody_is_there_any_more_and_what_others_count_on_is_given_back(self, inside, learner, expert, letters):
        session = make_session(expert)
        sessions.register(session=session, person=learner)
        phone = Client()
        log_in(phone, learner)
        letters()
        answer = close(inside)
        assert (answer.status_code, answer["Location"]) == (303, "/account/inactive/")
        assert phone.get("/account/")["Location"].startswith("/account/login/")
        assert not Registration.objects.active().exists()
        assert "learner" not in str(list(Document.objects.values_list("ref", "title")))
        refused = Client().post("/account/login/", {"login": learner.email, "password": PASSWORD})
        assert refused["Location"] == "/account/inactive/"
        assert "Your account is closed" in [letter.subject for letter in letters()]
        assert AuditEntry.objects.filter(act="account.closed", target=f"person:{learner.pk}").exists()

    def test_a_hosts_sessions_are_called_off_and_people_told(self, expert, learner, letters):
        session = make_session(expert)
        sessions.register(session=session, person=learner)
        letters()
        services.close(person=expert, takes_words=False)
        assert SkillSession.objects.get().is_cancelled
        told = [letter for letter in letters() if letter.to == [learner.email]]
        assert len(told) == 1

    def test_what_a_request_under_way_writes_for_them_is_given_back_too(self, learner, expert):
        """It read who asks before the account was closed, waited for the lock, and went on."""
        closure = services.close(person=User.objects.get(pk=learner.pk), takes_words=False)
        sessions.register(session=make_session(expert), person=learner)
        assert Registration.objects.active().exists()
        [job] = Outbox.objects.filter(task="features.accounts.tasks.leave_behind_closure")
        assert job.not_before >= closure.closed_at + timedelta(minutes=1)
        tasks.leave_behind_closure(job.ref)
        assert not Registration.objects.active().exists()
        # Nothing is left to do the second time, and whoever came back keeps what they have.
        tasks.leave_behind_closure(job.ref)
        services.reopen(closure=closure)
        sessions.register(session=make_session(expert), person=User.objects.get(pk=learner.pk))
        tasks.leave_behind_closure(job.ref)
        assert Registration.objects.active().exists()

    def test_by_the_letter_it_is_had_back_and_looking_does_nothing(self, inside, learner, letters):
        close(inside)
        link = link_of(letters()[-1])
        browser, closure = Client(), Closure.objects.get()
        assert browser.get(link).status_code == 200
        assert not User.objects.get(pk=learner.pk).is_active
        assert browser.post(link)["Location"] == "/account/login/"
        log_in(Client(), learner)
        for ask in (browser.post, browser.get):
            assert ask(link)["Location"] == "/account/login/"
            assert "This link was used" in browser.get("/account/login/").text
        with pytest.raises(services.ClosureRefused):  # of two at once both have found it
            services.reopen(closure=closure)
        assert AuditEntry.objects.filter(act="account.reopened").count() == 1
        assert browser.get(link[:-3] + "xx/").status_code == 404

    def test_whoever_asks_to_be_let_in_gets_the_way_back(self, inside, learner, letters):
        close(inside)
        letters()
        Client().post("/account/login/code/", {"email": learner.email})
        assert link_of(letters()[-1])

    def test_the_last_organiser_stays(self, organiser):
        with pytest.raises(services.ClosureRefused) as refused:
            services.close(person=organiser, takes_words=False)
        assert refused.value.code == "last_organiser"
        second = make_user("Olga Second", role="organiser")
        services.close(person=organiser, takes_words=False)
        User.objects.filter(pk=second.pk).update(is_superuser=True)
        RoleGrant.objects.filter(person=second).delete()  # who runs the site without a role is the last as well
        with pytest.raises(services.ClosureRefused):
            services.close(person=User.objects.get(pk=second.pk), takes_words=False)


class TestErasing:
    def test_two_weeks_later_nothing_says_who_it_was(self, inside, learner, letters):
        close(inside)
        link = link_of(letters()[-1])
        assert services.erase_due() == 0
        assert services.erase_due(now=timezone.now() + LATER) == 1
        assert services.erase_due(now=timezone.now() + LATER) == 0
        assert get_user_model().objects.get(pk=learner.pk).name == "—"
        assert inside.get(link).status_code == 404
        assert AuditEntry.objects.filter(act="account.erased").count() == 1
        mail.outbox.clear()
        make_user("Sofia Mendes", email=learner.email)  # the address is free again

    @pytest.mark.parametrize(("takes_words", "left"), [(True, ""), (False, "It was of use.")])
    def test_what_others_read_stays_or_goes_as_was_said(self, learner, expert, takes_words, left):
        session = make_session(expert)
        seat = sessions.register(session=session, person=learner)
        began = timezone.now() - timedelta(hours=5)
        SkillSession.objects.update(starts_at=began, ends_at=began + timedelta(hours=1))
        seat.session.refresh_from_db()
        sessions.check_in(registration=seat, by=expert)
        sessions.write_review(registration=seat, rating=4, words="It was of use.")
        services.close(person=learner, takes_words=takes_words)
        services.erase_due(now=timezone.now() + LATER)
        review = Review.objects.get()
        assert (review.words, review.rating) == (left, 4)
        assert review.registration.person.name == "—"
        assert sessions.rating_of_session(session).count == 1

    def test_who_was_erased_is_no_sign_up_that_nobody_confirmed(self, learner, expert):
        """Those are deleted within a day, with all that hangs on them; and what holds them up holds up the others."""
        sessions.register(session=make_session(expert), person=learner)
        fresh = make_user("Never Came", verified=False)
        services.close(person=learner, takes_words=False, now=timezone.now() - LATER)
        services.erase_due()
        services.forget_unconfirmed()
        assert User.objects.filter(pk=learner.pk).exists()
        assert not User.objects.filter(pk=fresh.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_organisers_cannot_leave_at_once(organiser):
    other = make_user("Olga Second", role="organiser")
    leaving = [lambda p=person: services.close(person=p, takes_words=False) for person in (organiser, other)]
    found = in_parallel(leaving)
    assert sorted(type(answer).__name__ for answer in found) == ["Closure", "ClosureRefused"]
