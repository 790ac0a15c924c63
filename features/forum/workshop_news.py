"""What is told of a question in the workshop: to who asked what a volunteer did, to volunteers what they are answered.
Comments there are told as everywhere."""

from django.utils.translation import gettext as _

from features.forum.models import State, Thread
from features.forum.news import FORUM, plain_letter
from features.forum.services import telling
from features.notifications.kinds import Kind, kinds


def _of(state, sentence, subject, said, label):
    """Told while the thread is in this state: what was published meanwhile is no news of the workshop any more."""

    def threads(told):
        numbers = {row: int(row.ref.partition(".")[0]) for row in told}
        found = Thread.objects.filter(state=state).in_bulk(set(numbers.values()))
        return {row: found[number] for row, number in numbers.items() if number in found}

    def sentences(told):
        return {row.pk: sentence() % thread.title for row, thread in threads(told).items()}

    def letter(notification):
        thread = threads([notification]).get(notification)
        if thread is None:
            return None
        return plain_letter(subject() % thread.title, [said()], label(), thread.get_absolute_url())

    return Kind(group=FORUM, sentences=sentences, letter=letter)


def register():
    kinds.register(
        telling.CHANGED,
        _of(
            State.WORKSHOP,
            lambda: _("A volunteer put words right in your question “%s”."),
            lambda: _("Changed in the workshop: %s"),
            lambda: _("A volunteer put words right. Look whether it still says what you mean, and publish it."),
            lambda: _("Read it"),
        ),
    )
    kinds.register(
        telling.ANSWERED,
        _of(
            State.WORKSHOP,
            lambda: _("You were answered in the workshop, in “%s”."),
            lambda: _("Answered in the workshop: %s"),
            lambda: _("Who asked has answered what you said. If it is ready, publish it."),
            lambda: _("Read it"),
        ),
    )
    kinds.register(
        telling.PUBLISHED,
        _of(
            State.SHOWN,
            lambda: _("Your question “%s” is published."),
            lambda: _("Published: %s"),
            lambda: _("Everybody reads it now. You hear of the first answer."),
            lambda: _("Read it"),
        ),
    )
