"""Questions that a recording answers: chapters of it on the page of the session, and the way to it from a thread."""

from django.urls import reverse

from core.recordings import Kept, address_at, clock, kept_of
from features.forum.models import State, Thread

MOST = 50


def recorded(viewer, thread) -> dict | None:
    """For who sees the recording; whoever made it may say when. Threads about nothing cost no look."""
    if not thread.about:
        return None
    kept = kept_of([thread.about], viewer).get(thread.about)
    if kept is None or not kept.recording or not (kept.is_own or thread.recorded_second is not None):
        return None
    return {**_moment(thread, kept), "to_place": _page(thread) if kept.is_own else ""}


def chapters(session, viewer, now) -> dict | None:
    """The questions in the order in which the recording answers them."""
    key = f"session:{session.pk}"
    found = Thread.objects.filter(about=key, state=State.SHOWN, recorded_second__isnull=False)
    found = list(found.order_by("recorded_second", "pk")[:MOST])
    kept = kept_of([key], viewer).get(key) if found else None
    if kept is None or not kept.recording:
        return None
    return {"chapters": [_moment(row, kept) | {"title": row.title, "url": row.get_absolute_url()} for row in found]}


def _moment(thread, kept: Kept) -> dict:
    if thread.recorded_second is None:
        return {"at": "", "watch": ""}
    second = thread.recorded_second
    return {"at": clock(second), "watch": address_at(kept.recording, second)}


def _page(thread) -> str:
    return reverse("thread_recording", args=[thread.pk, thread.slug])
