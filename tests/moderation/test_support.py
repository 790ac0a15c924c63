"""8.10: an organiser sees the site as a member: with a reason, for a while, only to read, and the member is told."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from core.db import reading_only
from features.accounts import services as accounts
from features.accounts.models import AuditEntry, RoleGrant
from features.forum import services as forum
from features.forum.models import Board
from features.moderation import services
from features.moderation.models import SupportView
from features.moderation.support_pages import KEY, OPEN, OWN, without_keys
from features.notifications.models import Notification
from tests.factories import PASSWORD, make_session, make_upload, make_user
from tests.permissions.table import patterns

pytestmark = pytest.mark.django_db

WHY = {"cause": "asked", "reason": "She cannot find her seat."}
END = "/account/support-view/end/"


def begin(client, person):
    answer = client.post(f"/manage/people/{person.pk}/support-view/", WHY)
    assert answer.status_code == 303, answer.content.decode()
    return SupportView.objects.get(ended_at=None)


@pytest.fixture(scope="module")
def inside(as_organiser):
    as_organiser.post("/account/reauthenticate/", {"password": PASSWORD})
    return as_organiser


@pytest.fixture(scope="module")
def view(inside, learner):
    return begin(inside, learner)


class TestBeginning:
    def test_the_site_is_seen_as_the_person_with_a_banner(self, as_organiser, learner, organiser, view):
        page = as_organiser.get("/agenda/")
        assert page.context["user"].pk == learner.pk
        assert "You see the site as <strong>Sofia Mendes</strong>" in page.text
        assert END in page.text
        assert learner.email not in page.text
        assert page["Cache-Control"] == "private, no-store"
        assert as_organiser.get("/manage/people/").status_code == 403
        entry = AuditEntry.objects.get(act="support_view.begun")
        assert (entry.actor_id, entry.target) == (organiser.pk, f"person:{learner.pk}")
        assert entry.fields == [f"support_view:{view.pk}", "asked"]

    def test_it_takes_a_reason_and_the_password_once_more(self, as_organiser, learner):
        path = f"/manage/people/{learner.pk}/support-view/"
        assert "reauthenticate" in as_organiser.post(path, WHY)["Location"]
        as_organiser.post("/account/reauthenticate/", {"password": PASSWORD})
        answer = as_organiser.post(path, WHY | {"reason": " "})
        assert answer.status_code == 422
        assert "They asked for help" in answer.text
        assert not SupportView.objects.exists()

    @pytest.mark.parametrize("who", ["moderator", "finance", "refusing", "suspended", "oneself"])
    def test_not_as_anybody(self, inside, organiser, learner, who):
        if who in ("moderator", "finance"):
            RoleGrant.objects.create(person=learner, role=who)
        elif who == "refusing":
            services.let_support_view(person=learner, is_let=False)
        elif who == "suspended":
            services.impose(by=organiser, person=learner, kind="suspension", reason="Spam")
        person = organiser if who == "oneself" else learner
        path = f"/manage/people/{person.pk}/support-view/"
        assert 'name="reason"' not in inside.get(path).text
        assert inside.post(path, WHY).status_code == 422
        assert not SupportView.objects.exists()

    def test_a_second_one_ends_the_first(self, as_organiser, organiser, learner, view):
        other = make_user("Other One")
        services.begin_support_view(by=organiser, person=other, **WHY)
        view.refresh_from_db()
        assert view.end == "pressed"
        now = timezone.now()
        one_more = SupportView(person=learner, by=organiser, **WHY, begun_at=now, until=now + timedelta(minutes=1))
        with pytest.raises(IntegrityError), transaction.atomic():
            one_more.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            SupportView.objects.filter(ended_at=None).update(until=timezone.now() + timedelta(hours=1))


class TestMeanwhile:
    def test_nothing_is_changed(self, as_organiser, expert, view):
        session = make_session(expert)
        path = f"{session.get_absolute_url()}registration/"
        answer = as_organiser.post(path)
        assert answer.status_code == 403
        assert "Nothing can be changed in a support view." in answer.text
        assert END in answer.text
        by_itself = as_organiser.post(path, headers={"HX-Request": "true", "By-Itself": "yes"})
        assert by_itself.status_code == 204
        assert as_organiser.get("/api/v1/registrations/").status_code == 403
        assert not session.registrations.exists()

    @pytest.mark.parametrize(
        "path",
        [
            "/inbox/", "/mentoring/", "/account/", "/account/data/", "/account/email/", "/account/2fa/",
            "/account/tokens/", "/account/earnings/", "/account/calendar/", "/account/password/change/",
            "/account/closure/", "/hosting/new/",
        ],
    )  # fmt: skip
    def test_what_is_private_stays_so(self, as_organiser, view, path):
        assert as_organiser.get(path).status_code in (403, 404)

    def test_the_database_itself_refuses_to_write(self, learner):
        with pytest.raises(DatabaseError), reading_only():
            type(learner).objects.filter(pk=learner.pk).update(name="Other")
        learner.refresh_from_db()
        assert learner.name == "Sofia Mendes"

    def test_a_page_that_would_write_is_not_shown(self, as_organiser, view, monkeypatch):
        writes = lambda *_given: SupportView.objects.update(reason="x")  # noqa: E731
        monkeypatch.setattr("features.sessions.views.browse.render", writes)
        assert as_organiser.get("/agenda/").status_code == 403
        view.refresh_from_db()
        assert view.reason == WHY["reason"]

    def test_addresses_that_are_keys_lead_nowhere(self):
        page = without_keys(b'<a href="/join/Ab_1-x/">Room</a> <a href="/joinery/">')
        assert page == b'<a href="/account/support-views/">Room</a> <a href="/joinery/">'

    def test_what_is_open_is_there(self):
        assert set(patterns()) >= OPEN | OWN

    def test_a_draft_is_not_shown_and_pictures_are_where_only_members_see_the_site(
        self, as_organiser, organiser, learner, expert, skill, view
    ):
        board = Board.objects.create(name="Databases", slug="databases", about="Plans", skill=skill)
        said = {"kind": "question", "title": "Which index?", "text": "Of two, which one is taken when both could be?"}
        thread = forum.ask(author=expert, board=board, skills=[skill], **said)
        forum.save_draft(person=learner, place=f"thread:{thread.pk}", words={"text": "Half a thought"})
        accounts.change_rules(by=organiser, after=0, audience="members")
        page = as_organiser.get(thread.get_absolute_url())
        assert "Which index?" in page.text
        assert "Half a thought" not in page.text
        accounts.set_photo(person=expert, upload=make_upload())
        assert as_organiser.get(f"/files/{expert.photo_id}/192.webp").status_code == 200

    def test_the_profile_is_seen_as_by_other_members(self, as_organiser, learner, view):
        page = as_organiser.get(learner.get_absolute_url())
        assert page.status_code == 200
        assert learner.email not in page.text


class TestEnd:
    def test_by_the_button_and_the_person_is_told(self, as_organiser, learner, view):
        assert as_organiser.post(END)["Location"] == f"/manage/people/{learner.pk}/"
        assert KEY not in as_organiser.session
        assert as_organiser.get("/manage/people/").status_code == 200
        assert Notification.objects.get(recipient=learner).kind == "support_view"
        assert AuditEntry.objects.get(act="support_view.ended").fields == [
            f"support_view:{view.pk}",
            "asked",
            "pressed",
        ]
        assert WHY["reason"] in as_organiser.get(f"/manage/people/{learner.pk}/").text

    def test_a_form_of_before_is_not_taken_after(self, as_organiser, expert, view):
        session = make_session(expert)
        as_organiser.handler.enforce_csrf_checks = True
        [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', as_organiser.get("/agenda/").text))
        later = timezone.now() + timedelta(minutes=31)
        with time_machine.travel(later, tick=False):
            for _ in range(2):
                answer = as_organiser.post(f"{session.get_absolute_url()}registration/", {"csrfmiddlewaretoken": token})
                assert answer.status_code == 403
        assert not session.registrations.exists()
        view.refresh_from_db()
        assert (view.end, view.ended_at) == ("time", view.until)

    @pytest.mark.parametrize("how", ["time", "role", "refusal", "moderator", "suspension", "closing", "log-out"])
    def test_of_itself(self, as_organiser, organiser, learner, view, how):
        now = timezone.now()
        if how == "time":
            now += timedelta(minutes=31)
        elif how == "role":
            make_user("Another Organiser", role="organiser")
            RoleGrant.objects.filter(person=organiser).update(revoked_at=now)
        elif how == "refusal":
            services.let_support_view(person=learner, is_let=False)
        elif how == "moderator":
            RoleGrant.objects.create(person=learner, role="moderator")
        elif how == "suspension":
            accounts.suspend(person=learner, until=None, page="/")
        elif how == "closing":
            accounts.close(person=learner, takes_words=False)
        else:
            as_organiser.post("/account/logout/")
        services.end_due_support_views(now=now)
        view.refresh_from_db()
        assert view.ended_at
        expected = {"time": "time", "role": "role", "log-out": "role"}.get(how, "person")
        assert view.end == expected
        with time_machine.travel(now, tick=False):
            page = as_organiser.get("/agenda/")
        assert "You see the site as" not in page.text


class TestWhoItIsAbout:
    def test_sees_it_and_says_no(self, as_organiser, as_learner, learner, view):
        as_organiser.post(END)
        path = "/account/support-views/"
        page = as_learner.get(path).text
        assert WHY["reason"] in page
        assert view.by.name in page
        as_learner.post(path, {"act": "refuse"})
        assert services.refuses_support_views(learner)
        as_learner.post(path, {"act": "let"})
        assert not services.refuses_support_views(learner)

    def test_reads_a_letter(self, as_organiser, learner, view, letters):
        as_organiser.post(END)
        [letter] = letters()
        assert "saw the site as you" in letter.subject
        assert WHY["reason"] in letter.body
