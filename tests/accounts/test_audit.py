"""Each privileged act leaves one row, in its own transaction, without a personal value, for good."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from features.accounts import services
from features.accounts.models import AuditEntry, RoleGrant, User
from features.accounts.services import audit_acts
from features.moderation import services as moderation
from features.moderation.models import Sanction
from tests.accounts.conftest import add_totp, code_now, enter_code_now, log_in
from tests.conftest import CODE
from tests.factories import PASSWORD, make_user

NEW = "another sentence of mine"
LONG_AGO = datetime(2020, 3, 3, 23, 30, tzinfo=UTC)


def rows():
    return list(AuditEntry.objects.order_by("id").values_list("actor_id", "act", "target", "fields"))


def strengthen(client):
    client.post("/account/reauthenticate/", {"password": PASSWORD})


# --- The acts: each sets its scene, says `begin`, does one thing through its own door, answers the row it leaves ------
def give_role(client, organiser, learner, letters, begin):
    log_in(client, organiser, add_totp(organiser))
    begin()
    role = {"role": "finance", "scope": "skill:1", "reason": "Keeps the books"}
    client.post(f"/manage/people/{learner.pk}/roles/", role)
    return organiser, "role.granted", learner, ["finance@skill:1"]


def take_role(client, organiser, learner, letters, begin):
    log_in(client, organiser, add_totp(organiser))
    grant = RoleGrant.objects.create(person=learner, role="expert")
    begin()
    client.post(f"/manage/roles/{grant.pk}/revocation/", {"reason": "Left us"})
    return organiser, "role.revoked", learner, ["expert"]


def suspend(client, organiser, learner, letters, begin):
    log_in(client, organiser, add_totp(organiser))
    begin()
    client.post(f"/manage/people/{learner.pk}/sanctions/new/", {"kind": "suspension", "ends_at": 7, "reason": "Spam"})
    return organiser, "sanction.imposed", learner, [f"sanction:{number_of_sanction()}", "suspension"]


def reinstate(client, organiser, learner, letters, begin):
    given = moderation.impose(by=organiser, person=learner, kind="suspension", reason="Spam")
    log_in(client, organiser, add_totp(organiser))
    begin()
    client.post(f"/manage/sanctions/{given.pk}/lifting/", {"reason": "It was a mistake"})
    return organiser, "sanction.lifted", learner, [f"sanction:{given.pk}"]


def number_of_sanction():
    return Sanction.objects.values_list("pk", flat=True).last()


def correct_name(client, organiser, learner, letters, begin):
    log_in(client, organiser, add_totp(organiser))
    begin()
    data = {"name": "Corrected Name", "headline": learner.headline}
    client.post(f"/admin/accounts/user/{learner.pk}/change/", data)
    return organiser, "person.corrected", learner, ["name"]


def change_password(client, organiser, learner, letters, begin):
    log_in(client, learner)
    begin()
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    return learner, "password.changed", learner, ["password"]


def set_first_password(client, organiser, learner, letters, begin):
    learner.set_unusable_password()
    learner.save()
    client.force_login(learner)
    enter_code_now(client)
    begin()
    client.post("/account/password/set/", {"password1": NEW, "password2": NEW})
    return learner, "password.changed", learner, ["password"]


def reset_password(client, organiser, learner, letters, begin):
    client.post("/account/password/reset/", {"email": learner.email})
    client.post("/account/password/reset/confirm/", {"code": CODE.search(letters()[-1].body)[0]})
    begin()
    client.post("/account/password/reset/complete/", {"password1": NEW, "password2": NEW})
    return learner, "password.changed", learner, ["password"]


def change_address(client, organiser, learner, letters, begin):
    log_in(client, learner)
    enter_code_now(client)
    client.post("/account/email/", {"action_add": "", "email": "new@example.org"})
    code = CODE.search(letters()[-1].body)[0]
    begin()
    client.post("/account/confirm-email/", {"code": code})
    return learner, "email.changed", learner, ["email"]


def add_app(client, organiser, learner, letters, begin):
    log_in(client, learner)
    strengthen(client)
    client.get("/account/2fa/totp/activate/")
    begin()
    client.post("/account/2fa/totp/activate/", {"code": code_now(client.session["mfa.totp.secret"])})
    return learner, "mfa.added", learner, ["totp"]


def remove_app(client, organiser, learner, letters, begin):
    log_in(client, learner, add_totp(learner))
    strengthen(client)
    begin()
    client.post("/account/2fa/totp/deactivate/")
    return learner, "mfa.removed", learner, ["totp"]


def make_recovery_codes(client, organiser, learner, letters, begin):
    log_in(client, learner, add_totp(learner))
    strengthen(client)
    begin()
    client.post("/account/2fa/recovery-codes/generate/")
    return learner, "mfa.added", learner, ["recovery_codes"]


ACTS = [
    give_role, take_role, suspend, reinstate, correct_name, change_password, set_first_password, reset_password,
    change_address, add_app, remove_app, make_recovery_codes,
]  # fmt: skip


def state():
    """Everything the acts change."""
    return (
        sorted(RoleGrant.objects.values_list("id", "revoked_at")),
        sorted(Authenticator.objects.values_list("id", "type")),
        sorted(User.objects.values_list("id", "is_active", "password", "email", "name")),
        sorted(EmailAddress.objects.values_list("email", "verified")),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_leaves_one_row(act, client, organiser, learner, letters):
    before = []
    actor, name, target, fields = act(
        client, organiser, learner, letters, lambda: before.append((len(rows()), state()))
    )
    [(count, old)] = before
    assert rows()[count:] == [(actor.pk, name, f"person:{target.pk}", fields)]
    assert state() != old
    said = " ".join(str(row) for row in rows())
    for value in (learner.email, learner.name, organiser.email, PASSWORD, NEW, "new@example.org", "Corrected"):
        assert value not in said


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_cannot_be_written_down_does_not_happen(act, client, organiser, learner, letters):
    """The row and the act are one transaction: with the log out of order, nothing changes."""
    client.raise_request_exception = False
    before = []

    def break_log():
        before.append(state())
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_auditentry ADD CONSTRAINT out_of_order CHECK (false) NOT VALID")

    try:
        act(client, organiser, learner, letters, break_log)
        assert [state()] == before
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_auditentry DROP CONSTRAINT IF EXISTS out_of_order")


@pytest.mark.django_db
def test_the_old_address_is_told_of_the_new(client, learner, letters):
    change_address(client, None, learner, letters, list)
    learner.refresh_from_db()
    assert learner.email == "new@example.org"
    [letter] = letters()
    assert letter.to == ["sofia-mendes@example.org"]
    assert "new@example.org" in letter.subject


@pytest.mark.django_db
class TestOnlyGrows:
    @pytest.fixture(autouse=True)
    def entry(self, learner):
        services.audit(learner, "test.done", "thing:1", ["a", "b"])
        return AuditEntry.objects.get()

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE accounts_auditentry SET act = 'nothing'",
            "UPDATE accounts_auditentry SET happened_at = now() WHERE false OR id > 0",
            "DELETE FROM accounts_auditentry",
            "TRUNCATE accounts_auditentry",
        ],
    )
    def test_sql_is_refused(self, statement):
        with transaction.atomic(), connection.cursor() as cursor:
            # The tests' own clean-up is let through (tests/conftest.py); here nothing is.
            cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER audit_table_stays")
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(statement)
            transaction.set_rollback(True)
        assert AuditEntry.objects.count() == 1

    def test_so_are_our_own_models(self, entry):
        entry.act = "nothing"
        for attempt in (entry.save, entry.delete, AuditEntry.objects.all().delete):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                attempt()

    def test_the_row_outlives_the_account(self, learner):
        learner.delete()
        assert AuditEntry.objects.count() == 1

    def test_the_trigger_is_part_of_the_migration(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'accounts_auditentry'::regclass AND NOT tgisinternal"
            )
            assert {row[0] for row in cursor.fetchall()} == {"audit_rows_stay", "audit_table_stays"}


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_stand_alone(learner):
    with pytest.raises(RuntimeError):
        services.audit(learner, "test.done", "thing:1")
    with transaction.atomic():
        services.audit(learner, "test.done", "thing:1")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
class TestAuditPage:
    def test_newest_first_with_names_and_pages(self, in_charge, organiser, django_assert_max_num_queries):
        people = [make_user(f"Member {n}", handle=f"member-{n}") for n in range(30)]
        for person in people:
            services.audit(organiser, "test.done", f"person:{person.pk}", ["name"])
        services.audit(None, "test.site", "thing:1")
        with django_assert_max_num_queries(9):
            page = in_charge.get("/manage/audit/")
        words = page.content.decode()
        assert words.index("test site") < words.index("Member 29") < words.index("Member 10")
        assert "The site" in words
        assert words.count("test done") == 24
        assert "Oskar Lindqvist" in words
        following = in_charge.get(page.context["page"].next_url).content.decode()
        assert "Member 5<" in following
        assert "Member 29" not in following

    def test_a_forged_position_is_the_first_page(self, in_charge):
        assert in_charge.get("/manage/audit/?after=forged").status_code == 200


CALL = re.compile(r'\baudit\([^,]+,\s*f?"([^"]+)"')
SOURCES = [path.read_text() for path in (settings.BASE_DIR / "features").rglob("*.py")]


class TestInWords:
    pytestmark = pytest.mark.django_db

    def test_every_act_that_is_written_down_has_words(self):
        codes = {code for source in SOURCES for code in CALL.findall(source)}
        assert "role.granted" in codes
        unsaid = {code for code in codes if code not in audit_acts and code.partition(".")[0] not in audit_acts}
        # With an outcome in their name: each of them stands there by itself.
        families = {code for code in unsaid if "{" in code}
        assert unsaid == families
        for family in families:
            assert any(code.startswith(family.partition("{")[0]) for code in audit_acts), family

    def test_who_did_what_to_whom_and_what_it_was_about(self, organiser, learner, django_assert_num_queries):
        services.grant_role(actor=organiser, person=learner, role="reviewer", reason="Reads well")
        services.audit(organiser, "sanction.imposed", f"person:{learner.pk}", ["sanction:7", "silence"])
        services.audit(None, "mfa.added", "person:987654321", ["totp"])
        entries = AuditEntry.objects.order_by("pk")
        with django_assert_num_queries(2):
            given, sanction, factor = services.written_down(entries)
        assert (given.by, given.said, given.fields) == ("Oskar Lindqvist", "gave a role", "Reviewer")
        assert given.target == f'<a href="/manage/people/{learner.pk}/">{learner.name}</a>'
        silence = "Silence: may read and take part, but not write"
        assert sanction.fields == f'<a href="/manage/sanctions/7/">Sanction 7</a>, {silence}'
        assert (factor.by, factor.fields, factor.target) == ("The site", "authenticator app", "Former member 987654321")

    def test_a_code_of_a_former_version_is_read_as_it_stands(self, learner):
        services.audit(learner, "gone.for_long", "thing:1", ["<b>"])
        [entry] = services.written_down(AuditEntry.objects.all())
        assert (entry.said, entry.target, entry.fields) == ("gone for long", "thing:1", "&lt;b&gt;")


class TestFinding:
    """A log of years is of use only if one finds what one looks for."""

    @pytest.fixture
    def entries(self, organiser, moderator, learner):
        with transaction.atomic():
            services.audit(organiser, "role.granted", f"person:{learner.pk}", ["finance"])
            services.audit(moderator, "note.written", f"person:{learner.pk}", ["note:7"])
            services.audit(organiser, "terms.published", "terms:7", ["terms"])
        return AuditEntry.objects.create(act="terms.published", target="terms:3", happened_at=LONG_AGO)

    @pytest.mark.parametrize(
        ("query", "acts"),
        [
            ("q=sofia", {"role.granted", "note.written"}),
            ("q=Terms 7", {"terms.published"}),
            ("q=note:7", {"note.written"}),
            ("by=oskar", {"role.granted", "terms.published"}),
            ("by=oskar&q=sofia", {"role.granted"}),
            ("act=note.written", {"note.written"}),
            ("by=nobody-is-called-so", set()),
        ],
    )
    def test_entries_are_found(self, in_charge, entries, query, acts):
        shown = in_charge.get(f"/manage/audit/?{query}").context["table"].data
        assert {row.entry.act for row in shown if row.entry.actor_id} - {"mfa.added"} == acts

    def test_days_are_those_of_whoever_reads(self, in_charge, organiser, entries):
        organiser.time_zone = "Pacific/Auckland"
        organiser.save()
        day = timezone.localdate(LONG_AGO, ZoneInfo("Pacific/Auckland")).isoformat()
        shown = in_charge.get(f"/manage/audit/?since={day}&until={day}").context["table"].data
        assert [row.entry for row in shown] == [entries]

    def test_a_day_that_is_none_says_so_and_narrows_nothing(self, in_charge, entries):
        page = in_charge.get("/manage/audit/?since=yesterday").content.decode()
        assert "Write a date such as 2030-03-24." in page
        assert "gave a role" in page

    def test_nothing_found_says_what_to_do(self, in_charge):
        page = in_charge.get("/manage/audit/?q=zzz").content.decode()
        assert "Take a filter away" in page
        assert '<a class="btn" href="/manage/audit/">Without filters</a>' in page
        assert "<table" not in page  # never a row of headings over nothing
