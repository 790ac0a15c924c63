"""8.9: becoming an expert is an application with evidence, read by a person, decided in words."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from features.accounts import services as accounts
from features.accounts.access import has_role
from features.accounts.models import AuditEntry, RoleGrant, User
from features.moderation import services
from features.moderation.models import ExpertApplication, Step
from tests.factories import make_skill, make_user
from tests.moderation.conftest import browser_of
from tests.parallel import in_parallel
from tests.undoing import undo

pytestmark = pytest.mark.django_db

PATH = "/account/expert/"
FORM = {
    "skills": "Postgres",
    "plan": "Reading a plan of a slow report together.",
    "evidence": "I run the reporting of a port with 400 people.",
    "links": "https://example.org/talk",
    "agreed": "on",
}


@pytest.fixture(scope="module")
def reviewer(kept):
    return make_user("Rita Viewer", role="reviewer")


@pytest.fixture(scope="module")
def sent(learner, skill):
    draft = services.save_draft(person=learner, skills=[skill], plan="Plans", evidence="Years of it", links="")
    return services.send(application=draft)


def is_expert(person):
    return has_role(User.objects.get(pk=person.pk), "expert")


class TestApplying:
    def test_a_draft_is_kept_and_comes_back(self, as_learner, learner, skill):
        page = as_learner.post(PATH, {**FORM, "skills": "", "agreed": "", "act": "keep"}, follow=True)
        assert "Your draft is kept" in page.content.decode()
        page = as_learner.get(PATH).content.decode()
        assert FORM["evidence"] in page
        as_learner.post(PATH, {**FORM, "plan": "Another plan", "act": "keep"})
        draft = ExpertApplication.objects.get()
        assert (draft.state, draft.plan, list(draft.skills.all())) == ("draft", "Another plan", [skill])

    def test_sent_it_says_what_happens_next_and_a_letter_comes(self, as_learner, learner, skill, letters):
        page = as_learner.post(PATH, {**FORM, "act": "send"}, follow=True).content.decode()
        assert "Your application is sent." in page
        assert FORM["plan"] in page
        assert "Withdraw the application" in page
        assert ExpertApplication.objects.get().agreed_at
        assert [letter.subject for letter in letters()] == ["Your application to teach is here"]

    @pytest.mark.parametrize(
        ("missing", "words"),
        [
            ("skills", "Name at least one skill."),
            ("plan", "Say what your first session would be."),
            ("evidence", "Say why you."),
            ("agreed", "Without this we cannot let you teach."),
        ],
    )
    def test_what_is_missing_is_said_at_its_field(self, as_learner, skill, missing, words):
        answer = as_learner.post(PATH, {**FORM, missing: "", "act": "send"})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not ExpertApplication.objects.filter(state="received").exists()

    def test_a_link_is_a_link(self, as_learner, skill):
        answer = as_learner.post(PATH, {**FORM, "links": "javascript:alert(1)", "act": "keep"})
        assert answer.status_code == 422
        as_learner.post(PATH, {**FORM, "links": "example.org/a\nhttps://example.org/b", "act": "keep"})
        assert ExpertApplication.objects.get().addresses() == ["https://example.org/a", "https://example.org/b"]

    def test_one_is_open_at_a_time(self, as_learner, learner, sent):
        with pytest.raises(services.ApplicationRefused) as refused:
            services.save_draft(person=learner, skills=[], plan="Another", evidence="", links="")
        assert refused.value.code == "open"
        with pytest.raises(IntegrityError), transaction.atomic():
            ExpertApplication.objects.create(person=learner)

    def test_a_draft_that_was_thrown_away_by_a_slip_comes_back_whole(self, as_learner, skill):
        as_learner.post(PATH, {**FORM, "act": "keep"})
        page = as_learner.post(PATH, {"act": "withdraw"}, follow=True)
        assert not ExpertApplication.objects.exists()
        undo(as_learner, page)
        draft = ExpertApplication.objects.get(state="draft")
        assert [draft.plan, draft.evidence, draft.links] == [FORM[name] for name in ("plan", "evidence", "links")]
        assert list(draft.skills.all()) == [skill]

    def test_withdrawn_one_may_begin_again(self, as_learner, learner, sent):
        as_learner.post(PATH, {"act": "withdraw"})
        sent.refresh_from_db()
        assert sent.state == "withdrawn"
        assert "Send the application" in as_learner.get(PATH).content.decode()

    def test_whoever_closes_their_account_is_read_no_further(self, learner, sent):
        accounts.close(person=learner, takes_words=False)
        sent.refresh_from_db()
        assert sent.state == "withdrawn"

    def test_an_expert_is_shown_the_way(self, expert):
        page = browser_of(expert).get(PATH).content.decode()
        assert "You are an expert already" in page
        assert "Send the application" not in page

    def test_whoever_is_silenced_cannot(self, as_learner, learner, moderator, skill):
        services.impose(by=moderator, person=learner, kind="silence", reason="Insults")
        answer = as_learner.post(PATH, {**FORM, "act": "send"})
        assert answer.status_code == 422
        assert "Insults" in answer.content.decode()
        assert not ExpertApplication.objects.exists()


class TestDeciding:
    def test_approval_grants_the_role_in_the_same_moment(self, reviewer, learner, sent, letters):
        letters()
        services.approve(by=reviewer, application=sent, text="Welcome")
        assert is_expert(learner)
        grant = RoleGrant.objects.get(person=learner)
        assert grant.granted_by == reviewer
        acts = AuditEntry.objects.filter(target=f"person:{learner.pk}").order_by("pk")
        assert list(acts.values_list("actor_id", "act")) == [
            (reviewer.pk, "application.approved"),
            (reviewer.pk, "role.granted"),
        ]
        [letter] = letters()
        assert letter.subject == "You may teach here"
        assert "Welcome" in letter.body

    def test_a_decision_that_cannot_grant_decides_nothing(self, reviewer, moderator, learner, sent):
        services.impose(by=moderator, person=learner, kind="suspension", reason="Spam")
        with pytest.raises(services.ApplicationRefused) as refused:
            services.approve(by=reviewer, application=sent)
        assert refused.value.code == "suspended"
        sent.refresh_from_db()
        assert (sent.state, sent.decided_by) == ("received", None)

    def test_a_question_and_its_answer(self, reviewer, learner, sent, letters):
        letters()
        services.ask(by=reviewer, application=sent, text="Which reports?")
        assert "Which reports?" in letters()[0].body
        client = browser_of(learner)
        assert "Which reports?" in client.get(PATH).content.decode()
        assert client.post(PATH, {"act": "answer", "words": ""}).status_code == 422
        client.post(PATH, {"act": "answer", "words": "Those of the port"})
        sent.refresh_from_db()
        assert sent.state == "received"
        services.approve(by=reviewer, application=sent)
        assert [step.kind for step in sent.steps.all()] == ["received", "asked", "answered", "approved"]

    def test_declined_with_a_reason_and_a_day(self, reviewer, learner, sent, letters):
        letters()
        with pytest.raises(services.ApplicationRefused) as refused:
            services.decline(by=reviewer, application=sent, text=" ")
        assert refused.value.code == "no_words"
        services.decline(by=reviewer, application=sent, text="Show us some of your own work", wait_days=90)
        [letter] = letters()
        assert "Show us some of your own work" in letter.body
        assert "You can apply again from" in letter.body
        page = browser_of(learner).get(PATH).content.decode()
        assert "Show us some of your own work" in page
        assert "You can apply again from" in page
        assert "Send the application" not in page
        assert not is_expert(learner)

    def test_after_the_wait_one_may_apply_again(self, reviewer, learner, sent, skill):
        now = timezone.now()
        services.decline(by=reviewer, application=sent, text="Not yet", wait_days=30, now=now)
        assert services.why_not_apply(learner, now + timedelta(days=29)).code == "too_soon"
        assert services.why_not_apply(learner, now + timedelta(days=31)) is None
        ExpertApplication.objects.update(may_apply_again_at=now)
        assert sent.plan in browser_of(learner).get(PATH).content.decode()  # to be changed, not written all again

    def test_deciding_twice_is_harmless(self, reviewer, organiser, learner, sent, letters):
        services.decline(by=reviewer, application=sent, text="Not yet")
        letters()
        for act in (services.approve, services.decline, services.ask):
            with pytest.raises(services.ApplicationRefused) as refused:
                act(by=organiser, application=sent, text="Yes")
            assert refused.value.code == "decided"
        assert not is_expert(learner)
        assert not letters()

    def test_a_claim_keeps_others_away_for_an_hour(self, reviewer, organiser, sent):
        now = timezone.now()
        services.claim(by=reviewer, application=sent, now=now)
        with pytest.raises(services.ApplicationRefused) as refused:
            services.claim(by=organiser, application=sent, now=now)
        assert refused.value.code == "claimed"
        with pytest.raises(services.ApplicationRefused) as refused:
            services.approve(by=organiser, application=sent, now=now)
        assert refused.value.code == "claimed"
        services.claim(by=organiser, application=sent, now=now + timedelta(minutes=61))
        with pytest.raises(services.ApplicationRefused):
            services.ask(by=reviewer, application=sent, text="?", now=now + timedelta(minutes=62))

    def test_nobody_decides_on_their_own_and_members_on_none(self, reviewer, outsider, skill, sent):
        own = services.save_draft(person=reviewer, skills=[skill], plan="P", evidence="E", links="")
        services.send(application=own)
        for by, application, code in ((reviewer, own, "own"), (outsider, sent, "not_a_reviewer")):
            with pytest.raises(services.ApplicationRefused) as refused:
                services.approve(by=by, application=application)
            assert refused.value.code == code
        assert not is_expert(reviewer)


class TestQueue:
    def test_a_reviewer_reads_and_decides(self, reviewer, learner, sent):
        client = browser_of(reviewer, strong=True)
        page = client.get("/manage/experts/").content.decode()
        assert "Sofia Mendes" in page
        path = f"/manage/experts/{sent.pk}/"
        page = client.get(path).content.decode()
        for words in ("Years of it", "Plans", "PostgreSQL", "I read this one"):
            assert words in page
        assert learner.email not in page
        assert "It is yours for an hour" in client.post(path, {"act": "claim", "wait_days": 30}, follow=True).text
        refused = client.post(path, {"act": "decline", "words": "", "wait_days": 30})
        assert refused.status_code == 422
        assert "Say why. The applicant reads it." in refused.text
        said = client.post(path, {"act": "approve", "words": "", "wait_days": 30}, follow=True).text
        assert "Sofia Mendes is an expert now" in said
        assert "Sofia Mendes" not in client.get("/manage/experts/").text.replace(said, "")
        assert "Sofia Mendes" in client.get("/manage/experts/?state=approved").text

    def test_others_see_who_reads(self, as_organiser, reviewer, sent):
        services.claim(by=reviewer, application=sent)
        page = as_organiser.get(f"/manage/experts/{sent.pk}/").text
        assert "Rita Viewer is reading this." in page
        assert "Make an expert" not in page

    def test_drafts_are_nobodys_business(self, as_organiser, learner, skill):
        draft = services.save_draft(person=learner, skills=[skill], plan="Secret plan", evidence="", links="")
        assert as_organiser.get(f"/manage/experts/{draft.pk}/").status_code == 404
        assert "Sofia" not in as_organiser.get("/manage/experts/?q=sofia").text

    def test_found_by_name_and_by_skill(self, as_organiser, sent):
        for words, there in (("sofia", True), ("postgre", True), ("cooking", False)):
            assert ("Sofia Mendes" in as_organiser.get(f"/manage/experts/?q={words}").text) is there

    def test_more_applications_take_no_more_queries(self, as_organiser, skill, django_assert_max_num_queries):
        other = make_skill("Locks")
        for number in range(12):
            person = make_user(f"Applicant {number}")
            draft = services.save_draft(person=person, skills=[skill, other], plan="P", evidence="E", links="")
            services.send(application=draft)
        with django_assert_max_num_queries(10):
            page = as_organiser.get("/manage/experts/").text
        assert "Applicant 11" in page


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_are_one(learner):
    one, two = make_user("One", role="reviewer"), make_user("Two", role="reviewer")
    draft = services.save_draft(person=learner, skills=[make_skill("SQL")], plan="P", evidence="E", links="")
    sent = services.send(application=draft)
    acts = [
        lambda: services.approve(by=one, application=sent),
        lambda: services.decline(by=two, application=sent, text="No"),
    ]
    results = in_parallel(acts)
    assert sorted(type(result).__name__ for result in results) == ["ApplicationRefused", "NoneType"]
    sent.refresh_from_db()
    assert is_expert(learner) == (sent.state == "approved")
    assert Step.objects.filter(kind__in=["approved", "declined"]).count() == 1
