"""Who sees what of the notes and the recording that a host posted. `seen` is the one rule: page, API, machines' page,
search, lists, letters and other features ask it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.text import without_marks
from features.payments import services as payments
from features.sessions.models import Recap, Registration, SkillSession

Audience = Recap.Audience


@dataclass(frozen=True)
class Seen:
    """What of a recap one person sees."""

    notes: bool = False
    recording: bool = False
    is_host: bool = False

    def __bool__(self):
        return self.notes or self.recording


NOTHING = Seen()


def seen(recaps: Collection[Recap], person) -> dict[int, Seen]:
    """What this person, who may be a stranger or None, sees of these recaps, which came with their sessions and these
    with their hosts: by session, in a fixed number of queries. Nothing of it is a matter of any other page."""
    shown = set(Recap.objects.shown().filter(pk__in=[recap.pk for recap in recaps]).values_list("pk", flat=True))
    is_member = person is not None and person.is_authenticated
    mine: dict[int, Registration] = {}
    held: set[int] = set()
    if is_member:
        hosted = SkillSession.objects.hosted_by(person).filter(pk__in=[one.session_id for one in recaps])
        held = set(hosted.values_list("pk", flat=True))
        seats = Registration.objects.confirmed().filter(person=person, session__in=[one.session_id for one in recaps])
        mine = {seat.session_id: seat for seat in seats.select_related("attendance")}
    paid = _paid([recap for recap in recaps if recap.session_id in mine], mine.values())
    found = {}
    for recap in recaps:
        seat = mine.get(recap.session_id)
        if recap.session_id in held:
            found[recap.session_id] = Seen(bool(recap.notes), bool(recap.recording_url), is_host=True)
        elif recap.pk in shown and (seat or recap.session.host.is_active):
            found[recap.session_id] = _of(recap, seat, paid)
        else:
            found[recap.session_id] = NOTHING
    return found


def seen_by(recap: Recap, person) -> Seen:
    return seen([recap], person)[recap.session_id]


def readers(recap: Recap) -> dict[int, Seen]:
    """The same of all who have a seat: by person, those who see something."""
    seats = Registration.objects.confirmed().filter(session=recap.session_id).select_related("attendance")
    seats = list(seats) if Recap.objects.shown().filter(pk=recap.pk).exists() else []
    paid = _paid([recap], seats)
    hosts = {person.pk for person in recap.session.hosts}
    found = {seat.person_id: _of(recap, seat, paid) for seat in seats if seat.person_id not in hosts}
    return {person: what for person, what in found.items() if what}


def _of(recap: Recap, seat: Registration | None, paid: set[str]) -> Seen:
    def is_open(audience):
        if audience == Audience.EVERYBODY:
            return True
        if seat is None or not (recap.session.is_free or str(seat.pk) in paid):
            return False
        return audience == Audience.SEATS or seat.was_there

    return Seen(
        notes=bool(recap.notes) and is_open(recap.notes_for),
        recording=bool(recap.recording_url) and is_open(recap.recording_for),
    )


def _paid(recaps: Iterable[Recap], seats: Iterable[Registration]) -> set[str]:
    """Of a session with a price what is not for everybody is for those who paid, and did not get all of it back."""
    sold = {recap.session_id for recap in recaps if not recap.session.is_free}
    return payments.paid_things("registration", [seat.pk for seat in seats if seat.session_id in sold])


def words_of(what: Seen) -> str:
    if what.notes and what.recording:
        return _("Notes and recording")
    return _("Recording") if what.recording else _("Notes") if what.notes else ""


def what_to_see(sessions: Iterable[SkillSession], person) -> dict[int, str]:
    """For lists: in words what this person finds on the pages of these, by session; without a word where nothing is."""
    found = Recap.objects.filter(session__in=[session.pk for session in sessions]).select_related("session__host")
    return {pk: words_of(what) for pk, what in seen(list(found), person).items() if what}


def for_search(sessions: Collection[int]) -> dict[int, str]:
    """What everybody may read of these, by session: notes, and what is said in recordings."""
    found = list(Recap.objects.filter(session__in=sessions).select_related("session__host"))
    public, said = seen(found, None), {}
    for recap in found:
        what = public[recap.session_id]
        parts = [without_marks(recap.notes_html)] * what.notes + [recap.transcript] * what.recording
        said[recap.session_id] = "\n".join(part.strip() for part in parts if part)
    return said
