"""What stands beside a thread goes where its posts go: who hears of it, how far it was read, drafts, invitations,
duplicates."""

from collections.abc import Collection, Mapping
from typing import Any

from features.forum.models import Draft, Duplicate, Invitation, Post, Thread
from features.forum.services.reading import read_apart, read_on
from features.notifications.models import Follow


def _key(thread_id: int) -> str:
    return f"thread:{thread_id}"


def bring(source: Thread, into: Thread, posts: Collection[int]) -> dict[str, list[int]]:
    """What `into` has of it already stays there as it is; `posts` have come along. Answers what taking back needs."""
    drafts = Draft.objects.filter(place=_key(source.pk))
    drafts = drafts.exclude(person__in=Draft.objects.filter(place=_key(into.pk)).values("person"))
    inward = Duplicate.objects.filter(of=source).exclude(thread=into)
    inward = inward.exclude(thread__in=Duplicate.objects.filter(of=into).values("thread"))
    moved = {
        "followers": follow_along(source.pk, into.pk),
        "drafts": _taken(drafts, place=_key(into.pk)),
        "inward": _taken(inward, of=into),
        "readers": read_on(source, into, set(posts)),
    }
    if into.is_question:
        outward = Duplicate.objects.filter(thread=source).exclude(of=into)
        outward = outward.exclude(of__in=Duplicate.objects.filter(thread=into).values("of"))
        asked = Invitation.objects.filter(thread=source).exclude(person=into.author_id)
        asked = asked.exclude(person__in=Invitation.objects.filter(thread=into).values("person"))
        moved |= {"outward": _taken(outward, thread=into), "invitations": _taken(asked, thread=into)}
    return moved


def put_back(moved: Mapping[str, list[int]], source: Thread, into: int) -> None:
    """After the posts. Who wrote in the other thread meanwhile goes on hearing of it."""
    read_apart(source, into, moved.get("readers", ()))
    wrote = Post.objects.filter(thread=into, author__in=moved.get("followers", ())).values("author")
    Follow.objects.filter(key=_key(into), person__in=moved.get("followers", ())).exclude(person__in=wrote).delete()
    Draft.objects.filter(pk__in=moved.get("drafts", ()), place=_key(into)).update(place=_key(source.pk))
    Duplicate.objects.filter(pk__in=moved.get("inward", ()), of=into).exclude(thread=source).update(of=source)
    Duplicate.objects.filter(pk__in=moved.get("outward", ()), thread=into).exclude(of=source).update(thread=source)
    Invitation.objects.filter(pk__in=moved.get("invitations", ()), thread=into).update(thread=source)


def follow_along(source: int, into: int, **who: Any) -> list[int]:
    """Who follows one thread follows the other as well, in the same way; answers the people who did not yet."""
    rows = Follow.objects.filter(key=_key(source), **who)
    rows = rows.exclude(person__in=Follow.objects.filter(key=_key(into)).values("person"))
    facts = list(rows.values("person_id", "level", "followed_at"))
    Follow.objects.bulk_create([Follow(key=_key(into), **row) for row in facts], ignore_conflicts=True)
    return [row["person_id"] for row in facts]


def _taken(rows, **columns) -> list[int]:
    found = list(rows.values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=found).update(**columns)
    return found
