"""When a question is answered in the recording of what it was asked about. Whoever held that says it; whether there is
a recording, and who sees it, is known from what is kept of things (`core.recordings`)."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.recordings import Kept, clock, kept_of
from features.accounts.models import User
from features.accounts.services import audit
from features.forum.models import Thread
from features.forum.services.refusals import ForumRefused


def recording_for(person: User, thread: Thread) -> Kept | None:
    """The recording in which this person may place the thread: of what they held themselves."""
    if not thread.about or not person.is_authenticated:
        return None
    kept = kept_of([thread.about], person).get(thread.about)
    return kept if kept and kept.is_own and kept.recording else None


@transaction.atomic
def place_in_recording(*, by: User, thread: Thread, second: int | None) -> None:
    """It is answered there from this second on; None takes that back. Raises ForumRefused."""
    thread = Thread.objects.select_for_update(of=("self",)).get(pk=thread.pk)
    kept = recording_for(by, thread)
    if kept is None:
        raise ForumRefused("no_recording", _("There is no recording of yours in which it could be answered."))
    if second is not None and kept.seconds and second >= kept.seconds:
        raise ForumRefused("too_late", _("The recording is over at %(end)s.") % {"end": clock(kept.seconds)})
    if thread.recorded_second != second:
        thread.recorded_second = second
        thread.save(update_fields=["recorded_second"])
        audit(by, "thread.recorded", f"thread:{thread.pk}", ["" if second is None else clock(second)])
