"""What an answer proves of who wrote it: drawn anew from the rows each time something about it changes."""

from features.forum.models import Post, State, Thread
from features.skills import services as skills
from features.skills.models import SkillEvidence

ACCEPTED, VALUED = "answer_accepted", "answer_valued"
ACCEPTED_STRENGTH = 0.3
WELL_VOTED = 3  # votes up, more than down, that say what an acceptance says
VALUED_STRENGTH = 0.1


def key(post_id: int) -> str:
    return f"post:{post_id}"


def tell(post: Post) -> None:
    """Write down what this answer proves today, and take back what it no longer does."""
    thread = Thread.objects.get(pk=post.thread_id)
    counts = post.part == Post.Part.REPLY and post.state == State.SHOWN and thread.state == State.SHOWN
    counts = counts and thread.is_question and post.author_id != thread.author_id and not post.is_of_asker
    counts = counts and not post.is_anonymous  # it would tell who wrote it
    is_accepted = counts and thread.accepted_id == post.pk
    is_valued = counts and not post.is_aside and post.score >= WELL_VOTED
    skills.revoke_evidence(key(post.pk))
    found = []
    for skill in thread.skills.all():
        if is_accepted:
            found.append(_evidence(post, skill, ACCEPTED, ACCEPTED_STRENGTH))
        if is_valued:
            strength = min(1.0, VALUED_STRENGTH * post.score / WELL_VOTED)
            found.append(_evidence(post, skill, VALUED, strength))
    skills.record_all(found)


def _evidence(post, skill, kind, strength) -> SkillEvidence:
    return SkillEvidence(
        person=post.author, skill=skill, kind=kind, strength=strength, happened_at=post.created_at, source=key(post.pk)
    )
