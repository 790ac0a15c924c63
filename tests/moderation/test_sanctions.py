"""8.14: what is taken from people, with a reason and an end; and what they can say to it."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from features.accounts import access
from features.accounts.access import Ability
from features.accounts.models import AuditEntry, User
from features.moderation import services
from features.moderation.links import page_of, read
from features.moderation.models import Appeal, Sanction
from features.notifications.models import Notification
from tests.factories import PASSWORD, make_user
from tests.moderation.conftest import browser_of
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db


def fresh(person):
    return User.objects.get(pk=person.pk)


def may(person, ability, scope=""):
    return access.bar(fresh(person), ability, scope) is None


def impose(by, person, kind="suspension", reason="Advertising in three sessions", **more):
    return services.impose(by=by, person=person, kind=kind, reason=reason, **more)


def log_in_with_password(person):
    return Client().post("/account/login/", {"login": person.email, "password": PASSWORD})


class TestWhatItTakes:
    def test_a_silence_leaves_reading_and_seats(self, moderator, learner):
        impose(moderator, learner, "silence")
        refused = {ability for ability in Ability if not may(learner, ability)}
        writing = {Ability.HOST, Ability.REVIEW, Ability.APPLY, Ability.MESSAGE, Ability.POST, Ability.TIDY}
        assert refused == writing
        assert fresh(learner).is_active

    def test_one_ability_is_one(self, moderator, learner):
        impose(moderator, learner, "limit", ability="review")
        assert {ability for ability in Ability if not may(learner, ability)} == {Ability.REVIEW}

    def test_in_one_place_it_holds_there(self, moderator, learner):
        impose(moderator, learner, "limit", ability="review", scope="skill:12")
        assert not may(learner, Ability.REVIEW, "skill:12")
        assert may(learner, Ability.REVIEW, "skill:1")
        assert may(learner, Ability.REVIEW)

    def test_the_refusal_says_why_until_when_and_where_to_object(self, moderator, learner):
        given = impose(moderator, learner, "silence", ends_at=timezone.now() + timedelta(days=3))
        bar = access.bar(learner, Ability.REVIEW)
        assert "Advertising in three sessions" in bar.words
        assert "until" in bar.words
        assert Client().get(bar.url).status_code == 200
        assert bar.ends_at == given.ends_at

    def test_asking_costs_one_query_however_often(self, moderator, learner, django_assert_num_queries):
        impose(moderator, learner, "silence")
        person = fresh(learner)
        with django_assert_num_queries(1):
            for ability in Ability:
                access.bar(person, ability)

    def test_of_whom_nothing_was_taken_nothing_is_asked(self, moderator, learner, django_assert_num_queries):
        given = impose(moderator, learner, "silence")
        assert fresh(learner).is_sanctioned
        services.lift(by=moderator, sanction=given, reason="A mistake")
        person = fresh(learner)
        with django_assert_num_queries(0):
            assert access.bar(person, Ability.REVIEW) is None

    def test_nobody_else_is_touched(self, moderator, learner, outsider):
        impose(moderator, learner)
        assert may(outsider, Ability.LOG_IN)


class TestSuspension:
    def test_whoever_is_in_is_out_by_the_next_click_and_told_why(self, moderator, learner):
        here = browser_of(learner)
        impose(moderator, learner, ends_at=timezone.now() + timedelta(days=7), note="Third time")
        answer = here.get("/account/")
        assert answer["Location"].startswith("/sanctions/")
        page = here.get(answer["Location"]).content.decode()
        assert "Advertising in three sessions" in page
        assert "It ends by itself" in page
        assert "Send my objection" in page
        assert "Third time" not in page
        assert here.get("/account/")["Location"] == "/account/login/?next=/account/"
        assert "_auth_user_id" not in here.session

    def test_a_form_that_is_sent_changes_nothing_and_leads_there_too(self, moderator, learner):
        here = browser_of(learner)
        impose(moderator, learner)
        answer = here.post("/account/preferences/", {"name": "Changed"}, headers={"HX-Request": "true"})
        assert answer["HX-Redirect"].startswith("/sanctions/")
        assert fresh(learner).name == "Sofia Mendes"

    def test_logging_in_says_why(self, moderator, learner, letters):
        impose(moderator, learner)
        assert log_in_with_password(learner)["Location"].startswith("/sanctions/")
        wrong = Client().post("/account/login/", {"login": learner.email, "password": "not the password"})
        assert wrong.status_code == 422  # only whoever knows the password learns of it
        letters()
        Client().post("/account/login/code/", {"email": learner.email})
        [letter] = letters()
        assert letter.subject == "Your account is suspended"
        assert "/sanctions/" in letter.body

    def test_it_ends_by_itself_with_nothing_running(self, moderator, learner, mailed_code):
        now = timezone.now()
        impose(moderator, learner, ends_at=now + timedelta(hours=1), now=now - timedelta(days=1))
        assert not User.objects.active().filter(pk=learner.pk).exists()
        later = now + timedelta(hours=2)
        assert User.objects.active(later).filter(pk=learner.pk).exists()
        Sanction.objects.update(ends_at=now - timedelta(minutes=1))
        User.objects.filter(pk=learner.pk).update(suspended_until=now - timedelta(minutes=1))
        assert User.objects.active().filter(pk=learner.pk).exists()
        assert may(learner, Ability.LOG_IN)
        client = Client()
        client.post("/account/login/", {"login": learner.email, "password": PASSWORD})
        assert client.session["_auth_user_id"] == str(learner.pk)

    def test_also_for_whoever_logs_in_by_a_code(self, moderator, learner, mailed_code):
        now = timezone.now()
        impose(moderator, learner, ends_at=now + timedelta(hours=1), now=now - timedelta(days=1))
        Sanction.objects.update(ends_at=now - timedelta(minutes=1))
        User.objects.filter(pk=learner.pk).update(suspended_until=now - timedelta(minutes=1))
        client = Client()
        client.post("/account/login/code/", {"email": learner.email})
        client.post("/account/login/code/confirm/", {"code": mailed_code()})
        assert client.session["_auth_user_id"] == str(learner.pk)

    def test_two_that_overlap_end_one_by_one(self, moderator, learner):
        soon = impose(moderator, learner, ends_at=timezone.now() + timedelta(days=1))
        late = impose(moderator, learner, ends_at=timezone.now() + timedelta(days=9))
        assert fresh(learner).suspended_until == late.ends_at
        services.lift(by=moderator, sanction=late, reason="Too long")
        assert (fresh(learner).is_active, fresh(learner).suspended_until) == (False, soon.ends_at)
        services.lift(by=moderator, sanction=soon, reason="A mistake")
        assert (fresh(learner).is_active, fresh(learner).suspended_until) == (True, None)

    def test_no_old_browser_comes_back_to_life(self, moderator, learner):
        here = browser_of(learner)
        given = impose(moderator, learner)
        services.lift(by=moderator, sanction=given, reason="A mistake")
        here.get("/account/")
        assert "_auth_user_id" not in here.session

    def test_lifting_opens_no_account_that_its_owner_closed(self, moderator, learner):
        given = impose(moderator, learner)
        User.objects.filter(pk=learner.pk).update(suspended_until=None)
        services.lift(by=moderator, sanction=given, reason="A mistake")
        assert not fresh(learner).is_active

    def test_the_columns_cannot_contradict_each_other(self, learner):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=learner.pk).update(suspended_until=timezone.now())


class TestWhoMay:
    def test_nobody_judges_themselves_and_moderators_no_organisers(self, moderator, organiser, learner):
        cases = {"not_staff": (learner, moderator), "oneself": (moderator, moderator), "above": (moderator, organiser)}
        for code, (by, person) in cases.items():
            with pytest.raises(services.SanctionRefused) as refused:
                impose(by, person)
            assert refused.value.code == code
        assert not Sanction.objects.exists()
        impose(organiser, make_user("Another Organiser", role="organiser"))

    def test_nor_lift_moderators_what_holds_an_organiser(self, moderator, organiser):
        other = make_user("Another Organiser", role="organiser")
        given = impose(organiser, other)
        with pytest.raises(services.SanctionRefused) as refused:
            services.lift(by=moderator, sanction=given, reason="Friend of mine")
        assert refused.value.code == "above"

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"reason": " "}, "no_reason"),
            ({"ends_at": timezone.now() - timedelta(days=1)}, "already_over"),
        ],
    )
    def test_a_reason_and_an_end_to_come(self, moderator, learner, more, code):
        with pytest.raises(services.SanctionRefused) as refused:
            impose(moderator, learner, **more)
        assert refused.value.code == code
        assert fresh(learner).is_active

    def test_lifting_takes_a_reason_and_happens_once(self, moderator, learner):
        given = impose(moderator, learner, "silence")
        for reason, code in ((" ", "no_reason"), ("A mistake", ""), ("Again", "ended")):
            if code:
                with pytest.raises(services.SanctionRefused) as refused:
                    services.lift(by=moderator, sanction=given, reason=reason)
                assert refused.value.code == code
            else:
                services.lift(by=moderator, sanction=given, reason=reason)
        assert may(learner, Ability.REVIEW)

    def test_each_act_is_in_the_audit_log(self, moderator, second, learner):
        given = impose(moderator, learner, "silence")
        filed = services.appeal(sanction=given, text="It was not me")
        services.decide_appeal(by=second, appeal=filed, outcome="lifted", answer="Right")
        acts = list(AuditEntry.objects.order_by("pk").values_list("actor_id", "act", "target"))
        target = f"person:{learner.pk}"
        assert acts == [
            (moderator.pk, "sanction.imposed", target),
            (learner.pk, "appeal.filed", target),
            (second.pk, "sanction.lifted", target),
            (second.pk, "appeal.lifted", target),
        ]
        assert "Advertising" not in str(list(AuditEntry.objects.values_list("fields", flat=True)))


class TestLetters:
    def test_to_whoever_cannot_log_in_by_mail_alone(self, moderator, learner, letters):
        given = impose(moderator, learner, note="Third time, see the chat")
        [letter] = letters()
        assert letter.to == [learner.email]
        assert "Advertising in three sessions" in letter.body
        address = re.search(r"/sanctions/([^/]+)/", letter.body.replace("\n", ""))
        assert read(address[1]) == str(given.public_id)
        assert "Third time" not in letter.body
        assert not Notification.objects.exists()

    def test_to_the_others_as_a_notice_too(self, moderator, learner, letters):
        impose(moderator, learner, "silence")
        [letter] = letters()
        assert "Decided about your account: Silence" in letter.subject
        assert Notification.objects.get().recipient == learner

    def test_the_end_is_told_once(self, moderator, learner, letters):
        now = timezone.now()
        impose(moderator, learner, ends_at=now + timedelta(hours=1), now=now)
        letters()
        assert services.tell_ends(now=now) == 0
        later = now + timedelta(hours=2)
        assert services.tell_ends(now=later) == 1
        assert services.tell_ends(now=later) == 0
        assert fresh(learner).is_active
        [letter] = letters()
        assert letter.subject == "Ended: Suspension"

    def test_what_was_lifted_at_once_is_not_said_to_hold(self, moderator, learner, letters):
        given = impose(moderator, learner)
        services.lift(by=moderator, sanction=given, reason="Wrong person")
        subjects = [letter.subject for letter in letters()]
        assert subjects == ["Lifted: Suspension"]


class TestAppeal:
    def test_from_the_letter_without_logging_in_once(self, moderator, learner, client):
        given = impose(moderator, learner)
        page = page_of(given)
        assert client.post(page, {"words": ""}).status_code == 422
        assert client.post(page, {"words": "It was my brother"}).status_code == 303
        assert "It was my brother" in client.get(page).content.decode()
        again = client.post(page, {"words": "And again"})
        assert again.status_code == 422
        assert Appeal.objects.get().words == "It was my brother"
        assert not fresh(learner).is_active

    def test_looking_files_nothing_and_a_forged_address_is_nowhere(self, moderator, learner, client):
        given = impose(moderator, learner)
        client.get(page_of(given))
        assert not Appeal.objects.exists()
        assert client.get(f"/sanctions/{given.public_id}/").status_code == 404
        assert client.get(page_of(given)[:-3] + "xx/").status_code == 404

    def test_decided_by_somebody_else(self, moderator, second, learner, letters):
        given = impose(moderator, learner)
        filed = services.appeal(sanction=given, text="It was my brother")
        with pytest.raises(services.SanctionRefused) as refused:
            services.decide_appeal(by=moderator, appeal=filed, outcome="upheld", answer="No")
        assert refused.value.code == "own"
        assert list(services.open_appeals(second)) == [filed]
        assert not services.open_appeals(moderator)
        letters()
        services.decide_appeal(by=second, appeal=filed, outcome="lifted", answer="The brother it was")
        assert fresh(learner).is_active
        [letter] = letters()
        assert "The brother it was" in letter.body
        with pytest.raises(services.SanctionRefused) as refused:
            services.decide_appeal(by=second, appeal=filed, outcome="upheld", answer="No")
        assert refused.value.code == "decided"

    def test_upheld_it_goes_on(self, moderator, second, learner, letters):
        given = impose(moderator, learner)
        filed = services.appeal(sanction=given, text="It was my brother")
        letters()
        services.decide_appeal(by=second, appeal=filed, outcome="upheld", answer="There is no brother")
        assert not fresh(learner).is_active
        assert "There is no brother" in letters()[0].body

    def test_what_is_over_needs_none(self, moderator, learner):
        given = impose(moderator, learner, "silence")
        services.lift(by=moderator, sanction=given, reason="A mistake")
        with pytest.raises(services.SanctionRefused) as refused:
            services.appeal(sanction=given, text="It was my brother")
        assert refused.value.code == "ended"


class TestPages:
    def test_a_moderator_gives_reads_and_lifts(self, as_moderator, learner):
        path = f"/manage/people/{learner.pk}/sanctions/new/"
        assert "Suspend or limit" in as_moderator.get(path).content.decode()
        wrong = as_moderator.post(path, {"kind": "limit", "ends_at": "7", "reason": "Rude"})
        assert wrong.status_code == 422
        assert "Choose the ability." in wrong.content.decode()
        given = {"kind": "limit", "ability": "review", "ends_at": "7", "reason": "Rude", "note": "Among us"}
        page = as_moderator.post(path, given, follow=True).content.decode()
        for words in ("Not allowed: Write reviews", "Rude", "Among us", "Sofia Mendes is told"):
            assert words in page
        sanction = Sanction.objects.get()
        assert timedelta(days=6) < sanction.ends_at - timezone.now() < timedelta(days=8)
        lifting = f"/manage/sanctions/{sanction.pk}/lifting/"
        assert as_moderator.post(lifting, {"reason": ""}).status_code == 422
        assert "Lifted." in as_moderator.post(lifting, {"reason": "Calm now"}, follow=True).content.decode()
        assert may(learner, Ability.REVIEW)

    def test_until_it_is_lifted(self, as_moderator, learner):
        path = f"/manage/people/{learner.pk}/sanctions/new/"
        as_moderator.post(path, {"kind": "silence", "ends_at": "", "reason": "Rude"})
        assert Sanction.objects.get().ends_at is None

    def test_not_of_an_organiser(self, as_moderator, organiser):
        path = f"/manage/people/{organiser.pk}/sanctions/new/"
        assert "moderators do not judge organisers" in as_moderator.get(path).content.decode()
        assert as_moderator.post(path, {"kind": "suspension", "ends_at": "7", "reason": "x"}).status_code == 422
        assert fresh(organiser).is_active

    def test_an_appeal_waits_for_somebody_else(self, as_moderator, moderator, second, learner):
        mine, theirs = impose(moderator, learner, "silence"), impose(second, learner, "limit", ability="review")
        for given in (mine, theirs):
            services.appeal(sanction=given, text=f"Objection {given.pk}")
        page = as_moderator.get("/manage/appeals/").content.decode()
        assert f"Objection {theirs.pk}" in page
        assert f"Objection {mine.pk}" not in page
        path = f"/manage/sanctions/{theirs.pk}/appeal/"
        answer = as_moderator.post(path, {"outcome": "lifted", "answer": "Fair enough"}, follow=True)
        assert "Fair enough" in answer.content.decode()
        assert may(learner, Ability.REVIEW) is False  # the silence holds on
        own = as_moderator.post(f"/manage/sanctions/{mine.pk}/appeal/", {"outcome": "lifted", "answer": "Me"})
        assert own.status_code == 422


@pytest.mark.django_db(transaction=True)
def test_two_organisers_cannot_suspend_each_other():
    one, two = make_user("One", role="organiser"), make_user("Two", role="organiser")
    acts = [lambda: impose(fresh(one), fresh(two)), lambda: impose(fresh(two), fresh(one))]
    results = in_parallel(acts)
    assert sorted(type(result).__name__ for result in results) == ["Sanction", "SanctionRefused"]
    assert User.objects.filter(is_active=True).count() == 1
