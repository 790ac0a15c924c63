"""An organiser makes one account out of two of the same person. What becomes of each row is said by its feature
(`accounts.merging`); here is who may, when not, and who is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import atomic_retry
from core.jobs import enqueue
from core.text import one_line
from features.accounts import access
from features.accounts import services as accounts
from features.accounts.merging import Count, Obstacle
from features.accounts.models import Closure, Role, User
from features.moderation import merge_letters
from features.moderation.models import AccountMerge, ActAppeal, Appeal, Case, IncidentAppeal, Sanction, SupportView

SOON = timedelta(minutes=1)  # longer than any request takes


class MergeRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, obstacle: Obstacle):
        super().__init__(str(obstacle.words))
        self.code = obstacle.code


@dataclass(frozen=True)
class Outlook:
    """What a merge would do, and all that is against it."""

    counts: list[Count]
    obstacles: list[Obstacle]


def foresee_merge(*, by: User, staying: User, merged: User) -> Outlook:
    """Reads only, and holds nothing: it is asked again when it is done."""
    against = list(_against(by, staying, merged))
    known = {"same", "not_organiser"} & {one.code for one in against}
    return Outlook([] if known else accounts.what_would_move(staying, merged), against)


def _against(by: User, staying: User, merged: User) -> Iterator[Obstacle]:
    if not access.has_role(by, Role.ORGANISER):
        yield Obstacle("not_organiser", _("Only organisers do this."))
    if staying.pk == merged.pk:
        yield Obstacle("same", _("This is one account. Name the other one."))
        return
    both = (staying, merged)
    if by.pk in (staying.pk, merged.pk):
        yield Obstacle("oneself", _("One of them is you. Another organiser has to decide this."))
    yield from _of_people(both)
    yield from _of_decisions(both)
    yield from accounts.obstacles_between(staying, merged)


def _of_people(both) -> Iterator[Obstacle]:
    if Closure.objects.filter(person__in=both).exists():
        yield Obstacle("closed", _("One of the accounts is closed, and waits to be erased or is so already."))
    elif not all(person.is_active for person in both):
        yield Obstacle("suspended", _("One of the accounts is suspended. Lift that, or wait until it is over."))
    if User.objects.filter(pk__in=[person.pk for person in both]).unconfirmed().exists():
        yield Obstacle("unproved", _("One of the accounts was never confirmed: it goes by itself within a day."))
    if any(access.is_privileged(person) for person in both):
        yield Obstacle(
            "privileged", _("One of them holds a role that sees more than members do. Revoke that role first.")
        )
    if both[0].is_demo != both[1].is_demo:
        yield Obstacle("invented", _("One of them is an invented person of the demo."))


def _of_decisions(both) -> Iterator[Obstacle]:
    if Sanction.objects.in_force().filter(person__in=both).exists():
        yield Obstacle("sanctioned", _("A sanction holds for one of them. Lift it, or wait until it is over."))
    open_ones = (
        Appeal.objects.filter(sanction__person__in=both, decided_at=None),
        ActAppeal.objects.filter(person__in=both, decided_at=None),
        IncidentAppeal.objects.filter(incident__person__in=both, decided_at=None),
    )
    if any(rows.exists() for rows in open_ones):
        yield Obstacle("appeal", _("One of them has objected to something. Decide on that first."))
    reported = Case.objects.waiting().filter(cause__in=(Case.Cause.FLAGS, Case.Cause.DISPUTE))
    if reported.filter(person__in=both).exists():
        yield Obstacle("case", _("Something of one of them was reported. Decide on that first."))
    if SupportView.objects.filter(Q(person__in=both) | Q(by__in=both), ended_at=None).exists():
        yield Obstacle("support_view", _("Somebody sees the site as one of them right now. Wait until that is over."))


@atomic_retry
def merge_accounts(
    *, by: User, staying: User, merged: User, reason: str, takes_addresses: bool = False, now: datetime | None = None
) -> AccountMerge:
    """`merged` becomes `staying`, for good. Raises MergeRefused with the first of what is against it.

    Whoever begins something with one of the two waits for the locks; a second merge, and an account that is closed at
    the same moment, find what this has done.
    """
    now = now or timezone.now()
    if not (reason := one_line(reason)):
        raise MergeRefused(Obstacle("no_reason", _("Say why. The person reads it.")))
    staying, merged = _locked(staying, merged)
    by.refresh_from_db(fields=["is_active", "suspended_until"])
    access.forget_roles(by)
    if against := next(_against(by, staying, merged), None):
        raise MergeRefused(against)
    handle = merged.handle
    with _log_follows():
        counts = accounts.merge_into(
            staying=staying, merged=merged, takes_addresses=takes_addresses, reason=reason, now=now
        )
    by_column = {count.name: [count.moved, count.dropped] for count in counts}
    merge = AccountMerge.objects.create(
        staying=staying, merged=merged, handle=handle, by=by, reason=reason, counts=by_column, merged_at=now
    )
    said = [f"person:{merged.pk}", f"merge:{merge.pk}", f"moved:{merge.moved}", f"dropped:{merge.dropped}"]
    accounts.audit(by, "account.merged", f"person:{staying.pk}", said)
    merge_letters.tell(merge)
    enqueue("features.moderation.tasks.gather_behind_merge", merge.pk, not_before=now + SOON)
    return merge


@atomic_retry
def gather_behind_merge(*, pk: int) -> None:
    """What a request wrote that was under way when the accounts became one: it waited for the locks, and then wrote for
    an account that was nobody's. Run twice it finds nothing."""
    merge = AccountMerge.objects.select_related("staying", "merged").get(pk=pk)
    staying, merged = _locked(merge.staying, merge.merged)
    if any(count.moved or count.dropped for count in accounts.what_would_move(staying, merged)):
        with _log_follows():
            accounts.move_everything(staying, merged)


@contextmanager
def _log_follows():
    """The log says the same as ever, but whose it is."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL moderation.merging = 'on'")
        yield
        cursor.execute("SET LOCAL moderation.merging = 'off'")


def _locked(staying: User, merged: User) -> tuple[User, User]:
    """For update, in one order: nobody writes a row that points at either until this is over."""
    rows = {person.pk: person for person in _rows(staying, merged).order_by("pk").select_for_update()}
    return rows[staying.pk], rows[merged.pk]


def _rows(*people: User):
    return User.objects.filter(pk__in=[person.pk for person in people])


def merges_of(person: User):
    """Those by which it has taken others in, newest first."""
    return AccountMerge.objects.filter(staying=person).select_related("by", "merged").order_by("-merged_at", "-pk")
