"""Django's sessions in Postgres, read by a query whose SQL is made once: every page of a member begins with it."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.db import Prepared

LIVING = Prepared(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(db.SessionStore):
    def _get_session_from_db(self):
        session = LIVING.first(self.session_key, timezone.now())
        if session is None:
            self._session_key = None
        return session
