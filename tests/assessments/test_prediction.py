"""Foretelling the next answer, and short tests that stand for whole ones: what they know, and how they are judged."""

import pytest
from django.core.management import CommandError, call_command

from features.assessments import ability, selection
from features.assessments.ability import Item
from features.assessments.prediction import Stream

np = pytest.importorskip("numpy")

from features.assessments.calibration.evaluation import adaptive, shorter, whole  # noqa: E402
from features.assessments.calibration.prediction import apart, auc, evaluate  # noqa: E402
from tests.prove import assessment_figures as prove  # noqa: E402


class TestStream:
    def test_nothing_is_known_before_the_first_answer(self):
        assert Stream().facts("ana", "sql", "q1").chance == 0.5

    def test_a_right_answer_speaks_for_the_person_and_for_the_item_most_where_they_meet(self):
        stream = Stream()
        stream.learn("ana", "sql", "q1", True)
        same, other = stream.facts("ana", "sql", "q2").chance, stream.facts("ana", "css", "q9").chance
        stranger = stream.facts("bob", "sql", "q1").chance
        assert 0.5 < other < same
        assert stranger > 0.5

    def test_what_was_seen_often_moves_less(self):
        stream, moved = Stream(), []
        for n in range(60):
            before = stream.facts("ana", "sql", "q1").chance
            stream.learn("ana", "sql", "q1", n % 2 == 0)
            moved.append(abs(stream.facts("ana", "sql", "q1").chance - before))
        assert moved[-1] < 0.6 * moved[0]

    def test_an_answer_is_foretold_before_it_is_known(self):
        stream = Stream()
        facts = stream.learn("ana", "sql", "q1", True, at=10.0)
        assert (facts.chance, facts.rights, facts.idle) == (0.5, 0, 0.0)
        later = stream.facts("ana", "sql", "q2", at=70.0)
        assert (later.rights, later.wrongs, later.idle) == (1, 0, 60.0)


class TestEvaluation:
    def test_the_measures_themselves(self):
        right = np.array([0.0, 0.0, 1.0, 1.0])
        assert auc(np.array([0.1, 0.2, 0.8, 0.9]), right) == 1
        assert auc(np.array([0.5, 0.5, 0.5, 0.5]), right) == 0.5
        assert auc(np.array([0.9, 0.8, 0.2, 0.1]), right) == 0
        assert apart(np.full(1000, 0.7), (np.arange(1000) % 10 < 7).astype(float)) < 0.05

    def test_practice_is_foretold_well_above_chance_and_true_on_average(self):
        answers, _chances = prove.practice_logs(people=120, skills=12)
        told = evaluate(answers)
        assert told.streaming > 0.66
        assert told.nightly > 0.66
        assert told.streaming_error < 0.03
        assert told.nightly_error < 0.03

    def test_by_a_command_on_a_file(self, tmp_path, capsys):
        file = tmp_path / "log.csv"
        rows = [f"p{n % 9},sql,q{n % 4},{int(n % 4 < 2)},2026-03-01T10:{n % 60:02}:00" for n in range(180)]
        file.write_text("\n".join(["person,skill,item,right,at", *rows]))
        call_command("evaluate_prediction", data=file)
        said = capsys.readouterr().out
        assert "180 answers" in said
        assert "streaming: AUC 0.9" in said

    def test_a_file_that_is_no_log_is_told(self, tmp_path):
        file = tmp_path / "log.csv"
        file.write_text("a,b\n1,2\n")
        with pytest.raises(CommandError, match="is no log of answers"):
            call_command("evaluate_prediction", data=file)


class TestShortTests:
    def test_for_everybody_at_once_is_as_for_each(self):
        answers, a, b, _theta = prove.simulated(8, 20, 3)
        items = [Item(float(x), float(y)) for x, y in zip(a, b, strict=True)]
        pool = [selection.Candidate(n, "", item) for n, item in enumerate(items)]
        for row, found in zip(answers, adaptive(answers, a, b, 6), strict=True):
            weights, left = ability.normal(), list(pool)
            for _ in range(6):
                best = max(left, key=lambda one: np.dot(weights, ability.informations(one.item)))
                left.remove(best)
                weights = ability.answered(weights, best.item, row[best.version] > 0)
            assert found == pytest.approx(ability.summary(weights).mean)
        all_of_them = ability.summary(ability.of_answers(zip(items, answers[0] > 0, strict=True))).mean
        assert whole(answers, a, b)[0] == pytest.approx(all_of_them)

    def test_150_takers_are_enough_to_come_near_what_the_true_parameters_give(self):
        answers, a, b, _theta = prove.simulated(700, 45, 7, sharp=0.4)
        reached, limit = shorter(answers, 150), shorter(answers, 150, known=(a, b))
        assert limit - 0.03 < reached < limit + 0.01
