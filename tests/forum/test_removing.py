"""Authors take back what nobody has answered: from the page, in place, and what is counted and proven follows."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from features.discovery import services as discovery
from features.forum import services
from features.forum.models import Board, Post, Reading, Thread
from features.moderation import services as moderation
from features.moderation.models import Case
from features.skills.models import SkillEvidence
from tests.factories import make_skill, make_user
from tests.forum.conftest import ask
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def answer(thread, helper):
    return services.reply(author=helper, thread=thread, text="Because of a quokka.")


def removal(post):
    return f"/forum/posts/{post.pk}/removal/"


def test_an_answer_goes_out_of_sight_with_all_that_counted_it(client, thread, answer, helper):
    for number in range(3):
        services.vote(person=make_user(f"Voter number {number}"), post=answer, value=1)
    assert SkillEvidence.objects.standing().filter(person=helper).exists()
    client.force_login(helper)
    assert removal(answer) in client.get(thread.get_absolute_url()).text
    page = client.get(removal(answer))
    assert "This is for good" in page.text
    assert "Because of a quokka." in page.text
    done = client.post(removal(answer))
    assert (done.status_code, done["Location"]) == (303, f"/forum/posts/{answer.pk}/")
    stranger = Client()
    for path in (thread.get_absolute_url(), f"{thread.get_absolute_url()}feed.atom", "/forum/?q=quokka"):
        assert "Because of a" not in stranger.get(path).text, path
    assert stranger.get(answer.get_absolute_url()).status_code == 404
    assert not discovery.matching_refs("thread", "quokka")
    assert not SkillEvidence.objects.standing().filter(person=helper).exists()
    assert Thread.objects.get(pk=thread.pk).replies == 0
    assert services.recount() == 0
    mine = client.get(answer.get_absolute_url(), follow=True).text
    assert "You took this back. Only you and moderators see it." in mine
    assert removal(answer) not in mine
    assert f"/forum/posts/{answer.pk}/edit/" not in mine


def test_in_place_it_is_asked_below_the_answer_and_done_there(client, thread, answer, helper, asker):
    client.force_login(helper)
    asked = client.get(removal(answer), headers=HTMX).text
    assert asked.strip().startswith('<div id="take-back"')
    assert f'hx-target="#post-{answer.pk}"' in asked
    services.remark(author=asker, post=answer, text="Which one?")
    late = client.post(removal(answer), headers=HTMX)
    assert (late.status_code, late["HX-Retarget"]) == (422, f"#act-post-{answer.pk}")
    assert f"/forum/posts/{answer.pk}/edit/" in late.text
    Post.objects.filter(part="comment").delete()
    services.recount()
    done = client.post(removal(answer), headers=HTMX).text
    assert f'<article id="post-{answer.pk}"' in done
    assert "You took this back" in done


def test_a_thread_goes_with_the_post_that_opens_it(client, thread, board, skill, asker):
    opening = thread.posts.get()
    client.force_login(asker)
    assert "The whole thread goes out of sight" in client.get(removal(opening)).text
    assert client.post(removal(opening)).status_code == 303
    thread.refresh_from_db()
    assert thread.state == "removed"
    assert "You took this back" in client.get(thread.get_absolute_url()).text
    stranger = Client()
    assert stranger.get(thread.get_absolute_url()).status_code == 404
    for path in ("/forum/", board.get_absolute_url(), "/forum/unanswered/", "/search/?q=index", "/forum/feed.atom"):
        assert thread.title not in stranger.get(path).text, path
    assert not discovery.matching_refs("thread", "index")
    with pytest.raises(services.ForumRefused, match="gone"):
        services.reply(author=asker, thread=thread, text="One more thing.")
    with pytest.raises(services.ForumRefused, match="no_such_thread"):
        services.propose_duplicate(by=asker, thread=ask(board, asker, skill), of=thread)


def test_what_others_build_on_stays_and_can_be_edited(client, thread, answer, asker, helper, outsider):
    opening = thread.posts.get(part="opening")

    def refused(code, by, post):
        with pytest.raises(services.ForumRefused, match=code):
            services.take_back(by=by, post=post)

    refused("answered", asker, opening)
    client.force_login(asker)
    page = client.get(removal(opening)).text
    assert "You can still edit it" in page
    assert f"/forum/posts/{opening.pk}/edit/" in page
    assert removal(opening) not in client.get(thread.get_absolute_url()).text
    refused("not_yours", outsider, answer)
    services.accept(by=asker, post=answer)
    refused("accepted", helper, answer)
    services.take_back_acceptance(by=asker, post=answer)
    comment = services.remark(author=asker, post=answer, text="Which one?")
    refused("answered", helper, answer)
    assert removal(comment) in client.get(thread.get_absolute_url()).text
    assert client.post(removal(comment)).status_code == 303
    assert Post.objects.get(pk=answer.pk).comments == 0
    assert "Which one?" not in Client().get(thread.get_absolute_url()).text
    Thread.objects.update(closing="locked")
    refused("locked", helper, answer)
    Thread.objects.update(closing="")
    services.take_back(by=helper, post=answer)
    refused("gone", helper, answer)
    services.take_back(by=asker, post=opening)


def test_no_moderator_brings_it_back(thread, answer, helper, outsider, moderator):
    [entry] = moderation.act(by=moderator, name="hide", keys=[f"post:{answer.pk}"], reason="unclear")
    services.take_back(by=helper, post=answer)
    with pytest.raises(moderation.ModerationRefused, match="changed"):
        moderation.undo(by=moderator, entry=entry)
    with pytest.raises(moderation.ModerationRefused):
        moderation.act(by=moderator, name="show", keys=[f"post:{answer.pk}"], reason="tidying")
    first = services.take_back(by=outsider, post=services.reply(author=outsider, thread=thread, text="Or not."))
    with pytest.raises(moderation.ModerationRefused, match="decided"):
        moderation.decide(by=moderator, case=Case.objects.get(person=outsider), outcome="kept")
    assert set(Post.objects.filter(pk__in=[answer.pk, first.pk]).values_list("state", flat=True)) == {"removed"}
    assert services.recount() == 0


def test_a_question_in_the_workshop_is_taken_back_as_well(board, skill, asker):
    thread = ask(board, asker, skill, in_workshop=True)
    services.take_back(by=asker, post=thread.posts.get())
    assert services.publish_due() == 0
    with pytest.raises(services.ForumRefused, match="gone"):
        services.publish(by=asker, thread=thread)


def test_what_waited_to_be_decided_waits_no_more(thread, helper, asker, outsider, moderator):
    Case.objects.all().delete()
    held = services.reply(author=helper, thread=thread, text="See https://elsewhere.example/", typed=1.0)
    reported = services.reply(author=outsider, thread=thread, text="Buy my course.")
    moderation.flag(person=asker, key=f"post:{reported.pk}", reason="advertising")
    better = services.suggest(by=helper, post=reported, text="Buy no course.", reason="Better")
    assert [one.thing.key for one in moderation.line(moderator, cause="first")] == [f"post:{held.pk}"]
    for post in (held, reported):
        services.take_back(by=post.author, post=post)
    assert moderation.line(moderator) == []
    cases = Case.objects.exclude(kind="post", ref=str(thread.posts.get(part="opening").pk))
    assert set(cases.values_list("outcome", "decided_by")) == {("gone", None)}
    assert cases.count() == 3
    assert moderation.record_of([asker.pk]) == {asker.pk: (0, 0)}  # nobody said whether the report was right
    better.refresh_from_db()
    assert better.state == "declined"


def test_what_is_new_stays_right_when_what_was_read_goes_away(client, thread, answer, helper, outsider, asker):
    services.mark_read(person=asker, thread=Thread.objects.get(pk=thread.pk), post=answer.pk)
    services.take_back(by=helper, post=answer)
    services.reply(author=outsider, thread=thread, text="It is small.")
    client.force_login(asker)
    assert "1 new" in client.get("/forum/").text
    late = services.reply(author=outsider, thread=thread, text="Very small.")
    services.mark_read(person=asker, thread=Thread.objects.get(pk=thread.pk), post=late.pk)
    Reading.objects.update(replies=7)
    assert services.recount() == 1
    services.reply(author=outsider, thread=thread, text="Tiny.")
    assert "1 new" in client.get("/forum/").text
    assert services.recount() == 0


class TestApi:
    def test_ones_own_goes_and_nobody_elses(self, client, thread, answer, helper, asker):
        path = f"/api/v1/posts/{answer.pk}/"
        client.force_login(asker)
        assert client.delete(path).status_code == 404
        client.force_login(helper)
        assert client.delete(path).status_code == 204
        again = client.delete(path)
        assert (again.status_code, again.json()["code"]) == (409, "gone")
        assert Client().get(f"/api/v1/threads/{thread.pk}/posts/").json()["items"] == []

    def test_a_thread_that_nobody_answered(self, client, thread, answer, helper, asker):
        path = f"/api/v1/threads/{thread.pk}/"
        client.force_login(asker)
        assert client.delete(path).json()["code"] == "answered"
        services.take_back(by=helper, post=answer)
        assert client.delete(path).status_code == 204
        assert Client().get(path).status_code == 404
        client.force_login(helper)
        assert client.delete(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_who_edits_and_who_hides_wait_for_each_other_in_one_order():
    """The thing first, then its thread: the other way round each would hold what the other one waits for."""
    skill = make_skill("SQL")
    board = Board.objects.create(name="Databases", slug="databases", about="Queries", skill=skill)
    thread = ask(board, make_user("Sofia Mendes"), skill)
    author, moderator = make_user("Amara Okonjo"), make_user("Oskar Lindqvist", role="moderator")
    post = services.reply(author=author, thread=thread, text="Because it is small.")
    holds = threading.Event()

    def hide():
        with transaction.atomic():
            moderation.alone_with([f"post:{post.pk}"])
            holds.set()
            _until_somebody_waits()
            return moderation.act(by=moderator, name="hide", keys=[f"post:{post.pk}"], reason="unclear")

    def edit():
        holds.wait()
        return services.edit(by=author, post=post, text="Because it is tiny.")

    results = in_parallel([hide, edit])
    assert [type(result).__name__ for result in results] == ["list", "Post"]


def _until_somebody_waits():
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
            if cursor.fetchone()[0]:
                return
