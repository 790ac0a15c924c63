"""Calibration: what is found from everybody's answers, how it is kept, and what an author is told of it."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.utils import timezone

from features.assessments import ability, desk, services
from features.assessments.models import Attempt, ItemFlag, ItemParameter, ItemVersion, Response
from features.assessments.services import calibrating
from tests.assessments.conftest import make_bank
from tests.factories import make_skill, make_user

pytestmark = pytest.mark.django_db
np = pytest.importorskip("numpy")

from features.assessments.calibration.irt import fit  # noqa: E402
from features.assessments.calibration.quality import analyse, mantel_haenszel  # noqa: E402
from tests.prove import assessment_figures as prove  # noqa: E402

needs_data = pytest.mark.skipif(not prove.DATA.exists(), reason="shared/data is not beside this checkout")


class TestNumbers:
    def test_difficulty_is_found_from_300_takers(self):
        assert prove.difficulty(300, repeats=3) <= 0.20

    def test_few_takers_draw_it_to_what_the_author_said(self):
        answers, _a, b, _theta = prove.simulated(20, 10, 3)
        near = fit(answers, b_mean=b, b_error=0.3)
        assert near.model == ["1pl"] * 10
        assert (near.a == 1).all()
        assert np.abs(near.b - b).mean() < np.abs(fit(answers).b - b).mean()

    def test_unasked_items_are_no_wrong_answers(self):
        answers, _a, _b, _theta = prove.simulated(400, 20, 5)
        whole = fit(answers)
        holes = np.where(np.random.default_rng(1).random(answers.shape) < 0.5, np.nan, answers)
        assert np.abs(fit(holes).b - whole.b).mean() < 0.25

    @needs_data
    def test_the_doubtful_key_of_real_answers_is_named_and_no_other(self):
        assert [found["item"] for found in prove.doubtful_keys()] == [26]

    def test_a_wrong_key_is_found_and_a_right_one_left_alone(self):
        rng = np.random.default_rng(2)
        right, _a, _b, _theta = prove.simulated(400, 12, 9)
        chosen = np.where(right == 1, 0, rng.integers(1, 4, right.shape))
        keys = [0] * 12
        keys[4] = 2
        marked = (chosen == np.array(keys)).astype(float)
        found = [(item, kind) for item, kind, _facts in analyse(marked, chosen, [4] * 12, keys) if kind == "key"]
        assert found == [(4, "key")]

    def test_an_item_that_is_harder_for_one_group_alone_is_told(self):
        right, _a, _b, _theta = prove.simulated(600, 12, 11)
        group = np.arange(600) % 2
        rng = np.random.default_rng(4)
        right[:, 3] = np.where((group == 1) & (rng.random(600) < 0.4), 0, right[:, 3])
        rest = np.delete(right, 3, axis=1).mean(axis=1)
        assert mantel_haenszel(right[:, 3], rest, group) > 0.64
        assert abs(mantel_haenszel(right[:, 5], np.delete(right, 5, axis=1).mean(axis=1), group)) < 0.64


@pytest.fixture(scope="module")
def answered(author, reader, skill):
    """A beta of twelve items that 130 people have taken; the seventh has a wrong key."""
    bank = make_bank(author, reader, skill, items=12, stage="beta", calibrated=False)
    versions = list(ItemVersion.objects.filter(item__bank=bank).order_by("pk"))
    chance, now = Random(8), timezone.now() - timedelta(days=1)
    one = make_user("One of many")
    attempts = Attempt.objects.bulk_create(
        Attempt(
            bank=bank, person=one, seed=n, drawn=[], is_beta=True, started_at=now, deadline_at=now, finished_at=now,
            ending="all",
        )
        for n in range(130)
    )  # fmt: skip
    rows = []
    for attempt in attempts:
        theta = chance.gauss(0, 1)
        for n, version in enumerate(versions):
            knows = chance.random() < ability.chance(ability.Item(1.4, -1.5 + n / 4), theta)
            option = 0 if knows else chance.randrange(1, 4)
            option = {0: 1, 1: 0}.get(option, option) if n == 6 else option
            rows.append(
                Response(
                    attempt=attempt, position=n + 1, version=version, is_scored=False, a=1, b=0, c=0, shown_at=now,
                    answered_at=now + timedelta(seconds=20), answer=[str(option)], is_right=option == 0,
                )
            )  # fmt: skip
    Response.objects.bulk_create(rows)
    return bank


class TestJob:
    def test_parameters_are_kept_with_their_run_and_older_ones_stay(self, answered, author):
        assert services.calibrate(bank=answered)
        assert services.calibrate(bank=answered)
        current = ItemParameter.objects.filter(is_current=True)
        assert (current.count(), ItemParameter.objects.count(), answered.runs.count()) == (12, 24, 2)
        assert set(current.values_list("model", "people")) == {("2pl", 130)}
        by_item = dict(current.values_list("version__item__key", "b"))
        assert by_item["q0"] < by_item["q5"] < by_item["q11"]
        flag = ItemFlag.objects.get(kind="key")
        assert flag.version.item.key == "q6"
        assert "“Wrong 6” more than what is marked right" in desk.flag_words(flag)
        answered.refresh_from_db()
        assert services.set_stage(bank=answered, stage="open", by=author).stage == "open"

    def test_a_flag_closes_when_it_is_no_longer_so(self, answered):
        version = ItemVersion.objects.filter(item__bank=answered).first()
        stale = ItemFlag.objects.create(version=version, kind="weak", facts={"value": 0.01})
        services.calibrate(bank=answered)
        stale.refresh_from_db()
        assert stale.closed_at is not None

    def test_a_difficulty_that_moved_is_told(self, answered):
        version = ItemVersion.objects.filter(item__bank=answered).first()
        facts = {"model": "2pl", "a": 1.2, "b": 2.5, "c": 0, "error": 0.1, "people": 500}
        services.keep_parameters(bank=answered, method="given", found={version.pk: facts}, people=500)
        services.calibrate(bank=answered)
        assert ItemFlag.objects.filter(version=version, kind="drift", closed_at=None).exists()

    def test_every_night_only_what_has_new_answers(self, answered):
        assert services.calibrate_all() == 1
        assert services.calibrate_all() == 0

    def test_a_bank_that_cannot_be_reckoned_holds_up_no_other(self, answered, author, reader, monkeypatch):
        other = make_bank(author, reader, make_skill("Negotiation"), items=12, stage="beta", calibrated=False)
        Attempt.objects.filter(pk=Attempt.objects.latest("pk").pk).update(bank=other)
        seen = []

        def fails(*, bank):
            seen.append(bank)
            if bank == answered:
                raise ZeroDivisionError
            return True

        monkeypatch.setattr(calibrating, "calibrate", fails)
        with pytest.raises(ZeroDivisionError):
            services.calibrate_all()
        assert seen == [answered, other]

    def test_without_numpy_the_job_says_so_and_the_bank_stays_as_it_is(self, answered, monkeypatch, caplog):
        monkeypatch.setattr(calibrating, "find_spec", lambda name: None)
        assert not services.calibrate(bank=answered)
        assert "dependency group" in caplog.text
        assert not ItemParameter.objects.exists()


def test_what_the_web_loads_has_no_numpy():
    """Only the package that runs in a process of its own."""
    for path in Path("features/assessments").rglob("*.py"):
        lines = path.read_text().splitlines()
        if path.parent.name != "calibration" and "PROGRAM = " not in "".join(lines):
            assert not [line for line in lines if line.startswith(("import numpy", "import scipy"))], path
