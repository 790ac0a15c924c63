"""Lists of mentors in the database: drawn at night, kept true in between."""

from datetime import date, time, timedelta
from random import Random

import pytest
from django.utils import timezone

from features.accounts.models import RoleGrant
from features.calendar import services as calendar
from features.mentoring import services, warm
from features.mentoring.facts import closed_pairs
from features.mentoring.matching import VERSION, plain
from features.mentoring.matching.kernel import ANY
from features.mentoring.matching.market import EVERY_LANGUAGE
from features.mentoring.models import Dirty, MatchList, MatchRun, MentorPage, MentorPrice, MentorshipRequest
from features.mentoring.services import matching, relisting
from features.moderation import services as moderation
from features.profiles import services as profiles
from features.skills.models import Goal, PersonSkill, SkillLevel
from features.skills.services import record_evidence
from tests.factories import make_skill, make_user
from tests.mentoring.made import market

pytestmark = pytest.mark.django_db


def lists(run=None):
    rows = MatchList.objects.filter(run=run or MatchRun.objects.get(state="current"))
    return {row.mentee_id: (row.mentors, row.scores) for row in rows}


@pytest.fixture
def world(django_user_model):
    """Eight mentors, twelve members with goals, five skills."""
    chance = Random(11)
    area = make_skill("Data")
    skills = [make_skill(name, parent=area) for name in ("SQL", "Statistics", "Pipelines", "Charts", "Negotiation")]
    world = type("World", (), {"skills": skills, "area": area, "chance": chance})
    world.mentors = [make_user(f"Mentor {n}", role="expert", handle=f"mentor-{n}", languages=["en"]) for n in range(8)]
    for mentor in world.mentors:
        topics = chance.sample(skills, 2)
        for skill in topics:
            PersonSkill.objects.create(person=mentor, skill=skill, level=chance.randint(3, 5))
        calendar.keep_free(person=mentor, hours=[(chance.randint(1, 3), time(17), time(21))])
        services.save_mentor_page(page=MentorPage(person=mentor, capacity=chance.randint(1, 3)), topics=topics)
    world.mentees = [make_user(f"Member {n}", handle=f"member-{n}") for n in range(12)]
    for mentee in world.mentees:
        for place, skill in enumerate(chance.sample(skills, 2)):
            Goal.objects.create(person=mentee, skill=skill, level=3, position=place)
        calendar.keep_free(person=mentee, hours=[(day, time(17), time(20)) for day in (1, 2, 3)])
    services.rematch()
    return world


class TestFullRun:
    def test_everybody_with_a_goal_has_a_list_and_a_run_says_when(self, world):
        run = MatchRun.objects.get()
        assert (run.state, run.mentees, run.mentors, run.version) == ("current", 12, 8, VERSION)
        assert len(lists()) == 12
        assert any(len(mentors) > 1 for mentors, _ in lists().values())
        assert MentorPrice.objects.filter(run=run).count() == 8

    def test_twice_comes_to_the_same_and_takes_the_place_at_once(self, world):
        before = lists()
        services.rematch()
        former, run = MatchRun.objects.order_by("pk")
        assert (former.state, run.state) == ("former", "current")
        assert lists(run) == before == lists(former)
        services.rematch()
        assert MatchRun.objects.count() == 2

    def test_one_at_a_time_and_a_killed_one_is_not_waited_for(self, world):
        building = MatchRun.objects.create(version=1)
        assert matching.match_everybody(matching.in_plain) is None
        services.rematch()  # the worker's, after one that was killed
        assert MatchRun.objects.get(state="current").pk > building.pk
        assert not MatchRun.objects.filter(state="building").exists()


class TestChanges:
    def after(self, world):
        """Small steps lead where a full run with the same frame leads."""
        services.drain()
        assert not Dirty.objects.exists()
        assert services.differing(share=1) == []
        return lists()

    def test_nothing_is_done_without_a_change(self, world):
        assert services.drain() == 0

    def test_who_cannot_be_drawn_keeps_nobody_s_list_old(self, world, monkeypatch):
        one, other = world.mentees[:2]
        for person in (one, other):
            Goal.objects.filter(person=person).delete()
        draw = relisting._draw

        def fails(run, near, people, now):
            if one.pk in people:
                raise ZeroDivisionError
            return draw(run, near, people, now)

        monkeypatch.setattr(relisting, "_draw", fails)
        with pytest.raises(ZeroDivisionError):
            services.drain()
        assert set(lists()) & {one.pk, other.pk} == {one.pk}
        assert services.drain() == 0

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("is_short", [False, True], ids=["whole lists", "lists that are cut"])
    def test_many_changes_of_all_kinds_come_to_the_full_run(self, world, monkeypatch, seed, is_short):
        chance = Random(seed)
        if is_short:
            monkeypatch.setattr(plain, "SIZE", 3)
            monkeypatch.setattr(plain, "LEAST", 2)
            services.rematch()
            assert MatchList.objects.filter(run__state="current", cut_mentor__isnull=False).count() > 5
        for _ in range(4):
            mentor, mentee = chance.choice(world.mentors), chance.choice(world.mentees)
            page = MentorPage.objects.get(pk=mentor.pk)
            skill = chance.choice(world.skills)
            act = chance.randrange(7)
            if act == 0:
                services.save_mentor_page(page=page, topics=chance.sample(world.skills, 2))
            elif act == 1:
                MentorPage.objects.filter(pk=mentor.pk).update(places_taken=chance.randint(0, 3))
            elif act == 2:
                Goal.objects.filter(person=mentee).first().delete()
            elif act == 3:
                record_evidence(
                    person=mentor,
                    skill=skill,
                    kind="session_hosted",
                    strength=0.9,
                    happened_at=timezone.now(),
                    source="x:1",
                )
            elif act == 4:
                calendar.keep_free(person=mentor, hours=[(6, time(8), time(20))])
            elif act == 5:
                services.dismiss(mentee=mentee, mentor=mentor, for_good=chance.random() < 0.5)
            else:
                page.away_from = date(2020, 1, 1)
                services.save_mentor_page(page=page, topics=page.topics.all())
        self.after(world)

    def test_a_change_touches_its_own_lists_alone(self, world):
        before = {row.pk: row.made_at for row in MatchList.objects.all()}
        Goal.objects.filter(person=world.mentees[0]).first().delete()
        assert services.drain() == 1
        changed = [row for row in MatchList.objects.all() if before[row.pk] != row.made_at]
        assert [row.mentee_id for row in changed] == [world.mentees[0].pk]

    def test_who_has_no_goal_any_more_has_no_list(self, world):
        Goal.objects.filter(person=world.mentees[0]).delete()
        assert world.mentees[0].pk not in self.after(world)

    def test_whose_role_has_ended_leaves_all_lists(self, world):
        mentor = world.mentors[0]
        RoleGrant.objects.filter(person=mentor).update(revoked_at=timezone.now())
        assert all(mentor.pk not in mentors for mentors, _ in self.after(world).values())

    def test_full_or_away_is_in_no_list_and_comes_back(self, world):
        mentor = next(m for m in world.mentors if any(m.pk in mentors for mentors, _ in lists().values()))
        MentorPage.objects.filter(pk=mentor.pk).update(places_taken=3)
        assert all(mentor.pk not in mentors for mentors, _ in self.after(world).values())
        MentorPage.objects.filter(pk=mentor.pk).update(places_taken=0)
        assert any(mentor.pk in mentors for mentors, _ in self.after(world).values())

    def test_goals_that_change_places_weigh_otherwise(self, world):
        mentee = world.mentees[0]
        before = lists()[mentee.pk]
        profiles.move_entry(person=mentee, entry=Goal.objects.filter(person=mentee).last(), up=True)
        assert self.after(world)[mentee.pk][1] != before[1]

    def test_while_a_run_is_built_marks_are_kept_for_after_it(self, world):
        building = MatchRun.objects.create(version=1)
        Goal.objects.filter(person=world.mentees[0]).first().delete()
        assert services.drain() == 0
        building.delete()
        assert services.drain() == 1


class TestExclusions:
    def somebody(self):
        mentee, (mentors, _) = max(lists().items(), key=lambda item: len(item[1][0]))
        return mentee, mentors[0]

    def test_dismissed_for_good_never_returns_not_now_returns(self, world):
        mentee, mentor = self.somebody()
        mentee = next(m for m in world.mentees if m.pk == mentee)
        person = next(m for m in world.mentors if m.pk == mentor)
        now = timezone.now()
        services.dismiss(mentee=mentee, mentor=person, for_good=False, now=now)
        services.drain(now)
        assert mentor not in lists()[mentee.pk][0]
        services.drain(now + timedelta(days=31))
        assert mentor in lists()[mentee.pk][0]
        services.dismiss(mentee=mentee, mentor=person, for_good=True, now=now)
        services.dismiss(mentee=mentee, mentor=person, for_good=False, now=now)
        services.drain(now + timedelta(days=400))
        services.rematch()
        assert mentor not in lists()[mentee.pk][0]
        services.bring_back(mentee=mentee, mentor=person)
        services.drain()
        assert mentor in lists()[mentee.pk][0]

    def test_pairs_that_others_closed_are_left_out(self, world, monkeypatch):
        mentee, mentor = self.somebody()
        monkeypatch.setitem(closed_pairs, "test", lambda ids: {(mentee, mentor)})
        services.mark_dirty([mentee], "blocked")
        services.drain()
        assert mentor not in lists()[mentee][0]
        services.rematch()
        assert mentor not in lists()[mentee][0]


def test_what_is_on_record_outweighs_what_is_said(world):
    skill = world.skills[0]
    said, proved = world.mentors[0], world.mentors[1]
    for mentor in (said, proved):
        PersonSkill.objects.filter(person=mentor).delete()
        services.save_mentor_page(page=MentorPage.objects.get(pk=mentor.pk), topics=[skill])
    MentorPage.objects.exclude(pk__in=[said.pk, proved.pk]).update(is_accepting=False)
    MentorPage.objects.update(capacity=2, places_taken=0)
    PersonSkill.objects.create(person=said, skill=skill, level=4)
    record_evidence(
        person=proved, skill=skill, kind="session_hosted", strength=0.9, happened_at=timezone.now(), source="session:1"
    )
    assert SkillLevel.objects.get(person=proved).level > 3
    Goal.objects.filter(person=world.mentees[0]).delete()
    Goal.objects.create(person=world.mentees[0], skill=skill, level=3)
    for person in (said, proved):
        calendar.keep_free(person=person, hours=[(1, time(17), time(21))])
    services.drain()
    assert lists()[world.mentees[0].pk][0][0] == proved.pk


def test_who_leaves_people_without_an_answer_sinks_and_a_slip_of_somebody_new_is_no_verdict(world):
    now = timezone.now()
    mentee, mentor = world.mentees[0], next(m for m in world.mentors if m.pk in lists()[world.mentees[0].pk][0])
    before = dict(zip(*lists()[mentee.pk], strict=True))[mentor.pk]
    MentorshipRequest.objects.create(
        mentee=world.mentees[1], mentor=mentor, goal="Read plans", state="accepted", due_at=now, decided_at=now,
        first_answer_at=now,
    )  # fmt: skip
    for n in range(3):
        moderation.note_incident(
            person=mentor, kind="no_answer", source=f"request:{n}", happened_at=now, ability="mentor", now=now
        )
    services.count_history(now)
    assert MentorPage.objects.get(pk=mentor.pk).history == round((3 + 1) / (4 + 1 + 3 * 0.5), 3)
    services.drain()
    assert dict(zip(*lists()[mentee.pk], strict=True))[mentor.pk] < before
    assert services.differing(share=1) == []


@pytest.mark.parametrize("highest", [40, 4000])  # many who score alike, and hardly any
def test_a_list_with_other_scores_of_some_is_the_best_of_all_or_is_said_to_have_a_gap(highest):
    chance, whole, gaps = Random(5), 0, 0
    for _ in range(60):
        known = {pk: chance.randint(1, highest) for pk in range(chance.choice([30, 58, 60, 61, 120]))}
        entries = warm.in_order(known.items())[:60]
        cut = relisting.cut_of(entries)
        for _ in range(20):
            changed = [*chance.sample(sorted(known), 2), 200 + chance.randint(0, 5)]
            fresh = {pk: chance.randint(1, highest) for pk in changed if chance.random() < 0.6}
            known = {pk: score for pk, score in known.items() if pk not in changed} | fresh
            merged = relisting._merged(entries, cut, warm.in_order(fresh.items()), set(changed))
            if merged is None:
                gaps += 1
                break
            entries, cut = merged
            assert entries[:50] == warm.in_order(known.items())[:50]
            assert entries[50:60] == warm.in_order(known.items())[50 : len(entries)]
            whole += 1
    assert whole > 200
    assert gaps > 5


def test_wishes_alone_say_how_much_somebody_scores_at_most():
    _, m = market(120, 60)
    count = len(m.ee_mask)
    plainly = m._replace(
        ee_languages=[EVERY_LANGUAGE] * count, ee_mask=[0] * count, ee_budget=[ANY] * count,
        out_start=[0] * (count + 1),
    )  # fmt: skip
    pairs = [(plain.scored(m, i, j)[0], plain.scored(plainly, i, j)[0]) for i in range(count) for j in range(60)]
    assert all(score * 1e6 <= relisting.at_most(round(most * 1e6)) for score, most in pairs)
    assert sum(score > most for score, most in pairs) > 20  # hours may suit better than is taken for unknown ones


def test_when_many_change_at_once_all_are_read_anew_once_and_not_until_it_is_forgotten(world, monkeypatch):
    monkeypatch.setattr(warm, "MOST_CHANGED", 1)
    person, now = world.mentees[0], timezone.now() + timedelta(hours=2)
    services.mark_dirty([m.pk for m in world.mentors], "level")
    services.mark_dirty([person.pk], "goal")
    services.drain(now)
    kept = warm._kept
    for minutes in (0, 1):
        services.mark_dirty([person.pk], "goal")
        services.drain(now + timedelta(minutes=minutes))
        assert warm._kept is kept
    assert services.differing(now, share=1) == []
    services.mark_dirty([m.pk for m in world.mentors], "level")
    services.mark_dirty([person.pk], "goal")
    services.drain(now + timedelta(minutes=5))
    assert warm._kept is not kept


def test_mentors_stay_read_and_who_changed_is_read_anew(world):
    person = world.mentees[0]
    services.mark_dirty([person.pk], "goal")
    services.drain()
    kept = warm._kept
    mentor = next(m for m in world.mentors if m.pk in lists()[person.pk][0])
    MentorPage.objects.filter(pk=mentor.pk).update(capacity=0, places_taken=0)
    services.drain()
    services.mark_dirty([person.pk], "goal")
    services.drain()
    assert warm._kept is kept
    assert mentor.pk not in lists()[person.pk][0]
    assert services.differing(share=1) == []
