"""A result that does not hold is taken back: by whom, with what effect, and how it comes back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from features.accounts.models import RoleGrant, User
from features.assessments import services
from features.assessments.models import Attempt, Award, Badge
from features.moderation import services as moderation
from features.moderation.models import Entry
from features.moderation.services import ModerationRefused
from features.notifications.models import Notification
from features.skills import services as skills
from features.skills.models import SkillEvidence
from tests.assessments.conftest import make_task, read, sit
from tests.assessments.test_work import proven
from tests.factories import make_user
from tests.moderation.conftest import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def attempt(bank, learner):
    return sit(bank, learner, knows=lambda row: row.b < 0.5)


@pytest.fixture(scope="module")
def work(author, reader, skill, learner):
    work = services.submit(task=make_task(author, skill), person=learner, text="I rewrote the **join**.")
    read(work, reader, {"cause": 3})
    work.refresh_from_db()
    return work


def decide(by, name, *results, now=None, words="The key was on a web page"):
    keys = [f"{'attempt' if isinstance(row, Attempt) else 'submission'}:{row.pk}" for row in results]
    return moderation.act(by=by, name=name, keys=keys, reason="other", words=words, now=now)


class TestTakingBack:
    def test_it_stops_counting_everywhere_and_the_person_is_told_why(self, attempt, bank, learner, organiser):
        Badge.objects.create(
            person=learner, skill=bank.skill, level=3, low=2.5, high=3.5, holder="Sofia", evidence=[attempt.source],
            expires_at=timezone.now() + timedelta(days=700),
        )  # fmt: skip
        services.grant_awards()
        assert Award.objects.filter(person=learner, rule="measured").exists()
        decide(organiser, "void", attempt)
        assert skills.level_of(learner, bank.skill).causes == 0
        assert skills.skill_levels(learner) == []
        assert not Attempt.objects.with_result().exists()
        assert Badge.objects.get().revoked_at
        assert not Award.objects.exists()
        told = Notification.objects.get(recipient=learner, kind="act_done")
        assert told.url == f"/decisions/{Entry.objects.get().pk}/"

    def test_taken_back_twice_is_refused_and_without_a_reason_too(self, attempt, organiser):
        with pytest.raises(ModerationRefused, match="no_words"):
            decide(organiser, "void", attempt, words=" ")
        decide(organiser, "void", attempt)
        with pytest.raises(ModerationRefused, match="too_late"):
            decide(organiser, "void", attempt)

    def test_nobody_decides_on_their_own_result(self, attempt, learner):
        RoleGrant.objects.create(person=learner, role="organiser")  # since they took it
        with pytest.raises(ModerationRefused, match="own"):
            decide(User.objects.get(pk=learner.pk), "void", attempt)

    def test_an_expert_takes_nothing_back(self, attempt, author):
        with pytest.raises(ModerationRefused, match="not_yours"):
            decide(author, "void", attempt)

    def test_within_ten_minutes_it_is_undone_as_if_nothing_had_been(self, attempt, bank, learner, organiser):
        badge = Badge.objects.create(
            person=learner, skill=bank.skill, level=3, low=2.5, high=3.5, holder="Sofia", evidence=[attempt.source],
            expires_at=timezone.now() + timedelta(days=700),
        )  # fmt: skip
        before = skills.level_of(learner, bank.skill).level
        (entry,) = decide(organiser, "void", attempt)
        moderation.undo(by=organiser, entry=entry)
        badge.refresh_from_db()
        assert skills.level_of(learner, bank.skill).level == pytest.approx(before)
        assert badge.state(timezone.now()) == "valid"
        assert SkillEvidence.objects.standing().get().happened_at == attempt.finished_at

    def test_who_objects_is_read_by_somebody_else_who_can_let_it_count(self, attempt, bank, learner, organiser):
        (entry,) = decide(organiser, "void", attempt)
        objection = moderation.appeal_act(person=learner, entry=entry, words="I wrote that web page after the test.")
        second = make_user("Second Moderator", role="moderator")
        with pytest.raises(ModerationRefused, match="own"):
            moderation.decide_act_appeal(by=organiser, appeal=objection, outcome="overturned", answer="No")
        moderation.decide_act_appeal(by=second, appeal=objection, outcome="overturned", answer="So it was.")
        assert skills.level_of(learner, bank.skill).causes == 1

    def test_later_a_decision_of_its_own_lets_it_count_again(self, attempt, bank, learner, organiser):
        badge = Badge.objects.create(
            person=learner, skill=bank.skill, level=3, low=2.5, high=3.5, holder="Sofia", evidence=[attempt.source],
            expires_at=timezone.now() + timedelta(days=700),
        )  # fmt: skip
        decide(organiser, "void", attempt, now=timezone.now() - timedelta(days=3))
        decide(organiser, "reinstate", attempt)
        assert skills.level_of(learner, bank.skill).causes == 1
        badge.refresh_from_db()
        assert badge.state(timezone.now()) == "valid"

    def test_a_badge_that_rests_on_two_results_stands_with_both(self, attempt, work, bank, learner, organiser):
        badge = Badge.objects.create(
            person=learner, skill=bank.skill, level=3, low=2.5, high=3.5, holder="Sofia",
            evidence=[attempt.source, work.source], expires_at=timezone.now() + timedelta(days=700),
        )  # fmt: skip
        decide(organiser, "void", attempt, work)
        for result, state in ((attempt, "revoked"), (work, "valid")):
            decide(organiser, "reinstate", result)
            badge.refresh_from_db()
            assert badge.state(timezone.now()) == state

    def test_a_key_that_became_known_takes_back_many_at_once(self, attempt, bank, organiser):
        other = sit(bank, make_user("Ana Lima"))
        assert len(decide(organiser, "void", attempt, other)) == 2
        assert not SkillEvidence.objects.standing().exists()

    def test_judged_work_too_and_its_second_look_brings_nothing_back(self, work, learner, organiser, skill):
        services.appeal(submission=work, text="Look at the plan")
        decide(organiser, "void", work, words="It is somebody else's report")
        read(work, proven("Hana Takemori", skill), {"cause": 4}, role="appeal")
        work.refresh_from_db()
        assert (work.state, work.voided_at is None) == ("done", False)
        assert skills.level_of(learner, skill).causes == 0
        with pytest.raises(services.AssessmentRefused):
            services.appeal(submission=work, text="Once more")


class TestPages:
    def test_an_organiser_finds_a_result_looks_at_it_and_takes_it_back(self, attempt, work, learner, organiser):
        client = browser_of(organiser, strong=True)
        listed = client.get("/manage/results/?q=sofia").text
        place = f"/results/attempt/{attempt.public_id}/"
        assert place in listed
        place = client.get(place)["Location"]
        assert "Sofia Mendes" in client.get("/manage/results/?kind=submission&q=report").text
        assert "Nothing was found." in client.get("/manage/results/?q=nobody").text
        page = client.get(place).text
        assert "seconds, in the middle" in page
        form = f"/moderation/acts/void/?on=attempt:{attempt.pk}&amp;next={place}"
        assert form in page
        said = {"on": f"attempt:{attempt.pk}", "reason": "other", "words": "Somebody else sat it", "next": place}
        answer = client.post("/moderation/acts/void/", said)
        assert (answer.status_code, answer["Location"]) == (303, place)
        page = client.get(place).text
        assert "Taken back" in page
        assert "took back the result of a test" in page
        assert "I rewrote the" in client.get(f"/results/submission/{work.public_id}/", follow=True).text

    def test_its_owner_reads_why_and_where_to_object(self, client, attempt, work, learner, organiser):
        decide(organiser, "void", attempt)
        decide(organiser, "void", work, words="It is somebody else's report")
        client.force_login(learner)
        for row, words in ((attempt, "The key was on a web page"), (work, "It is somebody else&#x27;s report")):
            kind = "attempt" if row == attempt else "submission"
            page = client.get(f"/results/{kind}/{row.public_id}/", follow=True).text
            assert "This result was taken back and counts nowhere." in page
            assert words in page
            entry = Entry.objects.get(kind=kind)
            assert f"/decisions/{entry.pk}/" in page
        assert "Send my objection" in client.get(f"/decisions/{entry.pk}/").text

    def test_a_reader_reports_work_and_nobody_reports_a_test(self, client, attempt, work, reader, outsider):
        client.force_login(reader)
        assert f"/reports/submission/{work.pk}/" in client.get(work.get_absolute_url()).text
        sent = client.post(f"/reports/submission/{work.pk}/", {"reason": "other", "words": "Copied"}, follow=True)
        assert sent.status_code == 200
        assert client.get(f"/reports/attempt/{attempt.pk}/").status_code == 404
        client.force_login(outsider)
        assert client.get(f"/reports/submission/{work.pk}/").status_code == 404
        assert client.get(f"/results/submission/{work.public_id}/").status_code == 404

    def test_the_list_costs_the_same_however_long(self, bank, learner, organiser, django_assert_num_queries):
        from features.assessments import result_pages

        for n in range(3):
            sit(bank, make_user(f"Member {n}"))
        with django_assert_num_queries(1):
            result_pages.lines("attempt", list(result_pages.found("attempt", "")))
