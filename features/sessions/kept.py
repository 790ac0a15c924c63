"""What stays of sessions, for features that point to a moment of it."""

from core import recordings
from core.text import numbers
from features.sessions import services
from features.sessions.models import Recap


def of_sessions(keys, person) -> dict[str, recordings.Kept]:
    refs = numbers(key.partition(":")[2] for key in keys)
    found = list(Recap.objects.filter(session__in=refs).select_related("session__host"))
    seen = services.seen(found, person)
    return {
        f"session:{recap.session_id}": recordings.Kept(
            url=recap.get_absolute_url(),
            words=services.words_of(what),
            recording=recap.recording_url if what.recording else "",
            seconds=recap.recording_seconds if what.recording else None,
            is_own=what.is_host,
        )
        for recap in found
        if (what := seen[recap.session_id])
    }


def register():
    recordings.kept.register("session", of_sessions)
