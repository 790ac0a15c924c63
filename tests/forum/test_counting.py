"""Numbers that are kept in rows are what there is; the nightly count finds nothing to mend, and mends what it finds."""

import pytest

from features.forum import services
from features.forum.models import Board, Post, Thread, Vote

pytestmark = pytest.mark.django_db


def test_after_every_kind_of_act_there_is_nothing_to_mend(thread, asker, helper):
    post = services.reply(author=helper, thread=thread, text="Because it is small.")
    services.remark(author=asker, post=post, text="How small?")
    services.vote(person=asker, post=post, value=1)
    services.vote(person=helper, post=thread.posts.get(part="opening"), value=1)
    assert services.recount() == 0


def test_what_somebody_changed_by_hand_is_mended(thread, asker, helper):
    post = services.reply(author=helper, thread=thread, text="Because it is small.")
    Vote.objects.create(person=asker, post=post, value=1)
    Thread.objects.update(replies=7)
    assert services.recount() == 2
    thread.refresh_from_db()
    post.refresh_from_db()
    assert (thread.replies, post.score) == (1, 1)


def test_when_the_demo_goes_a_board_that_somebody_real_uses_stays(thread, board, skill):
    Board.objects.create(name="Empty", slug="empty", about="Nothing", skill=skill, is_demo=True)
    Board.objects.filter(pk=board.pk).update(is_demo=True)
    services.forget_demo()
    assert list(Board.objects.values_list("slug", "is_demo")) == [("databases", False)]
    assert Post.objects.exists()
