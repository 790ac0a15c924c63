"""`manage.py seed --scale N`: rows as the services leave them, and refused among real people."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from core.seeds import Scale, in_order, scales
from features.accounts.models import User
from features.calendar.models import TimeClaim
from features.discovery import services as discovery
from features.discovery.kinds import kinds
from features.discovery.models import Document
from features.forum.models import Board, Post, Thread
from features.forum.services import evidence, recount
from features.notifications.models import Notification
from features.payments.models import Order
from features.sessions.models import Registration, SkillSession
from features.sessions.services import recount_seats
from features.skills.models import Skill, SkillEvidence, SkillLevel
from features.skills.services import recount_levels


def fill(members, now=None) -> Scale:
    world = Scale(members, now or timezone.now())
    for _name, step in in_order(scales):
        assert step(world)
    return world


@pytest.mark.django_db
class TestScale:
    def test_makes_what_the_services_would_have_made(self, client):
        fill(120)
        assert User.objects.count() == 120
        assert SkillSession.objects.published().count() == TimeClaim.objects.count() == 12
        seats = Registration.objects.count()
        assert seats > 40
        assert Order.objects.count() == Notification.objects.count() == seats
        assert SkillEvidence.objects.exists()
        assert SkillLevel.objects.exists()
        assert recount_seats() == 0
        assert recount_levels() == 0
        assert Thread.objects.count() == 12
        assert Thread.objects.filter(accepted__isnull=False).exists()
        assert recount() == 0
        accepted = Post.objects.filter(accepted_in__isnull=False).first()
        before = sorted(SkillEvidence.objects.filter(source=evidence.key(accepted.pk)).values_list("kind", "strength"))
        evidence.tell(accepted)
        again = SkillEvidence.objects.filter(source=evidence.key(accepted.pk), revoked_at=None)
        assert sorted(again.values_list("kind", "strength")) == before
        assert Document.objects.filter(kind="person").count() == 120
        rebuilt = list(discovery.rebuild())
        assert {part.kind for part in rebuilt} == set(kinds)
        assert not any(part.written or part.withdrawn for part in rebuilt), rebuilt
        assert discovery.relearn_words() == (0, 0)
        person, session = User.objects.earliest("pk"), SkillSession.objects.earliest("pk")
        assert person.is_demo
        assert not person.has_usable_password()
        thread = Thread.objects.earliest("pk")
        listed = ("/sessions/", "/forum/")
        for address in (person.get_absolute_url(), session.get_absolute_url(), thread.get_absolute_url(), *listed):
            assert client.get(address).status_code == 200

    def test_is_the_same_every_time_goes_on_where_it_was_and_may_be_small(self):
        now = timezone.now().replace(minute=0, second=0, microsecond=0)
        first, second = fill(10, now), fill(10, now)
        assert self._said(first) == self._said(second)
        assert first.made["people"][-1] < second.made["people"][0]
        fill(1, now)
        assert (User.objects.count(), SkillSession.objects.count()) == (21, 3)

    def test_an_area_that_is_called_like_another_shares_its_board(self):
        fill(10)
        boards = Board.objects.count()
        Board.objects.update(slug=Concat("slug", Value("-2")), skill=Skill.objects.filter(is_group=False).first())
        fill(10)
        assert Board.objects.count() == boards

    def _said(self, world):
        people = User.objects.filter(pk__in=world.made["people"]).order_by("pk")
        return list(people.values_list("name", "headline", "time_zone", "joined_at"))


class TestTheCommand:
    @pytest.mark.parametrize(("demo", "loopback"), [(True, False), (False, True), (False, False)])
    def test_where_this_is_no_demo_it_wants_to_be_told_twice(self, monkeypatch, settings, demo, loopback):
        settings.DEMO, settings.IS_LOOPBACK = demo, loopback
        with pytest.raises(CommandError, match="among real ones"):
            call_command("seed", scale=5)

    def test_a_number_is_needed(self, settings):
        settings.DEMO, settings.IS_LOOPBACK = True, True
        with pytest.raises(CommandError, match="1 or more"):
            call_command("seed", scale=0)

    def test_told_twice_it_is_done_step_by_step(self, transactional_db, monkeypatch, settings, capsys):
        settings.DEMO = False
        seen = []
        monkeypatch.setattr(
            "core.seeds.scales",
            {"b": (20, lambda world: seen.append(world.members) or "bees"), "a": (10, lambda w: "a")},
        )
        call_command("seed", scale=7, yes=True)
        assert seen == [7]
        lines = capsys.readouterr().out.splitlines()
        assert [line.split("s  ")[1] for line in lines[:2]] == ["a: a", "b: bees"]
        assert "all of 7 members" in lines[-1]
