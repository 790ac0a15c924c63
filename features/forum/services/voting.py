"""Votes and the accepted answer, and what they prove of who wrote it."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.limits import hit
from features.accounts.access import Ability
from features.accounts.models import User
from features.discovery import services as discovery
from features.forum.access import moderates
from features.forum.findable import KIND, standing
from features.forum.models import Closing, Kind, Post, State, Thread, Vote
from features.forum.services import evidence
from features.forum.services.acceptance import NOT_ACCEPTED, NOT_CONFIRMED
from features.forum.services.curating import count
from features.forum.services.refusals import ForumRefused, check_ability
from features.forum.services.shelf import due
from features.forum.services.writing import index, lock_post
from features.notifications import services as notifications

TO_VOTE_DOWN = 3  # votes up that somebody has been given, before they vote others down


@transaction.atomic
def vote(*, person: User, post: Post, value: int, now: datetime | None = None) -> Post:
    """Say that a post helps (1), that it is wrong (-1), or take that back (0). Saying it twice is saying it once."""
    now = now or timezone.now()
    thread, post = lock_post(post)
    check_ability(person, Ability.VOTE, thread.board.scope)
    if post.part == Post.Part.COMMENT or post.state != State.SHOWN or thread.closing == Closing.LOCKED:
        raise ForumRefused("gone", _("This can no longer be voted on. Look at the thread again."))
    if post.author_id == person.pk:
        raise ForumRefused("own", _("Nobody votes on what they wrote themselves. Others will."))
    known = Vote.objects.filter(person=person, post=post).first()
    before = known.value if known else 0
    if value == before:
        return post
    if value < 0:
        check_ability(person, Ability.VOTE_DOWN, thread.board.scope)
    if value < 0 and not may_vote_down(person):
        raise ForumRefused(
            "too_new", _("You can vote down once your own posts have been voted up three times. Comment instead.")
        )
    hit("forum_vote", person.pk)
    if value < 0:
        hit("forum_down", person.pk)
        hit("forum_down_on", f"{person.pk}:{post.author_id}")
    if value:
        said = Vote(person=person, post=post, value=value, voted_at=now)
        Vote.objects.bulk_create(
            [said], update_conflicts=True, unique_fields=["person", "post"], update_fields=["value", "voted_at"]
        )
    else:
        Vote.objects.filter(person=person, post=post).delete()
    ups = (value > 0) - (before > 0)
    Post.objects.filter(pk=post.pk).update(score=F("score") + value - before, ups=F("ups") + ups)
    post.score, post.ups = post.score + value - before, post.ups + ups
    if post.part == Post.Part.OPENING:
        Thread.objects.filter(pk=thread.pk).update(score=post.score)
        thread.score = post.score
        discovery.stand(KIND, str(thread.pk), standing(thread))
    else:
        evidence.tell(post)
    return post


def may_vote_down(person: User) -> bool:
    return sum(Post.objects.filter(author=person, ups__gt=0).values_list("ups", flat=True)[:TO_VOTE_DOWN]) >= (
        TO_VOTE_DOWN
    )


@transaction.atomic
def accept(*, by: User, post: Post, now: datetime | None = None) -> None:
    """The asker, or a moderator for them, says which answer solved it: this one, and no other any more."""
    now = now or timezone.now()
    thread, post = _of_asker(by, post)
    if post.part != Post.Part.REPLY or post.state != State.SHOWN:
        raise ForumRefused("gone", _("Only an answer that everybody reads can be accepted."))
    former, thread.accepted_id = thread.accepted_id, post.pk
    if former == post.pk:
        return
    Thread.objects.filter(pk=thread.pk).update(
        accepted=post, accepted_at=now, accepted_by=by, ages_at=due(thread.board, now), **NOT_CONFIRMED
    )
    if post.is_aside:  # whoever asked found it to be an answer
        Post.objects.filter(pk=post.pk).update(is_aside=False)
        count(thread.pk)
    if former:
        evidence.tell(Post.objects.get(pk=former))
    evidence.tell(post)
    index(thread)
    if post.author_id != by.pk and post.author.is_active:
        notifications.notify(post.author, "answer_accepted", post.pk, post.get_absolute_url())


@transaction.atomic
def take_back_acceptance(*, by: User, post: Post) -> None:
    """The answer did not solve it after all."""
    thread, post = _of_asker(by, post)
    if Thread.objects.filter(pk=thread.pk, accepted=post).update(**NOT_ACCEPTED):
        evidence.tell(post)
        index(thread)


def _of_asker(by, post) -> tuple[Thread, Post]:
    thread, post = lock_post(post)
    if thread.kind != Kind.QUESTION or not (thread.author_id == by.pk or moderates(by, thread.board)):
        raise ForumRefused("not_the_asker", _("Only who asked says which answer solved it."))
    if thread.closing == Closing.LOCKED:
        raise ForumRefused("locked", _("This thread is locked, so nothing changes in it any more."))
    if thread.is_acceptance_locked and not moderates(by, thread.board):
        raise ForumRefused(
            "acceptance_locked", _("A moderator settled which answer is accepted. Write to them by a flag.")
        )
    check_ability(by, Ability.POST, thread.board.scope)
    return thread, post
