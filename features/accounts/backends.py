from allauth.account.auth_backends import AuthenticationBackend

from core.db import Prepared
from features.accounts.models import User

PERSON = Prepared(lambda pk: User._default_manager.filter(pk=pk))


class PersonBackend(AuthenticationBackend):
    """allauth's, but for the way the person behind a session is read: every page of a member does it."""

    def get_user(self, user_id):
        person = PERSON.first(user_id)
        return person if person and self.user_can_authenticate(person) else None
