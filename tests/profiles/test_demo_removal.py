"""The demo world out in one step: afterwards the site is as it was before the demo came, and one notice longer."""

from datetime import timedelta
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from core import seeds
from features.accounts import services as accounts
from features.accounts.models import AuditEntry, User
from features.mentoring.models import Dirty
from features.notifications.models import Notification
from features.notifications.services import in_words
from features.profiles.services import demo_removal
from features.sessions import services as sessions
from features.sessions.models import Registration, SkillSession
from features.skills.models import SkillEvidence
from features.skills.services import record_evidence
from tests.factories import PASSWORD, make_session, make_skill, make_user
from tests.moderation.conftest import browser_of
from tests.permissions.test_other_people import contents

pytestmark = pytest.mark.django_db

WORDS = {"words": "remove the demo"}
# What only grows or is passing, and what is made for the reading of people's pages.
APART = {"accounts_auditentry", "core_outbox", "notifications_notification", "core_periodicrun", "discovery_word"}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Real people and what they do; then the demo world around them, and what they do in that."""
    with django_db_blocker.unblock(), transaction.atomic():
        now, skill = timezone.now(), make_skill("Removing things")
        seeds.seeds["skills"][1](now)
        boss = make_user("Real Boss", role="organiser")
        host, guest = make_user("Real Host", role="expert"), make_user("Real Guest")
        own = make_session(host, about=[skill], published=False, capacity=2, starts_in=timedelta(days=90))
        own = sessions.publish(session=own, by=host)
        sessions.register(session=own, person=guest)
        before = contents()
        with override_settings(DEMO=True, IS_LOOPBACK=True):
            for _name, fill in seeds.in_order():
                fill(now)
        # Who looks around in the demo is asked whether they agree, as everywhere.
        accounts.agree(person=boss, terms=accounts.owed_terms(boss), how="asked")
        invented = list(User.objects.filter(is_demo=True).order_by("pk"))
        sessions.register(session=own, person=invented[1])
        theirs = SkillSession.objects.upcoming(now).exclude(host=host).filter(price_minor=0, seats_taken__lt=3)
        seat = sessions.register(session=theirs.order_by("-starts_at").first(), person=guest)
        record_evidence(
            person=guest, skill=skill, kind="session_attended", strength=0.2, happened_at=now,
            source=f"registration:{seat.pk}",
        )  # fmt: skip
        yield SimpleNamespace(boss=boss, guest=guest, own=own, before=before, invented=invented, seat=seat)
        transaction.set_rollback(True)


@pytest.fixture(scope="class")
def gone(world, django_db_blocker):
    """Removed once for a class, and there again afterwards. The worker has been at it: nobody is marked any more for
    matches to be looked at again, so what removing marks is new."""
    with django_db_blocker.unblock(), transaction.atomic():
        Dirty.objects.filter(person__is_demo=True).delete()
        yield demo_removal.remove_demo(by=world.boss)
        transaction.set_rollback(True)


def differing(before, after):
    """(table, key) of every row that is not as it was, apart from what may grow."""
    return {
        (table, key)
        for table in before.keys() | after.keys()
        if table not in APART
        for key in before.get(table, {}).keys() | after.get(table, {}).keys()
        if before.get(table, {}).get(key) != after.get(table, {}).get(key)
    }


class TestGone:
    def test_the_site_is_as_it_was_before_the_demo_came(self, world, gone):
        left = differing(world.before, contents())
        # The learner of the demo came into one's evidence: what it came to is counted anew, from nothing.
        assert {table for table, _key in left} <= {"skills_skilllevel", "skill_sessions_skillsession"}
        assert {key for table, key in left if table == "skill_sessions_skillsession"} <= {str(world.own.pk)}
        assert world.own.registrations.filter(cancelled_at=None).count() == 1
        world.own.refresh_from_db()
        assert world.own.seats_taken == 1

    def test_nothing_of_the_demo_is_left(self, world, gone):
        assert not User.objects.filter(is_demo=True).exists()
        assert not SkillSession.objects.exclude(pk=world.own.pk).exists()
        assert not SkillEvidence.objects.filter(source=f"registration:{world.seat.pk}").exists()
        assert not demo_removal.look().rows[User]

    def test_whoever_loses_a_seat_is_told_and_nobody_else(self, world, gone):
        told = Notification.objects.filter(kind="demo_removed")
        assert [notification.recipient for notification in told] == [world.guest]
        assert "a seat of yours" in dict(in_words(told))[told[0]]
        assert all(said for _row, said in in_words(Notification.objects.all()))
        assert gone.told == {world.guest.pk: 1}

    def test_it_is_in_the_audit_log(self, world, gone):
        entry = AuditEntry.objects.get(act="demo.removed")
        assert (entry.actor_id, entry.target, entry.fields) == (
            world.boss.pk,
            "site",
            [f"people:{len(world.invented)}"],
        )


def test_again_it_finds_nothing(world):
    demo_removal.remove_demo(by=world.boss)
    assert not demo_removal.remove_demo(by=world.boss).ids(User)
    assert AuditEntry.objects.filter(act="demo.removed").count() == 1


def test_looking_changes_nothing_and_counts(world):
    before = contents()
    found = demo_removal.look()
    assert not differing(before, contents())
    assert len(found.ids(User)) == len(world.invented)
    assert found.of_real_people[Registration] == 1


class TestWhoMay:
    def test_not_somebody_invented(self, world):
        organiser = User.objects.get(email="organiser@demo.example")
        with pytest.raises(demo_removal.RemovalRefused) as refused:
            demo_removal.remove_demo(by=organiser)
        assert refused.value.code == "invented"
        assert User.objects.filter(is_demo=True).exists()

    def test_not_before_somebody_real_runs_the_site(self, world):
        world.boss.role_grants.update(revoked_at=timezone.now())
        with pytest.raises(demo_removal.RemovalRefused) as refused:
            demo_removal.remove_demo(by=None)
        assert refused.value.code == "no_organiser"
        with pytest.raises(CommandError, match="createsuperuser"):
            call_command("remove_demo", yes=True, stdout=StringIO())
        assert User.objects.filter(is_demo=True).exists()


class TestCommand:
    def test_it_says_what_goes_and_does_it_when_told(self, world):
        out = StringIO()
        call_command("remove_demo", stdout=out)
        assert "Nothing was changed." in out.getvalue()
        assert "of real people among them" in out.getvalue()
        assert User.objects.filter(is_demo=True).exists()
        call_command("remove_demo", yes=True, stdout=out)
        assert "Gone." in out.getvalue()
        assert not User.objects.filter(is_demo=True).exists()
        call_command("remove_demo", yes=True, stdout=out)
        assert "There is no demo world here." in out.getvalue()


class TestPage:
    def test_numbers_then_the_words_then_it_is_gone(self, world):
        browser = browser_of(world.boss, strong=True)
        assert browser.get("/manage/demo/")["Location"].startswith("/account/")
        browser.post("/account/reauthenticate/", {"password": PASSWORD})
        page = browser.get("/manage/demo/").text
        assert "1 seat or place in line of real people" in page
        assert "1 person is told." in page
        wrong = browser.post("/manage/demo/", {"words": "yes"})
        assert wrong.status_code == 422
        assert "Nothing was removed." in wrong.text
        assert User.objects.filter(is_demo=True).exists()
        page = browser.post("/manage/demo/", {"words": " Remove the  demo "}, follow=True).text
        assert "The demo world is gone." in page
        assert "everybody here is real" in page
        assert not User.objects.filter(is_demo=True).exists()
