"""Following people and skills: the button, the list, and being told once, however many there are."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs import outbox, run_pending
from core.limits import LIMITS
from core.models import Outbox
from features.accounts.models import User
from features.accounts.personal_data import erase_all, export_all
from features.forum.models import Board
from features.notifications import services
from features.notifications.kinds import FOLLOWS
from features.notifications.models import Follow, Level, Notification
from features.notifications.services import following
from features.sessions import follows
from features.sessions import services as sessions
from features.sessions.models import SkillSession
from features.skills.services import merge
from tests.factories import make_session, make_skill, make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
LIST = "/account/follows/"


@pytest.fixture
def member(client, learner):
    client.force_login(learner)
    return client


@pytest.fixture(scope="module")
def draft(expert, skill):
    return make_session(expert, about=[skill], title="Plans", published=False)


def key(thing):
    return f"{'person' if isinstance(thing, User) else 'skill'}:{thing.pk}"


def follow(person, *things, level=None):
    for thing in things:
        services.follow(person=person, key=key(thing), level=level)


def publish(session):
    return sessions.publish(session=session, by=session.host)


def told(person=None):
    rows = Notification.objects.filter(kind="session_published")
    return list(rows.filter(recipient=person) if person else rows)


class TestButton:
    def test_a_stranger_is_led_to_the_log_in_and_back(self, client, expert):
        page = client.get(expert.get_absolute_url()).text
        assert f'<a class="btn" href="/account/login/?next={expert.get_absolute_url()}"' in page
        assert "csrfmiddlewaretoken" not in page
        response = client.post(f"/follows/{key(expert)}/", {"act": "follow"})
        assert unquote(response["Location"]) == f"/account/login/?next=/follows/{key(expert)}/"
        assert not Follow.objects.exists()

    def test_coming_back_from_the_log_in_is_coming_to_the_page(self, member, expert):
        response = member.get(f"/follows/{key(expert)}/")
        assert (response.status_code, response["Location"]) == (303, expert.get_absolute_url())
        assert not Follow.objects.exists()

    def test_a_press_follows_and_another_one_stops(self, member, learner, skill):
        assert "Follow<span" in member.get(skill.get_absolute_url()).text
        response = member.post(f"/follows/{key(skill)}/", {"act": "follow"})
        assert (response.status_code, response["Location"]) == (303, skill.get_absolute_url())
        page = member.get(skill.get_absolute_url()).text
        assert "Following<span" in page
        assert 'value="unfollow"' in page
        member.post(f"/follows/{key(skill)}/", {"act": "unfollow"})
        assert not services.follows(learner, key(skill))

    def test_htmx_gets_the_button_in_its_new_state(self, member, skill):
        part = member.post(f"/follows/{key(skill)}/", {"act": "follow"}, headers={"hx-request": "true"})
        assert part.status_code == 200
        assert part.text.strip().startswith("<form")
        assert 'value="unfollow"' in part.text
        assert "csrfmiddlewaretoken" in part.text
        part = member.post(f"/follows/{key(skill)}/", {"act": "unfollow"}, headers={"hx-request": "true"})
        assert 'value="follow"' in part.text

    def test_it_stands_where_the_host_is(self, member, expert, draft):
        publish(draft)
        for page in (expert.get_absolute_url(), draft.get_absolute_url()):
            assert f'action="/follows/{key(expert)}/"' in member.get(page).text

    def test_nobody_follows_themselves(self, client, expert, draft):
        client.force_login(expert)
        assert f"/follows/{key(expert)}/" not in client.get(draft.get_absolute_url()).text

    @pytest.mark.parametrize(
        "wrong", ["person:0", "person:999999", "skill:x", "skill:²", "skill:", "nothing:1", "x", f"skill:{10**30}"]
    )
    def test_what_is_not_there_cannot_be_followed(self, member, wrong):
        assert member.post(f"/follows/{wrong}/", {"act": "follow"}).status_code == 404
        assert not Follow.objects.exists()

    def test_nor_somebody_who_hosts_nothing(self, member, outsider):
        assert member.post(f"/follows/{key(outsider)}/", {"act": "follow"}).status_code == 404

    def test_twice_is_once_and_a_level_stays(self, member, learner, skill):
        follow(learner, skill, level=Level.MAIL)
        member.post(f"/follows/{key(skill)}/", {"act": "follow"})
        assert Follow.objects.get().level == Level.MAIL

    def test_a_script_is_slowed_down(self, member, skill, monkeypatch):
        monkeypatch.setitem(LIMITS, "follow", (2, 3600))
        answers = [member.post(f"/follows/{key(skill)}/", {"act": "follow"}).status_code for _ in range(3)]
        assert answers == [303, 303, 429]


class TestList:
    def test_a_stranger_is_asked_to_log_in(self, client):
        assert client.get(LIST)["Location"].startswith("/account/login/")

    def test_an_empty_one_says_how_it_fills(self, member):
        assert "You follow nothing yet" in member.get(LIST).text
        assert f'href="{LIST}"' in member.get("/account/").text

    def test_each_says_what_it_is(self, member, learner, expert, skill):
        board = Board.objects.create(name="Databases", slug="databases", about="Queries and plans", skill=skill)
        thread = ask(board, expert, skill)
        for row in (expert, skill):
            follow(learner, row)
        for name, row in (("board", board), ("thread", thread)):
            services.follow(person=learner, key=f"{name}:{row.pk}")
        said = re.findall(r"<strong>([^<]+)</strong></a><br><small[^>]*>([^<]+)<", member.get(LIST).text)
        assert dict(said) == {
            thread.title: "Thread", "Databases": "Board", skill.name: "Skill", expert.name: "Person",
        }  # fmt: skip

    def test_each_with_its_name_and_a_way_out(self, member, learner, expert, skill):
        follow(learner, expert, skill)
        page = member.get(LIST).text
        for thing in (expert, skill):
            assert f'<a href="{thing.get_absolute_url()}"><strong>{thing.name}</strong></a>' in page
        response = member.post(f"/follows/{key(expert)}/", {"act": "unfollow", "list": "yes"})
        assert (response.status_code, response["Location"]) == (303, LIST)
        assert [row.key for row in Follow.objects.all()] == [key(skill)]

    def test_how_one_is_told_of_one_of_them(self, member, learner, skill, expert):
        follow(learner, skill)
        assert member.post(f"/follows/{key(skill)}/level/", {"level": "mail"}).status_code == 303
        assert Follow.objects.get().level == Level.MAIL
        assert '<option value="mail" selected>' in member.get(LIST).text
        member.post(f"/follows/{key(skill)}/level/", {"level": "loud"})
        assert Follow.objects.get().level == Level.MAIL
        assert member.post(f"/follows/{key(expert)}/level/", {"level": "mail"}).status_code == 404

    def test_what_is_gone_can_still_be_left(self, member, learner, expert):
        follow(learner, expert)
        User.objects.filter(pk=expert.pk).update(is_active=False)
        page = member.get(LIST).text
        assert "No longer here" in page
        assert expert.name not in page
        assert member.post(f"/follows/{key(expert)}/", {"act": "unfollow"})["Location"] == LIST
        assert not Follow.objects.exists()

    def test_the_queries_do_not_grow_with_the_rows(self, member, learner):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                member.get(LIST)
            return len(captured)

        follow(learner, make_skill("One"), make_user("Host One", role="expert"))
        few = queries()
        for n in range(15):
            follow(learner, make_skill(f"Skill {n}"))
        assert queries() == few

    def test_the_database_knows_the_levels_and_one_row_each(self, learner, skill):
        follow(learner, skill)
        for wrong in ({"key": key(skill)}, {"key": "skill:1", "level": "loud"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Follow.objects.create(person=learner, **wrong)


class TestBeingTold:
    def test_once_though_several_follows_match(self, learner, expert, skill, draft):
        follow(learner, expert, skill)
        publish(draft)
        run_pending()
        publish(draft)
        Outbox.objects.update(done_at=None, claimed_until=None)  # as if every job ran twice
        run_pending()
        [row] = told(learner)
        assert row.by_digest
        assert (row.ref, row.url) == (str(draft.pk), draft.get_absolute_url())

    def test_in_the_request_nobody_is_told_yet(self, learner, expert, draft):
        follow(learner, expert)
        publish(draft)
        assert told() == []

    def test_who_follows_the_area_hears_of_what_lies_in_it(self, learner, outsider, expert):
        area = make_skill("Data")
        other = make_skill("Elsewhere")
        follow(learner, area)
        follow(outsider, other)
        publish(make_session(expert, about=[make_skill("Plans", parent=area)], published=False))
        run_pending()
        assert [row.recipient for row in told()] == [learner]

    def test_the_host_is_not_told_of_their_own(self, expert, skill, draft):
        follow(expert, skill)
        publish(draft)
        run_pending()
        assert told() == []

    def test_nobody_hears_of_a_draft(self, learner, expert, draft):
        follow(learner, expert)
        follows.tell_followers(draft.pk)
        assert told() == []

    @pytest.mark.parametrize("change", [{"cancelled_at": timezone.now()}, {"removed_at": timezone.now()}])
    def test_nor_of_what_was_taken_back_meanwhile(self, learner, expert, draft, change):
        follow(learner, expert)
        publish(draft)
        SkillSession.objects.filter(pk=draft.pk).update(**change)
        run_pending()
        assert told() == []

    def test_nor_of_what_is_old_news(self, learner, expert, draft):
        follow(learner, expert)
        publish(draft)
        SkillSession.objects.update(published_at=timezone.now() - timedelta(days=8))
        run_pending()
        assert told() == []

    def test_off_for_one_of_them_is_off_for_it_alone(self, learner, expert, skill, draft):
        follow(learner, expert, level=Level.OFF)
        publish(draft)
        run_pending()
        assert told() == []
        follow(learner, skill)
        publish(make_session(expert, about=[skill], published=False, starts_in=timedelta(days=5)))
        run_pending()
        assert len(told(learner)) == 1

    def test_off_for_all_is_off_whatever_one_says(self, learner, expert, draft):
        follow(learner, expert, level=Level.MAIL)
        services.choose(person=learner, levels={"follows": Level.OFF})
        publish(draft)
        run_pending()
        assert told() == []

    def test_and_whoever_asks_whether_letters_come_is_told_so(self, learner, skill):
        services.follow(person=learner, key=f"skill:{skill.pk}", level="mail")
        assert services.gets_letters(learner, FOLLOWS)
        services.choose(person=learner, levels={"follows": "off"})
        assert not services.gets_letters(learner, FOLLOWS)

    def test_the_inbox_says_who_and_when(self, member, learner, expert, draft):
        follow(learner, expert)
        publish(draft)
        run_pending()
        assert "Amara Okonjo published “Plans”, " in member.get("/inbox/").text

    def test_who_has_left_is_not_told(self, learner, expert, draft):
        follow(learner, expert)
        User.objects.filter(pk=learner.pk).update(is_active=False)
        publish(draft)
        run_pending()
        assert told() == []


class TestAtOnce:
    """Whoever wants a letter of its own for this."""

    @pytest.fixture
    def eager(self, learner, expert):
        follow(learner, expert, level=Level.MAIL)
        return learner

    def test_it_is_mailed_with_both_ways_out(self, eager, draft, letters):
        publish(draft)
        [letter] = letters()
        assert letter.to == [eager.email]
        assert letter.subject == "New: Plans, by Amara Okonjo"
        assert draft.outcome in letter.body
        assert "List-Unsubscribe" in letter.extra_headers
        assert "by people and on skills that you follow" in letter.body

    @pytest.mark.parametrize("change", ["cancelled", "started", "unfollowed", "seated", "stopped"])
    def test_it_is_looked_at_again_when_it_is_sent(self, eager, expert, draft, letters, change):
        session = publish(draft)
        _run_one("tell_followers")
        [row] = told(eager)
        if change == "cancelled":
            sessions.cancel_session(session=session, by=expert, reason="ill")
        elif change == "started":
            now = timezone.now()
            SkillSession.objects.update(starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=1))
        elif change == "unfollowed":
            services.unfollow(person=eager, key=key(expert))
        elif change == "seated":
            sessions.register(session=session, person=eager)
        else:
            services.stop_letters(person=eager, group=following.FOLLOWS)
        assert [letter for letter in letters() if "New:" in letter.subject] == []
        row.refresh_from_db()
        assert row.withheld_at
        assert row.mailed_at is None

    def test_one_click_stops_all_letters_of_follows(self, client, eager, draft, letters):
        publish(draft)
        [letter] = letters()
        path = letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
        assert "Stop these letters?" in client.get(path).text
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert "These letters have stopped" in client.get(path).text
        assert services.levels(eager)["follows"] == Level.INBOX
        assert Follow.objects.get().level == ""


def _run_one(task) -> str:
    """Run the next row of this task, and nothing else."""
    row = Outbox.objects.filter(task__endswith=task, done_at=None).earliest("pk")
    outbox.execute(row)
    return row.ref


class TestManyFollowers:
    """Batches lead to each other; the size is small here so that the test is quick."""

    @pytest.fixture
    def crowd(self, expert, skill, monkeypatch):
        monkeypatch.setattr(following, "BATCH", 3)
        people = [make_user(f"Follower {n}", handle=f"follower-{n}") for n in range(8)]
        for person in people:
            follow(person, expert, skill)
        return people

    def test_each_once_in_batches(self, crowd, draft):
        publish(draft)
        run_pending()
        assert [row.recipient for row in told()] == crowd
        batches = Outbox.objects.filter(task__endswith="tell_followers").order_by("pk")
        assert [row.ref for row in batches] == [
            str(draft.pk), f"{draft.pk}:{crowd[2].pk}", f"{draft.pk}:{crowd[5].pk}",
        ]  # fmt: skip

    def test_a_worker_killed_between_batches_leaves_nobody_out(self, crowd, draft):
        publish(draft)
        _run_one("tell_followers")
        assert [row.recipient for row in told()] == crowd[:3]
        # Nothing of that worker is left but its rows; another one goes on.
        run_pending()
        assert [row.recipient for row in told()] == crowd

    def test_one_killed_in_the_middle_of_a_batch_begins_it_again(self, crowd, draft, monkeypatch):
        publish(draft)
        _run_one("tell_followers")

        class Killed(BaseException):
            pass

        def die(*_):
            raise Killed

        with monkeypatch.context() as at_that_moment:
            at_that_moment.setattr("core.jobs.outbox.finish", die)
            with pytest.raises(Killed):
                _run_one("tell_followers")
        assert len(told()) == 3
        Outbox.objects.filter(done_at=None).update(claimed_until=None)
        run_pending()
        assert [row.recipient for row in told()] == crowd

    def test_publishing_costs_the_same_with_followers(self, expert, skill, crowd):
        def queries(session):
            with CaptureQueriesContext(connection) as captured:
                publish(session)
            return len(captured)

        make = {"about": [skill], "published": False}
        queries(make_session(expert, starts_in=timedelta(days=3), **make))  # what is asked once is asked now
        with_crowd = queries(make_session(expert, starts_in=timedelta(days=4), **make))
        Follow.objects.all().delete()
        assert queries(make_session(expert, starts_in=timedelta(days=5), **make)) == with_crowd

    def test_a_batch_costs_the_same_for_more_people(self, crowd, draft, monkeypatch):
        publish(draft)

        def queries(size):
            Notification.objects.all().delete()
            monkeypatch.setattr(following, "BATCH", size)
            with CaptureQueriesContext(connection) as captured:
                follows.tell_followers(draft.pk)
            return len(captured)

        assert queries(7) == queries(1)


class TestRest:
    def test_who_followed_a_merged_skill_follows_what_it_became(self, learner, outsider, organiser, skill):
        other = make_skill("Postgres SQL")
        follow(learner, other)
        follow(outsider, other, skill)
        moved = merge(source=other, into=skill, by=organiser)
        assert moved["follows"] == 2
        assert sorted(Follow.objects.values_list("person", "key")) == sorted(
            [(learner.pk, key(skill)), (outsider.pk, key(skill))]
        )

    def test_ones_own_data(self, learner, outsider, skill, expert):
        follow(learner, skill)
        follow(outsider, expert)
        services.choose_rhythm(person=learner, rhythm="daily")
        said = export_all(learner)["notifications"]
        assert [row["key"] for row in said["follows"]] == [key(skill)]
        assert said["digest_rhythm"][0]["rhythm"] == "daily"
        erase_all(learner)
        assert [row.person for row in Follow.objects.all()] == [outsider]

    def test_by_the_api(self, member, learner, skill, expert, draft):
        address = f"/api/v1/follows/{key(expert)}/"
        made = member.put(address, {"level": "mail"}, content_type="application/json")
        assert made.json()["name"] == expert.name
        publish(draft)
        run_pending()
        assert [row["key"] for row in member.get("/api/v1/follows/").json()["items"]] == [key(expert)]
        [row] = member.get("/api/v1/notifications/?unread=true").json()["items"]
        assert row["text"].startswith("Amara Okonjo published “Plans”, ")
        reading = f"/api/v1/notifications/{row['id']}/reading/"
        assert member.post(reading, {}, content_type="application/json").status_code == 204
        assert member.get("/api/v1/notifications/?unread=true").json()["items"] == []
        assert member.get("/api/v1/notifications/").json()["items"][0]["read_at"]
        assert member.put(address, {"level": "loud"}, content_type="application/json").status_code == 422
        assert member.delete(address).status_code == 204
        assert not services.follows(learner, key(expert))
