"""The log as people read it: what was done, by whom, why; for everybody without what leads to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.moderation.models import Entry, Reason
from features.moderation.redaction import redacted
from features.moderation.services.acts import acts
from features.moderation.services.subjects import subjects

# What the site itself does, and what has no act of its own.
SAID = {
    "flagged": gettext_lazy("hid %(what)s because members reported it, until a moderator has looked"),
    "restored": gettext_lazy("edited %(what)s, which is shown again"),
    "undo": gettext_lazy("took back what was done to %(what)s"),
}


@dataclass(frozen=True)
class Told:
    """One entry in words."""

    pk: int
    by: str  # empty: the site itself
    said: str
    reason: str
    words: str
    at: datetime
    title: str = ""  # of the place, where everybody may read it
    url: str = ""
    is_undone: bool = False


def said_of(act: str, kind: str) -> str:
    what = str(subjects[kind].label) if kind in subjects else kind
    pattern = SAID.get(act) or (acts[act].said if act in acts else act)
    return str(pattern) % {"what": what}


def _who(act: str, name: str, *, is_own: bool) -> str:
    """Empty for the site itself, which only hides what was reported. Of who has left there is no name."""
    if is_own:
        return _("The author")
    return name or ("" if act == "flagged" else _("Somebody who has left"))


def log_for_all():
    """Everything that was done, without what was only said to its author."""
    return Entry.objects.exclude(act="warn").select_related("by", "person", "undone_by")


def tell(entries: Sequence[Entry]) -> list[Told]:
    """For everybody: nothing of what was hidden, no name of whom it was done to. What a moderator said to them about
    what not everybody reads, such as a message between two, stays with them: it may speak of others."""
    places: dict[str, tuple[str, str]] = {}
    for subject in subjects.values():
        places |= subject.places([entry.place for entry in entries if entry.place])
    told = []
    for entry in entries:
        names = [entry.person.name, entry.person.handle] if entry.person else []
        title, url = places.get(entry.place, ("", ""))
        is_own = entry.by_id is not None and entry.by_id == entry.person_id
        told.append(
            Told(
                pk=entry.pk,
                by=_who(entry.act, entry.by.name if entry.by else "", is_own=is_own),
                said=said_of(entry.act, entry.kind),
                reason=entry.get_reason_display(),
                words=redacted(entry.words, names) if url else "",
                at=entry.done_at,
                title=title,
                url=url,
                is_undone=hasattr(entry, "undone_by"),
            )
        )
    return told


def events(told: Q):
    """The newest twenty entries for which this holds, of those that have a place, as a column of another query."""
    entries = Entry.objects.filter(told).exclude(place="").exclude(act="warn").order_by("-pk")
    return ArraySubquery(
        entries.values(
            said=JSONObject(
                pk="pk", act="act", kind="kind", reason="reason", words="words", at="done_at", by="by__name",
                by_id="by_id", person_id="person_id", name="person__name", handle="person__handle",
                undone="undone_by__pk",
            )
        )[:20]
    )  # fmt: skip


def in_words(rows: Sequence[dict]) -> list[Told]:
    """What `events` found, the oldest first."""
    return [
        Told(
            pk=row["pk"],
            by=_who(row["act"], row["by"] or "", is_own=bool(row["by_id"] and row["by_id"] == row["person_id"])),
            said=said_of(row["act"], row["kind"]),
            reason=str(Reason(row["reason"]).label),
            words=redacted(row["words"], [name for name in (row["name"], row["handle"]) if name]),
            at=datetime.fromisoformat(row["at"]),
            is_undone=bool(row["undone"]),
        )
        for row in reversed(rows)
    ]


def open_log_for_removal() -> None:
    """The log refuses that rows go, but for the rest of this transaction: an invented world leaves with its log."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL moderation.removal = 'on'")
