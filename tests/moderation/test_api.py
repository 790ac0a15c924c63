"""Reports and acts as JSON; and of several who decide at once, one decides."""

import pytest

from features.accounts.models import RoleGrant
from features.forum import services as forum
from features.forum.models import Board, Post
from features.moderation import services
from features.moderation.models import Case, Entry, Flag
from tests.factories import make_skill, make_user
from tests.forum.conftest import ask
from tests.moderation.conftest import browser_of
from tests.parallel import in_parallel

JSON = {"content_type": "application/json"}


def an_answer(skill):
    board = Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)
    thread = ask(board, make_user("Sofia Asks"), skill)
    post = forum.reply(author=make_user("Amara Answers"), thread=thread, text="Buy my course, it explains this.")
    Case.objects.all().delete()  # those of first posts have tests of their own
    return post


@pytest.mark.django_db
class TestApi:
    @pytest.fixture
    def answer(self, skill):
        return an_answer(skill)

    def test_a_report_a_claim_an_act_and_taking_it_back(self, client, answer, learner, as_moderator):
        client.force_login(learner)
        body = {"thing": f"post:{answer.pk}", "reason": "advertising", "words": "Third time"}
        assert client.post("/api/v1/reports/", body, **JSON).status_code == 201
        changed = client.post("/api/v1/reports/", body | {"reason": "rude"}, **JSON)
        assert changed.json() == {"thing": f"post:{answer.pk}", "reason": "rude"}
        assert Flag.objects.get().words == "Third time"
        [case] = as_moderator.get("/api/v1/moderation/cases/").json()
        assert (case["thing"], case["cause"], case["claimed_by"]) == (f"post:{answer.pk}", "flags", None)
        assert as_moderator.put(f"/api/v1/moderation/cases/{case['id']}/claim/", **JSON).status_code == 204
        deed = {"things": [case["thing"]], "reason": "advertising", "words": "Say what it explains."}
        [done] = as_moderator.post("/api/v1/moderation/acts/remove/", deed, **JSON).json()
        assert Post.objects.get(pk=answer.pk).state == "hidden"
        assert as_moderator.get("/api/v1/moderation/cases/").json() == []
        back = as_moderator.post(f"/api/v1/moderation/entries/{done['id']}/undoing/", {}, **JSON).json()
        assert back["undoes"] == done["id"]
        assert Post.objects.get(pk=answer.pk).state == "shown"
        again = as_moderator.post(f"/api/v1/moderation/entries/{done['id']}/undoing/", {}, **JSON)
        assert (again.status_code, again.json()["code"]) == (409, "undone")

    def test_what_an_act_asks_besides_is_asked_here_too(self, answer, as_moderator):
        opening = answer.thread.posts.get(part="opening")
        other = Board.objects.create(name="Python", slug="python", about="Code", skill=make_skill("Python"))
        deed = {"things": [f"post:{opening.pk}"], "reason": "off_topic"}
        refused = as_moderator.post("/api/v1/moderation/acts/move/", deed | {"fields": {"board": "nowhere"}}, **JSON)
        assert refused.status_code == 422
        assert "board" in refused.text
        moved = as_moderator.post("/api/v1/moderation/acts/move/", deed | {"fields": {"board": "python"}}, **JSON)
        assert moved.status_code == 201
        answer.thread.refresh_from_db()
        assert answer.thread.board == other

    def test_a_moderator_of_one_area_acts_there_alone(self, answer, skill, organiser):
        away = make_skill("Cooking")
        for scope, status in ((f"skill:{away.pk}", 404), (f"skill:{skill.pk}", 201)):
            person = make_user(f"Of {scope}")
            RoleGrant.objects.create(person=person, role="area_moderator", scope=scope, granted_by=organiser)
            deed = {"things": [f"post:{answer.pk}"], "reason": "advertising"}
            answered = browser_of(person, strong=True).post("/api/v1/moderation/acts/hide/", deed, **JSON)
            assert answered.status_code == status

    def test_what_may_not_be_read_cannot_be_reported_nor_found(self, client, answer, learner):
        Post.objects.filter(pk=answer.pk).update(state="hidden")
        client.force_login(learner)
        for thing in (f"post:{answer.pk}", "post:999999", "post:", "nonsense:1", "x"):
            assert client.post("/api/v1/reports/", {"thing": thing, "reason": "rude"}, **JSON).status_code == 404


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_who_remove_the_same_do_it_once(self):
        answer = an_answer(make_skill("SQL"))
        deciders = [make_user(f"Moderator {n}", role="moderator") for n in range(4)]

        def remove(by):
            return services.act(by=by, name="remove", keys=[f"post:{answer.pk}"], reason="advertising")

        results = in_parallel([lambda by=by: remove(by) for by in deciders])
        assert sorted(type(result).__name__ for result in results) == ["ModerationRefused"] * 3 + ["list"]
        assert Entry.objects.filter(act="remove").count() == 1

    def test_two_who_take_it_back_do_it_once(self):
        answer = an_answer(make_skill("SQL"))
        one, two = (make_user(f"Moderator {n}", role="moderator") for n in range(2))
        [entry] = services.act(by=one, name="remove", keys=[f"post:{answer.pk}"], reason="advertising")
        results = in_parallel([lambda by=by: services.undo(by=by, entry=entry) for by in (one, two)])
        assert sorted(type(result).__name__ for result in results) == ["Entry", "ModerationRefused"]
        assert Post.objects.get(pk=answer.pk).state == "shown"

    def test_reports_at_once_are_one_case_that_weighs_them_all_and_hides_once(self):
        answer = an_answer(make_skill("SQL"))
        people = [make_user(f"Reader {n}") for n in range(4)]

        def report(person):
            person.joined_at = person.joined_at.replace(year=2020)
            return services.flag(person=person, key=f"post:{answer.pk}", reason="rude")

        results = in_parallel([lambda person=person: report(person) for person in people])
        # The third hides it, and the fourth finds nothing to report any more.
        assert sorted(type(result).__name__ for result in results) == ["Flag"] * 3 + ["ModerationRefused"]
        case = Case.objects.get()
        assert (case.flags.count(), case.weight) == (3, 3.0)
        assert Entry.objects.filter(act="flagged").count() == 1
        assert Post.objects.get(pk=answer.pk).state == "held"

    def test_of_two_who_claim_a_case_one_has_it(self):
        answer = an_answer(make_skill("SQL"))
        services.flag(person=make_user("Reader"), key=f"post:{answer.pk}", reason="rude")
        case, deciders = Case.objects.get(), [make_user(f"Moderator {n}", role="moderator") for n in range(3)]
        results = in_parallel([lambda by=by: services.claim_case(by=by, case=case) for by in deciders])
        assert sorted(type(result).__name__ for result in results) == ["ModerationRefused"] * 2 + ["NoneType"]
