"""The forum as JSON: the same rules, words and secrets as the pages."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp

from features.accounts.models import RoleGrant, User
from features.forum import services
from features.forum.models import Post, Thread
from features.integrations import services as integrations
from tests.factories import make_user
from tests.forum.conftest import ask

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
BODY = {
    "board": "databases",
    "title": "What does a bitmap heap scan do?",
    "markdown": "It stands in my plan, and I have **never** seen one before.",
    "skills": ["Postgres"],
}


def test_ask_answer_vote_and_accept(client, board, asker, helper):
    client.force_login(asker)
    made = client.post("/api/v1/threads/", BODY, **JSON)
    assert made.status_code == 201
    thread = made.json()
    assert thread["opening"]["html"].startswith("<p>It stands in my plan, and I have <strong>never</strong>")
    client.force_login(helper)
    post = client.post(
        f"/api/v1/threads/{thread['id']}/posts/", {"markdown": "It reads pages in order."}, **JSON
    ).json()
    assert post["author"] == helper.handle
    refused = client.put(f"/api/v1/posts/{post['id']}/vote/", {"value": 1}, **JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "own")
    assert client.put(f"/api/v1/posts/{post['id']}/acceptance/", **JSON).json()["code"] == "not_the_asker"
    client.force_login(asker)
    assert client.put(f"/api/v1/posts/{post['id']}/vote/", {"value": 1}, **JSON).json()["score"] == 1
    assert client.put(f"/api/v1/posts/{post['id']}/acceptance/", **JSON).status_code == 204
    assert Thread.objects.get().accepted_id == post["id"]
    [line] = client.get("/api/v1/threads/?state=solved&q=bitmap").json()["items"]
    assert (line["accepted"], line["replies"], line["skills"]) == (post["id"], 1, ["postgresql"])
    assert client.delete(f"/api/v1/posts/{post['id']}/acceptance/", **JSON).status_code == 204
    assert client.get("/api/v1/threads/?state=solved").json()["items"] == []


def test_what_is_wrong_is_said_by_field(client, board, asker):
    client.force_login(asker)
    answer = client.post("/api/v1/threads/", BODY | {"skills": ["Alchemy of tables"], "board": "nowhere"}, **JSON)
    assert answer.status_code == 422
    assert "skills" in answer.text
    assert "board" in answer.text


def test_secrets_of_the_pages_are_secrets_here(client, board, asker, helper, skill):
    thread = ask(board, asker, skill, is_anonymous=True)
    post = services.reply(author=helper, thread=thread, text="Canary answer")
    for url in ("/api/v1/threads/", f"/api/v1/threads/{thread.pk}/", f"/api/v1/threads/{thread.pk}/posts/"):
        assert asker.handle not in client.get(url).text
    Post.objects.filter(pk=post.pk).update(state="hidden")
    assert "Canary" not in client.get(f"/api/v1/threads/{thread.pk}/posts/").text
    Thread.objects.update(state="hidden")
    assert client.get(f"/api/v1/threads/{thread.pk}/").status_code == 404
    assert client.get("/api/v1/threads/?board=nowhere").json()["items"] == []
    client.force_login(make_user("Kwame Boateng"))
    assert client.get(f"/api/v1/threads/{thread.pk}/").status_code == 404


class TestTokensOfModerators:
    """They act as members, unless they were given what moderators do."""

    FORUM = ("forum:read", "forum:write")

    def token(self, person, *scopes):
        made = integrations.make_token(
            person=person, name="a script", wanted=scopes, lasts=timedelta(days=1), with_second_factor=True
        )
        return {"headers": {"authorization": f"Bearer {made[1]}"}}

    def sees_and_does(self, client, thread, post, how):
        """(the thread that is hidden, who asked without a name, accepting in their stead)."""
        hidden = Thread.objects.get(state="hidden")
        return (
            client.get(f"/api/v1/threads/{hidden.pk}/", **how).status_code,
            client.get(f"/api/v1/threads/{thread.pk}/", **how).json()["author"],
            client.put(f"/api/v1/posts/{post.pk}/acceptance/", **how, **JSON).status_code,
        )

    @pytest.fixture
    def world(self, board, asker, helper, skill):
        thread = ask(board, asker, skill, is_anonymous=True)
        post = services.reply(author=helper, thread=thread, text="Few rows are read faster than an index.")
        Thread.objects.filter(pk=ask(board, asker, skill, title="What nobody is to read").pk).update(state="hidden")
        return thread, post

    def test_without_the_scope_they_are_members(self, client, world, moderator, skill, organiser):
        area = make_user("Of an area")
        RoleGrant.objects.create(person=area, role="area_moderator", scope=f"skill:{skill.pk}", granted_by=organiser)
        owner = make_user("Owner")
        User.objects.filter(pk=owner.pk).update(is_superuser=True)
        for person in (moderator, area, organiser, owner):
            totp.TOTP.activate(person, totp.generate_totp_secret())
            how = self.token(person, *self.FORUM)
            assert self.sees_and_does(client, *world, how) == (404, None, 409)
        assert Thread.objects.get(pk=world[0].pk).accepted_id is None

    def test_with_it_they_moderate_as_long_as_they_have_a_second_factor(self, client, world, moderator, asker):
        totp.TOTP.activate(moderator, totp.generate_totp_secret())
        how = self.token(moderator, *self.FORUM, "moderation:write")
        assert self.sees_and_does(client, *world, how) == (200, asker.handle, 204)
        moderator.authenticator_set.all().delete()
        assert self.sees_and_does(client, *world, how) == (404, None, 409)

    def test_a_scope_for_organisers_makes_nobody_a_moderator(self, client, world, organiser, moderator):
        RoleGrant.objects.create(person=organiser, role="moderator", granted_by=organiser)
        totp.TOTP.activate(organiser, totp.generate_totp_secret())
        how = self.token(organiser, "me:read", "audit:read")
        assert client.get("/api/v1/me/", **how).json()["roles"] == ["organiser"]
