from datetime import datetime, timedelta
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import hit
from core.text import one_line
from features.accounts import handles
from features.accounts.models import FOR_GOOD, FormerHandle, GoneHandle, User
from features.accounts.signals import people_came_or_went

SHOWN_OUT = "shown_out"
SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


class EmailTaken(Exception):
    """An account that is in use has this address."""


class HandleTaken(Exception):
    """Somebody has this handle, or had it."""


def is_unconfirmed(email: str) -> bool:
    """Whether the address only belongs to a sign-up that nobody has proved: then it is as free as an unknown one."""
    return User.objects.filter(email=email.lower()).unconfirmed().exists()


def forget_unconfirmed() -> int:
    """Delete sign-ups whose address nobody proved within a day: they are only somebody's data."""
    yesterday = timezone.now() - timedelta(days=1)
    return User.objects.filter(joined_at__lt=yesterday).unconfirmed().delete()[0]


@transaction.atomic
def create_person(user: User) -> User:
    """Insert a new `user` (email and name are set) under a handle of its own.

    A sign-up for the same address that nobody confirmed gives way: whoever holds the mailbox decides which one lives,
    and what the other had typed, its password above all, is gone with it. Raises EmailTaken.
    """
    user.email = user.email.lower()
    user.name = one_line(user.name)[:80]
    with connection.cursor() as cursor:
        # Two sign-ups for one address queue here, so that the second sees the first.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-up:{user.email}"])
    User.objects.filter(email=user.email).unconfirmed().delete()
    if User.objects.filter(email=user.email).exists():
        raise EmailTaken
    for handle in handles.candidates(user.name):
        user.handle = handle
        try:
            with transaction.atomic():
                user.save(force_insert=True)
                _refuse_anothers(handle, user)
        except HandleTaken:
            user.pk = None
        except IntegrityError as error:
            if not _is_about_handle(error):
                raise
            user.pk = None
        else:
            return user
    raise RuntimeError("no free handle was found")


@transaction.atomic
def forget_claims(person: User) -> None:
    """Drop the keys that were left in an account before its address was proved by somebody else's hands."""
    person.set_unusable_password()
    person.save(update_fields=["password"])
    if apps.is_installed("allauth.socialaccount"):
        apps.get_model("socialaccount", "SocialAccount").objects.filter(user=person).delete()  # type: ignore[misc]


@transaction.atomic
def change_preferences(*, person: User, **fields) -> None:
    """Set what a person says about themselves. A changed handle keeps the old one as a way to them."""
    handle = fields.get("handle", person.handle)
    former = User.objects.select_for_update().values_list("handle", flat=True).get(pk=person.pk)
    if handle != former:
        hit("handle", person.pk)  # those of before stay theirs
        FormerHandle.objects.filter(handle=handle, person=person).delete()
        FormerHandle.objects.update_or_create(handle=former, defaults={"person": person})
    for name, value in fields.items():
        setattr(person, name, value)
    try:
        with transaction.atomic():
            person.save(update_fields=list(fields))
    except IntegrityError as error:
        if not _is_about_handle(error):
            raise
        raise HandleTaken(_("This handle is taken. Choose another.")) from error
    if handle != former:
        _refuse_anothers(handle, person)


def _refuse_anothers(handle: str, person: User) -> None:
    """Nobody is found by links to somebody else who had this handle, or had it until they were erased. Asked once the
    row is written: whoever was giving it up at that moment has committed by then."""
    former = FormerHandle.objects.filter(handle=handle).exclude(person=person)
    if former.exists() or GoneHandle.objects.filter(digest__in=handles.digests(handle)).exists():
        raise HandleTaken(_("This handle is taken. Choose another."))


def _is_about_handle(error: IntegrityError) -> bool:
    diagnosis = getattr(error.__cause__, "diag", None)
    return "handle" in (getattr(diagnosis, "constraint_name", None) or "")


def find_person(handle: str) -> User | None:
    """Who has this handle, or had it: compare with `.handle` to know whether to redirect."""
    person = User.objects.active().filter(handle=handle).first()
    if person is None:
        person = User.objects.active().filter(former_handles__handle=handle).first()
    return person


@transaction.atomic
def suspend(*, person: User, until: datetime | None, page: str) -> None:
    """Nobody comes in with this account until then, and whoever is in is out by their next request.

    Only moderation calls this, whose sanctions hold who did it and why. Browsers that were logged in keep one thing,
    the address of the page that says so: they are shown it once (`middleware.shown_out`).
    """
    people = User.objects.filter(pk=person.pk).filter(Q(is_active=True) | Q(suspended_until__isnull=False))
    people.update(is_active=False, suspended_until=until or FOR_GOOD)
    people_came_or_went.send(User, people=[person.pk])
    person.refresh_from_db(fields=["is_active", "suspended_until"])
    for session in UserSession.objects.filter(user=person):
        if session.exists():
            store = SessionStore(session.session_key)
            store.clear()
            store[SHOWN_OUT] = page
            store.save(must_create=False)
        session.delete()


@transaction.atomic
def reinstate(*, person: User) -> None:
    """The end of a suspension. An account that its owner closed stays closed."""
    User.objects.filter(pk=person.pk, suspended_until__isnull=False).update(is_active=True, suspended_until=None)
    people_came_or_went.send(User, people=[person.pk])
    person.refresh_from_db(fields=["is_active", "suspended_until"])


@transaction.atomic
def readmit(now: datetime | None = None, **person) -> None:
    """Let in whose suspension has run out, as `pk=` or `email=` says; nothing else needs to have noticed the end."""
    over = User.objects.filter(suspended_until__lte=now or timezone.now(), **person)
    if back := list(over.select_for_update().values_list("pk", flat=True)):
        User.objects.filter(pk__in=back).update(is_active=True, suspended_until=None)
        people_came_or_went.send(User, people=back)
