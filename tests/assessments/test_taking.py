"""Taking a test: the clock, coming back, pressing twice, and what comes out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from features.accounts.models import RoleGrant
from features.accounts.personal_data import export_all
from features.accounts.services import grant_role, revoke_role
from features.assessments import ability, services
from features.assessments.models import Attempt, Bank, ItemVersion, Response
from features.assessments.services import voiding
from features.assessments.services.calibrating import gather
from features.skills import services as skills
from features.skills.models import SkillEvidence
from tests.assessments.conftest import make_bank, prove, sit, write
from tests.factories import make_skill, make_user

pytestmark = pytest.mark.django_db


class TestAsking:
    def test_the_same_question_is_shown_until_it_is_answered(self, bank, learner):
        attempt = services.begin(bank=bank, person=learner)
        assert services.current(attempt=attempt).pk == services.current(attempt=attempt).pk
        assert services.begin(bank=bank, person=learner) == attempt

    def test_an_answer_that_comes_twice_changes_nothing(self, bank, learner):
        attempt = services.begin(bank=bank, person=learner)
        services.answer(attempt=attempt, position=1, given=["0"])
        services.answer(attempt=attempt, position=1, given=["1"])
        first = attempt.responses.get(position=1)
        assert (first.answer, first.is_right) == (["0"], True)
        assert attempt.responses.count() == 2

    def test_not_knowing_is_an_answer(self, bank, learner):
        attempt = services.begin(bank=bank, person=learner)
        services.answer(attempt=attempt, position=1, given=[])
        row = attempt.responses.get(position=1)
        assert (row.answer, row.is_right) == ([], False)

    def test_after_the_deadline_an_answer_is_not_taken_and_the_rest_counts(self, bank, learner):
        now = timezone.now()
        attempt = services.begin(bank=bank, person=learner, now=now)
        for n in range(1, 6):
            services.answer(attempt=attempt, position=n, given=["0"], now=now)
        attempt.refresh_from_db()
        assert attempt.finished_at is None
        late = services.answer(attempt=attempt, position=6, given=["0"], now=now + timedelta(minutes=31))
        assert (late.ending, late.finished_at) == ("time", late.deadline_at)
        assert late.responses.count() == 5
        assert late.mean is not None

    def test_an_answer_on_its_way_when_the_time_ended_is_taken(self, bank, learner):
        attempt = services.begin(bank=bank, person=learner)
        services.answer(attempt=attempt, position=1, given=["0"], now=attempt.deadline_at + timedelta(seconds=5))
        assert attempt.responses.filter(answered_at__isnull=False).count() == 1

    def test_what_nobody_came_back_to_is_ended_by_the_job(self, bank, learner):
        attempt = services.begin(bank=bank, person=learner)
        assert services.end_overdue(attempt.deadline_at) == 0
        assert services.end_overdue(attempt.deadline_at + timedelta(minutes=1)) == 1
        attempt.refresh_from_db()
        assert (attempt.ending, attempt.mean) == ("time", None)

    def test_the_questions_are_drawn_for_each_attempt(self, bank, learner, outsider):
        drawn = [[row.version_id for row in sit(bank, person).responses.all()] for person in (learner, outsider)]
        assert drawn[0] != drawn[1]

    def test_the_archive_of_ones_data_tells_nothing_of_a_test_that_runs(self, bank, learner):
        attempt = services.begin(bank=bank, person=learner)
        services.answer(attempt=attempt, position=1, given=["0"])
        assert export_all(learner)["assessments"]["responses"] == []
        services.stop(attempt=attempt)
        assert [row["is_right"] for row in export_all(learner)["assessments"]["responses"]] == [True]

    def test_who_wrote_the_questions_cannot_take_them(self, bank, author):
        with pytest.raises(services.AssessmentRefused) as refused:
            services.begin(bank=bank, person=author)
        assert refused.value.code == "own_bank"

    def test_who_judged_or_wrote_one_of_its_questions_cannot_take_them(self, bank, author, reader, outsider):
        services.review_item(item=write(bank, author, 70), by=reader, verdict="change", comment="Shorter")
        write(bank, outsider, 71)
        for person in (reader, outsider):
            with pytest.raises(services.AssessmentRefused) as refused:
                services.begin(bank=bank, person=person)
            assert refused.value.code == "knows_the_key"


class TestResult:
    def test_it_ends_when_the_level_is_clear_and_says_how_sure_it_is(self, bank, learner):
        attempt = sit(bank, learner)
        assert attempt.ending in ("enough", "all")
        assert 5 <= attempt.responses.count() <= bank.most
        assert attempt.mean > 0.5
        assert 0.1 < attempt.error < 0.7

    def test_an_old_result_is_computed_again_from_what_is_kept_whatever_the_bank_says_now(self, bank, learner, author):
        attempt = sit(bank, learner, knows=lambda row: row.b < 0.3)
        for row in attempt.responses.all():
            services.keep_parameters(
                bank=bank, method="2pl", people=999,
                found={row.version_id: {"model": "2pl", "a": 0.5, "b": 3.0, "c": 0, "error": 0.1, "people": 999}},
            )  # fmt: skip
        again = ability.summary(services.posterior(attempt))
        assert (again.mean, again.error) == pytest.approx((attempt.mean, attempt.error))

    def test_who_took_on_reading_its_questions_cannot_take_them_and_who_takes_them_cannot_read(self, bank, reader):
        with pytest.raises(services.AssessmentRefused) as refused:
            services.read_bank(bank=bank, person=reader)
        assert refused.value.code == "not_proven"
        attempt = services.begin(bank=bank, person=prove(reader, bank.skill))
        with pytest.raises(services.AssessmentRefused) as refused:
            services.read_bank(bank=bank, person=reader)
        assert refused.value.code == "running"
        services.stop(attempt=attempt)
        services.read_bank(bank=bank, person=reader)
        with pytest.raises(services.AssessmentRefused) as refused:
            services.begin(bank=bank, person=reader, now=timezone.now() + timedelta(days=30))
        assert refused.value.code == "knows_the_key"

    def test_whoever_runs_the_site_or_ran_it_when_a_question_was_there_cannot_take_them(self, bank, organiser, client):
        grant = organiser.role_grants.get()
        for ended_at in (None, timezone.now()):
            RoleGrant.objects.filter(pk=grant.pk).update(revoked_at=ended_at)
            with pytest.raises(services.AssessmentRefused) as refused:
                services.begin(bank=bank, person=organiser)
            assert refused.value.code == "knows_the_key"
        client.force_login(organiser)
        assert "Its questions are known to you" in client.get(bank.get_absolute_url()).text
        before = bank.created_at - timedelta(days=1)
        RoleGrant.objects.filter(pk=grant.pk).update(granted_at=before - timedelta(days=1), revoked_at=before)
        assert services.begin(bank=bank, person=organiser)

    def test_whoever_comes_to_read_its_questions_while_it_runs_gets_no_result(self, bank, learner, organiser, client):
        """Also when what they could read by is over again at the end."""
        attempt = services.begin(bank=bank, person=learner)
        grant = grant_role(actor=organiser, person=learner, role="organiser")
        revoke_role(actor=organiser, grant=grant)
        while row := services.current(attempt=attempt):
            attempt = services.answer(attempt=attempt, position=row.position, given=["0"])
        assert (attempt.ending, attempt.mean, attempt.passed) == ("known", None, None)
        assert not SkillEvidence.objects.filter(person=learner).exists()
        client.force_login(learner)
        assert "came to read its questions" in client.get(f"{attempt.get_absolute_url()}result/").text
        assert gather(bank) is None  # nothing is learnt from it either

    def test_what_somebody_becomes_when_its_time_is_over_takes_no_result_away(self, bank, learner):
        then = timezone.now() - timedelta(hours=3)
        attempt = sit(bank, learner, most=6, now=then)
        RoleGrant.objects.create(person=learner, role="organiser")
        services.end_overdue()
        attempt.refresh_from_db()
        assert attempt.ending == "time"
        assert attempt.mean is not None

    def test_the_level_of_the_skill_is_the_result_and_its_basis_assessed(self, bank, learner):
        attempt = sit(bank, learner, knows=lambda row: row.b < 0.4)
        found = skills.level_of(learner, bank.skill)
        assert found.level == pytest.approx(attempt.level, abs=0.02)
        assert (found.basis, found.causes) == ("assessed", 1)
        assert found.low < found.level < found.high
        standing = skills.skill_levels(learner)[0]
        assert str(standing.basis) == "Assessed"

    def test_a_result_that_was_taken_back_says_nothing_to_programs_either(self, author, reader, skill, learner, client):
        attempt = sit(make_bank(author, reader, skill, mode="quiz", items=12), learner)
        client.force_login(learner)
        here = f"/api/v1/attempts/{attempt.public_id}/"
        assert client.get(here).json()["result"]["passed"] is True
        voiding.void(result=attempt, now=timezone.now())
        assert client.get(here).json()["result"]["passed"] is None

    def test_too_few_answers_say_nothing_and_leave_nothing_in_the_ledger(self, bank, learner):
        attempt = sit(bank, learner, most=4)
        attempt = services.stop(attempt=attempt)
        assert (attempt.ending, attempt.mean) == ("stopped", None)
        assert not SkillEvidence.objects.exists()

    def test_a_beta_collects_answers_and_gives_no_score(self, author, reader, skill, learner):
        bank = make_bank(author, reader, skill, items=12, stage="beta", calibrated=False)
        attempt = sit(bank, learner)
        assert (attempt.is_beta, attempt.mean, attempt.ending) == (True, None, "enough")
        assert Response.objects.filter(is_scored=False).count() == 12
        assert not SkillEvidence.objects.exists()

    @pytest.mark.parametrize("mode", ["adaptive", "quiz"])
    def test_what_was_shown_with_its_answer_is_not_asked_again_where_enough_else_is_left(
        self, author, reader, skill, learner, outsider, mode
    ):
        bank = make_bank(author, reader, skill, items=24, stage="beta", mode=mode)
        sit(bank, learner)
        bank = services.set_stage(bank=Bank.objects.get(pk=bank.pk), stage="open", by=author)
        later = timezone.now() + timedelta(days=20)
        told = set(Response.objects.values_list("version", flat=True))
        attempt = services.begin(bank=bank, person=learner, now=later)
        assert len(told) == len(attempt.drawn) == 12
        assert not told & set(attempt.drawn)
        assert len(services.begin(bank=bank, person=outsider).drawn) == 24

    def test_in_an_open_bank_new_items_are_tried_without_counting(self, bank, author, reader, learner):
        fresh = write(bank, author, 99)
        services.review_item(item=fresh, by=reader, verdict="good")
        bank.refresh_from_db()
        attempt = sit(bank, learner, knows=lambda row: row.position % 2)
        tried = attempt.responses.get(version=fresh.current)
        assert (tried.position, tried.is_scored) == (4, False)


class TestAgain:
    def test_it_can_be_repeated_after_the_days_that_its_page_says(self, bank, learner):
        now = timezone.now() - timedelta(days=20)
        attempt = sit(bank, learner, now=now)
        again_at = attempt.finished_at + timedelta(days=bank.cooldown_days)
        with pytest.raises(services.AssessmentRefused) as refused:
            services.begin(bank=bank, person=learner, now=again_at - timedelta(minutes=1))
        assert (refused.value.code, refused.value.again_at) == ("too_soon", again_at)
        assert services.begin(bank=bank, person=learner, now=again_at).pk != attempt.pk

    def test_two_results_are_put_together_by_their_precision_and_age(self, bank, learner):
        long_ago = timezone.now() - timedelta(days=400)
        low = sit(bank, learner, knows=lambda row: row.b < -1, now=long_ago)
        high = sit(bank, learner, knows=lambda row: row.b < 1)
        level = skills.level_of(learner, bank.skill).level
        assert low.level < level
        assert abs(level - high.level) < abs(level - low.level)


class TestQuiz:
    @pytest.fixture
    def quiz(self, author, reader, skill):
        return make_bank(
            author, reader, skill, items=20, calibrated=False, mode="quiz", most=10, penalty=0.25, pass_percent=60
        )

    def test_so_many_of_the_bank_by_lot_with_points_and_a_pass_mark(self, quiz, learner):
        attempt = sit(quiz, learner, knows=lambda row: row.position <= 7)
        assert attempt.responses.count() == 10
        assert (attempt.points, attempt.passed) == (7 - 3 * 0.25, True)

    def test_not_knowing_takes_nothing_off(self, quiz, learner):
        attempt = services.begin(bank=quiz, person=learner)
        for n in range(1, 11):
            attempt = services.answer(attempt=attempt, position=n, given=["0"] if n <= 5 else [])
        assert (attempt.points, attempt.passed) == (5, False)

    def test_who_has_begun_goes_on_by_the_rules_of_then(self, quiz, author, learner, outsider):
        begun = services.begin(bank=quiz, person=learner)
        quiz.most, quiz.penalty, quiz.pass_percent, quiz.mode = 5, 1, 100, "adaptive"
        services.save_bank(bank=quiz, by=author)
        quiz.mode = "quiz"
        services.save_bank(bank=quiz, by=author)
        for n in range(1, 11):
            begun = services.answer(attempt=begun, position=n, given=["0"] if n <= 7 else ["1"])
        assert (begun.ending, begun.points, begun.out_of, begun.passed) == ("enough", 7 - 3 * 0.25, 10, True)
        quiz.refresh_from_db()
        later = sit(quiz, outsider, knows=lambda row: row.position <= 4)
        assert (later.points, later.out_of, later.passed) == (4 - 1, 5, False)

    @pytest.mark.parametrize(("left", "passed"), [(7, True), (3, None)])
    def test_questions_that_went_away_meanwhile_are_not_missed(self, author, reader, skill, learner, left, passed):
        quiz = make_bank(author, reader, skill, items=10, calibrated=False, mode="quiz", most=10, pass_percent=80)
        attempt = services.begin(bank=quiz, person=learner)
        shown = services.current(attempt=attempt).version_id
        for item in quiz.items.exclude(current=shown)[: 10 - left]:
            services.retire_item(item=item, by=author)
        while row := services.current(attempt=attempt):
            attempt = services.answer(attempt=attempt, position=row.position, given=["0"])
        assert (attempt.ending, attempt.points, attempt.out_of, attempt.passed) == ("all", left, left, passed)


class TestRows:
    def test_the_words_of_a_version_never_change(self, bank):
        version = ItemVersion.objects.first()
        with pytest.raises(IntegrityError), transaction.atomic():
            ItemVersion.objects.filter(pk=version.pk).update(text="Other words")
        with pytest.raises(IntegrityError), transaction.atomic():
            ItemVersion.objects.filter(pk=version.pk).update(content={"options": []})

    def test_nobody_reads_their_own_item_as_the_second_expert(self, bank, author):
        item = write(bank, author, 77)
        with pytest.raises(services.AssessmentRefused) as refused:
            services.review_item(item=item, by=author, verdict="good")
        assert refused.value.code == "own_item"

    def test_the_skill_of_a_bank_that_was_taken_stays(self, bank, author, learner):
        bank.skill = make_skill("Oracle")
        bank = services.save_bank(bank=bank, by=author)
        services.begin(bank=bank, person=learner)
        bank.skill = make_skill("SQLite")
        with pytest.raises(services.AssessmentRefused) as refused:
            services.save_bank(bank=bank, by=author)
        assert refused.value.code == "other_skill"

    def test_a_bank_without_calibrated_items_gives_no_scores(self, author, reader, skill):
        bank = make_bank(author, reader, skill, items=12, stage="beta", calibrated=False)
        with pytest.raises(services.AssessmentRefused) as refused:
            services.set_stage(bank=bank, stage="open", by=author)
        assert refused.value.code == "not_calibrated"


class TestPractice:
    @pytest.fixture
    def card(self, bank, author, reader):
        item = write(bank, author, 88, is_practice=True)
        services.review_item(item=item, by=reader, verdict="good")
        return item.current

    def test_what_is_known_comes_back_later_than_what_is_not(self, bank, card, learner, outsider):
        now = timezone.now()
        known = services.practise(version=card, person=learner, given=["0"], now=now)
        again = services.practise(version=card, person=learner, given=["0"], now=known.due_at)
        lost = services.practise(version=card, person=outsider, given=["1"], now=now)
        assert lost.due_at - now < known.due_at - now < again.due_at - known.due_at
        assert (known.is_right, lost.is_right) == (True, False)

    def test_nothing_is_due_until_it_is(self, bank, card, learner):
        assert services.next_card(bank=bank, person=learner) == card
        done = services.practise(version=card, person=learner, given=["0"])
        assert services.next_card(bank=bank, person=learner) is None
        assert services.next_card(bank=bank, person=learner, now=done.due_at) == card

    def test_what_was_practised_is_never_asked_in_a_test_afterwards(self, bank, author, card, learner):
        services.practise(version=card, person=learner, given=["1"])
        with pytest.raises(services.AssessmentRefused) as refused:
            write(bank, author, 88, is_practice=False)
        assert refused.value.code == "was_practice"
        assert card.item.is_practice
        fresh = write(bank, author, 89, is_practice=True)
        assert not write(bank, author, 89, is_practice=False).is_practice
        assert fresh.pk

    def test_practice_proves_nothing_and_is_never_asked_in_a_test(self, bank, card, learner):
        services.practise(version=card, person=learner, given=["0"])
        assert not SkillEvidence.objects.exists()
        assert card.pk not in sit(bank, learner).drawn


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_many_people_answering_at_once_lose_nothing(self):
        skill = make_skill("Postgres at once")
        bank = make_bank(make_user("An Author", role="expert"), make_user("A Reader", role="expert"), skill, items=30)
        people = [make_user(f"Person {n}") for n in range(4)]

        def run(person):
            try:
                attempt = services.begin(bank=bank, person=person)
                while row := services.current(attempt=attempt):
                    services.answer(attempt=attempt, position=row.position, given=["0"])
                return attempt.pk
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:  # each person from two windows at once
            found = list(pool.map(run, [*people, *people]))
        assert sorted(found[:4]) == sorted(found[4:])
        for attempt in Attempt.objects.all():
            rows = list(attempt.responses.order_by("position"))
            assert [row.position for row in rows] == list(range(1, len(rows) + 1))
            assert all(row.is_right and row.answered_at for row in rows)
            assert attempt.mean == pytest.approx(ability.summary(services.posterior(attempt)).mean)
        assert SkillEvidence.objects.count() == len(people)
