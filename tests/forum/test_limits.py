"""R1: of each limit N are allowed, and the next one is told when to come back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.limits import LIMITS
from core.models import RateCounter
from features.forum import services
from tests.factories import make_user
from tests.forum.conftest import ask
from tests.forum.test_writing import QUESTION

pytestmark = pytest.mark.django_db
WORDS = {"text": "Because it is small."}
# What counts, and where it is done: `{thread}`, `{post}` of somebody else's.
ACTS = {
    "forum_post": ("{thread}replies/", WORDS),
    "forum_first_reply": ("{thread}replies/", WORDS),
    "forum_first_comment": ("/forum/posts/{post}/comments/", WORDS),
    "forum_first_thread": ("/forum/new/", QUESTION | {"seen": "yes"}),
    "forum_thread": ("/forum/new/", QUESTION | {"seen": "yes"}),
    "forum_vote": ("/forum/posts/{post}/vote/", {"value": "1"}),
    "forum_duplicate": ("{thread}duplicates/", {"of": "{other}"}),
    "forum_typing": ("/forum/preview/", WORDS),
    "forum_invite": ("{thread}invitations/", {"person": "{person}"}),
    "flag": ("/reports/post/{post}/", {"reason": "advertising"}),
}


@pytest.mark.parametrize("action", ACTS)
def test_the_last_that_is_allowed_and_the_next(client, board, skill, thread, asker, action):
    path, body = ACTS[action]
    writer = make_user("New Member", joined_at=timezone.now() - timedelta(hours=1))
    services.reply(author=asker, thread=thread, text="Once more:")
    names = {
        "thread": thread.get_absolute_url(),
        "post": thread.posts.get(part="opening").pk,
        "other": ask(board, asker, skill, title="How do I read a plan aloud?").pk,
        "person": make_user("Kwame Boateng").handle,
    }
    body = {name: words.format(**names) for name, words in body.items()}
    most, seconds = LIMITS[action]
    ends_at = timezone.now() + timedelta(seconds=seconds)
    key = f"{action}:{writer.pk}"
    RateCounter.objects.create(key=key, count=most - 1, ends_at=ends_at)
    client.force_login(writer)
    assert client.post(path.format(**names), body).status_code in (200, 303)
    assert RateCounter.objects.get(key=key).count == most
    if action == "forum_vote":
        body = {"value": "0"}
    if "text" in body:
        body["text"] += " And so on."  # the same would be a button that is pressed twice
    if action == "forum_invite":
        body = {"person": make_user("Jonas Weber").handle}
    refused = client.post(path.format(**names), body)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= seconds
