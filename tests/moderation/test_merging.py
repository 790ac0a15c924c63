"""11.5: an organiser makes one account out of two of the same person. Nothing is lost, nothing is merged that must not
be, and whoever presses at the same moment finds one account."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from core.models import Outbox
from features.accounts import services as accounts
from features.accounts.models import AccountLetter, AuditEntry, Closure, FormerHandle, RoleGrant, User
from features.calendar.models import TimeClaim, WeeklyHours
from features.discovery.models import Document
from features.discovery.services import search
from features.forum import services as forum
from features.forum.models import Vote
from features.library.models import Certificate, Enrolment
from features.mentoring.models import MentorPage
from features.moderation import services
from features.moderation.models import AccountMerge, Case, Entry, Flag
from features.notifications.models import Follow, Notification
from features.notifications.services import follow
from features.payments.models import Order, OrderLine, PayoutAccount, StripeCustomer
from features.sessions import services as sessions
from features.sessions.models import CoHost, Registration, WaitlistEntry
from features.skills import services as skills
from features.skills.models import BlockVisibility, Goal, SkillEvidence, SkillLevel
from tests.accounts.conftest import add_totp
from tests.factories import PASSWORD, make_session, make_user
from tests.forum.conftest import ask, board  # noqa: F401
from tests.library.conftest import write
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db

WHY = "She wrote to us from both addresses."


@pytest.fixture
def twin(db):
    return make_user("Sofia Again", handle="sofia-again")


def make_order(buyer, **more):
    order = Order.objects.create(buyer=buyer, currency="EUR", **more)
    OrderLine.objects.create(order=order, kind="x", ref="1", title="A seat", unit_minor=900, currency="EUR")
    return order


def merge(by, staying, merged, **more):
    return services.merge_accounts(by=by, staying=staying, merged=merged, reason=WHY, **more)


def codes(by, staying, merged):
    return {one.code for one in services.foresee_merge(by=by, staying=staying, merged=merged).obstacles}


class TestWhatMoves:
    def test_all_of_it_and_the_other_account_is_nobody(self, organiser, learner, twin, expert, skill, board):  # noqa: F811
        session = make_session(twin, about=[skill])
        seat = sessions.register(session=make_session(expert), person=twin)
        thread = ask(board, twin, skill, title="Which index is taken here?")
        skills.record_evidence(
            person=twin,
            skill=skill,
            kind="session_attended",
            strength=0.5,
            happened_at=timezone.now(),
            source="registration:1",
        )
        follow(person=expert, key=f"person:{twin.pk}")
        hidden = Entry.objects.create(act="hide", kind="post", ref="1", reason="rude", person=twin)
        foreseen = services.foresee_merge(by=organiser, staying=learner, merged=twin)
        assert not foreseen.obstacles

        done = merge(organiser, learner, twin)

        assert {one.name: [one.moved, one.dropped] for one in foreseen.counts} == done.counts
        assert done.counts["skill_sessions.Registration.person"] == [1, 0]
        for row, name in ((session, "host"), (seat, "person"), (thread, "author"), (hidden, "person")):
            row.refresh_from_db()
            assert getattr(row, name) == learner
        level = SkillLevel.objects.get(person=learner, skill=skill)
        assert level.causes == 1
        assert not SkillLevel.objects.filter(person=twin).exists()
        assert Follow.objects.get(person=expert).key == f"person:{learner.pk}"
        assert str(session.pk) in {one.ref for one in search("Sofia Mendes", kinds=["session"]).documents}
        assert not Document.objects.filter(kind="person", ref=str(twin.pk)).exists()
        twin.refresh_from_db()
        assert (twin.name, twin.is_active) == ("—", False)
        assert accounts.forget_unconfirmed() == 0

    def test_the_handle_leads_on_and_may_be_had_back(self, client, organiser, learner, twin):
        RoleGrant.objects.create(person=twin, role="expert")  # a page for everybody, and so is theirs then
        accounts.change_preferences(person=twin, handle="sofia-third")
        assert client.get("/people/sofia-third/").status_code == 200
        merge(organiser, learner, twin)
        for handle in ("sofia-third", "sofia-again"):
            answer = client.get(f"/people/{handle}/")
            assert (answer.status_code, answer["Location"]) == (301, learner.get_absolute_url())
        accounts.change_preferences(person=learner, handle="sofia-third")

    def test_both_are_told_and_it_is_written_down(self, organiser, learner, twin):
        done = merge(organiser, learner, twin)
        assert Notification.objects.get(recipient=learner).kind == "account_merged"
        letter = AccountLetter.objects.get()
        assert (letter.kind, letter.address, letter.details["why"]) == (
            "account_merged",
            "sofia-again@example.org",
            WHY,
        )
        entry = AuditEntry.objects.get(act="account.merged")
        assert (entry.actor_id, entry.target) == (organiser.pk, f"person:{learner.pk}")
        assert entry.fields == [
            f"person:{twin.pk}",
            f"merge:{done.pk}",
            f"moved:{done.moved}",
            f"dropped:{done.dropped}",
        ]
        [written] = accounts.written_down([entry])
        assert "merged another account into this one" in written.said

    @pytest.mark.parametrize("taken", [True, False])
    def test_its_log_ins_end_and_its_address_goes_along_only_if_the_organiser_says_so(
        self, organiser, learner, twin, taken
    ):
        browser = Client()
        browser.post("/account/login/", {"login": twin.email, "password": PASSWORD})
        add_totp(twin)
        EmailAddress.objects.create(user=twin, email="never@example.org", verified=False)
        merge(organiser, learner, twin, takes_addresses=taken)
        assert "login" in browser.get("/account/")["Location"]
        theirs = set(EmailAddress.objects.filter(user=learner, primary=False).values_list("email", flat=True))
        assert theirs == ({"sofia-again@example.org"} if taken else set())
        assert not EmailAddress.objects.filter(email="never@example.org").exists()
        browser.post("/account/login/", {"login": "sofia-again@example.org", "password": PASSWORD})
        assert browser.session.get("_auth_user_id") == (str(learner.pk) if taken else None)

    def test_what_was_written_at_that_very_moment_follows(self, organiser, learner, twin, expert):
        """A request that waited for the locks goes on with an account that is nobody's by then."""
        done = merge(organiser, learner, twin)
        seat = Registration.objects.create(session=make_session(expert), person=twin, confirmed_at=timezone.now())
        services.gather_behind_merge(pk=done.pk)
        seat.refresh_from_db()
        assert seat.person == learner
        assert Outbox.objects.filter(task="features.moderation.tasks.gather_behind_merge").exists()


class TestWhatBothHave:
    def test_the_row_of_the_account_that_stays_stands(self, organiser, learner, twin, expert, skill):
        for person, level in ((learner, 2), (twin, 5)):
            follow(person=person, key=f"person:{expert.pk}")
            Goal.objects.create(person=person, skill=skill, level=level)
            WeeklyHours.objects.create(person=person, weekday=level, starts="10:00", ends="12:00")
            skills.declare_level(person=person, skill=skill, level=level)
        follow(person=learner, key=f"person:{twin.pk}")
        done = merge(organiser, learner, twin)
        for name in ("notifications.Follow", "skills.Goal", "calendar.WeeklyHours", "skills.SkillEvidence"):
            assert done.counts[f"{name}.person"] == [0, 1]
        assert [row.key for row in Follow.objects.filter(person=learner)] == [f"person:{expert.pk}"]
        assert SkillEvidence.objects.get(person=learner).strength == pytest.approx(0.4)
        assert WeeklyHours.objects.get(person=learner).weekday == 2

    def test_a_level_that_only_the_other_declared_is_theirs_to_change(self, organiser, learner, twin, skill):
        skills.declare_level(person=twin, skill=skill, level=5)
        merge(organiser, learner, twin)
        skills.declare_level(person=learner, skill=skill, level=3)
        assert SkillEvidence.objects.get(skill=skill).strength == pytest.approx(0.6)

    def test_two_votes_on_a_post_are_one(self, organiser, learner, twin, expert, skill, board):  # noqa: F811
        thread = ask(board, make_user("Asker Third"), skill)
        post = forum.reply(author=expert, thread=thread, text="Because the other one is smaller, in most cases.")
        for person in (learner, twin):
            forum.vote(person=person, post=post, value=1)
        merge(organiser, learner, twin)
        post.refresh_from_db()
        assert (post.score, post.ups, Vote.objects.count()) == (1, 1, 1)

    def test_two_reports_of_one_thing_weigh_once_and_what_was_said_of_them_is_found(self, organiser, learner, twin):
        case = Case.objects.create(kind="post", ref="1", cause="flags", weight=1.5)
        for person, weight in ((learner, 1), (twin, 0.5)):
            Flag.objects.create(case=case, person=person, reason="rude", weight=weight)
        told = {"kind": "person", "ref": str(twin.pk), "person": twin, "outcome": "kept", "decided_at": timezone.now()}
        about = Case.objects.create(cause="flags", **told)
        merge(organiser, learner, twin)
        case.refresh_from_db()
        about.refresh_from_db()
        assert (case.weight, case.flags.get().person) == (1, learner)
        assert (about.ref, about.person) == (str(learner.pk), learner)

    def test_an_answer_to_oneself_proves_nothing(self, organiser, learner, twin, skill, board):  # noqa: F811
        post = forum.reply(author=twin, thread=ask(board, learner, skill), text="It takes the smaller one of the two.")
        for n in range(3):
            forum.vote(person=make_user(f"Voter {n}"), post=post, value=1)
        assert SkillEvidence.objects.standing().filter(person=twin).exists()
        merge(organiser, learner, twin)
        assert not SkillEvidence.objects.standing().exists()

    def test_a_certificate_is_not_dropped(self, organiser, learner, twin, skill):
        work = write(make_user("Amara Okonjo", role="expert"), skill)
        mine, other = (Enrolment.objects.create(work=work, person=person) for person in (learner, twin))
        Certificate.objects.create(enrolment=other, holder="Sofia", title="Plans", lessons=3, minutes=9)
        assert codes(organiser, learner, twin) == {"certificate"}
        assert merge(organiser, twin, learner).counts["library.Enrolment.person"] == [0, 1]
        assert not Enrolment.objects.filter(pk=mine.pk).exists()

    def test_a_mentors_page_moves_with_its_topics_or_goes(self, organiser, learner, twin, skill):
        page = MentorPage.objects.create(person=twin)
        page.topics.add(skill)
        merge(organiser, learner, twin)
        assert list(MentorPage.objects.get().topics.all()) == [skill]
        assert MentorPage.objects.get().pk == learner.pk
        third = make_user("Sofia Third")
        MentorPage.objects.create(person=third).topics.add(skill)
        done = merge(organiser, learner, third)
        assert done.counts["mentoring.MentorPage_topics.mentorpage"] == [0, 1]
        assert MentorPage.objects.count() == 1

    def test_what_one_hid_the_other_does_not_show(self, organiser, learner, twin):
        BlockVisibility.objects.create(person=learner, block="work", visibility="members")
        BlockVisibility.objects.create(person=twin, block="work", visibility="private")
        merge(organiser, learner, twin)
        assert BlockVisibility.objects.get(person=learner, block="work").visibility == "private"


class TestRefused:
    @pytest.mark.parametrize(
        "code",
        [
            "same", "oneself", "not_organiser", "privileged", "closed", "suspended", "sanctioned", "appeal", "case",
            "unproved", "invented", "dealt", "both_have", "own_guest", "in_line", "support_view", "two_places",
            "stripe_account", "stays_put", "money_open", "apart",
        ],
    )  # fmt: skip
    def test_with_a_name(self, organiser, expert, learner, twin, code, monkeypatch):
        by = organiser
        session = make_session(expert)
        if code == "same":
            twin = learner
        elif code == "oneself":
            twin = organiser
        elif code == "not_organiser":
            by = expert
        elif code == "privileged":
            RoleGrant.objects.create(person=twin, role="moderator")
        elif code == "closed":
            accounts.close(person=twin, takes_words=False)
        elif code in ("suspended", "sanctioned"):
            services.impose(by=organiser, person=learner, kind="suspension", reason="Spam")
        elif code == "appeal":
            services.appeal(
                sanction=services.impose(by=organiser, person=twin, kind="suspension", reason="Spam"), text="No"
            )
        elif code == "case":
            Case.objects.create(kind="post", ref="1", cause="flags", person=twin)
        elif code == "unproved":
            twin = make_user("Never Came", verified=False)
        elif code == "invented":
            twin = make_user("Made Up", is_demo=True)
        elif code == "dealt":
            sessions.register(session=make_session(learner), person=twin)
        elif code == "both_have":
            for person in (learner, twin):
                sessions.register(session=session, person=person)
        elif code == "own_guest":
            CoHost.objects.create(session=session, person=learner)
            sessions.register(session=session, person=twin)
        elif code == "in_line":
            sessions.register(session=session, person=learner)
            WaitlistEntry.objects.create(session=session, person=twin)
        elif code == "support_view":
            services.begin_support_view(by=organiser, person=twin, cause="asked", reason="Help")
        elif code == "two_places":
            for n, person in enumerate((learner, twin)):
                TimeClaim.objects.create(person=person, during=(session.starts_at, session.ends_at), kind="x", ref=n)
        elif code == "stripe_account":
            PayoutAccount.objects.create(person=learner, country="PT")
        elif code == "stays_put":
            StripeCustomer.objects.create(person=twin, stripe_id="cus_of_the_twin")
        elif code == "money_open":
            make_order(learner)
        elif code == "apart":
            monkeypatch.setitem(services.apart, "test", lambda person: [expert.pk] if person == twin else [])
        found = codes(by, learner, twin)
        assert code in found
        with pytest.raises(services.MergeRefused) as refused:
            merge(by, learner, twin)
        assert refused.value.code in found
        assert User.objects.get(pk=twin.pk).handle == twin.handle

    def test_who_has_paid_stays_and_may_take_another_in(self, organiser, learner, twin):
        make_order(twin, settled_at=timezone.now())
        assert codes(organiser, learner, twin) == {"money_before"}
        merge(organiser, twin, learner)

    def test_a_vote_for_the_other_is_a_dealing_and_an_answer_is_none(self, organiser, learner, twin, skill, board):  # noqa: F811
        thread = ask(board, learner, skill)
        post = forum.reply(author=twin, thread=thread, text="It takes the one that is read least, I think.")
        assert not codes(organiser, learner, twin)
        forum.vote(person=learner, post=post, value=1)
        assert codes(organiser, twin, learner) == {"dealt"}

    def test_what_fails_half_way_leaves_nothing(self, organiser, learner, twin, expert, monkeypatch):
        seat = sessions.register(session=make_session(expert), person=twin)

        def fails(*_given, **_named):
            raise RuntimeError

        monkeypatch.setattr("features.moderation.services.merging.merge_letters.tell", fails)
        with pytest.raises(RuntimeError):
            merge(organiser, learner, twin)
        seat.refresh_from_db()
        assert seat.person == twin
        for table in (AccountMerge, FormerHandle, Closure):
            assert not table.objects.exists()
        assert User.objects.get(pk=twin.pk).email == twin.email


class TestPage:
    def path(self, person):
        return f"/manage/people/{person.pk}/merge/"

    @pytest.fixture
    def inside(self, as_organiser):
        as_organiser.post("/account/reauthenticate/", {"password": PASSWORD})
        return as_organiser

    def test_it_takes_the_password_a_look_and_a_word(self, as_organiser, learner, twin, expert):
        sessions.register(session=make_session(expert), person=twin)
        asked = {"other": f"@{twin.handle}", "stays": "this"}
        assert "reauthenticate" in as_organiser.post(self.path(learner), asked)["Location"]
        as_organiser.post("/account/reauthenticate/", {"password": PASSWORD})
        look = as_organiser.get(self.path(learner), asked).text
        assert "Merge @sofia-again into @sofia-mendes" in look
        assert "Seats" in look
        assert as_organiser.post(self.path(learner), asked | {"reason": WHY}).status_code == 422
        done = as_organiser.post(self.path(learner), asked | {"reason": WHY, "is_sure": "on"})
        assert (done.status_code, done["Location"]) == (303, f"/manage/people/{learner.pk}/")
        page = as_organiser.get(done["Location"]).text
        assert "@sofia-again is part of this account now." in page
        assert WHY in page
        gone = as_organiser.get(f"/manage/people/{twin.pk}/").text
        assert "This account is part of another one now" in gone
        assert self.path(twin) not in gone

    def test_the_other_one_may_stay_and_a_wrong_handle_is_said(self, inside, learner, twin):
        look = inside.get(self.path(learner), {"other": twin.handle, "stays": "other"}).text
        assert "Merge @sofia-mendes into @sofia-again" in look
        wrong = inside.get(self.path(learner), {"other": "nobody-here", "stays": "this"})
        assert (wrong.status_code, "Nobody has this handle" in wrong.text) == (422, True)

    def test_what_is_against_it_stands_there_without_a_button(self, inside, learner, twin):
        RoleGrant.objects.create(person=twin, role="moderator")
        asked = {"other": twin.handle, "stays": "this"}
        look = inside.get(self.path(learner), asked).text
        assert "Revoke that role first." in look
        assert 'name="is_sure"' not in look
        refused = inside.post(self.path(learner), asked | {"reason": WHY, "is_sure": "on"})
        assert refused.status_code == 422


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_second_merge_and_a_closing_find_what_the_first_did(self):
        organiser = make_user("Oskar Lindqvist", role="organiser")
        one, other = make_user("Sofia Mendes"), make_user("Sofia Again")
        again = lambda: User.objects.get(pk=organiser.pk)  # noqa: E731
        calls = [
            lambda: merge(again(), one, other),
            lambda: merge(again(), other, one),
            lambda: accounts.close(person=User.objects.get(pk=other.pk), takes_words=False),
        ]
        found = sorted(type(answer).__name__ for answer in in_parallel(calls))
        assert found in (
            ["AccountMerge", "ClosureRefused", "MergeRefused"],
            ["AccountMerge", "Closure", "MergeRefused"],
            ["Closure", "MergeRefused", "MergeRefused"],
        )
        assert AccountMerge.objects.count() == found.count("AccountMerge")
        assert Closure.objects.count() == 3 - sum("Refused" in name for name in found)
