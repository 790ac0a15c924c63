"""The list of mentors, a mentor's page, suggestions with reasons, and the page about the ranking."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from features.accounts.models import User
from features.calendar import services as calendar
from features.mentoring import services, suggesting
from features.mentoring.changes_of_ranking import CHANGES
from features.mentoring.facts import Panel, closed_pairs, panels
from features.mentoring.matching import VERSION
from features.mentoring.models import Dismissal, MatchList, MatchWish, MentorPage, MentorPrice
from features.profiles.services import set_visibility
from features.skills.models import Goal, PersonSkill
from features.skills.services import record_evidence
from tests.factories import make_skill, make_user

pytestmark = pytest.mark.django_db
EVENINGS = [(2, time(18), time(21)), (4, time(18), time(21))]


@pytest.fixture(scope="module")
def goal(learner, skill):
    return Goal.objects.create(person=learner, skill=skill, level=3, reason="Answer my own questions")


def another(n, skill, **fields):
    mentor = make_user(f"Mentor {n}", role="expert", handle=f"mentor-{n}", languages=["en"])
    return services.save_mentor_page(page=MentorPage(person=mentor, **{"capacity": 2, **fields}), topics=[skill])


class TestList:
    def found(self, client, **query):
        return client.get("/mentors/", query).content.decode()

    def test_a_stranger_sees_who_mentors_in_what_with_room_answer_and_price(self, client, mentor_page):
        soon = timezone.now() + timedelta(days=2)
        MentorPage.objects.update(answers_in=timedelta(hours=5), price_from=4000, next_free_at=soon, places_taken=1)
        page = self.found(client)
        for words in ("Amara Okonjo", "PostgreSQL", "1 of 2 places taken", "Answers within 5 hours", "€40", "Has room"):
            assert words in page
        assert f'datetime="{soon.astimezone().isoformat()[:4]}' in page

    def test_it_is_searched_by_words_synonyms_and_skill(self, client, mentor_page):
        assert "Amara Okonjo" in self.found(client, q="postgres")
        assert "Amara Okonjo" in self.found(client, q="amara")
        assert "Amara Okonjo" not in self.found(client, q="knitting")
        assert "Mentors in PostgreSQL" in self.found(client, skill="postgresql")

    def test_what_is_without_filters_keeps_the_words(self, client, mentor_page):
        assert 'class="chip"' not in client.get("/mentors/?q=postgres").text
        assert "No mentor for “zebra”" in client.get("/mentors/?q=zebra").text
        assert "No mentor fits this" in client.get("/mentors/?q=zebra&room=on").text
        assert 'class="chip" href="/mentors/?q=postgres"' in client.get("/mentors/?q=postgres&room=on").text

    def test_and_by_room_price_and_language(self, client, mentor_page):
        assert "Amara Okonjo" in self.found(client, room="on", price="free", language="en")
        assert "Amara Okonjo" not in self.found(client, language="de")
        MentorPage.objects.update(price_from=100, places_taken=2)
        assert "Amara Okonjo" not in self.found(client, room="on")
        assert "Amara Okonjo" in self.found(client, price="paid")

    def test_and_by_my_free_time(self, client, mentor_page, expert, learner):
        client.force_login(learner)
        calendar.keep_free(person=expert, hours=EVENINGS)
        assert "Amara Okonjo" not in client.get("/mentors/?fits=on").content.decode()
        calendar.keep_free(person=learner, hours=[(2, time(17), time(20))])
        assert "Amara Okonjo" in client.get("/mentors/?fits=on").content.decode()

    def test_htmx_gets_the_results_alone(self, client, mentor_page):
        answer = client.get("/mentors/?q=postgres", headers={"HX-Request": "true"}).content.decode()
        assert answer.lstrip().startswith('<section id="results"')
        assert 'id="facets" class="stack" hx-swap-oob="true"' in answer

    @pytest.mark.parametrize("others", [{}, {"language": "de"}, {"price": "free", "q": "postgres"}, {"fits": "on"}])
    def test_each_choice_says_how_many_it_shows(self, client, mentor_page, skill, learner, others):
        another(1, skill, languages=["de", "fi"], price_from=900)
        another(2, skill, languages=["de"], price_from=0, places_taken=2)
        another(3, skill, price_from=900)
        client.force_login(learner)
        for person in (learner, *(page.person for page in MentorPage.objects.filter(price_from=900))):
            calendar.keep_free(person=person, hours=EVENINGS)
        on = client.get("/mentors/", others).context
        for facet in on["facets"]:
            for choice in facet.choices:
                answer = client.get("/mentors/", others | {facet.name: choice.value})
                shown = len(answer.context["lines"])
                assert (choice.count, answer.context["total"]) == (shown, shown), (facet.name, choice)
        counts = {facet.name: {choice.value: choice.count for choice in facet.choices} for facet in on["facets"]}
        assert on["total"] == len(on["lines"])
        if others == {}:
            languages = {"en": 2, "fi": 1, "de": 2}
            assert counts == {"room": {"True": 3}, "price": {"free": 2, "paid": 2}, "language": languages}
        if "fits" in others:
            assert counts["price"] == {"paid": 2}

    def test_a_choice_that_shows_nothing_is_not_offered_but_stays_to_be_taken_back(self, client, mentor_page):
        page = self.found(client, price="paid", language="de")
        assert 'value="paid" id="f-price-paid" checked>With a price<span class="num">0</span>' in page
        assert 'value="de" selected>German (0)' in page
        assert 'id="f-room"' not in page
        assert 'value="free"' not in page
        assert 'value="fi"' not in self.found(client)

    @pytest.mark.parametrize("query", ["", "?price=free&language=en&room=on"])
    def test_the_number_of_queries_does_not_grow_with_the_rows(self, client, mentor_page, skill, query):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                client.get(f"/mentors/{query}")
            return len(queries)

        few = asked()
        for n in range(6):
            another(n, skill, languages=["en", "de", "fi"][: 1 + n % 3])
        assert asked() == few


class TestPage:
    def test_it_says_what_room_for_whom_and_how_soon_before_anybody_writes(self, client, mentor_page, expert):
        expert.last_login = timezone.now()
        expert.save(update_fields=["last_login"])
        MentorPage.objects.update(
            answers_in=timedelta(hours=30), places_taken=1, not_for="Anybody in a hurry", price_from=0,
            next_free_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        page = client.get("/mentors/amara-okonjo/").content.decode()
        for words in ("1 of 2", "30 hours", "Anybody in a hurry", "Free", "Next free:", "Last logged in", "English"):
            assert words in page

    def test_levels_that_are_not_for_the_viewer_are_not_told(self, client, mentor_page, expert, skill, learner, goal):
        client.force_login(learner)
        client_of_nobody = Client()
        for source in range(3):
            record_evidence(
                person=expert, skill=skill, kind="session_hosted", strength=0.5, happened_at=timezone.now(),
                source=f"session:{source}",
            )  # fmt: skip
        for visibility, told, to_members in (
            ("public", True, True),
            ("members", False, True),
            ("private", False, False),
        ):
            set_visibility(person=expert, block="skills", visibility=visibility)
            strangers = client_of_nobody.get("/mentors/amara-okonjo/").text
            assert ("in their words" not in strangers) == told, visibility
            page = client.get("/mentors/amara-okonjo/").text
            assert ("in their words" not in page) == to_members, visibility
            assert ("by what is on record here" in page) == to_members, visibility

    def test_panels_of_other_parts_stand_in_it(self, client, mentor_page, monkeypatch):
        panel = Panel(1, "mentoring/_why.html", lambda page, viewer, now: {})
        monkeypatch.setitem(panels, "test", panel)
        assert 'class="reasons"' in client.get("/mentors/amara-okonjo/").content.decode()

    def test_who_has_a_goal_reads_how_they_fit_or_what_keeps_them_apart(self, client, mentor_page, learner, goal):
        client.force_login(learner)
        assert "which is your goal" in client.get("/mentors/amara-okonjo/").content.decode()
        MentorPage.objects.update(languages=["de"])
        learner.languages = ["pt"]
        learner.save()
        assert "You share no language" in client.get("/mentors/amara-okonjo/").content.decode()

    def test_nobody_else_has_one(self, client, learner):
        assert client.get("/mentors/sofia-mendes/").status_code == 404


class TestGoal:
    def test_a_member_without_a_goal_is_asked_for_one_and_sees_at_once_who_fits(self, client, learner, mentor_page):
        client.force_login(learner)
        assert client.get("/mentors/suggestions/")["Location"] == "/mentors/suggestions/goal/"
        said = {"reason": "Read plans", "skills": "postgres", "level": "3", "minutes": "60", "budget": "40"}
        assert client.post("/mentors/suggestions/goal/", said)["Location"] == "/mentors/suggestions/"
        assert MatchWish.objects.get(person=learner).budget == 4000
        page = client.get("/mentors/suggestions/").content.decode()
        assert "Amara Okonjo" in page
        assert "Read plans" in page

    def test_what_cannot_be_read_comes_back_with_the_words(self, client, learner):
        client.force_login(learner)
        answer = client.post("/mentors/suggestions/goal/", {"reason": "Read plans", "skills": "postgrs", "level": "3"})
        assert answer.status_code == 422
        assert "Read plans" in answer.content.decode()

    def test_further_goals_stay_behind_the_new_ones(self, learner, goal, skill):
        other = make_skill("Negotiation")
        services.set_goal(person=learner, reason="Talk", skills=[other], level=2, minutes=60, budget=None)
        assert list(Goal.objects.filter(person=learner).values_list("skill__name", flat=True)) == [
            "Negotiation",
            "PostgreSQL",
        ]


class TestSuggestions:
    def test_reasons_and_what_holds_it_down_in_words_and_how_old_the_list_is(
        self, client, learner, goal, mentor_page, expert
    ):
        # Of two zones one may change its clocks within the four weeks that are looked at.
        User.objects.filter(pk=learner.pk).update(time_zone=expert.time_zone)
        calendar.keep_free(person=expert, hours=EVENINGS)
        calendar.keep_free(person=learner, hours=EVENINGS)
        PersonSkill.objects.create(person=expert, skill=goal.skill, level=4)
        services.rematch()
        MatchList.objects.update(made_at=timezone.now() - timedelta(hours=2))
        client.force_login(learner)
        page = client.get("/mentors/suggestions/").content.decode()
        assert "Made on" in page
        assert "The last place" not in page  # two of two are free
        assert "level 4.0 in their own words" in page
        assert "You are both free 6 hours a week: Tue" in page
        assert "Nobody has asked yet" in page

    def test_what_would_change_it(self, client, learner, goal, mentor_page, expert):
        calendar.keep_free(person=expert, hours=EVENINGS)
        calendar.keep_free(person=learner, hours=[(6, time(9), time(12))])
        client.force_login(learner)
        page = client.get("/mentors/suggestions/").content.decode()
        assert "1 more mentor: only hours keep you apart" in page

    def test_dismissed_not_now_and_closed_pairs_are_gone_at_once(self, client, learner, goal, mentor_page, monkeypatch):
        client.force_login(learner)
        services.rematch()
        client.post("/mentors/amara-okonjo/dismissal/", {"how": "not_now"})
        assert Dismissal.objects.get().until > timezone.now() + timedelta(days=29)
        assert suggesting.suggestions(learner, timezone.now()).shown == []
        client.post("/mentors/amara-okonjo/dismissal/", {"how": "back"})
        assert len(suggesting.suggestions(learner, timezone.now()).shown) == 1
        client.post("/mentors/amara-okonjo/dismissal/", {"how": "never"})
        assert Dismissal.objects.get().until is None
        Dismissal.objects.all().delete()
        monkeypatch.setitem(closed_pairs, "test", lambda ids: {(learner.pk, mentor_page.pk)})
        assert suggesting.suggestions(learner, timezone.now()).shown == []

    def test_full_or_away_is_not_shown_whatever_the_list_says(self, learner, goal, mentor_page):
        services.rematch()
        MentorPage.objects.update(places_taken=2)
        assert suggesting.suggestions(learner, timezone.now()).shown == []
        MentorPage.objects.update(places_taken=0, away_from=timezone.localdate())
        assert suggesting.suggestions(learner, timezone.now()).shown == []

    def test_who_is_shown_too_often_makes_room_and_one_place_is_for_who_is_new(self, learner, goal, skill):
        pages = [another(n, skill) for n in range(12)]
        MentorPage.objects.update(created_at=timezone.now() - timedelta(days=90))
        services.rematch()
        first = [one.page.pk for one in suggesting.suggestions(learner, timezone.now()).shown]
        assert len(first) == 10
        MentorPrice.objects.filter(mentor=first[0]).update(price=1.5)
        second = suggesting.suggestions(learner, timezone.now()).shown
        assert first[0] not in [one.page.pk for one in second]
        new = next(page for page in pages if page.pk not in {one.page.pk for one in second} and page.pk != first[0])
        MentorPage.objects.filter(pk=new.pk).update(created_at=timezone.now())
        third = suggesting.suggestions(learner, timezone.now()).shown
        assert (third[-1].page.pk, third[-1].is_tried) == (new.pk, True)

    def test_the_number_of_queries_does_not_grow_with_the_mentors(self, client, learner, goal, skill):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                client.get("/mentors/suggestions/")
            return len(queries)

        client.force_login(learner)
        another(0, skill)
        services.rematch()
        few = asked()
        for n in range(1, 8):
            another(n, skill)
        services.rematch()
        assert asked() == few


class TestSettings:
    def test_a_mentor_says_it_and_it_stands_there(self, client, expert, skill):
        client.force_login(expert)
        said = {"topics": "PostgreSQL", "capacity": "2", "level_from": "1", "level_to": "3", "is_accepting": "on"}
        assert (
            client.post("/mentors/settings/", said | {"about": "One case a week"})["Location"]
            == "/mentors/amara-okonjo/"
        )
        assert "One case a week" in client.get("/mentors/amara-okonjo/").content.decode()

    def test_what_does_not_add_up_is_said_beside_the_field(self, client, expert, skill):
        client.force_login(expert)
        said = {"topics": "PostgreSQL", "capacity": "2", "level_from": "4", "level_to": "2", "away_until": "2027-01-01"}
        answer = client.post("/mentors/settings/", said)
        assert answer.status_code == 422
        assert "below the level you begin with" in answer.content.decode()
        assert "Say from when." in answer.content.decode()

    def test_for_how_many_more_two_evening_hours_would_open(self, client, expert, learner, goal, mentor_page):
        calendar.keep_free(person=expert, hours=[(1, time(8), time(10))])
        calendar.keep_free(person=learner, hours=EVENINGS)
        client.force_login(expert)
        page = client.get("/mentors/settings/").content.decode()
        assert "appear for 1 more person" in page
        assert '<input type="checkbox" name="languages" value="en"' in page


class TestRanking:
    def test_it_says_the_version_the_parts_and_every_change(self, client):
        page = client.get("/mentors/ranking/").content.decode()
        assert f"Version {VERSION}." in page
        for change in CHANGES:
            assert str(change.what) in page

    def test_no_change_of_the_version_goes_without_a_line(self):
        assert CHANGES[0].version == VERSION
        assert [change.version for change in CHANGES] == list(range(VERSION, 0, -1))


def test_the_search_finds_mentors(client, mentor_page):
    assert "Amara Okonjo" in client.get("/search/?q=postgres&kind=mentor").content.decode()
