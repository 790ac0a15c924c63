"""What becomes of threads, posts and votes when two accounts become one."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from features.accounts.merging import Part, columns, parts
from features.discovery import services as discovery
from features.forum.findable import KIND, standing
from features.forum.models import Post, Thread, Vote
from features.forum.services import evidence


def one_vote_each(staying, merged) -> None:
    """A post that both voted on has one vote less, and counts as if it had never been given."""
    twice = Vote.objects.filter(person=merged, post__votes__person=staying).select_related("post")
    for vote in twice.order_by("post"):
        ups = F("ups") - int(vote.value > 0)
        Post.objects.filter(pk=vote.post_id).update(score=F("score") - vote.value, ups=ups)
        post = Post.objects.get(pk=vote.post_id)
        if post.part == Post.Part.OPENING:
            Thread.objects.filter(pk=post.thread_id).update(score=post.score)
            discovery.stand(KIND, str(post.thread_id), standing(Thread.objects.get(pk=post.thread_id)))
        else:
            evidence.tell(post)


def answers_to_themselves(staying, merged) -> None:
    """Who answers their own question proves nothing, however well it is voted."""
    for post in Post.objects.filter(author=staying, thread__author=staying, part=Post.Part.REPLY).order_by("pk"):
        evidence.tell(post)


# To write where the other wrote is to talk to oneself, at most: it takes and gives nothing. What does (votes, accepted
# answers) has columns of its own.
TALK = frozenset(
    {
        *(f"forum.{mine} ~ thread.{theirs}" for mine in ("Post.author", "Reading.person", "Duplicate.proposed_by")
          for theirs in ("author", "accepted_by", "confirmed_by")),
        *(f"forum.Thread.{mine} ~ {link}.{theirs}" for mine in ("author", "accepted_by", "confirmed_by")
          for link in ("moved_into", "split_from") for theirs in ("author", "accepted_by", "confirmed_by")),
        *(f"forum.Duplicate.proposed_by ~ of.{theirs}" for theirs in ("author", "accepted_by", "confirmed_by")),
        "forum.Post.author ~ parent.author",
        "forum.Revision.editor ~ post.author",
        "forum.MailedAnswer.person ~ post.author",
    }
)  # fmt: skip


def register():
    words = {
        "Thread.author": _("Threads"), "Post.author": _("Posts in the forum"), "Vote.person": _("Votes"),
        "Suggestion.author": _("Suggested edits"), "Draft.person": _("Drafts in the forum"),
    }  # fmt: skip
    ruled = columns(
        "forum",
        words,
        move="Thread.author Thread.accepted_by Thread.confirmed_by Post.author Revision.editor Revision.hidden_by"
        " Duplicate.proposed_by Invitation.invited_by MailedAnswer.person",
        keep="Vote.person Draft.person Reading.person Invitation.person",
        alone="Suggestion.author",
    )
    parts.register("forum", Part(ruled, strangers=TALK, before=one_vote_each, after=answers_to_themselves))
