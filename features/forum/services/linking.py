"""What members do so that a question meets its answer: name the thread that has it, or the person who may."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.limits import hit
from core.text import one_line
from features.accounts.access import Ability
from features.accounts.models import User
from features.forum.access import moderates
from features.forum.models import Closing, Duplicate, Invitation, Kind, State, Thread
from features.forum.services.refusals import ForumRefused, check_ability
from features.forum.services.writing import lock
from features.notifications import services as notifications


@transaction.atomic
def propose_duplicate(*, by: User, thread: Thread, of: Thread, now: datetime | None = None) -> Duplicate:
    """Say that a question was answered elsewhere. It stays open: who asked says whether it helps. Twice is once."""
    thread = lock(thread)
    check_ability(by, Ability.POST, thread.board.scope)
    if thread.kind != Kind.QUESTION or thread.closing or thread.state != State.SHOWN:
        raise ForumRefused("closed", _("This takes no proposals any more. Write a comment instead."))
    if of.pk == thread.pk or of.state != State.SHOWN:
        raise ForumRefused("no_such_thread", _("Give the address of another thread that everybody may read."))
    hit("forum_duplicate", by.pk)
    row, is_new = Duplicate.objects.get_or_create(
        thread=thread, of=of, defaults={"proposed_by": by, "proposed_at": now or timezone.now()}
    )
    if is_new and by.pk == thread.author_id:
        answer_duplicate(by=by, duplicate=row, solved=True, now=now)
    elif is_new and thread.author.is_active:
        notifications.notify(thread.author, "duplicate_proposed", row.pk, thread.get_absolute_url())
    return row


@transaction.atomic
def answer_duplicate(
    *, by: User, duplicate: Duplicate, solved: bool, because: str = "", now: datetime | None = None
) -> Duplicate:
    """Who asked says that the other thread solved it, or why it did not. They may change their mind."""
    thread = lock(duplicate.thread)
    if by.pk != thread.author_id and not moderates(by, thread.board):
        raise ForumRefused("not_the_asker", _("Only who asked says whether the other thread solved it."))
    check_ability(by, Ability.POST, thread.board.scope)
    if thread.closing == Closing.LOCKED:
        raise ForumRefused("locked", _("This thread is locked, so nothing changes in it any more."))
    if not solved and not because.strip():
        raise ForumRefused("because", _("Say in a sentence what is different, so that who answers knows."))
    duplicate.state = Duplicate.State.CONFIRMED if solved else Duplicate.State.REFUSED
    duplicate.because = "" if solved else one_line(because)[:200]
    duplicate.answered_at = now or timezone.now()
    duplicate.save(update_fields=["state", "because", "answered_at"])
    return duplicate


@transaction.atomic
def invite(*, by: User, thread: Thread, person: User, now: datetime | None = None) -> Invitation:
    """Ask one person to answer. Raises ForumRefused, and RateLimited from the sixth of a day. Twice is once.

    Who asked without a name is invited like anybody else, and told nothing: any other answer would say who it is."""
    thread = lock(thread)
    check_ability(by, Ability.MESSAGE, thread.board.scope)
    if thread.kind != Kind.QUESTION or thread.closing or thread.state != State.SHOWN:
        raise ForumRefused("closed", _("This takes no new answers, so nobody is invited to give one."))
    if known := Invitation.objects.filter(thread=thread, person=person).first():
        return known
    hit("forum_invite", by.pk)
    is_asker = person.pk == thread.author_id
    if not person.is_active or person.pk == by.pk or (is_asker and not thread.hides(person.pk)):
        raise ForumRefused("no_such_person", _("Invite somebody else, who is here to answer."))
    row = Invitation.objects.create(
        thread=thread, person=person, invited_by=by, invited_at=now or timezone.now(), is_anonymous=thread.hides(by.pk)
    )
    if not is_asker:
        notifications.notify(person, "answer_invited", row.pk, thread.get_absolute_url())
    return row
