"""An organiser sees the site as a member, to help: with a reason, for a while, only to read, and the member is told.

What is shown of the site meanwhile is decided in `support_pages`, and held by `middleware`.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import one_line
from features.accounts import access
from features.accounts import services as accounts
from features.accounts.models import Role, User
from features.moderation import letters
from features.moderation.models import LASTS, SupportRefusal, SupportView
from features.moderation.services.sanctions import lock_both


class SupportRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def support_views_of(person: User) -> QuerySet[SupportView]:
    return SupportView.objects.filter(person=person).select_related("by").order_by("-begun_at", "-pk")


def refuses_support_views(person: User) -> bool:
    return SupportRefusal.objects.filter(person=person).exists()


def why_no_support_view(by: User, person: User) -> SupportRefused | None:
    """Why `by` may not see the site as `person`, if they may not."""
    if not access.has_role(by, Role.ORGANISER):
        return SupportRefused("not_organiser", _("Only organisers do this."))
    if by.pk == person.pk:
        return SupportRefused("oneself", _("This is you."))
    if not person.is_active:
        return SupportRefused("closed", _("Nobody can be here with this account: it is suspended or closed."))
    if access.is_privileged(person):
        return SupportRefused("privileged", _("Whoever holds a role that sees more than members do cannot be viewed."))
    if refuses_support_views(person):
        return SupportRefused("refused", _("They do not want this. Ask them what they see."))
    return None


@transaction.atomic
def begin_support_view(*, by: User, person: User, cause: str, reason: str, now: datetime | None = None) -> SupportView:
    """See the site as `person` from now on. Whoever begins another one has ended the one before."""
    now = now or timezone.now()
    if not (reason := one_line(reason)):
        raise SupportRefused("no_reason", _("Say why. The person reads it."))
    lock_both(by, person)
    if refused := why_no_support_view(by, person):
        raise refused
    for standing in SupportView.objects.filter(by=by, ended_at=None):
        end_support_view(view=standing, how=SupportView.End.PRESSED, actor=by, now=now)
    view = SupportView.objects.create(person=person, by=by, cause=cause, reason=reason, begun_at=now, until=now + LASTS)
    accounts.audit(by, "support_view.begun", f"person:{person.pk}", [f"support_view:{view.pk}", cause])
    return view


@transaction.atomic
def end_support_view(*, view: SupportView, how: str, actor: User | None = None, now: datetime | None = None) -> None:
    """The person is told. Ending twice is ending once."""
    now = now or timezone.now()
    standing = SupportView.objects.select_for_update(of=("self",)).filter(pk=view.pk, ended_at=None).first()
    if standing is None:
        return
    if standing.until <= now:
        how, actor = SupportView.End.TIME, None
    standing.ended_at, standing.end = min(now, standing.until), how
    standing.save(update_fields=["ended_at", "end"])
    fields = [f"support_view:{view.pk}", standing.cause, standing.end]
    accounts.audit(actor, "support_view.ended", f"person:{standing.person_id}", fields)
    letters.tell_support_view(standing)


def standing_support_view(*, pk: int, by: User, is_strong: bool, now: datetime | None = None) -> SupportView | None:
    """The one that `by` has open, if it may go on. What may not is ended. `is_strong` says whether their own session
    was opened with a second factor."""
    now = now or timezone.now()
    found = SupportView.objects.select_related("person").filter(pk=pk, by=by.pk, ended_at=None).first()
    if found is None:
        return None
    refused = why_no_support_view(by, found.person)
    if not is_strong or (refused and refused.code == "not_organiser"):
        how = SupportView.End.ROLE
    elif refused:
        how = SupportView.End.PERSON
    elif found.until > now:
        return found
    else:
        how = SupportView.End.TIME
    end_support_view(view=found, how=how, now=now)
    return None


def end_support_views_by(by: User, how: str = SupportView.End.PRESSED) -> User | None:
    """Answers as whom it was, if there was one open."""
    standing = SupportView.objects.select_related("person").filter(by=by, ended_at=None).first()
    if standing is None:
        return None
    end_support_view(view=standing, how=how, actor=by)
    return standing.person


@transaction.atomic
def let_support_view(*, person: User, is_let: bool, now: datetime | None = None) -> None:
    """Whether organisers may see the site as `person`. A no ends what is going on."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # whoever begins one waits, and then reads the no
    if is_let:
        SupportRefusal.objects.filter(person=person).delete()
        return
    now = now or timezone.now()
    SupportRefusal.objects.get_or_create(person=person, defaults={"since": now})
    for view in SupportView.objects.filter(person=person, ended_at=None):
        end_support_view(view=view, how=SupportView.End.PERSON, actor=person, now=now)


def end_support_views_of_gone(people: list[int]) -> None:
    """Of those who were suspended or closed their account, as whom or by whom it was."""
    gone = ~Q(person__is_active=True, by__is_active=True)
    theirs = Q(person__in=people) | Q(by__in=people)
    for view in SupportView.objects.filter(gone, theirs, ended_at=None).select_related("person"):
        how = SupportView.End.ROLE if view.person.is_active else SupportView.End.PERSON
        end_support_view(view=view, how=how)


def end_due_support_views(now: datetime | None = None) -> int:
    """What is over though nobody came by to notice: its time, or a role."""
    now = now or timezone.now()
    over = 0
    for view in SupportView.objects.filter(ended_at=None).select_related("person", "by"):
        if view.by is None or standing_support_view(pk=view.pk, by=view.by, is_strong=True, now=now) is None:
            over += 1
    return over
