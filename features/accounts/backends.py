from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Exists, OuterRef

from core.db import Prepared
from features.accounts.models import Terms, User, site_day


def _person(pk, day):
    owed = Terms.objects.owed_by(OuterRef(OuterRef("pk")), day)
    return User._default_manager.filter(pk=pk).annotate(owes_consent=Exists(owed))


PERSON = Prepared(_person)


class PersonBackend(AuthenticationBackend):
    """allauth's, but for the way the person behind a session is read: every page of a member does it."""

    def get_user(self, user_id):
        person = PERSON.first(user_id, site_day())
        return person if person and self.user_can_authenticate(person) else None
