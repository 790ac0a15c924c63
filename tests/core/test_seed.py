"""`manage.py seed`: in order, told step by step, and only where demo accounts may exist."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import seeds
from core.models import RateCounter
from tests.core.test_pool import kept_plans


class TestSeed:
    def test_lower_features_come_first_and_each_is_told(self, monkeypatch, settings, capsys):
        settings.DEMO, settings.IS_LOOPBACK = True, True
        ran = []
        steps = {
            name: (order, lambda now, name=name: ran.append((name, now)))
            for name, order in [("b", 20), ("a", 40), ("c", 10)]
        }
        monkeypatch.setattr(seeds, "seeds", steps)
        started = timezone.now()
        call_command("seed")
        assert [name for name, _ in ran] == ["c", "b", "a"]
        assert len({now for _, now in ran}) == 1
        assert ran[0][1] >= started
        assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["c", "b", "a"]

    @pytest.mark.parametrize(("demo", "loopback"), [(True, False), (False, True), (False, False)])
    def test_it_is_refused_anywhere_else(self, monkeypatch, settings, demo, loopback):
        settings.DEMO, settings.IS_LOOPBACK = demo, loopback
        monkeypatch.setattr(seeds, "seeds", {"a": (1, lambda now: pytest.fail("it ran"))})
        with pytest.raises(CommandError, match="public password"):
            call_command("seed")

    @pytest.mark.django_db(transaction=True)
    def test_one_that_fails_leaves_nothing_and_makes_no_place_to_go_back_to(self, monkeypatch, settings):
        settings.DEMO, settings.IS_LOOPBACK = True, True

        @transaction.atomic
        def fill(now):
            with transaction.atomic():
                RateCounter.objects.create(key="seed", count=1, ends_at=now)
            with transaction.atomic():
                raise LookupError

        monkeypatch.setattr(seeds, "seeds", {"a": (1, fill)})
        with CaptureQueriesContext(connection) as asked, pytest.raises(LookupError):
            call_command("seed")
        assert not [query for query in asked if "SAVEPOINT" in query["sql"]]
        assert not RateCounter.objects.exists()
        assert connection.features.uses_savepoints

    @pytest.mark.django_db(transaction=True)
    def test_each_kind_of_statement_is_planned_once(self, monkeypatch, settings):
        settings.DEMO, settings.IS_LOOPBACK = True, True

        def fill(now):
            for n in range(200):
                RateCounter.objects.create(key=f"seed {n}", count=1, ends_at=now)
            found.append(kept_plans())

        found = []
        monkeypatch.setattr(seeds, "seeds", {"a": (1, fill)})
        call_command("seed")
        assert any("INSERT INTO" in plan for plan in found[0])
        assert RateCounter.objects.count() == 200
        assert kept_plans() == []  # on another connection
