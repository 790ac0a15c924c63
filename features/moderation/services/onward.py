"""What whoever was moderated reads besides the reason: what to change, and what becomes of it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from features.accounts.models import User
from features.moderation.models import Entry, Reason
from features.moderation.services.acts import acts
from features.moderation.services.flags import restores
from features.moderation.services.subjects import subjects, thing

CHANGE = {
    Reason.ADVERTISING: gettext_lazy("Say in the text itself what helps, and leave out what sells."),
    Reason.RUDE: gettext_lazy("Keep to the matter, and leave out what is said about a person."),
    Reason.HARMFUL: gettext_lazy("Put right what would do harm if somebody followed it, or say when it does not hold."),
    Reason.PERSONAL: gettext_lazy("Leave out what leads to somebody: names, addresses, numbers, pictures."),
    Reason.OFF_TOPIC: gettext_lazy("Say how it answers what is asked there, or write it where it belongs."),
    Reason.UNCLEAR: gettext_lazy("Add what somebody needs to answer: what you did, expected, and got instead."),
    Reason.REPEATED: gettext_lazy("Read what is there already, and add there what is new in yours."),
}
NEXT = {
    "hide": gettext_lazy("Edit it, and it is shown again at once."),
    "flagged": gettext_lazy("Edit it, and it is shown again at once. Meanwhile a moderator looks at it."),
}
AGAIN = {
    "hide": gettext_lazy("Edit it. It is shown again when a moderator has looked at what you changed."),
    "flagged": gettext_lazy("A moderator looks at it. You can edit it meanwhile; they see that you did."),
}


def steps_told_to(person: User, entry: Entry) -> list[str]:
    """Beside what was done: for whose words it was, unless they did it themselves or it was taken back."""
    is_theirs = entry.person_id == person.pk and entry.by_id != person.pk
    return next_steps(entry) if is_theirs and not hasattr(entry, "undone_by") else []


def next_steps(entry: Entry) -> list[str]:
    """For its author, while it stands: what to change, what that brings, and what else is left to do."""
    known, found = acts.get(entry.act), thing(entry.key)
    if known is None or (known.leaves and found and found.state not in known.leaves):
        return []
    change = CHANGE.get(Reason(entry.reason)) if known.is_of_words else None
    said = [_("What to change: %(what)s") % {"what": change} if change else "", str(known.then)]
    if entry.act in NEXT:
        said.append(str((NEXT if restores(entry) else AGAIN)[entry.act]))
    if entry.act == "remove":
        said.append(str(subjects[entry.kind].anew))
    return [each for each in said if each]
