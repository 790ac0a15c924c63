from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.models import Heartbeat, Outbox
from features.accounts.access import staff_pages_of
from features.accounts.health import findings
from features.accounts.models import Terms, site_day
from features.accounts.templatetags.accounts import staff_places
from features.skills.models import Skill
from tests.accounts.conftest import add_totp
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def found():
    return {finding.label: finding for finding in findings()}


def test_pages_of_whoever_runs_the_site_stand_in_sections(client, organiser):
    add_totp(organiser)
    client.force_login(organiser)
    page = client.get("/account/")
    sections = staff_places({"request": page.wsgi_request})
    assert [section["key"] for section in sections] == ["site", "people", "curation", "money"]
    assert sum(len(section["links"]) for section in sections) == len(staff_pages_of(organiser))


class TestHealth:
    def test_a_worker_that_is_silent_is_named(self):
        assert not found()["Worker"].is_fine
        Heartbeat.objects.create(name=Heartbeat.WORKER, beat_at=timezone.now())
        assert found()["Worker"].is_fine
        Heartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
        assert "5\xa0minutes" in found()["Worker"].words

    def test_missing_mail_is_named(self, settings):
        settings.EMAIL_URL = ""
        assert "EMAIL_URL" in found()["Mail"].words
        settings.EMAIL_URL = "smtps://mail.example.org"
        assert found()["Mail"].is_fine

    def test_stuck_work_is_counted(self):
        assert found()["Work after the answer"].is_fine
        Outbox.objects.create(task="x", ref="1", parked_at=timezone.now())
        assert found()["Work after the answer"].words.startswith("1 task ")

    def test_an_open_address_is_named(self, settings):
        settings.IS_LOOPBACK, settings.IS_HTTPS, settings.SITE_URL = False, False, "http://masteryhub.example"
        assert "http://masteryhub.example" in found()["Address"].words
        settings.IS_HTTPS = True
        assert found()["Address"].is_fine

    def test_privileged_people_without_a_second_factor_are_counted(self, organiser, moderator, expert):
        assert found()["Second factor"].words.startswith("2 people")
        add_totp(moderator)
        assert found()["Second factor"].words.startswith("1 person")
        add_totp(organiser)
        assert found()["Second factor"].is_fine

    def test_demo_people_outside_of_loopback_are_named(self, settings):
        assert found()["Demo data"].is_fine
        make_user("Invented", is_demo=True)
        settings.IS_LOOPBACK = False
        assert not found()["Demo data"].is_fine

    def test_a_backup_that_nobody_made_or_that_is_old_is_named(self, settings):
        assert found()["Backup"].is_fine  # at home
        settings.IS_LOOPBACK = False
        assert not found()["Backup"].is_fine
        call_command("backed_up", stdout=StringIO())
        assert found()["Backup"].is_fine
        Heartbeat.objects.filter(name=Heartbeat.BACKUP).update(beat_at=timezone.now() - timedelta(days=3))
        assert "3\xa0days" in found()["Backup"].words
        assert not found()["Backup"].is_fine

    def test_what_a_new_site_lacks_is_named(self, organiser):
        assert "Privacy" in found()["Terms"].words
        assert "Its page brings in some 400" in found()["Skills"].words
        for kind in Terms.Kind:
            Terms.objects.create(kind=kind, version=1, text="x", html="x", in_force_on=site_day(), written_by=organiser)
        Skill.objects.create(name="SQL", slug="sql")
        assert found()["Terms"].is_fine
        assert found()["Skills"].is_fine

    def test_the_page_says_it_all(self, in_charge):
        page = in_charge.get("/manage/").content.decode()
        for label in found():
            assert label in page
        assert "Something needs you" in page


class TestRecords:
    """Django's admin: few fields, no secrets, nobody but the organiser."""

    def test_only_ours_is_listed(self, in_charge):
        page = in_charge.get("/admin/").content.decode()
        assert "/admin/accounts/user/" in page
        for hidden in ("/admin/mfa/", "/admin/usersessions/", "/admin/auth/group/", "/admin/account/"):
            assert hidden not in page
        assert in_charge.get("/admin/mfa/authenticator/").status_code == 404

    def test_a_member_is_found_and_corrected_but_not_made_powerful(self, in_charge, learner):
        assert "Sofia Mendes" in in_charge.get("/admin/accounts/user/?q=sofia").content.decode()
        assert learner.email not in in_charge.get(f"/admin/accounts/user/{learner.pk}/change/").content.decode()
        assert "Sofia" not in in_charge.get(f"/admin/accounts/user/?q={learner.email}").content.decode()
        data = {"name": "Sofia M.", "headline": "x", "is_superuser": "on", "email": "x@example.org", "handle": "other"}
        in_charge.post(f"/admin/accounts/user/{learner.pk}/change/", data)
        before = learner.email, learner.handle
        learner.refresh_from_db()
        assert learner.name == "Sofia M."
        assert (learner.email, learner.handle) == before
        assert not learner.is_superuser

    def test_nobody_is_added_or_deleted(self, in_charge, learner):
        assert in_charge.get("/admin/accounts/user/add/").status_code == 403
        assert in_charge.get(f"/admin/accounts/user/{learner.pk}/delete/").status_code == 403
