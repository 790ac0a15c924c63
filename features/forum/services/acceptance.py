"""Which answer is accepted, with all that goes with it: taken away as one thing, and given back as one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from features.forum.models import Kind, Post, State, Thread

NOT_CONFIRMED = {"is_stale": False, "confirmed_at": None, "confirmed_by": None}
NOT_ACCEPTED = {"accepted": None, "accepted_at": None, "accepted_by": None, "ages_at": None, **NOT_CONFIRMED}
TIMES = {"accepted_at": "at", "ages_at": "ages_at", "confirmed_at": "confirmed_at"}


def facts_of(thread: Thread) -> dict[str, Any]:
    """What giving it back needs."""
    times = {name: getattr(thread, column) for column, name in TIMES.items()}
    return {
        "post": thread.accepted_id,
        "by": thread.accepted_by_id,
        "is_stale": thread.is_stale,
        "confirmed_by": thread.confirmed_by_id,
        **{name: time.isoformat() if time else None for name, time in times.items()},
    }


def give_back(thread_id: int, known: Mapping[str, Any]) -> bool:
    """Where nothing else is accepted by now, and the answer is there for everybody to read."""
    answers = Post.objects.filter(thread=thread_id, part=Post.Part.REPLY, state=State.SHOWN)
    if not known["post"] or not answers.filter(pk=known["post"]).exists():
        return False
    times = {column: known.get(name) for column, name in TIMES.items()}
    return bool(
        Thread.objects.filter(pk=thread_id, kind=Kind.QUESTION, accepted=None).update(
            accepted=known["post"],
            accepted_by=known["by"],
            is_stale=known.get("is_stale", False),
            confirmed_by=known.get("confirmed_by"),
            **{column: datetime.fromisoformat(time) if time else None for column, time in times.items()},
        )
    )
