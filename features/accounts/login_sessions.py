"""Django's sessions in Postgres, each read together with the person behind it: every page of a member begins so."""

import json
from contextvars import ContextVar

from allauth.usersessions.models import UserSession
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from core.db import Prepared, is_away
from core.keys import is_marked, marks
from features.accounts import access
from features.accounts.models import RoleGrant, Terms, User, site_day

PURPOSE = "accounts.sessions"


def _facts(person: str, day, now) -> dict:
    """What pages want to know of whoever is behind a session. `person` is the column that says who that is."""
    owed = Terms.objects.owed_by(OuterRef(OuterRef(person)), day)
    held = RoleGrant.objects.filter(person=OuterRef(person)).in_force(now)
    return {
        "owes_consent": Exists(owed),
        "held_roles": ArraySubquery(held.values_list(JSONObject(role="role", scope="scope"), flat=True)),
        **{name: of(person) for name, of in access.known_of_persons.items()},
    }


def _log_ins(key, day, now):
    living = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    log_ins = UserSession.objects.filter(session_key=key).select_related("user").only("user")
    return log_ins.annotate(session_data=Subquery(living.values("session_data")), **_facts("user", day, now))


LOG_IN = Prepared(_log_ins)
LIVING = Prepared(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))
PERSON = Prepared(lambda pk, day, now: User._default_manager.filter(pk=pk).annotate(**_facts("pk", day, now)))
# Whom the session that was just opened brought along: Django asks for them by their number alone.
_behind: ContextVar[User | None] = ContextVar("behind", default=None)


class SessionStore(db.SessionStore):
    def __init__(self, session_key=None):
        super().__init__(session_key)
        _behind.set(None)

    def load(self):
        log_in = LOG_IN.first(self.session_key, site_day(), timezone.now())
        if log_in is None or log_in.session_data is None:
            return super().load()
        _behind.set(_with_facts(log_in.user, log_in))
        return self.decode(log_in.session_data)

    def encode(self, session_dict):
        """As JSON behind its signature: what Django writes takes five times as long to read, which every page of a
        member begins with."""
        content = json.dumps(session_dict, separators=(",", ":"))
        return f"{next(marks(PURPOSE, content))}:{content}"

    def decode(self, session_data):
        signature, _colon, content = session_data.partition(":")
        if is_marked(PURPOSE, content, signature):
            return json.loads(content)
        return super().decode(session_data)  # of before, or nothing of ours

    def save(self, must_create=False):
        try:
            super().save(must_create)
        except db.UpdateError as gone:
            # Django takes it for a log-out that came in between, and the person for who sent something unreadable.
            if is_away(gone.__context__):
                raise gone.__context__ from None
            raise

    def _get_session_from_db(self):
        session = LIVING.first(self.session_key, timezone.now())
        if session is None:
            self._session_key = None
        return session


def person_behind(pk: int) -> User | None:
    """The person behind a session, who came with it if they logged in by it."""
    person = _behind.get()
    _behind.set(None)  # once: whoever asks again wants to know what is so by then
    if person is None or person.pk != pk:
        person = PERSON.first(pk, site_day(), timezone.now())
        person = person and _with_facts(person, person)
    return person


def _with_facts(person, row):
    for name in ("owes_consent", *access.known_of_persons):
        setattr(person, name, getattr(row, name))
    access.know_roles(person, row.held_roles)
    return person
