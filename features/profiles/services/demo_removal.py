"""The demo world out of a site in one step: invented people, and all that hangs on them, in one transaction.

What goes is found by following foreign keys from the invented people, so that tables of later features go along. What
is tied to a thing by a text key (`session:7`) has no such key and is named below. Constraints that are checked at once
at the end prove that nothing is left hanging.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from features.accounts import services as accounts
from features.accounts.models import Role, RoleGrant, User
from features.assessments.models import Attempt, Bank, Submission, Task
from features.calendar.models import TimeClaim
from features.discovery.models import Document
from features.forum import services as forum
from features.forum.models import Post, Thread
from features.library.models import Enrolment, Work
from features.mentoring import services as mentoring
from features.mentoring.models import Booking, Engagement, MentorPage
from features.moderation.models import Case, Entry
from features.moderation.services import open_log_for_removal
from features.notifications.models import Follow, Notification
from features.notifications.services import in_words, notify
from features.payments import services as payments
from features.payments.models import CreditLot, Entitlement, Order, OrderLine
from features.sessions import services as sessions
from features.sessions.models import (
    HostAbsence,
    Recap,
    Registration,
    Review,
    SessionMessage,
    SkillSession,
    TicketKind,
    WaitlistEntry,
)
from features.skills.models import SkillEvidence
from features.skills.services import revoke_evidence

AT_ONCE = 1000
# By what a thing is called in the text keys of other features.
KEYED: dict[str, type[models.Model]] = {
    "person": User, "session": SkillSession, "registration": Registration, "thread": Thread, "post": Post,
    "work": Work, "enrolment": Enrolment, "entitlement": Entitlement, "credits": CreditLot,
    "review": Review, "host_absence": HostAbsence, "session_message": SessionMessage,
    "recap": Recap,
    "booking": Booking, "engagement": Engagement,
    "assessment": Bank, "attempt": Attempt, "task": Task, "submission": Submission,
    "mentor": MentorPage,
}  # fmt: skip


class RemovalRefused(Exception):
    """`code` for programs, the message with its next step for people."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass
class Doomed:
    """What goes, by table, and which columns of what stays must let go of it."""

    rows: dict[type[models.Model], set] = field(default_factory=lambda: defaultdict(set))
    loose: list[tuple[models.Field, Q]] = field(default_factory=list)
    # Rows of real people, which hang on something invented.
    of_real_people: Counter = field(default_factory=Counter)
    told: dict[int, int] = field(default_factory=dict)

    def ids(self, model) -> set:
        return self.rows.get(model, set())


# --- Looking ----------------------------------------------------------------------------------------------------------
def look() -> Doomed:
    """What removing the demo would take. Reads only."""
    found = Doomed()
    fresh: dict[Any, set] = {User: set(User.objects.filter(is_demo=True).values_list("pk", flat=True))}
    while fresh := {model: ids - found.rows[model] for model, ids in fresh.items() if ids - found.rows[model]}:
        for model, ids in fresh.items():
            found.rows[model] |= ids
        following: dict[Any, set] = defaultdict(set)
        for column in _foreign_keys():
            if behind := fresh.get(column.related_model):
                following[column.model] |= _behind(found, column, behind)
        for model, query in _by_text_key(fresh):
            following[model] |= set(model._default_manager.filter(query).values_list("pk", flat=True))
        fresh = following
    # An order of which nothing is left is none.
    lines = OrderLine.objects.filter(pk__in=found.ids(OrderLine))
    left = Q(lines__isnull=False) & ~Q(lines__in=found.ids(OrderLine))
    orders = Order.objects.filter(pk__in=lines.values("order")).annotate(n=Count("lines", filter=left)).filter(n=0)
    found.rows[Order] |= set(orders.values_list("pk", flat=True))
    _count_real(found)
    return found


def _foreign_keys():
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.local_fields:
            if column.many_to_one or column.one_to_one:
                yield column


def _behind(found: Doomed, column, ids: set) -> set:
    query = Q(**{f"{column.name}__in": ids})
    if column.remote_field.on_delete is models.SET_NULL:
        found.loose.append((column, query))
        return set()
    return set(column.model._default_manager.filter(query).values_list("pk", flat=True))


def _by_text_key(fresh):
    for name, model in KEYED.items():
        if ids := fresh.get(model):
            refs = [str(pk) for pk in ids]
            for table in (Document, TimeClaim, OrderLine, Case, Entry):
                yield table, Q(kind=name, ref__in=refs)
            if model is Work:
                yield Entitlement, Q(key__in=[f"library:{ref}" for ref in refs])
            yield Follow, Q(key__in=[f"{name}:{ref}" for ref in refs])


def _count_real(found: Doomed) -> None:
    real = User.objects.filter(is_demo=False)
    for model in (Registration, WaitlistEntry):
        theirs = model.objects.filter(pk__in=found.ids(model), person__in=real)
        found.of_real_people[model] = theirs.count()
        for person in theirs.values_list("person", flat=True):
            found.told[person] = found.told.get(person, 0) + 1


def words_for(found: Doomed) -> list[tuple[str, int]]:
    """How many of what."""
    names = {
        User: _("Invented people"), SkillSession: _("Sessions"), Registration: _("Seats"),
        WaitlistEntry: _("Places in line"), Order: _("Orders"), Notification: _("Notices"),
    }  # fmt: skip
    told = [(name, len(found.ids(model))) for model, name in names.items()]
    rest = sum(len(ids) for model, ids in found.rows.items() if model not in names)
    return [line for line in [*told, (_("All else that hangs on them"), rest)] if line[1]]


# --- Removing ---------------------------------------------------------------------------------------------------------
def real_organisers():
    """Who runs the site once the invented people are gone."""
    granted = RoleGrant.objects.in_force().filter(role=Role.ORGANISER).values("person")
    return User.objects.active().filter(Q(pk__in=granted) | Q(is_superuser=True), is_demo=False)


def why_not_remove(by: User | None) -> RemovalRefused | None:
    if by is not None and by.is_demo:
        return RemovalRefused("invented", _("You are invented yourself. Do this as a real organiser."))
    if not real_organisers().exists():
        return RemovalRefused("no_organiser", _("Nobody real runs this site yet, and nobody would be left to."))
    return None


@transaction.atomic
def remove_demo(*, by: User | None, now: datetime | None = None) -> Doomed:
    """Take the demo world out. What real people have stays, but for their seats in invented sessions; they are told.

    `by` is None for the command. A second run finds nothing. Raises RemovalRefused.
    """
    now = now or timezone.now()
    if refused := why_not_remove(by):
        raise refused
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # it may be a world of any size
    # Seats of invented people in real sessions are given back the usual way, so that whoever waits moves up.
    invented = User.objects.filter(is_demo=True)
    for entry in WaitlistEntry.objects.filter(person__in=invented, left_at=None).exclude(session__host__in=invented):
        sessions.leave_waitlist(entry=entry, now=now)
    seats = Registration.objects.active().filter(person__in=invented, session__starts_at__gt=now)
    for seat in seats.exclude(session__host__in=invented).select_related("session", "person"):
        sessions.cancel_registration(registration=seat, by=seat.person, now=now)
    found = look()
    if not found.ids(User):
        return found
    _forget_evidence(found)
    # Levels that sink mark whose matches are to be looked at again: of invented people, these go as well.
    found = look()
    _let_go(found)
    _delete(found)
    _forget_notices()
    forum.forget_demo()
    payments.forget_demo()
    mentoring.forget_lists()
    for person_id, seats_gone in found.told.items():
        notify(User.objects.get(pk=person_id), "demo_removed", seats_gone, reverse("sessions"), f"demo:{person_id}")
    accounts.audit(by, "demo.removed", "site", [f"people:{len(found.ids(User))}"])
    return found


def _forget_evidence(found: Doomed) -> None:
    """What real people learned in an invented session proves nothing: their levels are counted anew without it."""
    for name, model in KEYED.items():
        for ids in batched(sorted(found.ids(model)), AT_ONCE):
            revoke_evidence(*(f"{name}:{pk}" for pk in ids))
            SkillEvidence.objects.filter(source__in=[f"{name}:{pk}" for pk in ids]).delete()


def _let_go(found: Doomed) -> None:
    for column, query in found.loose:
        column.model._default_manager.filter(query).update(**{column.name: None})
    # Seats that were taken in real sessions long ago.
    past = SkillSession.objects.exclude(pk__in=found.ids(SkillSession))
    gone = Q(registrations__in=found.ids(Registration), registrations__cancelled_at=None)
    for session in past.filter(gone).annotate(gone=Count("registrations", filter=gone)).distinct():
        SkillSession.objects.filter(pk=session.pk).update(seats_taken=F("seats_taken") - session.gone)
    for kind in TicketKind.objects.filter(gone, session__in=past).annotate(gone=Count("registrations", filter=gone)):
        TicketKind.objects.give_place_back(kind.pk, kind.gone)
    keys = apps.get_model("usersessions.UserSession").objects.filter(user__in=found.ids(User))
    Session.objects.filter(session_key__in=list(keys.values_list("session_key", flat=True))).delete()
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=people, object_id__in=[str(pk) for pk in found.ids(User)]).delete()


def _delete(found: Doomed) -> None:
    """Table by table, whatever points where: the database checks at the end that nothing is left hanging."""
    open_log_for_removal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model, ids in found.rows.items():
            for some in batched(ids, AT_ONCE):
                rows = model._default_manager.filter(pk__in=some)
                rows._raw_delete(rows.db)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _forget_notices() -> None:
    """What somebody was told about a thing that is gone says nothing any more."""
    last = 0
    while rows := list(Notification.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = rows[-1].pk
        Notification.objects.filter(pk__in=[row.pk for row, said in in_words(rows) if not said]).delete()
